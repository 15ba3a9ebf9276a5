package plan

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
)

// saved is a plan as a file holds it.
func saved(t *testing.T, p *Plan) *Plan {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	q := new(Plan)
	if err := json.Unmarshal(text, q); err != nil {
		t.Fatal(err)
	}
	return q
}

func TestASavedPlanIsThePlanThatWasMade(t *testing.T) {
	fill := func(m *model) *Plan { return m.backfill(fills("-2..2")) }
	some := func(m *model) *Plan { return m.backfill(fills("b -2..2")) }
	clear := func(m *model) *Plan { return m.clear(ClearArgs{Selector: selects("a 2..3 -d")}) }
	mark := func(m *model) *Plan { return m.mark(marks("b", Failed)) }
	for i, make := range []func(*model) *Plan{fill, some, clear, mark} {
		m := past(t, "a > b", 3)
		p := make(m)
		q, err := Resume([]*PipelineScope{m.scope("p")}, saved(t, p), "")
		if err != nil {
			t.Errorf("%d: %+v", i, err)
			continue
		}
		for j := range p.Runs {
			p.Runs[j].Ordinal = 0
		}
		if !reflect.DeepEqual(p.Instances, q.Instances) || !reflect.DeepEqual(p.Runs, q.Runs) || q.Digest != p.Digest || !reflect.DeepEqual(p.Lane, q.Lane) {
			t.Errorf("%d:\n%+v\nwas\n%+v", i, q.Runs, p.Runs)
		}
	}
}

func TestASavedPlanIsRefusedWithEachRowThatHasMoved(t *testing.T) {
	m := past(t, "a > b", 3)
	file := saved(t, m.clear(ClearArgs{Selector: selects("2..3")}))
	m.apply(m.clear(ClearArgs{Selector: selects("b 3..3")}))
	_, err := Resume([]*PipelineScope{m.scope("p")}, file, "")
	var r *Refusal
	if !errors.As(err, &r) || r.Code != "stale-plan" || !slices.Equal(r.Problems, []string{
		"p 2026-03-03T00:00:00Z: was success, is queued", "p 2026-03-03T00:00:00Z b: was success (try 1), is waiting (try 1)"}) {
		t.Errorf("%+v", r)
	}
	file.Instances = file.Instances[1:]
	if _, err := Resume([]*PipelineScope{m.scope("p")}, file, ""); !errors.As(err, &r) || r.Code != "bad-plan" {
		t.Errorf("%+v", r)
	}
}

func TestPlansThatDifferListTheRowsInWhichTheyDo(t *testing.T) {
	m := past(t, "a", 3)
	one, two := m.clear(ClearArgs{Selector: selects("1..2")}), m.clear(ClearArgs{Selector: selects("2..3")})
	var r *Refusal
	if err := Same(one, two); !errors.As(err, &r) || len(r.Problems) != 4 {
		t.Errorf("%+v", r)
	}
	if err := Same(one, one); err != nil {
		t.Error(err)
	}
}
