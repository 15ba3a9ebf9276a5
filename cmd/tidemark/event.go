package main

import (
	"encoding/json"
	"time"
)

// event is one line of tidemark.events/1.
type event struct {
	Schema        string     `json:"schema,omitempty"` // on the first line
	Seq           int        `json:"seq"`
	Time          time.Time  `json:"time"`
	Type          string     `json:"type"` // start, run, task, operation, problem, stop
	Pipeline      string     `json:"pipeline,omitempty"`
	IntervalStart *time.Time `json:"interval_start,omitempty"`
	Task          string     `json:"task,omitempty"`
	MapIndex      *int       `json:"map_index,omitempty"`
	From          string     `json:"from,omitempty"`
	To            string     `json:"to,omitempty"`
	Try           int        `json:"try,omitempty"`
	Duration      *float64   `json:"duration_s,omitempty"`
	ExitCode      *int       `json:"exit_code,omitempty"`
	Reason        string     `json:"reason,omitempty"`
	Operation     int64      `json:"operation,omitempty"`
	Kind          string     `json:"kind,omitempty"` // of an operation: clear, backfill, …
	User          string     `json:"user,omitempty"`
	Version       string     `json:"version,omitempty"`
	Commit        string     `json:"commit,omitempty"`
}

// event prints one, for those who asked for events.
func (v *show) event(e event) {
	if v.call.Format != "jsonl" {
		return
	}
	v.seq++
	e.Seq = v.seq
	if v.seq == 1 {
		e.Schema = "tidemark.events/1"
	}
	enc := json.NewEncoder(v.call.Out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(e) // nobody listens any more: the loop goes on
}

// seconds is a duration in a document; nil where there is none.
func seconds(d time.Duration) *float64 {
	if d <= 0 {
		return nil
	}
	s := d.Seconds()
	return &s
}
