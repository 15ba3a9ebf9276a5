package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

func createTwice(s *stage) {
	s.declare("a")
	s.create(0, 1)
	s.create(0, 2)
	if got := s.look(s.Store).Lanes[0].Queued; len(got) != 3 {
		s.Fatalf("%d runs, want one for each of three days", len(got))
	}
}

func createOver(s *stage) {
	s.declare("a")
	s.create(0, 2)
	half := 12 * time.Hour
	s.turn(s.Store, func(*plan.World) plan.Decision {
		var d plan.Decision
		for _, v := range []timetable.Interval{
			{Start: daily(0).Start.Add(-half), End: daily(0).Start.Add(half)}, // over the begin of one
			{Start: daily(1).Start, End: daily(1).Start.Add(half)},            // from where one begins
			{Start: daily(1).Start.Add(half), End: daily(1).End},              // to where one ends
			{Start: daily(0).Start.Add(-half), End: daily(3).End},             // over all of them
			{Start: daily(2).End, End: daily(2).End.Add(half)},                // after them
		} {
			d.Create = append(d.Create, plan.NewRun{Pipeline: "p", Interval: v, Due: v.End})
		}
		return d
	})
	if got := s.look(s.Store).Lanes[0].Queued; len(got) != 4 || got[3].Interval.Start != daily(2).End {
		s.Fatalf("%d runs, want the three days and what follows them", len(got))
	}
	s.same()
}

func unfinished(s *stage) {
	s.declare("a", "b")
	s.create(0, 2)
	s.start()
	s.move("a", plan.Queued, plan.Running, plan.Success)
	s.move("b", plan.Queued, plan.Running, plan.Success)
	s.turn(s.Store, func(w *plan.World) plan.Decision {
		return plan.Decision{Runs: []plan.RunChange{{Run: w.Pipelines[0].Running[0], From: plan.RunRunning, To: plan.RunSuccess}}}
	})
	s.start()
	p := s.look(s.Store)
	if len(p.Running) != 1 || len(p.Lanes[0].Queued) != 1 {
		s.Fatalf("%d running and %d queued, want one each", len(p.Running), len(p.Lanes[0].Queued))
	}
	if run := p.Running[0]; run.Interval != daily(1) || len(run.Instances) != 2 || run.Instances[0].Task != "a" ||
		run.Instances[0].TryLimit != 2 || run.Instances[0].State != plan.Waiting {
		s.Errorf("the running run is %+v", run)
	}
	s.same()
}

func emptyDecision(s *stage) {
	s.declare("a")
	s.create(0, 0)
	_, err := s.Other.Changed(context.Background())
	s.check(err)
	s.look(s.Store)
	if changed, err := s.Other.Changed(context.Background()); changed || err != nil {
		s.Errorf("a turn that decides nothing has written: %v, %v", changed, err)
	}
}

func wrongState(s *stage) {
	s.declare("a", "b")
	s.create(0, 0)
	s.start()
	_, err := s.Store.Update(context.Background(), s.now, func(w *plan.World) plan.Decision {
		run := w.Pipelines[0].Running[0]
		d := moveOne(run, "a", plan.Queued, s.now)
		d.Create = []plan.NewRun{{Pipeline: "p", Interval: daily(7)}}
		d.Tasks = append(d.Tasks, plan.TaskChange{Run: run, Task: "b", MapIndex: -1, From: plan.Retrying, To: plan.Success})
		return d
	})
	if err == nil {
		s.Fatal("a change from a state that the row does not have was written")
	}
	p := s.look(s.Store)
	if in := p.Running[0].Instances[0]; in.State != plan.Waiting || in.Try != 0 || in.Open || len(p.Lanes[0].Queued) != 0 {
		s.Errorf("something of the decision stayed: %+v", p.Running[0])
	}
	s.move("a", plan.Queued, plan.Running)
	s.same()
}

