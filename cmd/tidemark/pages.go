package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
	"github.com/tidemark-dev/tidemark/runner/web"
)

// pages are the HTTP server of a project while it runs.
type pages struct {
	call     *call
	place    place
	url      string
	listener net.Listener
	server   *web.Server
	project  atomic.Pointer[pipelines.Project]

	mu sync.Mutex
	db *sqlite.DB // nil until there is one
}

// openPages takes the address. What is not safe, or not there, is refused before anything
// is served.
func (c *call) openPages() (*pages, error) {
	at, err := c.Place()
	if err != nil {
		return nil, err
	}
	project, err := c.Project()
	if err != nil {
		return nil, err
	}
	guard, certificate, err := c.guard()
	if err != nil {
		return nil, err
	}
	p := &pages{call: c, place: at}
	p.project.Store(project)
	clock, err := c.pageClock()
	if err != nil {
		return nil, err
	}
	by := &answerer{program: c.program, globals: []string{"--project=" + at.root, "--db=" + at.db}, now: func() string { return "" }, project: p.project.Load}
	if c.IsSet("now") {
		by.now = func() string { return clock.Now().UTC().Format(time.RFC3339Nano) }
	}
	p.server = &web.Server{
		Verbs: by.answer, History: p.history, Project: p.project.Load, Now: clock.Now, Guard: guard, Version: thisVersion().Version,
		Errors: slog.New(slog.NewTextHandler(c.Err, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Log: func(pipeline string, start time.Time, task string, mapIndex, try int) string {
			return runner.LogFile(at.logs, pipeline, start, task, mapIndex, try)
		},
	}
	return p, p.listen(c.String("listen"), certificate)
}

// pageClock is the machine's clock, or one that starts at --now.
func (c *call) pageClock() (runner.Clock, error) {
	begin, err := c.StartOf(time.UTC)
	return runner.Starting(begin), err
}

func (p *pages) listen(address string, certificate *tls.Certificate) (err error) {
	if p.listener, err = net.Listen("tcp", address); err != nil {
		return &failure{Code: "cannot-listen", Exit: exitUsage, Message: fmt.Sprintf("cannot listen on %s: %s", address, plainCause(err)),
			Help: "choose another address with --listen, such as 127.0.0.1:0 for any free port"}
	}
	scheme := "http"
	if certificate != nil {
		scheme = "https"
		p.listener = tls.NewListener(p.listener, &tls.Config{Certificates: []tls.Certificate{*certificate}, NextProtos: []string{"h2", "http/1.1"}})
	}
	p.url = scheme + "://" + p.listener.Addr().String()
	return nil
}

// plainCause is the system's own word for what is wrong with an address.
func plainCause(err error) string {
	var deep *os.SyscallError
	if errors.As(err, &deep) {
		return deep.Err.Error()
	}
	return err.Error()
}

// serve answers until ctx ends; streams of events end with it.
func (p *pages) serve(ctx context.Context) error {
	server := &http.Server{
		Handler: p.server.Handler(), BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 1 << 16,
		ErrorLog: slog.NewLogLogger(p.server.Errors.Handler(), slog.LevelDebug),
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		late, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(late) != nil {
			_ = server.Close()
		}
	})
	err := server.Serve(p.listener)
	if !stop() {
		<-ended
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.db != nil {
		_ = p.db.Close()
		p.db = nil
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// history opens the database once there is one.
func (p *pages) history() (runner.History, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.db == nil {
		db, err := sqlite.OpenReadOnly(p.place.db)
		if errors.Is(err, sqlite.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		p.db = db
	}
	return p.db, nil
}

// watch reads the files again when they change, until ctx ends.
func (p *pages) watch(ctx context.Context) {
	watch(ctx, p.place.root, func() []string { return inputFiles(p.project.Load().Pipelines) }, func() {
		if project, err := pipelines.Load(p.place.root); err == nil {
			p.changed(project)
		}
	})
}

// changed shows the files as they are now.
func (p *pages) changed(project *pipelines.Project) {
	p.project.Store(project)
	p.server.Changed()
}

// guard is who may come in. Beyond loopback somebody must vouch for them.
func (c *call) guard() (g web.Guard, certificate *tls.Certificate, err error) {
	host, _, err := net.SplitHostPort(c.String("listen"))
	if err != nil {
		return g, nil, usage("bad-value", fmt.Sprintf("--listen %q is not an address: %s", c.String("listen"), err), "for example 127.0.0.1:8080, or :8080 for all addresses")
	}
	who := c.actor()
	g = web.Guard{Hosts: []string{"localhost"}, Header: c.String("user-header"), ReadOnly: c.Bool("read-only"),
		Local: web.Actor{User: who.User, Host: who.Host + " (web)"}}
	for _, name := range append(splitCommas(c.StringSlice("host")), host) {
		if name != "" {
			g.Hosts = append(g.Hosts, strings.ToLower(name))
		}
	}
	if c.IsSet("token-file") {
		if g.Tokens, err = readTokens(c.String("token-file")); err != nil {
			return g, nil, err
		}
	}
	if c.IsSet("tls-cert") != c.IsSet("tls-key") {
		return g, nil, usage("missing-flag", "--tls-cert and --tls-key belong together", "give both, or neither")
	}
	if c.IsSet("tls-cert") {
		pair, err := tls.LoadX509KeyPair(c.String("tls-cert"), c.String("tls-key"))
		if err != nil {
			return g, nil, usage("bad-value", "the certificate cannot be used: "+err.Error(), "both files must be PEM, and the key must belong to the certificate")
		}
		certificate, g.Secure = &pair, true
	}
	ip := net.ParseIP(host)
	if loopback := host == "localhost" || ip != nil && ip.IsLoopback(); !loopback && len(g.Tokens) == 0 && g.Header == "" {
		return g, nil, usage("open-to-all", fmt.Sprintf("on %s everybody who reaches this machine could give orders", c.String("listen")),
			"ask for a token with --token-file FILE, or name the header of a reverse proxy with --user-header NAME")
	}
	return g, certificate, nil
}

// shortestToken is what nobody guesses.
const shortestToken = 16

// readTokens reads who may sign in with which token.
func readTokens(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("cannot-read", "--token-file: "+err.Error(), "")
	}
	tokens := map[string]string{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case len(words) != 2:
			return nil, usage("bad-value", fmt.Sprintf("%s:%d: a line is NAME TOKEN", file, n), "for example: anna 5f0c…")
		case len(words[1]) < shortestToken:
			return nil, usage("bad-value", fmt.Sprintf("%s:%d: the token of %s is shorter than %d characters", file, n, words[0], shortestToken), "make one with: openssl rand -hex 24")
		default:
			tokens[words[1]] = words[0]
		}
	}
	if len(tokens) == 0 {
		return nil, usage("bad-value", file+" names nobody", "a line is NAME TOKEN")
	}
	return tokens, nil
}
