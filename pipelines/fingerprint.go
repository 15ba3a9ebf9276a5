package pipelines

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fingerprints are cut SHA-256 sums: 96 bits, in hex, tell more versions apart than anybody will ever make, and still
// fit in a line.
const (
	fingerprintDigits = 24
	partDigits        = 16
)

// hashed collects the parts of a fingerprint. Each part is hashed by itself, so that a difference has a name.
type hashed struct {
	parts []HashedInput
	sums  map[string][sha256.Size]byte
}

func (h *hashed) add(name, text string) { h.addSum(name, sha256.Sum256([]byte(text))) }

func (h *hashed) addSum(name string, sum [sha256.Size]byte) {
	if _, ok := h.sums[name]; ok {
		return
	}
	h.sums[name] = sum
	h.parts = append(h.parts, HashedInput{Name: name, Digest: hex.EncodeToString(sum[:])[:partDigits]})
}

// finish returns the parts by name and the hash of all of them.
func (h *hashed) finish() (string, []HashedInput) {
	slices.SortFunc(h.parts, func(a, b HashedInput) int { return cmp.Compare(a.Name, b.Name) })
	all := sha256.New()
	for _, part := range h.parts {
		sum := h.sums[part.Name]
		fmt.Fprintf(all, "%d:%s=%x\n", len(part.Name), part.Name, sum)
	}
	return hex.EncodeToString(all.Sum(nil))[:fingerprintDigits], h.parts
}

// fingerprint fills in the fingerprints of the tasks and returns the pipeline's, which also covers the schedule and
// what is left out of a task's: how often it is tried, and for how long.
func (d *decoder) fingerprint(p *Pipeline) string {
	h := hashed{sums: map[string][sha256.Size]byte{}}
	for _, t := range p.Tasks {
		t.Fingerprint, t.Hashed = d.taskFingerprint(t)
		h.add("task."+t.ID, fmt.Sprintln(t.Fingerprint, t.Retries, t.RetryDelay, t.RetryBackoff, t.MaxRetryDelay, t.Timeout, t.QueueTimeout, t.SkipExitCode, t.AllowFailure, jsonText(sources(t.Outputs)), t.DependsOnPast, t.WaitForDownstream,
			t.Pool, t.PoolSlots, t.Priority, t.WeightRule, t.limit()))
	}
	h.add("name", p.Name)
	h.add("schedule", p.Schedule)
	h.add("timezone", p.Location.String())
	h.add("start_date", instantText(p.Start))
	h.add("end_date", instantText(p.End))
	h.add("catchup", p.Catchup.String())
	h.add("max_active_runs", strconv.Itoa(p.MaxActiveRuns))
	h.add("max_active_tasks", fmt.Sprint(p.MaxActiveTasksPerRun, p.MaxActiveTasks))
	h.add("run_timeout", p.RunTimeout.String())
	h.add("inherit_env", jsonText(p.InheritEnv))
	for _, param := range p.Params {
		param.Description = ""
		h.add("params."+param.Name, jsonText(param))
	}
	sum, _ := h.finish()
	return sum
}

func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// taskFingerprint hashes what decides what the task does: not how it is described, retried or ordered.
func (d *decoder) taskFingerprint(t *Task) (string, []HashedInput) {
	h := hashed{sums: map[string][sha256.Size]byte{}}
	if t.Shell != nil {
		h.add("run", "shell\x00"+strings.TrimSpace(t.Shell.source))
	} else {
		h.add("run", "argv\x00"+jsonText(sources(t.Argv)))
	}
	if t.Shell != nil && len(t.ShellArgs) > 0 {
		h.add("shell", jsonText(t.ShellArgs))
	}
	if t.Workdir != nil {
		h.add("workdir", t.Workdir.source)
	}
	if t.When != nil {
		h.add("when", t.When.source)
	}
	if t.ForEach != nil {
		h.add("for_each", t.ForEach.source)
	}
	if len(t.Needs) > 0 {
		h.add("needs", jsonText(slices.Sorted(slices.Values(t.Needs))))
	}
	if t.TriggerRule != AllSuccess {
		h.add("trigger_rule", t.TriggerRule.String())
	}
	if t.Setup {
		h.add("setup", "true")
	}
	if len(t.Teardown) > 0 {
		h.add("teardown", jsonText(slices.Sorted(slices.Values(t.Teardown))))
	}
	if name := d.scope.location.String(); name != "UTC" {
		h.add("timezone", name)
	}
	for name, values := range envSources(t.Env) {
		h.add("env."+name, jsonText(values))
	}
	for _, s := range t.Secrets {
		h.add("secrets."+s.Name, jsonText(s))
	}
	if len(t.EnvFiles) > 0 {
		h.add("env_file", jsonText(t.EnvFiles))
	}
	d.addReferences(&h, t)
	d.addFiles(&h, t)
	return h.finish()
}

// envSources are the values of each variable: more than one where a task redefines what the pipeline says.
func envSources(env []EnvVar) map[string][]string {
	all := make(map[string][]string, len(env))
	for _, v := range env {
		all[v.Name] = append(all[v.Name], v.Value.source)
	}
	return all
}

func sources(list []*Template) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.source
	}
	return out
}

// addReferences adds the values of the params and vars that the task's expressions read, and of no others.
func (d *decoder) addReferences(h *hashed, t *Task) {
	for _, name := range t.references() {
		root, member, _ := strings.Cut(name, ".")
		switch {
		case root == "params" && member == "":
			for _, p := range d.scope.params {
				h.add("params."+p.Name, jsonText(p.Default))
			}
		case root == "params":
			h.add(name, jsonText(d.scope.param(member).Default))
		case root == "vars" && member == "":
			for name, value := range d.scope.vars {
				h.add("vars."+name, jsonText(value))
			}
		case root == "vars":
			h.add(name, jsonText(d.scope.vars[member]))
		}
	}
}

// references are the names that the task's expressions read.
func (t *Task) references() []string {
	set := map[string]bool{}
	collect := func(e *Expr) {
		for _, name := range e.names {
			set[name] = true
		}
	}
	for _, x := range t.templates() {
		for _, p := range x.parts {
			if p.expr != nil {
				collect(p.expr)
			}
		}
	}
	if t.When != nil {
		collect(t.When)
	}
	if t.ForEach != nil && t.ForEach.list != nil {
		collect(t.ForEach.list)
	}
	return slices.Sorted(maps.Keys(set))
}

// addFiles adds the contents of the task's inputs, by their names.
func (d *decoder) addFiles(h *hashed, t *Task) {
	if len(t.Inputs) == 0 {
		return
	}
	h.add("inputs", jsonText(slices.Sorted(slices.Values(t.Inputs))))
	if d.files == nil {
		return
	}
	for _, pattern := range t.Inputs {
		for _, name := range d.files.glob(pattern) {
			if sum, err := d.files.digest(name); err == nil {
				h.addSum("file:"+name, sum)
			}
		}
	}
}

// jsonText writes a value so that equal values are equal texts: maps are sorted by key.
func jsonText(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(out)
}
