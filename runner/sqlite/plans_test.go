package sqlite

import (
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s has changed; go test -update writes it anew. Now:\n%s", path, got)
	}
}

func TestSchemaIsAsPublished(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: true})
	rows, err := db.readers.Query(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name`)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := drain(rows, func(r *sql.Rows) error {
		var s string
		err := r.Scan(&s)
		text.WriteString(s + ";\n\n")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	golden(t, "schema.sql", text.String())
}

// TestPlansOfAllStatements does all that the package can, listens to the statements, and
// asks an empty database how it would carry them out.
func TestPlansOfAllStatements(t *testing.T) {
	heard := map[string]bool{}
	trace = func(text string) { heard[text] = true }
	defer func() { trace = func(string) {} }()
	everything(t)

	db := open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: true})
	var texts []string
	for text := range heard {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	var out strings.Builder
	for _, text := range texts {
		lines := explainPlan(t, db, text)
		flat := strings.Join(strings.Fields(text), " ")
		out.WriteString(flat + "\n" + strings.Join(lines, "") + "\n")
		if scanOfHistory.MatchString(strings.Join(lines, "")) && !mayScan.MatchString(flat) {
			t.Errorf("this statement reads a table of history whole:\n%s\n%s", text, strings.Join(lines, ""))
		}
	}
	golden(t, "plans.txt", out.String())

	// The statistics of a database in which nothing waits make the indexes of unfinished work
	// look free. Nothing may be found through them that is known by its number.
	for _, text := range []string{`ANALYZE`, `DELETE FROM sqlite_stat1`, `INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
		('runs', 'runs_queued', '0 0 0 0'), ('runs', 'runs_running', '0 0 0 0'), ('attempts', 'attempts_open', '0 0'),
		('runs', 'sqlite_autoindex_runs_1', '500000 2001 1'), ('task_instances', 'task_instances', '10000000 20 1 1'),
		('attempts', 'attempts', '10000000 20 1 1 1')`, `ANALYZE sqlite_schema`} {
		_, err := db.w.ExecContext(ctx, text)
		must(t, err)
	}
	for _, text := range texts {
		lines := strings.Join(explainPlan(t, db, text), "")
		if flat := strings.Join(strings.Fields(text), " "); scanOfHistory.MatchString(lines) && !mayScan.MatchString(flat) {
			t.Errorf("on a quiet database this statement reads a table of history whole:\n%s\n%s", text, lines)
		}
	}
}

var (
	scanOfHistory = regexp.MustCompile(`SCAN (runs|r|task_instances|i|attempts|a|b|operation_instances)\b`)
	// mayScan are Verify, which must, and what goes over the open attempts' own index.
	mayScan = regexp.MustCompile(`sum\(state = 0\)|INDEXED BY attempts_open`)
)

func explainPlan(t *testing.T, db *DB, text string) []string {
	t.Helper()
	if word := strings.Fields(text)[0]; word == "PRAGMA" || word == "BEGIN" || word == "COMMIT" || word == "ROLLBACK" {
		return nil
	}
	named := []any{sql.Named("now", 0), sql.Named("lane", 0), sql.Named("pipeline", 0)}
	if !strings.Contains(text, "@now") {
		named = nil
	}
	for n := range 30 {
		args := slices.Clone(named)
		for range n {
			args = append(args, 0) // SQLite looks at values too: 0 is a state in which work waits
		}
		rows, err := db.w.QueryContext(ctx, "EXPLAIN QUERY PLAN "+text, args...)
		if err != nil {
			if strings.Contains(err.Error(), "missing") {
				continue
			}
			t.Fatalf("%s: %v", text, err)
		}
		var lines []string
		depth := map[int]string{}
		if err := drain(rows, func(r *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := r.Scan(&id, &parent, &unused, &detail)
			depth[id] = depth[parent] + "  "
			lines = append(lines, depth[id]+detail+"\n")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return lines
	}
	t.Fatalf("%s: how many parameters?", text)
	return nil
}

// everything runs every statement of the package once.
func everything(t *testing.T) {
	TestStore(t)
	TestTheRunBeforeIsReadFromTheDatabaseAndFollowedInMemory(t)
	TestATaskThatNoEarlierRunHadIsFresh(t)
	TestTheLatestSuccessIsReadFromTheDatabaseAndFollowedInMemory(t)
	TestResultsAreReadBackWithTheWorldUntilTheirTaskRunsAgain(t)
	path := filepath.Join(t.TempDir(), "state.db")
	db := open(t, path, Options{Fast: true})
	release, err := db.Lease(ctx, Holder{PID: 1, Host: "h", Version: "v", Started: day0})
	must(t, err)
	release()
	p := pipeline(t, "p", 3)
	register(t, db, p)
	defs := map[string]*pipelines.Pipeline{"p": p}
	q := ScopeQuery{Pipelines: []string{"p"}, Machine: plan.Machine{Parallelism: 2}}
	order := func(decide func([]*plan.PipelineScope) (*plan.Plan, error)) *plan.Plan {
		t.Helper()
		done, err := db.Apply(ctx, day0, q, defs, anna, decide)
		must(t, err)
		return done
	}
	undo := func(op *int64) *plan.Plan {
		t.Helper()
		done, err := db.ApplyUndo(ctx, day0, *op, anna, func(s *plan.UndoScope) (*plan.Plan, error) { return plan.Undo(day0, s, plan.UndoArgs{}) })
		must(t, err)
		return done
	}
	made := order(func([]*plan.PipelineScope) (*plan.Plan, error) { return partial(backfill("p", 3), p), nil })
	gone := undo(made.Operation)
	undo(gone.Operation)
	fill(t, db, pipelineNamed(t, db, "q"), 3)
	q.Pipelines = []string{"q"}
	defs["q"] = pipeline(t, "q", 3)
	cleared := order(func(s []*plan.PipelineScope) (*plan.Plan, error) {
		return plan.Clear(day0, s, plan.ClearArgs{Selector: plan.Selector{All: true}})
	})
	undo(cleared.Operation)
	_, _, err = db.SetPaused(ctx, day0, "p", true, plan.PauseArgs{}, anna)
	must(t, err)
	_, _, err = db.SetLane(ctx, day0, *made.Operation, true, plan.PauseArgs{}, anna)
	must(t, err)
	backwards := backfill("q", 100)
	backwards.Runs, backwards.Lane.Backwards = backwards.Runs[50:], true
	order(func([]*plan.PipelineScope) (*plan.Plan, error) { return backwards, nil })
	_, err = db.Update(ctx, day0, func(w *plan.World) plan.Decision { return plan.Decision{} })
	must(t, err)
	readAll(t, db, *made.Operation)
	readHistory(t, db)
}

func pipelineNamed(t *testing.T, db *DB, name string) *pipelines.Pipeline {
	p := pipeline(t, name, 3)
	register(t, db, p)
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// partial makes a backfill one of the first task only.
func partial(p *plan.Plan, def *pipelines.Pipeline) *plan.Plan {
	for i := range p.Runs {
		p.Runs[i].Partial = true
		p.Instances = append(p.Instances, plan.PlanRow{Pipeline: def.Name, Task: def.Tasks[0].ID, MapIndex: -1,
			IntervalStart: p.Runs[i].IntervalStart, To: plan.Waiting, Action: plan.Create, TryLimit: 1})
	}
	return p
}

func readAll(t *testing.T, db *DB, op int64) {
	_, err := db.Pipelines(ctx)
	must(t, err)
	_, err = db.Runs(ctx, RunQuery{Pipeline: "p"})
	must(t, err)
	_, err = db.Runs(ctx, RunQuery{Pipeline: "p", Newest: true, Limit: 2})
	must(t, err)
	run, err := db.RunAt(ctx, "p", day0)
	must(t, err)
	_, err = db.LaneOf(ctx, run)
	must(t, err)
	_, err = db.NearestRuns(ctx, "p", day0, 2)
	must(t, err)
	_, err = db.Skipped(ctx, "p", time.Time{}, day0)
	must(t, err)
	_, err = db.OpenTasks(ctx)
	must(t, err)
	_, err = db.Totals(ctx)
	must(t, err)
	_, err = db.Version(ctx, "p", "v1")
	must(t, err)
	_, err = db.LastGood(ctx, "pipelines/p.yaml", "p")
	must(t, err)
	for _, q := range []InstanceQuery{{}, {Newest: true}, {Tasks: []string{"task00"}}, {Tasks: []string{"task00"}, Newest: true}} {
		q.Pipeline = "q"
		_, err = db.Instances(ctx, q)
		must(t, err)
	}
	_, err = db.Attempts(ctx, 4, "task00", -1)
	must(t, err)
	_, err = db.Operations(ctx, OperationQuery{})
	must(t, err)
	_, err = db.Operation(ctx, op)
	must(t, err)
	_, err = db.Progress(ctx, op)
	must(t, err)
	_, err = db.Running(ctx)
	must(t, err)
	_, err = db.Remaining(ctx, op, pipeline(t, "p", 3))
	must(t, err)
	_, err = db.Verify(ctx)
	must(t, err)
}
