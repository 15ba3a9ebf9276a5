package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// How often to ask whether anything was written, while anybody listens; how often a quiet
// stream says that it is alive; how long a browser waits before it asks again.
const (
	askEvery   = 200 * time.Millisecond
	aliveEvery = 15 * time.Second
	retryAfter = 1000 // milliseconds
)

// events tells every listener that something has changed. It says no more than that: a
// page then asks for what it shows, and an unchanged answer costs an ETag. So an event that
// is missed is healed by the next one.
type events struct {
	mu        sync.Mutex
	seq       int64
	listeners map[chan int64]bool // each holds at most the newest number
	stop      context.CancelFunc  // ends the looking; nil: nobody listens
}

func (e *events) init() { e.listeners = map[chan int64]bool{} }

// Changed tells the pages that the files, or the runner, have changed.
func (s *Server) Changed() { s.events.tell() }

func (e *events) tell() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seq++
	for c := range e.listeners {
		select {
		case <-c: // what it has not taken yet is outdated
		default:
		}
		c <- e.seq
	}
}

// listen adds a listener. The first one starts the looking, the last one ends it.
func (s *Server) listen() (<-chan int64, func()) {
	e := &s.events
	c := make(chan int64, 1)
	e.mu.Lock()
	defer e.mu.Unlock()
	c <- e.seq
	e.listeners[c] = true
	if e.stop == nil {
		var ctx context.Context
		ctx, e.stop = context.WithCancel(context.Background())
		go s.look(ctx)
	}
	return c, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.listeners, c)
		if len(e.listeners) == 0 {
			e.stop()
			e.stop = nil
		}
	}
}

// look asks the store until ctx ends. A store that cannot be asked is asked again.
func (s *Server) look(ctx context.Context) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	var w runner.Watch
	defer func() {
		if w != nil {
			_ = w.Close()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if w == nil {
			if w = s.watch(ctx); w != nil {
				s.events.tell() // what was written before is news too
			}
			continue
		}
		changed, err := w.Changed(ctx)
		if err != nil {
			_ = w.Close()
			w = nil
		}
		if changed {
			s.events.tell()
		}
	}
}

func (s *Server) watch(ctx context.Context) runner.Watch {
	h, err := s.History()
	if err != nil || h == nil {
		return nil
	}
	w, err := h.Watch(ctx)
	if err != nil {
		return nil
	}
	if _, err := w.Changed(ctx); err != nil {
		_ = w.Close()
		return nil
	}
	return w
}

// serveEvents is the stream of one browser.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	news, leave := s.listen()
	defer leave()
	alive := time.NewTicker(aliveEvery)
	defer alive.Stop()
	fmt.Fprintf(w, "retry: %d\n\n", retryAfter)
	for {
		if out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-alive.C:
			fmt.Fprint(w, ": alive\n\n")
		case seq := <-news:
			fmt.Fprintf(w, "id: %d\nevent: change\ndata: {\"seq\":%d}\n\n", seq, seq)
		}
	}
}
