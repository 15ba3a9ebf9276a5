package simulation

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// saysResult is the command of a task that follows a: its word is what a handed on.
const saysResult = `echo ${{ tasks.a.results.n ?? "nothing" }}`

func (h *history) scratch() string { return h.path + ".left" }

// leave lets a process write its results before it ends; some write none.
func (o *outside) leave(p *process) {
	if o.one(2) {
		return
	}
	p.result = fmt.Sprint(o.rng.IntN(1000))
	o.check(os.WriteFile(filepath.Join(o.scratch(), strings.ReplaceAll(p.key, "/", "+")), []byte("n="+p.result+"\n"), 0o600))
}

// handedOn: what is on record of an attempt that succeeded is what it left, and of others nothing.
func (h *history) handedOn(s *record) {
	for key, p := range h.outside.begun {
		k, err := runner.ParseKey(key)
		h.check(err)
		a := attemptKey{instanceKey{k.Run, k.Task, k.MapIndex}, k.Try}
		want := ""
		if s.attempts[a].state == plan.AttemptSuccess {
			want = p.result
		}
		if got := s.results[a]; got != want {
			h.wrong("the result of %s is %q on record, and it left %q", key, got, want)
		}
	}
}

// told: what a job is told of a's results is what its newest attempts left that succeeded, of
// a mapped a in a list.
func (h *history) told(job runner.Job) {
	said, is := strings.CutPrefix(job.Argv[len(job.Argv)-1], "echo ")
	if !is || h.lastOrder.Equal(time.Now().UTC()) {
		return // the decision may be older than the order
	}
	k, err := runner.ParseKey(job.Key)
	h.check(err)
	want, list := "nothing", []string{}
	h.look.each(`SELECT map_index, try FROM task_instances AS i CROSS JOIN tasks AS t USING (task_id) CROSS JOIN attempts AS a USING (run_id, task_id, map_index, try)
		WHERE run_id = ? AND t.name = 'a' AND i.state = ? AND a.state = ? ORDER BY map_index`, func(scan func(...any)) {
		a := plan.AttemptKey{Run: k.Run, Task: "a"}
		scan(&a.MapIndex, &a.Try)
		if p := h.outside.begun[a.String()]; p == nil || p.result == "" {
			return
		} else if a.MapIndex < 0 {
			want = p.result
		} else {
			list = append(list, strconv.Quote(p.result))
		}
	}, k.Run, plan.Success, plan.AttemptSuccess)
	if len(list) > 0 || want == "nothing" && h.maps(k.Run, "a") {
		want = "[" + strings.Join(list, ",") + "]"
	}
	if said != want {
		h.wrong("%s is told that a handed on %q, and it was %q", job.Key, said, want)
	}
}

// maps says whether a task of a run is to have an instance an item.
func (h *history) maps(run int64, task string) bool {
	s := h.look.read()
	t, ok := h.follows(s, s.runs[run]).Task(task)
	return ok && t.ForEach != nil
}
