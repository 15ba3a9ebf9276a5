//go:build linux

package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// layers are the groups of the example's 500 tasks; each needs tasks of the one before.
var layers = []struct {
	name  string
	tasks int
}{{"extract", 60}, {"stage", 70}, {"clean", 80}, {"dim", 60}, {"fact", 80}, {"mart", 70}, {"quality", 50}, {"publish", 30}}

var subjects = []string{"orders", "refunds", "customers", "prices", "stock", "tickets", "shipments", "sessions", "campaigns", "payments"}

// exampleName is the pipeline of the example.
const exampleName = "sales_daily"

// makeExample makes a project of 500 tasks in a directory, with a history of so many days as
// the loop would have left it: what the pages are tried on. It is the same each time.
func makeExample(dir string, intervals int) error {
	r := rand.New(rand.NewPCG(1, uint64(intervals)))
	last := time.Date(2026, 6, 23, 0, 0, 0, 0, time.UTC)
	first := last.AddDate(0, 0, 1-intervals)
	err := write(filepath.Join(dir, "pipelines", exampleName+".yaml"), func(w io.Writer) { exampleFile(w, r, first, last) })
	if err != nil {
		return err
	}
	project, err := pipelines.Load(dir)
	if err != nil {
		return err
	}
	p, ok := project.Pipeline(exampleName)
	if !ok {
		return fmt.Errorf("the example is not valid: %v", project.Problems)
	}
	raw, err := openRaw(filepath.Join(dir, ".tidemark", "state.db"), p, first)
	if err != nil {
		return err
	}
	defer raw.Close()
	tx, err := raw.Begin()
	if err != nil {
		return err
	}
	if err := exampleHistory(tx, r, p, first, intervals); err != nil {
		return fmt.Errorf("cannot make a history: %w", err)
	}
	return tx.Commit()
}

func exampleFile(w io.Writer, r *rand.Rand, first, last time.Time) {
	fmt.Fprintf(w, "pipeline: %s\ndescription: 500 tasks, made for trying the pages\ntags: [example]\nschedule: \"@daily\"\nstart_date: %s\nend_date: %s\ncatchup: true\ntasks:\n",
		exampleName, first.Format(time.DateOnly), last.Format(time.DateOnly))
	var before []string
	for _, l := range layers {
		var now []string
		for i := range l.tasks {
			id := fmt.Sprintf("%s_%s_%02d", l.name, subjects[i%len(subjects)], i)
			now = append(now, id)
			needs := ""
			if len(before) > 0 {
				a := i * len(before) / l.tasks
				needs = "needs: " + before[a] + ", "
				if b := r.IntN(len(before)); b != a && i%3 == 0 {
					needs = "needs: [" + before[a] + ", " + before[b] + "], "
				}
			}
			fmt.Fprintf(w, "  %s: {%srun: \"echo ${{ ds }}\"}\n", id, needs)
		}
		before = now
	}
}

// exampleHistory writes the runs: nearly all in success, some with a task that failed and
// what it blocked, some with tasks that were skipped.
func exampleHistory(tx *sql.Tx, r *rand.Rand, p *pipelines.Pipeline, first time.Time, intervals int) error {
	const day = int64(24 * time.Hour / time.Microsecond)
	for _, t := range p.Tasks {
		hashed, err := json.Marshal(t.Hashed)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO fingerprints (task_id, fingerprint, hashed) SELECT task_id, ?, ? FROM tasks WHERE name = ?`, t.Fingerprint, string(hashed), t.ID); err != nil {
			return err
		}
	}
	for _, s := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO definitions (definition_id, fingerprint_id, commit_id, dirty)
			SELECT fingerprint_id, fingerprint_id, '', 0 FROM fingerprints`, nil},
		{`WITH RECURSIVE i (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i + 1 < ?2)
			INSERT INTO runs (run_id, pipeline_id, interval_start, length, kind, state, version_id, created_at, started_at, ended_at, success)
			SELECT i + 1, 1, ?1 + i * ?3, ?3, 0, 2, 1, ?1 + (i + 1) * ?3, ?1 + (i + 1) * ?3 + 1000000,
			       ?1 + (i + 1) * ?3 + 1800000000 + (i * 7919 % 1200) * 1000000, ?4 FROM i`, []any{first.UnixMicro(), intervals, day, len(p.Tasks)}},
		{`INSERT INTO task_instances (run_id, task_id, state, try, try_limit, started_at, ended_at)
			SELECT run_id, task_id, 4, 1, 1, r.started_at + t.task_id * 3000000, r.started_at + t.task_id * 3000000 + (r.run_id * 31 + t.task_id * 17) % 60 * 1000000
			FROM runs AS r CROSS JOIN tasks AS t`, nil},
		{`INSERT INTO attempts (run_id, task_id, map_index, try, state, queued_at, started_at, ended_at, exit_code, definition_id)
			SELECT i.run_id, i.task_id, -1, 1, 2, i.started_at - 500, i.started_at, i.ended_at, 0, d.definition_id
			FROM task_instances AS i CROSS JOIN fingerprints AS f USING (task_id) CROSS JOIN definitions AS d USING (fingerprint_id)`, nil},
	} {
		if _, err := tx.Exec(s.text, s.args...); err != nil {
			return err
		}
	}
	for run := 1; run <= intervals; run++ {
		states := map[string]plan.State{}
		for _, t := range p.Tasks {
			switch x := r.IntN(12_000); {
			case blocked(t, states):
				states[t.ID] = plan.UpstreamFailed
			case x == 0:
				states[t.ID] = plan.Failed
			case x < 5 && len(t.Needs) > 0:
				states[t.ID] = plan.Skipped
			}
		}
		if err := exampleRun(tx, run, states); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`UPDATE pipelines SET runs_success = (SELECT count(*) FROM runs WHERE state = 2), runs_failed = (SELECT count(*) FROM runs WHERE state = 3),
		last_start = (SELECT max(interval_start) FROM runs), last_end = (SELECT max(interval_end) FROM runs)`)
	return err
}

func blocked(t *pipelines.Task, states map[string]plan.State) bool {
	for _, need := range t.Needs {
		if s := states[need]; s == plan.Failed || s == plan.UpstreamFailed {
			return true
		}
	}
	return false
}

// exampleRun writes what is not success in a run.
func exampleRun(tx *sql.Tx, run int, states map[string]plan.State) error {
	count := map[plan.State]int{}
	for task, s := range states {
		count[s]++
		where := ` WHERE run_id = ? AND task_id = (SELECT task_id FROM tasks WHERE name = ?)`
		texts := []string{`UPDATE task_instances SET state = 5` + where, `UPDATE attempts SET state = 3, exit_code = 1` + where}
		if s != plan.Failed {
			texts = []string{fmt.Sprintf(`UPDATE task_instances SET state = %d, try = 0, started_at = NULL`, s) + where, `DELETE FROM attempts` + where}
		}
		for _, text := range texts {
			if _, err := tx.Exec(text, run, task); err != nil {
				return err
			}
		}
	}
	if len(states) == 0 {
		return nil
	}
	state := plan.RunSuccess
	if count[plan.Failed] > 0 {
		state = plan.RunFailed
	}
	_, err := tx.Exec(`UPDATE runs SET state = ?, success = success - ?, failed = ?, skipped = ?, upstream_failed = ? WHERE run_id = ?`,
		state, len(states), count[plan.Failed], count[plan.Skipped], count[plan.UpstreamFailed], run)
	return err
}