func twoHandles(s *stage) {
	s.declare("a")
	s.create(0, 1)
	s.look(s.Other)
	s.start()
	if p := s.look(s.Other); len(p.Running) != 1 || len(p.Lanes[0].Queued) != 1 {
		s.Fatalf("the other sees %d running", len(p.Running))
	}
	s.turn(s.Other, func(w *plan.World) plan.Decision {
		return moveOne(w.Pipelines[0].Running[0], "a", plan.Queued, s.now)
	})
	if in := s.look(s.Store).Running[0].Instances[0]; in.State != plan.Queued || in.Try != 1 || !in.Open {
		s.Errorf("what the other wrote is seen as %+v", in)
	}
}

func changed(s *stage) {
	s.declare("a")
	s.create(0, 0)
	is := func(want bool, when string) {
		s.Helper()
		if got, err := s.Store.Changed(context.Background()); err != nil || got != want {
			s.Errorf("changed is %v after %s: %v", got, when, err)
		}
	}
	s.look(s.Store)
	is(false, "a look")
	s.start()
	is(false, "a write of its own")
	s.turn(s.Other, func(w *plan.World) plan.Decision {
		return moveOne(w.Pipelines[0].Running[0], "a", plan.Queued, s.now)
	})
	is(true, "a write of another")
	is(false, "that was told")
}

func orderBetween(s *stage) {
	s.declare("a", "b")
	s.create(0, 0)
	id := s.start()
	s.move("a", plan.Queued, plan.Running, plan.Success)
	s.move("b", plan.Skipped)
	s.turn(s.Store, func(w *plan.World) plan.Decision {
		return plan.Decision{Runs: []plan.RunChange{{Run: w.Pipelines[0].Running[0], From: plan.RunRunning, To: plan.RunSuccess}}}
	})
	s.check(s.Reset(id, "a"))
	if got, err := s.Store.Changed(context.Background()); !got || err != nil {
		s.Errorf("the order is not noticed: %v", err)
	}
	queued := s.look(s.Store).Lanes[0].Queued
	if len(queued) != 1 || queued[0].ID != id {
		s.Fatalf("queued are %+v", queued)
	}
	if a := queued[0].Instances[0]; a.State != plan.Waiting || a.Try != 1 || a.Open {
		s.Errorf("the task that was put back is %+v", a)
	}
	if b := queued[0].Instances[1]; b.State != plan.Skipped {
		s.Errorf("its neighbour is %+v", b)
	}
}

func longQueue(s *stage) {
	s.declare("a")
	s.create(0, 199)
	seen := 0
	for range 200 {
		lane := s.look(s.Store).Lanes[0]
		if len(lane.Queued) == 0 {
			break
		}
		if lane.More != (seen+len(lane.Queued) < 200) {
			s.Fatalf("after %d runs %d are shown and more is %v", seen, len(lane.Queued), lane.More)
		}
		if lane.Queued[0].Interval != daily(seen) {
			s.Fatalf("the run after %d is of %s", seen, lane.Queued[0].Interval.Start)
		}
		s.start()
		seen++
	}
	if seen != 200 {
		s.Errorf("%d runs were seen", seen)
	}
}

