package local

import (
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// redialEvery is the pause between attempts to get a keeper when none can be had.
const redialEvery = time.Second

// listen hears the keeper until the executor is closed, and looks for another keeper
// when the line breaks.
func (e *Executor) listen(line *conn) {
	defer close(e.gone)
	for line != nil {
		m, err := line.receive()
		switch {
		case err != nil:
			line = e.redial()
		case m.Superseded:
			e.mu.Lock()
			if e.err == nil {
				e.err = errors.New("another runner has taken over the keeper")
			}
			e.mu.Unlock()
			return
		default:
			e.trouble(m.Trouble)
			e.hear(m.Reports)
		}
	}
}

func (e *Executor) trouble(text string) {
	if text != "" && e.options.Trouble != nil {
		e.options.Trouble(text)
	}
}

// redial returns the next line, or nil when the executor is closed. It tries for ever;
// until it succeeds every call returns the error, and the trouble is told once.
func (e *Executor) redial() *conn {
	for told := false; ; told = true {
		line, done := e.redialOnce()
		if done {
			return line
		}
		if !told {
			e.mu.Lock()
			text := e.err.Error() + "; tried again every second"
			e.mu.Unlock()
			e.trouble(text)
		}
		select {
		case <-e.closing:
			return nil
		case <-time.After(redialEvery):
		}
	}
}

func (e *Executor) redialOnce() (*conn, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == errClosed {
		return nil, true
	}
	e.line.Close()
	line, err := connect(e.options)
	if err == nil {
		err = line.send(e.again(), patience)
	}
	if err != nil {
		e.err = fmt.Errorf("the keeper is gone: %w", err)
		return nil, false
	}
	e.line, e.err = line, nil
	return line, true
}

// again is what a new keeper must be told: every key that is not forgotten, what may not
// have reached the last keeper, and what was to be cancelled. The keeper starts before it
// adopts, so a key that it meets in both is either begun now or answered from the journal.
func (e *Executor) again() message {
	var m message
	keys := make([]string, 0, len(e.attempts))
	for key, a := range e.attempts {
		keys = append(keys, key)
		if a.job != nil {
			m.Start = append(m.Start, *a.job)
		}
		if a.cancelled && !a.ended {
			m.Cancel = append(m.Cancel, key)
		}
	}
	if e.adopted {
		m.Adopt = &adoption{Sent: true, Keys: keys}
	}
	return m
}

// hear passes on what is new. The channel has room for one batch and this is its only
// writer, so taking back what was not fetched yet makes room, and nothing blocks.
func (e *Executor) hear(reports []runner.Report) {
	fresh := e.fresh(reports)
	if len(fresh) == 0 {
		return
	}
	select {
	case waiting := <-e.reports:
		fresh = append(waiting, fresh...)
	default:
	}
	e.reports <- fresh
}

// fresh drops what the runner has heard already, and what it never asked for.
func (e *Executor) fresh(reports []runner.Report) []runner.Report {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := reports[:0]
	for _, r := range reports {
		a := e.attempts[r.Key]
		if a == nil || a.ended || (a.started && r.Event == runner.Started) {
			continue
		}
		if r.Event == runner.Unbegun {
			delete(e.attempts, r.Key) // so that it can be started
			out = append(out, r)
			continue
		}
		a.job = nil
		a.started = true
		a.ended = r.Event != runner.Started
		out = append(out, r)
	}
	return out
}
