package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/local"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func runVerb() *verb {
	return &verb{
		name:    "run",
		args:    "[PIPELINE…]",
		summary: "Materialise what is due and execute it",
		about: "Without --until-idle it goes on until it is interrupted. Tasks that run then\n" +
			"go on without it; the next run adopts them with their true exit code.\n" +
			"A second run on the same database is refused with exit code 5.",
		example: "tidemark run --until-idle\ntidemark run weather -j 8",
		group:   groupRun,
		flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "until-idle", Usage: "end when nothing is due, running or retrying"},
			&cli.IntFlag{Name: "parallelism", Aliases: []string{"j"}, Usage: "how many tasks may run at once, `N` (default: twice the processors, at least 4)"},
			&cli.BoolFlag{Name: "serve", Usage: "show the pages (default: unless --until-idle)"},
			&cli.StringFlag{Name: "pprof", Usage: "serve profiles of the runner at `ADDR`, on this machine alone"},
		}, pageFlags()...),
		run: runRun,
	}
}

func runRun(c *call) (err error) {
	s, err := c.openSession()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if at := c.String("pprof"); at != "" {
		if err := c.profile(at); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancel(c.Ctx)
	defer stop()
	if err := s.servePages(ctx); err != nil {
		return err
	}
	s.watch(ctx)
	outcome, err := s.runner.Run(ctx)
	s.show.close(outcome)
	if err != nil {
		return s.ended(err)
	}
	return s.finish(outcome)
}

// session is one `tidemark run`: what it works with and what it shows.
type session struct {
	call    *call
	place   place
	defs    *definitions
	db      *sqlite.DB
	release func()
	exec    *local.Executor
	runner  *runner.Runner
	show    *show
	heap    *heap
	pages   *pages // nil: none are shown

	mu     sync.Mutex
	inputs []string // files to watch beside the definitions
	wait   sync.WaitGroup
}

func (c *call) openSession() (*session, error) {
	heap := newHeap()
	at, err := c.Place()
	if err != nil {
		return nil, err
	}
	s := &session{call: c, place: at, heap: heap, defs: newDefinitions(at, c.files)}
	s.defs.left = filepath.Join(at.state, "results")
	first, project, err := s.defs.read(c.Ctx)
	if err != nil {
		return nil, err
	}
	if err := c.known(project, c.Args); err != nil {
		return nil, err
	}
	slots, err := c.slots(project)
	if err != nil {
		return nil, err
	}
	begin, err := c.StartOf(soleZone(first.Pipelines, c.Args))
	if err != nil {
		return nil, err
	}
	if err := s.open(slots); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.defs.recall(c.Ctx, s.db, project); err != nil {
		return nil, errors.Join(storeFailure(err), s.close())
	}
	first.Pipelines = s.defs.pipelines()
	s.inputs = inputFiles(first.Pipelines)
	s.mu.Lock()
	s.show = newShow(c, s, slots)
	s.mu.Unlock()
	s.runner = &runner.Runner{
		Store: s.db, Executor: s.exec, Clock: runner.Starting(begin), Log: slog.New(slog.NewTextHandler(s.show.warnings(), nil)),
		Definitions: first, Only: c.Args, Parallelism: slots, Ahead: ahead, UntilIdle: c.Bool("until-idle"),
		Observe: s.observe, Noticed: s.show.noticed, Watch: func() (<-chan struct{}, func()) { return watchWrites(at.db) },
	}
	if c.Env("TIDEMARK_TRACE") != "" {
		s.runner.Trace = slog.New(slog.NewTextHandler(c.Err, nil))
	}
	s.show.begin(s.runner.Clock.Now(), first, project)
	return s, nil
}

// ahead is how many tasks the keeper may hold beyond its slots at most, however short tasks are.
const ahead = 256

// open takes the database, which only one runner may hold, and then starts the keeper.
func (s *session) open(slots int) (err error) {
	if s.db, err = s.place.open(); err != nil {
		return err
	}
	if err := os.MkdirAll(s.place.state, 0o755); err != nil {
		return cannotWriteIn(s.place.state, err)
	}
	holder := sqlite.Holder{PID: os.Getpid(), Host: hostname(), Version: thisVersion().Version, Started: s.call.program.began}
	if s.release, err = s.db.Lease(s.call.Ctx, holder); err != nil {
		return storeFailure(err)
	}
	s.exec, err = local.Open(local.Options{StateDir: s.place.state, Slots: slots, Keeper: []string{self(), keeperVerbName, s.place.state},
		Trouble: s.trouble})
	return err
}

// observe hears of every decision when it is durable.
func (s *session) observe(now time.Time, d *plan.Decision) {
	s.heap.observe(d)
	s.show.observe(now, d)
}

// trouble shows what the executor says, once there is something to show it with.
func (s *session) trouble(text string) {
	s.mu.Lock()
	show := s.show
	s.mu.Unlock()
	if show != nil {
		show.problem(text)
	}
}

func (s *session) close() error {
	s.wait.Wait()
	var errs []error
	if s.exec != nil {
		errs = append(errs, s.exec.Close())
	}
	if s.release != nil {
		s.release()
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	s.heap.calm.Stop()
	return errors.Join(errs...)
}

// watch sends new definitions to the loop whenever the files change.
func (s *session) watch(ctx context.Context) {
	reload := make(chan runner.Definitions)
	s.runner.Reload = reload
	current := func() []string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return slices.Clone(s.inputs)
	}
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		watch(ctx, s.place.root, current, func() { s.reload(ctx, reload) })
	}()
}

