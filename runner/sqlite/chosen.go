package sqlite

import (
	"fmt"
	"slices"
	"strconv"
)

// temporary tables of the writing connection: the runs and the task instances in them that
// a statement is about. They live in memory.
const temporary = `
	CREATE TEMP TABLE IF NOT EXISTS chosen (
	  run_id INTEGER PRIMARY KEY
	) STRICT;
	CREATE TEMP TABLE IF NOT EXISTS picked (
	  task_id   INTEGER NOT NULL,
	  map_index INTEGER NOT NULL,
	  action    INTEGER NOT NULL,
	  to_state  INTEGER NOT NULL,
	  try_limit INTEGER NOT NULL,
	  PRIMARY KEY (task_id, map_index)
	) STRICT, WITHOUT ROWID`

// choose fills temp.chosen with runs that exist.
func (o *ordering) choose(runs []int64) error {
	if _, err := o.w.exec(`DELETE FROM temp.chosen`); err != nil {
		return err
	}
	return o.w.many("runs", len(runs), `
		INSERT INTO temp.chosen (run_id)
		SELECT r.run_id
		FROM json_each(?) AS j
		CROSS JOIN runs AS r
		WHERE r.run_id BETWEEN j.value ->> 0 AND j.value ->> 1`, jsonStretches(stretches(runs)))
}

// stretch is numbers from first to last without a gap: the runs of one pipeline are mostly
// few of them.
type stretch struct{ first, last int64 }

func stretches(runs []int64) []stretch {
	slices.Sort(runs)
	var all []stretch
	for i, run := range runs {
		if i == 0 || run != runs[i-1]+1 {
			all = append(all, stretch{run, run})
		}
		all[len(all)-1].last = run
	}
	return all
}

func jsonStretches(all []stretch) string {
	b := []byte{'['}
	for i, s := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = strconv.AppendInt(b, s.first, 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, s.last, 10)
		b = append(b, ']')
	}
	return string(append(b, ']'))
}

// many runs a statement that must change so many rows: anything else is a bug.
func (c *conn) many(what string, want int, query string, args ...any) error {
	n, err := c.exec(query, args...)
	if err == nil && n != int64(want) {
		err = fmt.Errorf("%s are not in the state that was seen: %d of %d", what, n, want)
	}
	return err
}
