package plan

import (
	"testing"
	"time"
)

// running counts the running runs of a lane.
func (m *model) running(lane int64) (n int) {
	for _, r := range m.runs {
		if r.State == RunRunning && r.Lane == lane {
			n++
		}
	}
	return n
}

func TestEachLaneHasRoomOfItsOwn(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].def.MaxActiveRuns = 1
	m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, MaxActive: 3}, Lane{ID: 8, Paused: true}, Lane{ID: 9})
	m.now = day(5)
	for n := range 6 {
		for lane := range 3 {
			m.insert("p", daily(-1-n-6*lane), Backfilled, int64(7+lane), false)
		}
	}
	m.settle()
	for lane, want := range map[int64]int{0: 1, 7: 3, 8: 0, 9: 1} {
		if n := m.running(lane); n != want {
			t.Errorf("lane %d runs %d, want %d", lane, n, want)
		}
	}
}

func TestALaneRefillsAsRunsEnd(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].def.MaxActiveRuns, m.queuedLimit = 2, 1
	m.now = day(5)
	m.settle()
	m.happens(m.at("p", day(0)), "a.")
	m.settle()
	if got := show(m.runs); got != "0301 success a=success\n0302 running a=queued*\n0303 running a=queued*\n0304 queued\n0305 queued\n" {
		t.Error(got)
	}
}

func TestALaneThatSaysNoNumberHasSixteen(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].def.MaxActiveRuns = 0
	m.now = day(20)
	m.settle()
	if n := m.running(0); n != DefaultMaxActiveRuns {
		t.Errorf("%d run", n)
	}
}

func TestBackwardsStartsTheNewestFirst(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, MaxActive: 1, Backwards: true})
	for n := range 3 {
		m.insert("p", daily(-3+n), Backfilled, 7, false)
	}
	m.settle()
	if m.at("p", day(-1)).State != RunRunning || m.running(7) != 1 {
		t.Error(show(m.runs))
	}
}

func TestParallelismBoundsAllPipelinesTogether(t *testing.T) {
	m := newModel(t, graph(t, "a, b, c"))
	m.parallelism = 2
	m.add("p", 0)
	d := m.settle()
	if len(d.Start) != 2 {
		t.Errorf("%d start", len(d.Start))
	}
	if m.parallelism = 0; len(m.settle().Start) != 0 {
		t.Error("something starts in no room")
	}
}

func TestWithinAPipelineTheOldestIntervalGoesFirst(t *testing.T) {
	m := newModel(t, graph(t, "a, b"))
	m.parallelism = 3
	m.pipes[0].def.Timetable = nil
	m.add("p", 1)
	m.add("p", 0)
	m.settle()
	if got := show(m.runs); got != "0301 running a=queued* b=queued*\n0302 running a=queued* b=waiting\n" {
		t.Error(got)
	}
}

func TestABacklogStarvesNoOtherPipeline(t *testing.T) {
	big, small := graph(t, "a, b, c, d, e"), graph(t, "a")
	big.Name, small.Name = "big", "small"
	for _, parallelism := range []int{1, 2, 4} {
		m := newModel(t, big, small)
		m.parallelism = parallelism
		m.now = day(40)
		ended := 0
		for range 60 {
			m.settle()
			for _, r := range m.runs {
				for i := range r.Instances {
					if in := &r.Instances[i]; in.Open {
						m.reports = append(m.reports, Report{AttemptKey: in.key(r), Event: Ended, Time: m.now})
						if r.Pipeline == "small" {
							ended++
						}
					}
				}
			}
			m.now = m.now.Add(time.Second)
		}
		if ended < 15 {
			t.Errorf("parallelism %d: of 60 rounds small got %d", parallelism, ended)
		}
	}
}

func TestALiveRunIsNotStarvedByABackfillOfOlderIntervals(t *testing.T) {
	m := newModel(t, graph(t, "a, b, c, d"))
	m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, MaxActive: 5})
	for n := range 5 {
		m.insert("p", daily(-5+n), Backfilled, 7, false)
	}
	m.pipes[0].def.Timetable, m.parallelism = nil, 4
	m.add("p", 0)
	m.settle()
	if got := m.ending(m.at("p", day(0))); got != "a=queued* b=queued* c=waiting d=waiting | running" {
		t.Error(got)
	}
}