func (s *session) reload(ctx context.Context, out chan<- runner.Definitions) {
	defs, project, err := s.defs.read(ctx)
	if err != nil {
		s.show.problem(err.Error())
		return
	}
	s.show.problems(project)
	if project.SettingsBroken && s.defs.files.Settings() != nil {
		s.show.problem(pipelines.SettingsFile + " has errors; its last good version stays in force")
	}
	if s.pages != nil {
		s.pages.changed(project)
	}
	s.mu.Lock()
	s.inputs = inputFiles(defs.Pipelines)
	s.mu.Unlock()
	select {
	case out <- defs:
	case <-ctx.Done():
	}
}

// ended says what an interrupted loop leaves behind.
func (s *session) ended(err error) error {
	if errors.Is(err, context.Canceled) {
		if n := len(s.show.tally.running); n > 0 {
			s.call.Note("interrupted; %s on, and the next run adopts them", prose.Plural(n, "task")+map[bool]string{true: " goes", false: " go"}[n == 1])
		}
		return exit(exitInterrupted)
	}
	return storeFailure(err)
}

// finish says how an idle loop was left: the summary, and exit code 1 where not all is well.
func (s *session) finish(o runner.Outcome) error {
	if err := s.show.summary(o); err != nil {
		return err
	}
	if s.show.tally.failedRuns() > 0 || len(o.Stuck) > 0 {
		return exit(exitFailed)
	}
	return nil
}

// known refuses names that no file declares.
func (c *call) known(project *pipelines.Project, names []string) error {
	for _, name := range names {
		if _, err := c.Pipeline(name); err != nil {
			return err
		}
	}
	return nil
}

// self is this program, to be started again as a keeper. A test runs it under the name of
// a link, which os.Executable would look through.
func self() string {
	if path, err := exec.LookPath(os.Args[0]); err == nil {
		if abs, err := filepath.Abs(path); err == nil {
			return abs
		}
	}
	if path, err := os.Executable(); err == nil {
		return path
	}
	return os.Args[0]
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

func cannotWriteIn(path string, err error) error {
	var cause *os.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	return &failure{Code: "cannot-write", Exit: exitUsage,
		Message: fmt.Sprintf("cannot write in %q: %s", path, err),
		Help:    "make the directory writable, or name another database with --db FILE"}
}

const keeperVerbName = "_keeper"

// keeperVerb is the parent of all tasks: a process of its own that outlives the runner.
func keeperVerb() *verb {
	return &verb{
		name: keeperVerbName,
		args: "DIR",
		run:  func(c *call) error { return local.Keep(c.Arg(0)) },
	}
}
