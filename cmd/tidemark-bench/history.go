//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

var ctx = context.Background()

// historyTasks is how many tasks a run of history has.
const historyTasks = 20

// history grows one database from ten thousand task instances to ten million, and measures
// at each size what a turn of the loop costs; at the end, the size and `tidemark status`.
func (b *bench) history() error {
	dir, err := b.place("history")
	if err != nil {
		return err
	}
	sizes := []int{10_000, 1_000_000, 10_000_000}
	if b.quick {
		sizes = []int{10_000, 100_000, 1_000_000}
	}
	path := filepath.Join(dir, ".tidemark", "state.db")
	var idle, report []float64
	for _, n := range sizes {
		if err := fillHistory(dir, path, n); err != nil {
			return err
		}
		cpu, err := turns(dir, path, "past", historyTasks, 1, 1000, false)
		if err != nil {
			return err
		}
		idle = append(idle, cpu)
		if cpu, err = turns(dir, path, fmt.Sprintf("now%d", n), 1_000, 1, 200, true); err != nil {
			return err
		}
		report = append(report, cpu)
	}
	least, most := sizes[0], sizes[len(sizes)-1]
	worst := max(idle[0], idle[1], idle[2])
	b.add(bounded(fmt.Sprintf("turn of the loop, nothing to do, %s, %s and %s rows of history: the dearest", thousands(sizes[0]), thousands(sizes[1]), thousands(most)), worst/1000, " ms CPU", 1))
	b.add(bounded("the same: exponent of its growth", exponent(idle[0], idle[2], least, most), "", 0.1))
	b.add(bounded("turn with one report in a run of 1,000 tasks: exponent in history", exponent(report[0], report[2], least, most), "", 0.1))
	if err := b.active(); err != nil {
		return err
	}
	if err := b.size(path, most); err != nil {
		return err
	}
	var costs []cost
	for range 5 {
		c, err := timed(dir, b.tidemark, "status")
		if err != nil {
			return err
		}
		costs = append(costs, c)
	}
	b.add(bounded(fmt.Sprintf("`tidemark status` on %s rows", thousands(most)), float64(medianCPU(costs).Microseconds())/1000, " ms CPU", 100))
	return nil
}

// active measures a turn with one report in runs of several sizes.
func (b *bench) active() error {
	var cpu []float64
	sizes := []int{10, 1_000, 100_000}
	for _, n := range sizes {
		dir, err := b.place("active")
		if err != nil {
			return err
		}
		us, err := turns(dir, filepath.Join(dir, "state.db"), "active", n, 400, b.pick(60, 200), true)
		if err != nil {
			return err
		}
		cpu = append(cpu, us)
	}
	b.add(bounded("turn with one report in a run of 10, 1,000 and 100,000 tasks: exponent in active work", exponent(cpu[1], cpu[2], sizes[1], sizes[2]), "", 1.05))
	b.add(bounded("the same: of each task of the run, where there are 100,000", cpu[2]/float64(sizes[2]), " µs", 5))
	return nil
}

// declared is a pipeline of tasks that need nothing. Its file has one of them: more than a
// file may hold are made in memory.
func declared(dir, name string, tasks, intervals int) (*pipelines.Pipeline, error) {
	err := write(filepath.Join(dir, "pipelines", name+".yaml"), func(w io.Writer) {
		last := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, intervals-1)
		fmt.Fprintf(w, "schedule: \"@daily\"\nstart_date: 2024-01-01\nend_date: %s\ncatchup: true\nmax_active_runs: 1\ntasks:\n  t: {run: [/bin/true]}\n",
			last.Format(time.DateOnly))
	})
	if err != nil {
		return nil, err
	}
	loaded, err := pipelines.Load(dir)
	if err != nil {
		return nil, err
	}
	p, ok := loaded.Pipeline(name)
	if !ok {
		return nil, fmt.Errorf("no pipeline %q: %v", name, loaded.Problems)
	}
	one := *p.Tasks[0]
	p.Tasks = nil
	for i := range tasks {
		t := one
		t.ID = fmt.Sprintf("t%06d", i)
		p.Tasks = append(p.Tasks, &t)
	}
	return p, pipelines.Build(p)
}

// turns takes turns of the real planner and the real store and returns the processor time
// of one in microseconds. With ends, each turn hears that an attempt has ended and begins
// the next; without, nothing has happened since the turn before.
func turns(dir, path, name string, tasks, intervals, count int, ends bool) (float64, error) {
	p, err := declared(dir, name, tasks, intervals)
	if err != nil {
		return 0, err
	}
	db, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := db.Register(ctx, []*pipelines.Pipeline{p}, runner.Commit{}, now); err != nil {
		return 0, err
	}
	var open []plan.AttemptKey
	turn := func() error {
		now = now.Add(time.Millisecond)
		_, err := db.Update(ctx, now, func(w *plan.World) plan.Decision {
			for _, s := range w.Pipelines {
				if s.Name == name {
					s.Def = p
				}
			}
			w.Parallelism = 0
			if ends {
				w.Parallelism = 1
			}
			for _, k := range open {
				w.Reports = append(w.Reports, plan.Report{AttemptKey: k, Event: plan.Ended, Time: now, StartedAt: now})
			}
			d := plan.Step(now, w)
			open = open[:0]
			for _, s := range d.Start {
				open = append(open, s.AttemptKey)
			}
			return d
		})
		return err
	}
	for range 5 { // the run is made and begins
		if err := turn(); err != nil {
			return 0, err
		}
	}
	before := own()
	for range count {
		if err := turn(); err != nil {
			return 0, err
		}
		if ends && len(open) == 0 { // between two runs
			if err := turn(); err != nil {
				return 0, err
			}
		}
	}
	return float64((own() - before).Nanoseconds()) / 1000 / float64(count), nil
}

