package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/web"
)

// What is answered over HTTP is what the command line prints, to the byte; what it refuses
// is refused with the same words.
func TestAnAnswerIsWhatTheCommandLinePrints(t *testing.T) {
	by := answererFor(t, "../../examples/hello")
	for _, c := range []web.Command{
		{Verb: "list"},
		{Verb: "validate"},
		{Verb: "status"},
		{Verb: "runs", Args: []string{"hello"}},
		{Verb: "runs", Args: []string{"helo"}},
		{Verb: "simulate", Args: []string{"hello"}, Flags: []web.Flag{{Name: "from", Value: "2026-01-01"}, {Name: "count", Value: "3"}}},
		{Verb: "clear", Args: []string{"hello"}, Flags: []web.Flag{{Name: "task-regex", Value: "["}, {Name: "dry-run", Value: "true"}}},
		{Verb: "backfill", Args: []string{"hello"}, Flags: []web.Flag{{Name: "start-date", Value: "2026-01-01"}, {Name: "end-date", Value: "2026-01-03"}, {Name: "dry-run", Value: "true"}}},
	} {
		var out bytes.Buffer
		p := &program{in: &out, out: &out, err: &bytes.Buffer{}, env: by.program.env, terminal: func(any) bool { return false }, verbs: verbs()}
		p.main(by.argv(c))
		got := by.answer(context.Background(), c)
		var mine bytes.Buffer
		if got.Failure != nil {
			p.out = &mine
			p.reportJSON(&failure{Code: got.Failure.Code, Message: got.Failure.Message, Help: got.Failure.Help, Problems: got.Failure.Problems}, true)
		} else if err := got.Write(&mine); err != nil {
			t.Fatal(err)
		}
		if mine.String() != out.String() {
			t.Errorf("%s %v:\n%s\nthe command line:\n%s", c.Verb, c.Args, mine.String(), out.String())
		}
	}
}

// A pipeline is asked for by name: a path would let a page read any file.
func TestAnAnswerReadsNoPaths(t *testing.T) {
	by := answererFor(t, "../../examples/hello")
	got := by.answer(context.Background(), web.Command{Verb: "show", Args: []string{by.project().Root + "/pipelines/hello.yaml"}})
	if got.Failure == nil || got.Failure.Code != "no-such-pipeline" {
		t.Errorf("a path is answered with %+v", got.Failure)
	}
}

// Who agrees to one plan does not get another.
func TestAnotherPlanThanAgreedIsRefused(t *testing.T) {
	by := answererFor(t, "../../examples/hello")
	flags := []web.Flag{{Name: "start-date", Value: "2026-01-01"}, {Name: "end-date", Value: "2026-01-03"}}
	order := web.Command{Verb: "backfill", Args: []string{"hello"}, Flags: append(flags, web.Flag{Name: "dry-run", Value: "true"})}
	seen, ok := by.answer(context.Background(), order).Document.(*plan.Plan)
	if !ok {
		t.Fatal("no plan")
	}
	order.Flags = append(flags, web.Flag{Name: "yes", Value: "true"})
	order.Digest = "of another plan"
	if got := by.answer(context.Background(), order); got.Failure == nil || got.Failure.Code != "stale-plan" {
		t.Fatalf("another plan than was agreed to: %+v", got)
	}
	order.Digest, order.Who = seen.Digest, web.Actor{User: "anna", Host: "browser"}
	got, ok := by.answer(context.Background(), order).Document.(*plan.Plan)
	if !ok || !got.Applied {
		t.Fatalf("the plan that was agreed to is not applied")
	}
	var out bytes.Buffer
	if err := by.answer(context.Background(), web.Command{Verb: "operations"}).Write(&out); err != nil || !bytes.Contains(out.Bytes(), []byte(`"user": "anna"`)) {
		t.Errorf("the operation does not say who gave it: %s", out.String())
	}
}

func answererFor(t *testing.T, root string) *answerer {
	t.Helper()
	project, err := pipelines.Load(root)
	if err != nil || len(project.Problems) > 0 {
		t.Fatal(err, project.Problems)
	}
	env := func(string) (string, bool) { return "", false }
	return &answerer{program: &program{env: env, err: &bytes.Buffer{}}, globals: []string{"--project=" + root, "--db=" + t.TempDir() + "/state.db"},
		now: func() string { return "2026-02-01T00:00:00Z" }, project: func() *pipelines.Project { return project }}
}
