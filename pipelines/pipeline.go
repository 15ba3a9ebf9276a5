package pipelines

import (
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// Pipeline is one file, decoded, checked and normalised. It is immutable.
type Pipeline struct {
	Name        string
	File        string // relative to the project's root, with slashes
	Description string
	Owner       string
	Tags        []string

	Timetable *timetable.Timetable // nil: manual only
	Schedule  string               // as written, for people: "@daily", "every 6h", "" for manual only
	Location  *time.Location
	Start     time.Time // start_date; zero without a schedule
	End       time.Time // end_date, the last interval start that exists; zero: open
	Catchup   timetable.Catchup

	MaxActiveRuns        int
	RunTimeout           time.Duration // from the start of a run; 0: none
	MaxActiveTasks       int           // attempts at work in all its runs; 0: no bound of its own
	MaxActiveTasksPerRun int           // and in each of them
	Params               []Param
	Env                  []EnvVar // the project's, then the pipeline's
	Tasks                []*Task  // in dependency order; within it as the file has them
	EnvFiles             []string // of every task
	Secrets              []Secret // of every task
	Protect              []Rail   // guard rails: the project's, then its own
	InheritEnv           []string // names and NAME_* patterns of the runner's variables that a task may see

	Source      string // the YAML text
	Fingerprint string // of the whole normalised definition, hex

	index     map[string]int
	looksBack bool // see LooksBack
}

// Task is one node of a pipeline's graph. It is immutable.
type Task struct {
	ID          string
	Description string
	Needs       []string // task ids, as the file has them, without repeats; of a teardown its setups too
	Shell       *Template
	Argv        []*Template // the list form of run: no shell; nil when Shell is set
	ShellArgs   []string    // what runs Shell, without it; nil: sh -c
	Workdir     *Template   // nil: the project's root
	Env         []EnvVar    // the project's, the pipeline's, then the task's own; of equal names the last wins
	EnvFiles    []string    // files with NAME=value lines, relative to the project's root; Env wins
	Secrets     []Secret    // the pipeline's, then the task's own; they win
	Inputs      []string    // globs, relative to the project's root
	Outputs     []*Template // globs that must match when it has succeeded
	When        *Expr       // nil: always
	ForEach     *ForEach    // nil: one instance
	TriggerRule TriggerRule

	Retries       int
	RetryDelay    time.Duration
	RetryBackoff  Backoff
	MaxRetryDelay time.Duration // 0: none
	Timeout       time.Duration // 0: none
	QueueTimeout  time.Duration // for how long it may lack nothing but room; 0: for ever
	SkipExitCode  int           // exit code that means skipped; -1: none
	AllowFailure  bool          // its failure does not fail the run

	Setup    bool     // prepares what tasks after it use
	Teardown []string // the setups that this task undoes

	DependsOnPast     bool // only after it succeeded, or was skipped, in the run before
	WaitForDownstream bool // and after those directly downstream of it there; implies DependsOnPast

	Pool       string // "": none
	PoolSlots  int    // how many of its slots an attempt takes
	Priority   int
	WeightRule WeightRule
	Weight     int // what priority and weight_rule come to; the heaviest goes first

	// Fingerprint is the hash of the normalised definition and of the content of Inputs.
	Fingerprint string
	// Hashed are the inputs of that hash, so that "why is this stale?" has an answer.
	Hashed []HashedInput

	Pos Pos

	location             *time.Location // the pipeline's
	after                []string       // tasks that a teardown comes after, beside Needs
	upstream, downstream []int          // direct neighbours, as indexes into Pipeline.Tasks
	setups, teardowns    []int          // see Pipeline.Setups and Pipeline.Teardowns
}

// EnvVar is one variable of a task's environment.
type EnvVar struct {
	Name  string
	Value *Template
}

// Param is a declared parameter with its default.
type Param struct {
	Name    string
	Type    string // string, integer, number, boolean, date, list, object
	Default any    // nil: none
	Enum    []any
	// Required says that each run must be given a value: there is no default, and no
	// schedule that could make a run without one.
	Required bool `json:",omitempty"`

	Description string
}

// HashedInput is one part of a fingerprint: a field of the definition or a file.
type HashedInput struct {
	Name   string `json:"name"`   // "run", "env.DATA_DIR", "file:scripts/fetch.sh"
	Digest string `json:"digest"` // short hex of its content
}

// Task returns the task with this id.
func (p *Pipeline) Task(id string) (*Task, bool) {
	i, ok := p.index[id]
	if !ok {
		return nil, false
	}
	return p.Tasks[i], true
}

// DependOnPast returns the tasks that depend on the run before.
func (p *Pipeline) DependOnPast() []string {
	var list []string
	for _, t := range p.Tasks {
		if t.DependsOnPast {
			list = append(list, t.ID)
		}
	}
	return list
}

// Index returns the place of the task in Tasks, or -1.
func (p *Pipeline) Index(id string) int {
	if i, ok := p.index[id]; ok {
		return i
	}
	return -1
}

// Upstream returns the direct upstream tasks of Tasks[i], as indexes.
func (p *Pipeline) Upstream(i int) []int { return p.Tasks[i].upstream }

// Downstream returns the direct downstream tasks of Tasks[i], as indexes.
func (p *Pipeline) Downstream(i int) []int { return p.Tasks[i].downstream }
