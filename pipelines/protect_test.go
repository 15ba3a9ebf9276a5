package pipelines

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// rails writes guard rails as "rule value at place", with ! where nobody may go past.
func rails(list []Rail) string {
	var all []string
	for _, r := range list {
		value := any(r.Most)
		switch r.Rule {
		case FreezeBefore:
			value = r.Before.Format(time.RFC3339)
		case RequireReason:
			value = true
		case Forbid:
			value = r.Orders
		}
		end := ""
		if r.Final {
			end = "!"
		}
		all = append(all, fmt.Sprintf("%s %v at %s%s", r.Rule, value, r, end))
	}
	return strings.Join(all, "\n")
}

func TestTheRailsOfTheProjectStandBesideThoseOfThePipeline(t *testing.T) {
	root := project(t, map[string]string{
		"tidemark.yaml": "parallelism: 2\nprotect:\n  freeze_before: 2026-01-01\n  require_reason: false\n  override: false\n",
		"pipelines/a.yaml": `timezone: Europe/Amsterdam
protect:
  forbid: [clear, undo]
  max_instances: 5
  require_reason: true
tasks: {a: echo}
`,
		"pipelines/b.yaml": "tasks: {a: echo}\n",
	})
	p := mustLoad(t, root)
	for name, want := range map[string]string{
		"a": `freeze_before 2025-12-31T23:00:00Z at tidemark.yaml:3!
forbid [clear undo] at pipelines/a.yaml:3
max_instances 5 at pipelines/a.yaml:4
require_reason true at pipelines/a.yaml:5`,
		"b":    "freeze_before 2026-01-01T00:00:00Z at tidemark.yaml:3!",
		"gone": "freeze_before 2026-01-01T00:00:00Z at tidemark.yaml:3!",
	} {
		if got := rails(p.Rails(name)); got != want {
			t.Errorf("%s has\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestARailMakesNoNewVersion(t *testing.T) {
	a := mustParse(t, "tasks: {a: echo}\n", nil)
	b := mustParse(t, "tasks: {a: echo}\nprotect: {forbid: clear}\n", nil)
	if a.Fingerprint != b.Fingerprint {
		t.Error("a guard rail changes what the pipeline does")
	}
}
