package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// world is a database of random history, without anything that runs.
type world struct {
	*desk
	rng *rand.Rand
}

// newWorld makes the same database for the same seed.
func newWorld(t *testing.T, seed uint64) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 3)), desk: &desk{T: t,
		db: open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: true}), def: diamonds(t)}}
	register(t, w.db, w.def)
	fill(t, w.db, w.def, 5)
	for run := 1; run <= 5; run++ {
		if w.rng.IntN(3) == 0 {
			continue
		}
		for task := 1; task <= len(w.def.Tasks); task++ {
			w.exec(fmt.Sprintf(`UPDATE task_instances SET state = %d WHERE run_id = %d AND task_id = %d`, 4+w.rng.IntN(4), run, task))
		}
	}
	w.exec(`
		UPDATE runs SET success = n.s, failed = n.f, skipped = n.k, upstream_failed = n.u, state = 2 + (n.f + n.u > 0)
		FROM (SELECT run_id, sum(state = 4) AS s, sum(state = 5) AS f, sum(state = 6) AS k, sum(state = 7) AS u
		      FROM task_instances GROUP BY run_id) AS n
		WHERE n.run_id = runs.run_id;
		UPDATE pipelines SET runs_success = (SELECT count(*) FROM runs WHERE state = 2), runs_failed = (SELECT count(*) FROM runs WHERE state = 3)`)
	if w.rng.IntN(2) == 0 { // runs that have not begun
		p := backfill("p", 7)
		p.Runs = p.Runs[5:]
		w.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return p, nil })
	}
	return w
}

// diamonds is a pipeline every five minutes: a, then b and c, then d, then e.
func diamonds(t *testing.T) *pipelines.Pipeline {
	p, problems := pipelines.Parse("p.yaml", []byte(`
schedule: {every: 5m}
start_date: 2026-03-01
catchup: true
tasks:
  a: {run: echo, retries: 2}
  b: {needs: a, run: echo}
  c: {needs: a, run: echo}
  d: {needs: [b, c], run: echo}
  e: {needs: d, run: echo, trigger_rule: all_done}
`), nil, nil)
	if p == nil {
		t.Fatal(problems)
	}
	return p
}

// choice is an order that can be planned again and again.
type choice struct {
	name string
	plan func([]*plan.PipelineScope) (*plan.Plan, error)
}

func (w *world) selector() plan.Selector {
	s := plan.Selector{TaskRegex: []string{"", "a", "[bc]", "d", "e$"}[w.rng.IntN(5)], All: true,
		Upstream: w.rng.IntN(4) == 0, Downstream: w.rng.IntN(2) == 0}
	if w.rng.IntN(2) == 0 {
		s.Start = day0.Add(time.Duration(w.rng.IntN(6)) * 5 * time.Minute)
		s.End = s.Start.Add(time.Duration(w.rng.IntN(4)) * 5 * time.Minute)
	}
	if w.rng.IntN(3) == 0 {
		s.States = []plan.State{plan.Failed, plan.UpstreamFailed}
	}
	return s
}

func (w *world) choose() choice {
	at := day0.Add(time.Hour)
	s := w.selector()
	switch w.rng.IntN(6) {
	case 0, 1:
		return choice{"clear", func(sc []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Clear(at, sc, plan.ClearArgs{Selector: s})
		}}
	case 2:
		as := []plan.State{plan.Success, plan.Failed, plan.Skipped}[w.rng.IntN(3)]
		return choice{"mark", func(sc []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Mark(at, sc, plan.MarkArgs{Selector: s, As: as})
		}}
	case 3:
		whole := plan.Selector{All: true, Start: s.Start, End: s.End}
		as := []plan.State{plan.Success, plan.Failed}[w.rng.IntN(2)]
		return choice{"mark of runs", func(sc []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Mark(at, sc, plan.MarkArgs{Selector: whole, As: as, Runs: true})
		}}
	case 4:
		from := day0.Add(time.Duration(w.rng.IntN(12)-3) * 5 * time.Minute)
		return choice{"trigger", func(sc []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Trigger(at, sc[0], plan.TriggerArgs{Interval: timetable.Interval{Start: from, End: from.Add(5 * time.Minute)}})
		}}
	}
	args := plan.BackfillArgs{Selector: s, Backwards: w.rng.IntN(2) == 0, Reprocess: []plan.Reprocess{plan.ReprocessNone, plan.ReprocessFailed, plan.ReprocessCompleted}[w.rng.IntN(3)]}
	args.States = nil
	args.Start = day0.Add(time.Duration(w.rng.IntN(12)-3) * 5 * time.Minute)
	args.End = args.Start.Add(time.Duration(w.rng.IntN(5)) * 5 * time.Minute)
	return choice{"backfill", func(sc []*plan.PipelineScope) (*plan.Plan, error) { return plan.Backfill(at, sc[0], args) }}
}

func (w *world) scopes() []*plan.PipelineScope {
	w.Helper()
	s, err := w.db.Scopes(ctx, ScopeQuery{Pipelines: []string{"p"}}, map[string]*pipelines.Pipeline{"p": w.def})
	must(w.T, err)
	return s
}

// apply gives an order; a refusal is an answer.
func (w *world) apply(c choice) (*plan.Plan, *plan.Refusal) {
	w.Helper()
	p, err := w.db.Apply(ctx, day0, ScopeQuery{Pipelines: []string{"p"}}, map[string]*pipelines.Pipeline{"p": w.def}, anna, c.plan)
	var refused *plan.Refusal
	if errors.As(err, &refused) {
		return nil, refused
	}
	must(w.T, err)
	return p, nil
}

// keyColumns is how many columns the key of a table has, where it is more than one.
var keyColumns = map[string]int{"edges": 3, "task_instances": 3, "attempts": 4, "operation_runs": 2, "operation_instances": 4,
	"skipped_intervals": 2, "results": 5}

// dump is every row of every table, by table and key.
func (w *world) dump() map[string]string {
	w.Helper()
	all := map[string]string{}
	tables, err := query(ctx, w.db, `SELECT name FROM sqlite_schema WHERE type = 'table'`, nil, func(r *sql.Rows) (string, error) {
		var name string
		return name, r.Scan(&name)
	})
	must(w.T, err)
	for _, table := range tables {
		rows, err := w.db.readers.Query(`SELECT * FROM ` + table)
		must(w.T, err)
		columns, err := rows.Columns()
		must(w.T, err)
		must(w.T, drain(rows, func(r *sql.Rows) error {
			values := make([]any, len(columns))
			to := make([]any, len(columns))
			for i := range values {
				to[i] = &values[i]
			}
			err := r.Scan(to...)
			key := fmt.Sprint(table, " ", values[0])
			if n := keyColumns[table]; n > 1 {
				key = fmt.Sprint(table, " ", values[:n])
			}
			var text []string
			for i, name := range columns {
				text = append(text, fmt.Sprintf("%s=%v", name, values[i]))
			}
			all[key] = strings.Join(text, " ")
			return err
		}))
	}
	return all
}

// differ lists the keys of rows that are not the same.
func differ(a, b map[string]string) (keys []string) {
	for k := range a {
		if a[k] != b[k] {
			keys = append(keys, k)
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

// of keeps the rows of some tables.
func of(rows map[string]string, tables ...string) map[string]string {
	kept := maps.Clone(rows)
	maps.DeleteFunc(kept, func(k, _ string) bool {
		table, _, _ := strings.Cut(k, " ")
		return !slices.Contains(tables, table)
	})
	return kept
}
