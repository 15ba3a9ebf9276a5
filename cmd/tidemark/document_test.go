package main

import (
	"encoding/json"
	"testing"
	"time"
)

func TestADocumentKeepsItsPromises(t *testing.T) {
	type row struct {
		At    time.Time      `json:"at"`
		Tags  []string       `json:"tags"`
		ByKey map[string]int `json:"by_key"`
		Maybe *time.Time     `json:"maybe"`
		Any   any            `json:"any"`
		inner []int
	}
	east := time.FixedZone("east", 3600)
	at := time.Date(2026, 3, 1, 1, 0, 0, 0, east)
	part := time.Date(2026, 3, 1, 1, 0, 0, 250e6, east)
	doc := struct {
		Schema string          `json:"schema"`
		Rows   []row           `json:"rows"`
		Raw    json.RawMessage `json:"raw"`
	}{"tidemark.test/1", []row{{At: at}, {At: part, Maybe: &part, Any: []time.Time{at}, inner: nil}}, json.RawMessage(`{"a":null}`)}

	_, got, _ := runOne(func(c *call) error { return c.Document(doc) }, "-o", "jsonl")
	const want = `{"schema":"tidemark.test/1","rows":[` +
		`{"at":"2026-03-01T00:00:00Z","tags":[],"by_key":{},"maybe":null,"any":null},` +
		`{"at":"2026-03-01T00:00:00.25Z","tags":[],"by_key":{},"maybe":"2026-03-01T00:00:00.25Z","any":["2026-03-01T00:00:00Z"]}` +
		`],"raw":{"a":null}}` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if doc.Rows[0].Tags != nil || doc.Rows[1].Maybe.Location() != east {
		t.Error("the caller's value was changed")
	}
	if utc(time.Time{}) != nil || utc(at).Location() != time.UTC {
		t.Error("utc is null for zero, in UTC otherwise")
	}
}

func TestAStreamIsTheSameDocument(t *testing.T) {
	at := time.Date(2026, 3, 1, 1, 0, 0, 250e6, time.UTC)
	one := simulatedRow{at, at.Add(time.Hour), at.Add(time.Minute), "run", "<a> & \"b\" \\ \u00e9\x01"}
	two := simulatedRow{at.Add(time.Hour), at, at, "skip", "older than 7d"}
	for _, rows := range [][]simulatedRow{nil, {one}, {two, one, two}} {
		for _, format := range []string{"json", "jsonl"} {
			doc := simulationDocument{Schema: "tidemark.test/1", Intervals: rows, Next: &simulatedNext{at, at, at}}
			_, want, _ := runOne(func(c *call) error { return c.Document(doc) }, "-o", format)
			_, got, err := runOne(func(c *call) error {
				doc.Intervals = nil
				return c.Stream(doc, "intervals", func(yield func(row) bool) {
					for _, r := range rows {
						if !yield(r) {
							return
						}
					}
				})
			}, "-o", format)
			if got != want || err != "" {
				t.Errorf("%s of %d rows:\n%s\nwant:\n%s", format, len(rows), got, want)
			}
		}
	}
}
