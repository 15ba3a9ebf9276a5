package plan

import (
	"encoding/json"
	"strings"
	"testing"
)

var moveNames = [moves]string{"submit", "begin", "finish", "fail", "retry", "skip", "block", "drop", "reset", "markSuccess", "markFailed", "markSkipped"}

func TestTheMachineOfATaskInstance(t *testing.T) {
	want := map[State]string{
		Waiting:        "submit:queued fail:failed skip:skipped block:upstream_failed",
		Queued:         "begin:running finish:success fail:failed retry:retrying skip:skipped",
		Running:        "finish:success fail:failed retry:retrying skip:skipped",
		Retrying:       "submit:queued fail:failed skip:skipped block:upstream_failed",
		Success:        "",
		Failed:         "",
		Skipped:        "",
		UpstreamFailed: "",
		Removed:        "",
	}
	for _, s := range States {
		var got []string
		for m := submit; m < moves; m++ {
			if to, ok := s.on(m); ok {
				got = append(got, moveNames[m]+":"+to.String())
			}
		}
		orders := " drop:removed reset:waiting markSuccess:success markFailed:failed markSkipped:skipped"
		if text := strings.Join(got, " "); text != strings.TrimSpace(want[s]+orders) {
			t.Errorf("%s: %s", s, text)
		}
	}
}

func TestOnlyResetMakesAFinalStateUnfinished(t *testing.T) {
	for _, s := range States {
		for m := submit; m < moves; m++ {
			if to, ok := s.on(m); ok && s.Final() && !to.Final() && m != reset {
				t.Errorf("%s leads from %s to %s", moveNames[m], s, to)
			}
		}
	}
}

func TestTheMachineOfARun(t *testing.T) {
	want := [4][runMoves]string{
		RunQueued:  {"running", "", "", "queued", ""},
		RunRunning: {"", "success", "failed", "running", "queued"},
		RunSuccess: {"", "", "", "queued", ""},
		RunFailed:  {"", "", "", "queued", ""},
	}
	for s := range want {
		for m, name := range want[s] {
			to, ok := RunState(s).on(runMove(m))
			if ok != (name != "") || ok && to.String() != name {
				t.Errorf("move %d from %s leads to %v, %v", m, RunState(s), to, ok)
			}
		}
	}
}

func TestAMoveThatIsNotAllowedIsABug(t *testing.T) {
	for name, do := range map[string]func(*step){
		"instance": func(s *step) { s.shift(&Run{}, &Instance{State: Success}, submit, TaskChange{}) },
		"run":      func(s *step) { s.shiftRun(&Run{State: RunFailed}, runStart, "", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			do(&step{})
		}()
	}
}

func TestNamesGoToJSONAndBack(t *testing.T) {
	for _, s := range States {
		text, _ := json.Marshal(s)
		var back State
		if err := json.Unmarshal(text, &back); err != nil || back != s {
			t.Errorf("%s: %v, %v", text, back, err)
		}
	}
	for s := RunQueued; s <= RunFailed; s++ {
		text, _ := json.Marshal(s)
		var back RunState
		if err := json.Unmarshal(text, &back); err != nil || back != s {
			t.Errorf("%s: %v, %v", text, back, err)
		}
	}
	for s := AttemptQueued; s <= AttemptLost; s++ {
		if text, _ := json.Marshal(s); string(text) != `"`+s.String()+`"` || s.Open() != (s < AttemptSuccess) {
			t.Errorf("%s, open %v", text, s.Open())
		}
	}
	for k, name := range map[Kind]string{Scheduled: "scheduled", Backfilled: "backfill", Manual: "manual"} {
		if text, _ := json.Marshal(k); string(text) != `"`+name+`"` {
			t.Errorf("%s", text)
		}
	}
	if (new(State)).UnmarshalText([]byte("done")) == nil || (new(RunState)).UnmarshalText([]byte("done")) == nil {
		t.Error("a name that is none was read")
	}
}

func TestEveryStateIsKnownAsItself(t *testing.T) {
	for i, s := range States {
		if int(s) != i || *s.known() != s {
			t.Errorf("%s is number %d of the states, and known as %s", s, i, s.known())
		}
	}
}
