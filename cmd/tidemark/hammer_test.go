//go:build linux

package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var hammerLength = flag.Duration("hammer.length", 15*time.Second, "how long two people give orders")

// TestTwoPeopleAndARunnerAtOnce lets two people give orders as fast as they can while a
// runner works. Nobody hears of a lock, and every order is applied whole or not at all.
func TestTwoPeopleAndARunnerAtOnce(t *testing.T) {
	w := newWreck(t, rand.New(rand.NewPCG(1, 1)))
	t.Cleanup(w.killKeeper)
	length := *hammerLength
	if testing.Short() {
		length = 3 * time.Second
	}
	runner := w.tidemark(context.Background(), "run", "--progress", "none")
	var said bytes.Buffer
	runner.Stderr = &said
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	people := []*person{{wreck: w, rng: rand.New(rand.NewPCG(1, 2))}, {wreck: w, rng: rand.New(rand.NewPCG(1, 3))}}
	var wait sync.WaitGroup
	for _, p := range people {
		wait.Go(func() {
			for ctx.Err() == nil {
				p.order()
			}
		})
	}
	wait.Wait()
	if err := runner.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := runner.Wait(); runner.ProcessState.ExitCode() != exitInterrupted {
		t.Errorf("the runner ends with %v, says\n%s", err, said.Bytes())
	}
	_ = w.tidemark(context.Background(), untilIdle...).Run() // runs that were marked as failed make it fail
	w.check(0)
	w.whole(people)
	for _, p := range people {
		t.Logf("orders: %d applied, %d refused", len(p.applied), p.refused)
	}
}

// person gives random orders.
type person struct {
	*wreck
	rng     *rand.Rand
	applied []applied
	refused int
}

// applied is what a person was told about an order.
type applied struct {
	kind      string
	operation int64
	rows      int
}

func (p *person) order() {
	day := func(n int) string { return time.Date(2024, 1, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly) }
	first := p.rng.IntN(60)
	bounds := []string{"-s", day(first), "-e", day(first + p.rng.IntN(20)), "--yes", "-o", "json"}
	tasks := []string{"-t", []string{"^a$", "b|c", "."}[p.rng.IntN(3)]}
	switch n := p.rng.IntN(10); {
	case n < 4:
		p.give(append(append([]string{"clear", "p"}, tasks...), bounds...)...)
	case n < 6:
		p.give(append([]string{"backfill", "p", "--reprocess", []string{"none", "failed", "completed"}[p.rng.IntN(3)]}, bounds...)...)
	case n < 7:
		p.give(append(append([]string{"mark", "p", "--as", []string{"success", "skipped"}[p.rng.IntN(2)]}, tasks...), bounds...)...)
	case len(p.applied) > 0:
		p.give("undo", strconv.FormatInt(p.applied[p.rng.IntN(len(p.applied))].operation, 10), "--yes", "-o", "json")
	}
}

// give gives an order. Only the plan that has moved on and a selection without a match may
// refuse it, and an undo that was undone.
func (p *person) give(args ...string) {
	cmd := p.tidemark(context.Background(), args...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	said := out.String() + stderr.String()
	switch {
	case err == nil:
		var doc struct {
			Kind      string
			Operation *int64
			Instances []json.RawMessage
		}
		if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
			p.t.Errorf("tidemark %s: %v\n%s", strings.Join(args, " "), err, said)
		}
		if doc.Operation != nil {
			p.applied = append(p.applied, applied{doc.Kind, *doc.Operation, len(doc.Instances)})
		}
	case errors.As(err, &exit) && exit.ExitCode() == exitNoMatch,
		strings.Contains(said, "stale-plan"), strings.Contains(said, "already-undone"):
		p.refused++
	default:
		p.t.Errorf("tidemark %s: %v\n%s", strings.Join(args, " "), err, said)
	}
}

// whole compares what people were told with what is on record, operation by operation.
func (w *wreck) whole(people []*person) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, ".tidemark", "state.db")+"?mode=ro")
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	total := 0
	for _, p := range people {
		for _, o := range p.applied {
			var rows, there int
			if err := db.QueryRow(`
				SELECT (SELECT count(*) FROM operation_instances WHERE operation_id = ?1),
				       (SELECT count(*) FROM operations WHERE operation_id = ?1)`, o.operation).Scan(&rows, &there); err != nil {
				w.t.Fatal(err)
			}
			if there != 1 || (o.kind == "clear" || o.kind == "mark") && rows != o.rows {
				w.t.Errorf("%s %d was told as %d rows and is on record with %d", o.kind, o.operation, o.rows, rows)
			}
		}
		total += len(p.applied)
	}
	var recorded int
	if err := db.QueryRow(`SELECT count(*) FROM operations`).Scan(&recorded); err != nil || recorded != total {
		w.t.Errorf("%d operations on record, %d were told of: %v", recorded, total, err)
	}
}