// openRaw makes a pipeline known to a database, and opens that past the store, on one
// connection: a history is written there that the loop would have needed weeks for.
func openRaw(path string, p *pipelines.Pipeline, at time.Time) (*sql.DB, error) {
	db, err := sqlite.Open(path, sqlite.Options{Fast: true})
	if err != nil {
		return nil, err
	}
	err = db.Register(ctx, []*pipelines.Pipeline{p}, runner.Commit{}, at)
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	raw, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(OFF)&_pragma=cache_size(-200000)")
	if err == nil {
		raw.SetMaxOpenConns(1)
	}
	return raw, err
}

// fillHistory brings the history up to n task instances in success, as the loop would have
// left them.
func fillHistory(dir, path string, n int) error {
	p, err := declared(dir, "past", historyTasks, 1)
	if err != nil {
		return err
	}
	raw, err := openRaw(path, p, time.Now())
	if err != nil {
		return err
	}
	defer raw.Close()
	first := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	for _, s := range []struct {
		text string
		args []any
	}{
		{"BEGIN", nil},
		{`INSERT OR IGNORE INTO definitions (definition_id, fingerprint_id, commit_id, dirty)
			SELECT 1, min(fingerprint_id), 'c', 0 FROM fingerprints`, nil},
		{`WITH RECURSIVE i (i) AS (SELECT count(*) FROM runs WHERE interval_start < ?3 UNION ALL SELECT i + 1 FROM i WHERE i + 1 < ?2)
			INSERT INTO runs (pipeline_id, interval_start, length, kind, state, version_id, created_at, started_at, ended_at, success)
			SELECT (SELECT pipeline_id FROM pipelines WHERE name = 'past'), ?1 + i * 300000000, 300000000, 0, 2, 1,
			       ?1 + i * 300000000, ?1 + i * 300000000 + 1000, ?1 + i * 300000000 + 9000, ?4 FROM i`,
			[]any{first, n / historyTasks, first + 100_000_000*300_000_000, historyTasks}},
		{`INSERT INTO task_instances (run_id, task_id, state, try, try_limit, started_at, ended_at)
			SELECT run_id, task_id, 4, 1, 1, r.created_at + 1000, r.created_at + 2000
			FROM pipelines AS p CROSS JOIN runs AS r USING (pipeline_id) CROSS JOIN tasks AS t USING (pipeline_id)
			WHERE p.name = 'past' AND r.state = 2 AND NOT EXISTS (SELECT 1 FROM task_instances AS i WHERE i.run_id = r.run_id)`, nil},
		{`INSERT INTO attempts (run_id, task_id, map_index, try, state, queued_at, started_at, ended_at, exit_code, definition_id)
			SELECT i.run_id, i.task_id, -1, 1, 2, i.started_at - 500, i.started_at, i.ended_at, 0, 1
			FROM runs AS r CROSS JOIN task_instances AS i USING (run_id)
			WHERE r.pipeline_id = (SELECT pipeline_id FROM pipelines WHERE name = 'past')
			  AND r.state = 2 AND NOT EXISTS (SELECT 1 FROM attempts AS a WHERE a.run_id = r.run_id)`, nil},
		{`UPDATE pipelines SET runs_success = (SELECT count(*) FROM runs AS r WHERE r.pipeline_id = pipelines.pipeline_id AND r.state = 2),
			last_start = ?1, last_end = ?1 + 300000000 WHERE name = 'past'`, []any{first + int64(n/historyTasks)*300_000_000}},
		{"COMMIT", nil},
	} {
		if _, err := raw.Exec(s.text, s.args...); err != nil {
			return fmt.Errorf("cannot make a history: %w", err)
		}
	}
	return nil
}

// size is what the file takes for each task instance, all in.
func (b *bench) size(path string, n int) error {
	if _, err := timed(filepath.Dir(filepath.Dir(path)), b.tidemark, "status"); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	b.add(bounded(fmt.Sprintf("disk: a task instance with one attempt, of %s, all in", thousands(n)), float64(info.Size())/float64(n), " bytes", 110))
	return nil
}

// exponent says how a cost grows: 0 not at all, 1 as the size does.
func exponent(small, large float64, from, to int) float64 {
	return math.Log(large/small) / math.Log(float64(to)/float64(from))
}

func thousands(n int) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return fmt.Sprintf("%d million", n/1_000_000)
	case n >= 1_000:
		return fmt.Sprintf("%d,%03d", n/1000, n%1000)
	}
	return fmt.Sprint(n)
}
