package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var screens = flag.String("screens", "", "write a picture of every page into this directory")

// program is tidemark, built once from the module above.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tidemark-browser-")
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, "tidemark")
	build := exec.Command("go", "build", "-o", out, "./cmd/tidemark")
	build.Dir = "../../.."
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot build: %w\n%s", err, text)
	}
	return out, nil
})

// chromium is the browser, or the test is skipped; in CI its absence is a failure.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("there is no chromium, and CI must look at the pages: apt-get install chromium")
	}
	t.Skip("there is no chromium here: apt-get install chromium")
	return ""
}

// stage is a project with its pages, and one browser that looks at them.
type stage struct {
	t    *testing.T
	dir  string
	bin  string
	URL  string
	exec context.Context // the browser
	stop func()          // ends the pages
	pid  int             // of the pages
}

// newStage copies a project, lets it run where asked to, and shows its pages.
func newStage(t *testing.T, files map[string]string, run ...string) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir()}
	path := s.build()
	for name, text := range files {
		s.write(name, text)
	}
	if len(run) > 0 {
		s.tidemark(run...)
	}
	s.open(path)
	return s
}

// stageOf shows the pages of a project that is there.
func stageOf(t *testing.T, dir string) *stage {
	t.Helper()
	s := &stage{t: t, dir: dir}
	s.open(s.build())
	return s
}

// build makes the program, and finds the browser.
func (s *stage) build() (browser string) {
	s.t.Helper()
	browser = chromium(s.t)
	bin, err := program()
	if err != nil {
		s.t.Fatal(err)
	}
	s.bin = bin
	return browser
}

// open starts the pages and the browser.
func (s *stage) open(path string) {
	s.t.Helper()
	s.serve()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.UserDataDir(s.t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	s.t.Cleanup(cancel)
	s.exec, cancel = chromedp.NewContext(ctx)
	s.t.Cleanup(cancel)
	if err := chromedp.Do(s.exec); err != nil {
		s.t.Fatalf("the browser does not start: %v", err)
	}
}

// in is the same stage in a part of its test.
func (s *stage) in(t *testing.T) *stage {
	part := *s
	part.t = t
	return &part
}

func (s *stage) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// tidemark runs the command line. That a task fails is part of the story.
func (s *stage) tidemark(args ...string) string {
	s.t.Helper()
	cmd := exec.Command(s.bin, args...)
	cmd.Dir = s.dir
	text, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); err != nil && code != 1 {
		s.t.Fatalf("tidemark %s: %v\n%s", strings.Join(args, " "), err, text)
	}
	return string(text)
}

// document is what a command prints as JSON.
func (s *stage) document(to any, args ...string) {
	s.t.Helper()
	cmd := exec.Command(s.bin, append(args, "-o", "json")...)
	cmd.Dir = s.dir
	text, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("tidemark %s: %v\n%s", strings.Join(args, " "), err, text)
	}
	if err := json.Unmarshal(text, to); err != nil {
		s.t.Fatal(err)
	}
}

// serve starts the pages on a free port.
func (s *stage) serve(flags ...string) {
	s.t.Helper()
	if len(flags) == 0 {
		flags = []string{"--listen=127.0.0.1:0"}
	}
	cmd := exec.Command(s.bin, append([]string{"serve"}, flags...)...)
	cmd.Dir = s.dir
	out, err := cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.pid = cmd.Process.Pid
	s.stop = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	s.t.Cleanup(s.stop)
	in := bufio.NewScanner(out)
	for in.Scan() {
		if _, rest, found := strings.Cut(in.Text(), "pages on "); found {
			s.URL = strings.Fields(rest)[0]
			go func() {
				for in.Scan() {
				}
			}()
			return
		}
	}
	s.t.Fatal("the pages do not start")
}

// page opens a tab. Every fault of a script, and everything that the content policy
// refuses, fails the test.
func (s *stage) page(path string, width, height int64) *page {
	s.t.Helper()
	ctx, cancel := chromedp.NewContext(s.exec)
	s.t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	s.t.Cleanup(cancel)
	p := &page{stage: s, ctx: ctx}
	if err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			p.fault(thrown(e.ExceptionDetails))
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError && len(e.Args) > 0 {
				p.fault(fmt.Sprintf("console: %s", e.Args[0].Value))
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError {
				p.fault(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
			}
		}
	}); err != nil {
		s.t.Fatal(err)
	}
	size := []chromedp.EmulateViewportOption{}
	if width < 500 {
		size = append(size, chromedp.EmulateMobile)
	}
	p.do(chromedp.EmulateViewport(width, height, size...), chromedp.Navigate(s.URL+path))
	s.t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, f := range p.faults {
			s.t.Errorf("%s: %s", path, f)
		}
	})
	return p
}

// page is one tab.
type page struct {
	*stage
	ctx    context.Context
	mu     sync.Mutex
	faults []string
}

func (p *page) fault(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, text)
}

func (p *page) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.picture("failed")
		p.t.Fatal(err)
	}
}

// until waits for a condition in the page, which is looked at in each of its frames.
func (p *page) until(what, js string) {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(20*time.Second)))
	for err != nil && (strings.Contains(err.Error(), "Cannot find context") || strings.Contains(err.Error(), "navigated or closed")) { // a click has led to another page
		_, err = chromedp.Run(p.ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(20*time.Second)))
	}
	if err != nil {
		p.picture("failed")
		p.t.Fatalf("%s: never true: %s (%v)", what, js, err)
	}
}

// eval is the value of an expression in the page.
func eval[T any](p *page, js string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		p.picture("failed")
		p.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// text is the text of an element.
func (p *page) text(selector string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf(`document.querySelector(%q)?.textContent.replace(/\s+/g, ' ').trim() ?? ''`, selector))
}

// click clicks the middle of an element, with a real mouse.
func (p *page) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// picture writes what is seen, where -screens asks for it.
func (p *page) picture(name string) {
	if *screens == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Logf("no picture: %v", err)
		return
	}
	if err := os.WriteFile(filepath.Join(*screens, name+".png"), png, 0o644); err != nil {
		p.t.Error(err)
	}
}

// theme is light or dark, as the system would have it.
func (p *page) theme(name string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}); err != nil {
		p.t.Fatal(err)
	}
}

// thrown is what a script did not catch.
func thrown(d *runtime.ExceptionDetails) string {
	if d.Exception != nil {
		return d.Text + " " + d.Exception.Description
	}
	return d.Text
}

// background starts a command that goes on until it is told to end.
func (s *stage) background(args ...string) (end func()) {
	s.t.Helper()
	cmd := exec.Command(s.bin, args...)
	cmd.Dir = s.dir
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	s.t.Cleanup(end)
	return end
}
