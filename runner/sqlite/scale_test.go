package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

var anna = Actor{User: "anna", Host: "here"}

// pipeline declares a chain of n tasks, every five minutes.
func pipeline(t testing.TB, name string, n int) *pipelines.Pipeline {
	t.Helper()
	p := &pipelines.Pipeline{Name: name, Location: time.UTC, MaxActiveRuns: 16, Source: "pipeline: " + name, Fingerprint: "v1"}
	for i := range n {
		task := &pipelines.Task{ID: fmt.Sprintf("task%02d", i), SkipExitCode: 99, Fingerprint: "f1"}
		if i > 0 {
			task.Needs = []string{p.Tasks[i-1].ID}
		}
		p.Tasks = append(p.Tasks, task)
	}
	if err := pipelines.Build(p); err != nil {
		t.Fatal(err)
	}
	return p
}

func register(t testing.TB, db *DB, ps ...*pipelines.Pipeline) {
	t.Helper()
	if err := db.Register(ctx, ps, runner.Commit{ID: "0123456789abcdef0123456789abcdef01234567"}, day0); err != nil {
		t.Fatal(err)
	}
}

// backfill is a plan to make n runs of a pipeline, every five minutes.
func backfill(name string, n int) *plan.Plan {
	p := &plan.Plan{Kind: "backfill", Pipelines: []string{name}, Lane: &plan.Lane{}, Runs: make([]plan.PlanRun, n)}
	to := plan.RunQueued
	for i := range n {
		start := day0.Add(time.Duration(i) * 5 * time.Minute)
		p.Runs[i] = plan.PlanRun{Pipeline: name, IntervalStart: start, IntervalEnd: start.Add(5 * time.Minute),
			Due: start.Add(5 * time.Minute), To: &to, Action: plan.Create}
	}
	return p
}

