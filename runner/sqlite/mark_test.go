package sqlite

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// office is a database with one daily pipeline "a > b > c", an executor that ends each attempt
// at once, and a person who gives orders.
type office struct {
	testing.TB
	db    *DB
	def   *pipelines.Pipeline
	now   time.Time
	fails string // the task that ends badly
}

func newOffice(t testing.TB) *office {
	d := &office{TB: t, db: open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: true}),
		now: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)}
	d.def = &pipelines.Pipeline{Name: "p", Location: time.UTC, Start: d.day(1), Tags: []string{"daily"}, Tasks: []*pipelines.Task{
		{ID: "a", SkipExitCode: 99}, {ID: "b", Needs: []string{"a"}, SkipExitCode: 99}, {ID: "c", Needs: []string{"b"}, SkipExitCode: 99}}}
	tt, err := timetable.New(timetable.Spec{Cron: "@daily", Start: d.day(1)})
	if err != nil {
		t.Fatal(err)
	}
	d.def.Timetable, d.def.Catchup = tt, timetable.Catchup{Mode: timetable.CatchupTrue}
	if err := pipelines.Build(d.def); err != nil {
		t.Fatal(err)
	}
	d.check(d.db.Register(ctx, []*pipelines.Pipeline{d.def}, runner.Commit{}, d.now))
	return d
}

func (d *office) day(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }

func (d *office) check(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// turn lets the loop look once; the attempts that it begins end by the next look.
func (d *office) turn(reports []plan.Report) (next []plan.Report, busy bool) {
	d.Helper()
	decision, err := d.db.Update(ctx, d.now, func(w *plan.World) plan.Decision {
		for _, p := range w.Pipelines {
			p.Def = d.def
		}
		w.Reports, w.Parallelism = reports, 8
		return plan.Step(d.now, w)
	})
	d.check(err)
	for _, s := range decision.Start {
		r := plan.Report{AttemptKey: s.AttemptKey, Event: plan.Ended, Time: d.now}
		if s.Task == d.fails {
			r.ExitCode = 1
		}
		next = append(next, r)
	}
	return next, !decision.Empty()
}

func (d *office) run() {
	d.Helper()
	var reports []plan.Report
	for busy := true; busy; {
		reports, busy = d.turn(reports)
	}
}

func (d *office) order(decide func([]*plan.PipelineScope) (*plan.Plan, error)) *plan.Plan {
	d.Helper()
	p, err := d.try(decide)
	d.check(err)
	return p
}

func (d *office) try(decide func([]*plan.PipelineScope) (*plan.Plan, error)) (*plan.Plan, error) {
	return d.db.Apply(ctx, d.now, ScopeQuery{Pipelines: []string{"p"}}, map[string]*pipelines.Pipeline{"p": d.def},
		Actor{User: "anna", Host: "here"}, decide)
}

func (d *office) undo(op int64) *plan.Plan {
	d.Helper()
	p, err := d.db.ApplyUndo(ctx, d.now, op, Actor{User: "ben"}, func(s *plan.UndoScope) (*plan.Plan, error) { return plan.Undo(d.now, s, plan.UndoArgs{}) })
	d.check(err)
	return p
}

// dump is every run and task instance, without the stamps of orders.
func (d *office) dump() string {
	d.Helper()
	lines, err := query(ctx, d.db, `
		SELECT r.run_id, r.state, r.ended_at IS NULL, ifnull(s.text, ''), t.name, i.state, i.try, i.ended_at IS NULL, ifnull(x.text, ''),
		       r.waiting || r.queued || r.running || r.retrying || r.success || r.failed || r.skipped || r.upstream_failed
		FROM runs AS r
		LEFT JOIN task_instances AS i USING (run_id)
		LEFT JOIN tasks AS t USING (task_id)
		LEFT JOIN reasons AS x ON x.reason_id = i.reason_id
		LEFT JOIN reasons AS s ON s.reason_id = r.reason_id
		ORDER BY r.run_id, t.name`, nil, func(r *sql.Rows) (string, error) {
		var v [10]sql.NullString
		var to []any
		for i := range v {
			to = append(to, &v[i])
		}
		err := r.Scan(to...)
		var words []string
		for _, x := range v {
			words = append(words, x.String)
		}
		return strings.Join(words, " "), err
	})
	d.check(err)
	if problems, err := d.db.Verify(ctx); err != nil || len(problems) > 0 {
		d.Errorf("%v %v", problems, err)
	}
	return strings.Join(lines, "\n")
}

func (d *office) marks(as plan.State, words ...string) func([]*plan.PipelineScope) (*plan.Plan, error) {
	args := plan.MarkArgs{As: as, Reason: "by hand", Selector: plan.Selector{All: true}}
	for _, w := range words {
		if w == "--run" {
			args.Runs = true
			continue
		}
		args.TaskRegex = w
	}
	return func(s []*plan.PipelineScope) (*plan.Plan, error) { return plan.Mark(d.now, s, args) }
}

func TestAMarkIsWrittenAndTakenBack(t *testing.T) {
	for _, s := range []struct {
		fails string
		as    plan.State
		words []string
	}{
		{"b", plan.Success, []string{"^b$"}}, {"b", plan.Skipped, []string{"^b$"}}, {"", plan.Failed, []string{"^c$"}},
		{"b", plan.Success, []string{"--run"}}, {"", plan.Failed, []string{"--run"}},
	} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			d := newOffice(t)
			d.fails = s.fails
			d.run()
			before := d.dump()
			p := d.order(d.marks(s.as, s.words...))
			if after := d.dump(); after == before || !strings.Contains(after, "marked by anna: by hand") {
				t.Errorf("%s", after)
			}
			d.undo(*p.Operation)
			if got := d.dump(); got != before {
				t.Errorf("%s\nwas\n%s", got, before)
			}
		})
	}
}

func TestRunsThatHaveNotBegunAreMarkedWithTheirTasks(t *testing.T) {
	d := newOffice(t)
	_, _, err := d.db.SetPaused(ctx, d.now, "p", true, plan.PauseArgs{}, Actor{})
	d.check(err)
	d.order(func(s []*plan.PipelineScope) (*plan.Plan, error) {
		return plan.Backfill(d.now, s[0], plan.BackfillArgs{Selector: plan.Selector{Start: d.day(1), End: d.day(3)}})
	})
	before := d.dump()
	p := d.order(d.marks(plan.Success, "--run"))
	if p.Counts.Instances != 9 || !strings.Contains(d.dump(), "marked by anna") {
		t.Errorf("%+v %s", p.Counts, d.dump())
	}
	d.undo(*p.Operation)
	if got := d.dump(); got != before {
		t.Errorf("%s\nwas\n%s", got, before)
	}
}
