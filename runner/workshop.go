package runner

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// Workshop makes jobs from attempts: it renders commands and builds environments.
type Workshop struct {
	Root    string   // the project's, absolute
	LogDir  string   // absolute
	Scratch string   // absolute; holds what attempts leave until it is in the database; "": tasks have no results
	Environ []string // the runner's own environment, NAME=value
	Inherit []string // names of it that tasks get; nil: pipelines.DefaultInheritEnv
	Commit  Commit
	Masked  bool // who only looks: secrets are not fetched, and stand there as ***

	once sync.Once
	own  map[string]string // what every task has of Environ
}

// Subject is the attempt that a command is rendered for.
type Subject struct {
	Def      *pipelines.Pipeline
	Task     *pipelines.Task
	Run      int64 // 0: it does not exist yet
	Kind     plan.Kind
	Interval timetable.Interval
	MapIndex int
	Try      int
	Params   plan.Params
	Item     any                       // of a mapped task
	Results  map[string]map[string]any // of the tasks that succeeded, by task and key

	PrevSuccess timetable.Interval // of the latest run before this one that succeeded; zero: none
}

// Job renders one attempt, whole but for the secrets that programs print. An error is the
// author's: an expression that has no value here. The results are those of its run.
func (w *Workshop) Job(s plan.Start, results map[string]map[string]any) (Job, []pipelines.Secret, error) {
	if v := s.Run.Version; v != nil && v.Problem != "" {
		return Job{}, nil, fmt.Errorf("cannot read version %s: %s", v.Fingerprint, v.Problem)
	}
	task, _ := s.Def.Task(s.Task)
	subject := Subject{Def: s.Def, Task: task, Run: s.Run.ID, Kind: s.Run.Kind,
		Interval: s.Run.Interval, MapIndex: s.MapIndex, Item: s.Item, Try: s.Try, Params: s.Run.Params, Results: results, PrevSuccess: s.Run.PrevSuccess}
	cmd, err := w.Command(subject)
	if err != nil {
		return Job{}, nil, err
	}
	if err := w.expect(s, subject); err != nil {
		return Job{}, nil, err
	}
	job := Job{
		Key:     s.AttemptKey.String(),
		Argv:    cmd.Argv,
		Env:     cmd.Env,
		Dir:     cmd.Dir,
		Log:     LogFile(w.LogDir, s.Def.Name, s.Run.Interval.Start, s.Task, s.MapIndex, s.Try),
		Timeout: task.Timeout,
		Secrets: cmd.Secrets,
	}
	if file := w.resultsFile(s.AttemptKey); file != "" && len(cmd.Secrets) > 0 {
		job.Masked = []string{file}
	}
	return job, cmd.printed, nil
}

// expect remembers what the attempt must leave.
func (w *Workshop) expect(s plan.Start, subject Subject) error {
	globs, err := subject.Task.OutputGlobs(contextOf(subject))
	for i, glob := range globs {
		if !filepath.IsAbs(glob) {
			globs[i] = filepath.Join(w.Root, filepath.FromSlash(glob))
		}
	}
	if err != nil {
		return err
	}
	return w.owe(s.AttemptKey, debt{globs, len(subject.Task.Secrets) > 0})
}

// Items is the list of a mapped task.
func (w *Workshop) Items(s Subject) ([]any, error) { return s.Task.Items(contextOf(s)) }

// Command is what a task's process will be, whole.
type Command struct {
	Argv []string
	Env  []string // NAME=value, sorted
	Dir  string   // absolute

	Secrets []string           // names of variables whose values nobody else may see
	printed []pipelines.Secret // of them, those that a program has still to print: Env has them not
}

