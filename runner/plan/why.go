package plan

import (
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// WhyDoc says why a task instance is in its state: the document tidemark.why/1.
type WhyDoc struct {
	Schema        string     `json:"schema"`
	Pipeline      string     `json:"pipeline"`
	IntervalStart time.Time  `json:"interval_start"`
	Task          string     `json:"task"`
	State         string     `json:"state"` // a state's name, or "absent"
	Sentence      string     `json:"sentence"`
	Checks        []Check    `json:"checks"`
	StartsWhen    *time.Time `json:"starts_when"` // nil where no instant is known
}

// Check is one condition of a start, and whether it holds.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// WhyScope is what there is to know about one task of one interval.
type WhyScope struct {
	Pipeline    *PipelineState // with its definition and lanes
	Interval    timetable.Interval
	Task        string
	MapIndex    int
	Run         *Run               // with its instances; nil: none at this interval
	Reason      string             // of the instance's final state, or of its newest attempt
	EndedAt     time.Time          // of the newest attempt; zero: none
	Skipped     *timetable.Stretch // the recorded stretch that the interval lies in
	Active      int                // running runs of the run's lane
	Live        int                // attempts with the executor, over all pipelines
	Parallelism int                // 0: not known
}

// Why explains.
func Why(now time.Time, s *WhyScope) WhyDoc { return WhyDoc{} }