// fill writes n runs of history with a task instance of each task, all in success, as the
// loop would have left them.
func fill(t testing.TB, db *DB, p *pipelines.Pipeline, n int) {
	t.Helper()
	_, err := db.Apply(ctx, day0, ScopeQuery{}, nil, anna, func([]*plan.PipelineScope) (*plan.Plan, error) { return backfill(p.Name, n), nil })
	if err != nil {
		t.Fatal(err)
	}
	at := day0.UnixMicro()
	err = db.update(ctx, "fill", func(w *conn) error {
		for _, text := range []string{
			fmt.Sprintf(`INSERT INTO task_instances (run_id, task_id, state, try, try_limit, started_at, ended_at)
				SELECT run_id, task_id, 4, 1, 1, created_at + 1000, created_at + 2000 FROM runs CROSS JOIN tasks USING (pipeline_id) WHERE pipeline_id = %d`, db.names.pipelines[p.Name]),
			`INSERT OR IGNORE INTO fingerprints (fingerprint_id, task_id, fingerprint, hashed) VALUES (1, 1, 'f1', '[]')`,
			`INSERT OR IGNORE INTO definitions (definition_id, fingerprint_id, commit_id, dirty) VALUES (1, 1, 'c', 0)`,
			fmt.Sprintf(`INSERT INTO attempts (run_id, task_id, map_index, try, state, queued_at, started_at, ended_at, exit_code, definition_id)
				SELECT run_id, task_id, map_index, 1, 2, started_at - 500, started_at, ended_at, 0, 1 FROM task_instances WHERE run_id IN (SELECT run_id FROM runs WHERE pipeline_id = %d)`, db.names.pipelines[p.Name]),
			fmt.Sprintf(`UPDATE runs SET state = 2, version_id = 1, started_at = created_at + 1000, ended_at = created_at + %d, success = %d WHERE pipeline_id = %d`,
				at%1000+5000, len(p.Tasks), db.names.pipelines[p.Name]),
			fmt.Sprintf(`UPDATE pipelines SET runs_queued = 0, runs_success = %d WHERE pipeline_id = %d`, n, db.names.pipelines[p.Name]),
			`UPDATE operations SET state = 1, ended_at = created_at WHERE state = 0`,
		} {
			if _, err := w.ExecContext(ctx, text); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
		db.cache = nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scale is how many rows the tests of size and speed use: TIDEMARK_SCALE, or few.
func scale() int {
	if n, err := strconv.Atoi(os.Getenv("TIDEMARK_SCALE")); err == nil {
		return n
	}
	if testing.Short() {
		return 2_000
	}
	return 20_000
}

func TestSizeOfRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db := open(t, path, Options{Fast: true})
	p := pipeline(t, "p", 20)
	register(t, db, p)
	fill(t, db, p, scale()/20)
	sizes := map[string]int64{}
	rows, err := db.readers.Query(`SELECT name, sum(pgsize) FROM dbstat GROUP BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		sizes[name] = n
	}
	n := float64(scale())
	instance := float64(sizes["task_instances"]+sizes["attempts"]+sizes["attempts_open"]) / n
	run := float64(sizes["runs"]+sizes["sqlite_autoindex_runs_1"]+sizes["runs_queued"]+sizes["runs_running"]) / (n / 20)
	t.Logf("%.0f rows: a task instance with one attempt takes %.0f bytes (%.0f + %.0f), a run %.0f (%.0f + %.0f)", n, instance,
		float64(sizes["task_instances"])/n, float64(sizes["attempts"])/n, run, float64(sizes["runs"])*20/n, float64(sizes["sqlite_autoindex_runs_1"])*20/n)
	if instance > 110 {
		t.Errorf("a task instance with one attempt takes %.0f bytes, more than 110", instance)
	}
	if run > 105 && scale() >= 200_000 { // a small table has half-empty pages
		t.Errorf("a run takes %.0f bytes, more than 105", run)
	}
}

func TestManyRowsInOneOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db := open(t, path, Options{})
	made := pipeline(t, "made", 3)
	cleared := pipeline(t, "cleared", 20)
	register(t, db, made, cleared)
	n := scale()
	p := backfill("made", n)
	began := now()
	if _, err := db.Apply(ctx, day0, ScopeQuery{}, nil, anna, func([]*plan.PipelineScope) (*plan.Plan, error) { return p, nil }); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d runs are made in %v", n, began)
	var size int64
	if err := db.readers.QueryRow(`SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%runs%'`).Scan(&size); err != nil {
		t.Fatal(err)
	}
	t.Logf("a run that waits takes %d bytes", size/int64(n))

	fill(t, db, cleared, n/20)
	defs := map[string]*pipelines.Pipeline{"cleared": cleared}
	q := ScopeQuery{Pipelines: []string{"cleared"}}
	began = now()
	if _, err := db.Scopes(ctx, q, defs); err != nil {
		t.Fatal(err)
	}
	t.Logf("a scope of %d task instances is read in %v", n, began)
	var planned string
	began = now()
	done, err := db.Apply(ctx, day0, q, defs, anna, func(s []*plan.PipelineScope) (*plan.Plan, error) {
		at := now()
		p, err := plan.Clear(day0, s, plan.ClearArgs{Selector: plan.Selector{All: true}})
		planned = at.String()
		return p, err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d task instances are cleared in %v, of which %v to plan", len(done.Instances), began, planned)
	began = now()
	undone, err := db.ApplyUndo(ctx, day0, *done.Operation, anna, func(s *plan.UndoScope) (*plan.Plan, error) { return plan.Undo(day0, s, plan.UndoArgs{}) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d are restored in %v", len(undone.Instances), began)
	if wrong, err := db.Verify(ctx); err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
}

// watch measures what a piece of work costs: by the clock and, which says more on a shared
// machine, in time on the processor.
type watch struct {
	at  time.Time
	cpu time.Duration
}

func now() watch { return watch{time.Now(), cpu()} }

func (w watch) String() string {
	return fmt.Sprintf("%v (%v of CPU)", time.Since(w.at).Round(time.Millisecond), (cpu() - w.cpu).Round(time.Millisecond))
}

func BenchmarkTurn(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		path := filepath.Join(b.TempDir(), "state.db")
		db := open(b, path, Options{Fast: true})
		p := pipeline(b, "p", 20)
		register(b, db, p)
		fill(b, db, p, n/20)
		start(b, db, p, 16)
		b.Run(fmt.Sprintf("idle/history=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := db.Update(ctx, day0, func(*plan.World) plan.Decision { return plan.Decision{} }); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("reload/history=%d", n), func(b *testing.B) {
			for b.Loop() {
				db.cache = nil
				if _, err := db.Update(ctx, day0, func(*plan.World) plan.Decision { return plan.Decision{} }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// start makes n runs that run.
func start(t testing.TB, db *DB, p *pipelines.Pipeline, n int) {
	t.Helper()
	turn := func(decide func(w *plan.World) plan.Decision) {
		t.Helper()
		if _, err := db.Update(ctx, day0, decide); err != nil {
			t.Fatal(err)
		}
	}
	turn(func(*plan.World) (d plan.Decision) {
		for i := range n {
			s := day0.AddDate(-1, 0, i)
			d.Create = append(d.Create, plan.NewRun{Pipeline: p.Name, Interval: timetable.Interval{Start: s, End: s.Add(time.Hour)}})
		}
		return d
	})
	turn(func(w *plan.World) plan.Decision {
		w.Parallelism = 0
		w.Pipelines[0].Def = p
		return plan.Step(day0, w)
	})
}

// BenchmarkStep is what the store costs a chain: the turn that ends one task and begins
// the next, at FULL.
func BenchmarkStep(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "state.db"), Options{})
	p := pipeline(b, "p", 1000)
	register(b, db, p)
	start(b, db, p, 1)
	var open []plan.AttemptKey
	for b.Loop() {
		if _, err := db.Update(ctx, day0, func(w *plan.World) plan.Decision {
			w.Parallelism = 4
			w.Pipelines[0].Def = p
			for _, k := range open {
				w.Reports = append(w.Reports, plan.Report{AttemptKey: k, Event: plan.Ended, Time: day0, StartedAt: day0})
			}
			d := plan.Step(day0, w)
			open = open[:0]
			for _, s := range d.Start {
				open = append(open, s.AttemptKey)
			}
			if len(d.Start) == 0 {
				b.Fatal("the chain is over")
			}
			return d
		}); err != nil {
			b.Fatal(err)
		}
	}
}