func attempts(s *stage) {
	s.declare("a")
	s.create(0, 0)
	id := s.start()
	open := func(want ...plan.AttemptKey) {
		s.Helper()
		got, err := s.Store.OpenAttempts(context.Background())
		s.check(err)
		if !slices.Equal(got, want) {
			s.Errorf("open are %v, want %v", got, want)
		}
	}
	open()
	s.turn(s.Store, func(w *plan.World) plan.Decision {
		d := moveOne(w.Pipelines[0].Running[0], "a", plan.Waiting, s.now)
		d.Tasks[0].NotBefore = s.now.Add(time.Second)
		return d
	})
	if in := s.look(s.Other).Running[0].Instances[0]; in.State != plan.Waiting || !in.NotBefore.Equal(s.now.Add(time.Second)) {
		s.Errorf("an instance that waits for room is %+v", in)
	}
	s.same()
	s.move("a", plan.Queued)
	open(plan.AttemptKey{Run: id, Task: "a", MapIndex: -1, Try: 1})
	s.move("a", plan.Running)
	if in := s.look(s.Store).Running[0].Instances[0]; !in.StartedAt.Equal(s.now) || !in.Open {
		s.Errorf("a running instance is %+v", in)
	}
	s.turn(s.Store, func(*plan.World) plan.Decision {
		return plan.Decision{Cancel: []plan.AttemptKey{{Run: id, Task: "a", MapIndex: -1, Try: 1}}}
	})
	if in := s.look(s.Other).Running[0].Instances[0]; !in.Cancelling {
		s.Errorf("the executor was asked to end it, and it is %+v", in)
	}
	s.move("a", plan.Retrying)
	open()
	if in := s.look(s.Other).Running[0].Instances[0]; in.Open || in.Cancelling || !in.NotBefore.Equal(s.now.Add(time.Minute)) {
		s.Errorf("a retrying instance is %+v", in)
	}
	s.move("a", plan.Queued)
	open(plan.AttemptKey{Run: id, Task: "a", MapIndex: -1, Try: 2})
	s.same()
}

// expanded lets an instance that stands for a list make way for those of its items.
func expanded(s *stage) {
	s.declare("a", "b")
	s.create(0, 0)
	s.start()
	become := func(c plan.RunChange, tasks ...plan.TaskChange) {
		s.Helper()
		s.turn(s.Store, func(w *plan.World) plan.Decision {
			run := w.Pipelines[0].Running[0]
			c.Run, c.From, c.To = run, plan.RunRunning, plan.RunRunning
			for i := range tasks {
				tasks[i].Run = run
			}
			return plan.Decision{Runs: []plan.RunChange{c}, Tasks: tasks}
		})
	}
	item := func(index int) plan.Instance {
		return plan.Instance{Task: "a", MapIndex: index, TryLimit: 2, Operation: 7}
	}
	become(plan.RunChange{Born: []plan.Instance{item(0), item(1)}, Gone: []plan.Instance{{Task: "a", MapIndex: -1}}})
	become(plan.RunChange{Born: []plan.Instance{item(2)}},
		plan.TaskChange{Task: "a", MapIndex: 1, From: plan.Waiting, To: plan.Removed, TryLimit: 2, Reason: "for_each has 1 item"})
	for _, store := range []runner.Store{s.Store, s.Other} {
		got := s.look(store).Running[0].Instances
		want := []plan.State{plan.Waiting, plan.Removed, plan.Waiting}
		if len(got) != 4 || got[3].Task != "b" {
			s.Fatalf("the run holds %+v", got)
		}
		for i, state := range want {
			if got[i].MapIndex != i || got[i].State != state || got[i].TryLimit != 2 || got[i].Operation != 7 {
				s.Errorf("a[%d] is %+v", i, got[i])
			}
		}
	}
	s.same()
}

func added(s *stage) {
	s.declare("a")
	s.create(0, 0)
	s.start()
	s.move("a", plan.Queued)
	s.now = s.now.Add(time.Hour)
	s.declare("a", "b")
	s.turn(s.Store, func(w *plan.World) plan.Decision {
		return plan.Decision{Runs: []plan.RunChange{{Run: w.Pipelines[0].Running[0], From: plan.RunRunning, To: plan.RunRunning,
			Born: []plan.Instance{{Task: "b", MapIndex: -1, TryLimit: 1}}}},
			Skip:    []plan.SkippedStretch{{Pipeline: "p", Stretch: timetable.Stretch{First: daily(1), Last: daily(2), Count: 2, Reason: "catchup: false"}}},
			Cursors: []plan.Cursor{{Pipeline: "p", Last: daily(2)}}}
	})
	p := s.look(s.Store)
	if run := p.Running[0]; len(run.Instances) != 2 || !run.StartedAt.Equal(day0) {
		s.Errorf("the run is %+v", run)
	}
	if p.Last != daily(2) {
		s.Errorf("the schedule stands at %v", p.Last)
	}
	s.same()
}