// Command renders a task for an attempt.
func (w *Workshop) Command(s Subject) (Command, error) {
	env := w.base(s)
	if err := addItem(env, s); err != nil {
		return Command{}, err
	}
	if err := w.envFiles(env, s.Task); err != nil {
		return Command{}, err
	}
	rendered, err := s.Task.Command(contextOf(s))
	if err != nil {
		return Command{}, err
	}
	for _, v := range rendered.Env {
		env[v.Name] = v.Value
	}
	secrets, printed, err := w.secrets(env, s.Task)
	if err != nil {
		return Command{}, err
	}
	dir := w.Root
	if rendered.Dir != "" {
		dir = rendered.Dir
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(w.Root, filepath.FromSlash(dir))
		}
	}
	return Command{Argv: rendered.Argv, Env: assignments(env), Dir: dir, Secrets: secrets, printed: printed}, nil
}

// contextOf is what expressions may know. Parameters have the values that the run was given,
// or else, like variables, those that the definition knows.
func contextOf(s Subject) *pipelines.Context {
	return &pipelines.Context{
		Start:    s.Interval.Start,
		End:      s.Interval.End,
		Location: s.Def.Location,
		Params:   s.Params.Values(),
		Results:  s.Results,
		Run:      pipelines.RunContext{ID: s.Run, Kind: s.Kind.String()},
		Task:     pipelines.TaskContext{ID: s.Task.ID, Try: s.Try, MapIndex: s.MapIndex},
		Item:     s.Item,

		PrevSuccessStart: s.PrevSuccess.Start, PrevSuccessEnd: s.PrevSuccess.End,
	}
}

// base is what every task finds in its environment before its own env is added.
func (w *Workshop) base(s Subject) map[string]string {
	env := w.inherited()
	local := s.Interval.Start.In(s.Def.Location)
	env["TIDEMARK_PIPELINE"] = s.Def.Name
	env["TIDEMARK_TASK"] = s.Task.ID
	env["TIDEMARK_TRY"] = strconv.Itoa(s.Try)
	env["TIDEMARK_INTERVAL_START"] = s.Interval.Start.UTC().Format(time.RFC3339)
	env["TIDEMARK_INTERVAL_END"] = s.Interval.End.UTC().Format(time.RFC3339)
	env["TIDEMARK_INTERVAL_START_DATE"] = local.Format(time.DateOnly)
	env["TIDEMARK_INTERVAL_START_LOCAL"] = local.Format(time.RFC3339)
	env["TIDEMARK_PROJECT"] = w.Root
	if file := w.resultsFile(plan.AttemptKey{Run: s.Run, Task: s.Task.ID, MapIndex: s.MapIndex, Try: s.Try}); file != "" {
		env["TIDEMARK_RESULTS"] = file
	}
	if s.Run != 0 {
		env["TIDEMARK_RUN"] = strconv.FormatInt(s.Run, 10)
	}
	if w.Commit.ID != "" {
		env["TIDEMARK_COMMIT"] = w.Commit.ID
	}
	return env
}

// addItem tells an instance of a mapped task which one it is, and what it works on.
func addItem(env map[string]string, s Subject) (err error) {
	if s.MapIndex >= 0 {
		env["TIDEMARK_MAP_INDEX"] = strconv.Itoa(s.MapIndex)
		env["TIDEMARK_ITEM"], err = pipelines.ItemText(s.Item)
	}
	return err
}

// inherited is what a task has of the runner's own environment, which does not change.
func (w *Workshop) inherited() map[string]string {
	w.once.Do(func() { w.own = w.inherit() })
	return maps.Clone(w.own)
}

func (w *Workshop) inherit() map[string]string {
	names := w.Inherit
	if names == nil {
		names = pipelines.DefaultInheritEnv
	}
	env := make(map[string]string, 32) // with room for what each task adds
	for _, assignment := range w.Environ {
		name, value, _ := strings.Cut(assignment, "=")
		if strings.HasPrefix(name, "TIDEMARK_") {
			continue // the runner's own keys never reach a task
		}
		if slices.ContainsFunc(names, func(pattern string) bool { return named(pattern, name) }) {
			env[name] = value
		}
	}
	return env
}

func named(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, prefix)
	}
	return pattern == name
}

func assignments(env map[string]string) []string {
	out := make([]string, 0, len(env))
	for name, value := range env {
		out = append(out, name+"="+value)
	}
	slices.Sort(out)
	return out
}
