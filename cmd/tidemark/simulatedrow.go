package main

import (
	"bytes"
	"encoding/json"
	"time"
)

// simulatedRow is an interval of tidemark.simulation/1.
type simulatedRow struct {
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Due      time.Time `json:"due"`
	Decision string    `json:"decision"` // run or skip
	Reason   string    `json:"reason"`
}

// appendJSON is what encoding/json writes, without its reflection: rows come in millions.
func (r simulatedRow) appendJSON(b []byte, l layout) []byte {
	b = append(b, '{')
	for _, f := range [...]struct {
		key string
		at  time.Time
	}{{"start", r.Start}, {"end", r.End}, {"due", r.Due}} {
		b = l.key(b, f.key, f.key != "start")
		b = append(f.at.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
	}
	b = appendText(l.key(b, "decision", true), r.Decision)
	b = appendText(l.key(b, "reason", true), r.Reason)
	return append(append(b, l.end...), '}')
}

// appendText quotes a text.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			var quoted bytes.Buffer
			enc := json.NewEncoder(&quoted)
			enc.SetEscapeHTML(false)
			_ = enc.Encode(text) // a string and a buffer have no error
			return append(b, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}
