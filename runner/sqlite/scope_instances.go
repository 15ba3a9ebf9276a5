package sqlite

import (
	"encoding/binary"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// loadScopeInstances reads the task instances of all runs of a scope in one pass. What is
// small is packed into one number, and so are the two keys: each column costs as much as they.
// Runs that look alike share one list, which nobody changes: a history is a few patterns,
// many times.
func (c *conn) loadScopeInstances(n *names, s *plan.PipelineScope, id, from, to int64) error {
	l := alike{names: n, place: placesOf(s.Def), known: map[string][]plan.Instance{}}
	at := 0
	err := c.numbers(`
		SELECT (i.run_id << 24) | i.task_id, ifnull(i.operation_id, 0),
		       i.state | (i.open << 4) | (i.cancelling << 5) | ((i.map_index + 1) << 6) | (i.try << 29) | (i.try_limit << 45)
		FROM runs AS r
		CROSS JOIN task_instances AS i USING (run_id)
		WHERE r.pipeline_id = ?
		  AND r.interval_start BETWEEN ? AND ?
		ORDER BY r.interval_start`, 3, []int64{id, from, to}, func(row []int64) error {
		for run := row[0] >> 24; s.Runs[at].ID != run; at++ {
			s.Runs[at].Instances = l.instances()
		}
		l.add(row[0]&(1<<24-1), row[1], row[2])
		return nil
	})
	if err != nil || len(s.Runs) == 0 {
		return err
	}
	s.Runs[at].Instances = l.instances()
	return nil
}

// alike makes lists of instances, one of each kind.
type alike struct {
	names *names
	place func(task string) int
	known map[string][]plan.Instance
	rows  []byte // of the run at hand: 24 bytes each
}

// mostKinds bounds what is remembered: where all runs differ nothing is won by it.
const mostKinds = 1000

func (l *alike) add(task, operation, packed int64) {
	l.rows = binary.LittleEndian.AppendUint64(l.rows, uint64(task))
	l.rows = binary.LittleEndian.AppendUint64(l.rows, uint64(operation))
	l.rows = binary.LittleEndian.AppendUint64(l.rows, uint64(packed))
}

// instances is the list of the rows that were added since the last one.
func (l *alike) instances() []plan.Instance {
	if len(l.rows) == 0 {
		return nil
	}
	all, ok := l.known[string(l.rows)]
	if !ok {
		all = l.unpack()
		if len(l.known) < mostKinds {
			l.known[string(l.rows)] = all
		}
	}
	l.rows = l.rows[:0]
	return all
}

func (l *alike) unpack() []plan.Instance {
	all := make([]plan.Instance, 0, len(l.rows)/24)
	for row := l.rows; len(row) > 0; row = row[24:] {
		number := func(i int) int64 { return int64(binary.LittleEndian.Uint64(row[8*i:])) }
		packed := number(2)
		all = append(all, plan.Instance{
			Task: l.names.taskNames[number(0)], MapIndex: int(packed>>6&(1<<23-1)) - 1, State: plan.State(packed & 15),
			Open: packed>>4&1 == 1, Cancelling: packed>>5&1 == 1,
			Try: int(packed >> 29 & (1<<16 - 1)), TryLimit: int(packed >> 45), Operation: number(1)})
	}
	sortInstances(all, l.place)
	return all
}

// placesOf says where a task stands in a definition.
func placesOf(def *pipelines.Pipeline) func(task string) int {
	return func(task string) int {
		if def != nil {
			if i := def.Index(task); i >= 0 {
				return i
			}
		}
		return undeclared
	}
}
