package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

// orderForm is what the dialog of an order asks, and where its answers go.
type orderForm struct {
	Verb, Title, About string
	Word, Past         string // what its button says, and the note afterwards
	Danger             bool
	Preview, Give      string
	P                  *pipelines.Pipeline // nil: it is about an operation
	Params             []formParam
	Quick              []quickRange
	From, To           string // what a range begins with
	Kind               string // of the fields that name an interval: date or datetime-local
}

// forms are the orders that have a dialog, in the words of each.
var forms = map[string]orderForm{
	"clear":    {Title: "Clear task instances", About: "They go back to waiting, and run again with the pipeline as it is now.", Word: "Clear", Past: "Cleared", Danger: true},
	"mark":     {Title: "Mark task instances", About: "They get the end that you say, without running.", Word: "Mark", Past: "Marked"},
	"backfill": {Title: "Backfill", About: "Makes every interval of the range that does not exist, and runs again what you choose of the others.", Word: "Backfill", Past: "Backfill of"},
	"trigger":  {Title: "Run now", About: "Makes the run of one interval: the newest complete one, unless you name another by its start.", Word: "Run", Past: "Made"},
	"unpause":  {Title: "Go on", About: "The schedule goes on. Say what becomes of the intervals that fell due meanwhile.", Word: "Go on", Past: "Goes on"},
	"undo":     {Title: "Undo", About: "Takes the order back, as far as nothing has run since.", Word: "Undo", Past: "Undone"},
	"cancel":   {Title: "Cancel the backfill", About: "Runs that never began are taken back; those that have begun go on to their end.", Word: "Cancel", Past: "Cancelled", Danger: true},
}

// serveForm is what the dialog of an order about a pipeline asks.
func (s *Server) serveForm(w http.ResponseWriter, r *http.Request) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	verb := r.PathValue("verb")
	f, known := forms[verb]
	if !known || verb == "undo" || verb == "cancel" {
		refuse(w, r, http.StatusNotFound, "no-such-order", "no order is named "+quoted(verb), "")
		return
	}
	f.Verb, f.P = verb, p
	f.Preview, f.Give = "/p/"+p.Name+"/preview", "/api/v1/pipelines/"+p.Name+"/"+verb
	f.Params = formParams(p)
	f.ranges(s.Now())
	fragment(w, "form", f)
}

// serveOperationForm is the same for an order about an earlier one.
func (s *Server) serveOperationForm(w http.ResponseWriter, r *http.Request) {
	verb, id := r.PathValue("verb"), r.PathValue("operation")
	f, known := forms[verb]
	switch {
	case known && verb == "undo":
		f.Give = "/api/v1/operations/" + id + "/undo"
	case known && verb == "cancel":
		f.Give = "/api/v1/backfills/" + id + "/cancel"
	default:
		refuse(w, r, http.StatusNotFound, "no-such-order", "no order is named "+quoted(verb), "")
		return
	}
	f.Verb, f.Title, f.Preview = verb, f.Title+" "+id, "/ops/"+id+"/preview"
	fragment(w, "form", f)
}

// formParam is a field for a param, of the kind that its type asks for.
type formParam struct {
	pipelines.Param
	Text    string   // its default, as --param takes it
	Choices []string // of an enum, or of a boolean
	Input   string   // the type of its field; "area": several lines of JSON; "": a choice
}

func formParams(p *pipelines.Pipeline) []formParam {
	var all []formParam
	for _, d := range p.Params {
		f := formParam{Param: d, Input: "text"}
		if d.Default != nil {
			f.Text = pipelines.ParamText(d.Default)
		}
		for _, v := range d.Enum {
			f.Choices = append(f.Choices, pipelines.ParamText(v))
		}
		switch {
		case len(f.Choices) > 0:
			f.Input = ""
		case d.Type == "boolean":
			f.Choices, f.Input = []string{"true", "false"}, ""
		case d.Type == "integer", d.Type == "number":
			f.Input = "number"
		case d.Type == "date" && len(f.Text) <= len(time.DateOnly):
			f.Input = "date"
		case d.Type == "list", d.Type == "object":
			f.Input = "area"
		}
		all = append(all, f)
	}
	return all
}

// Stated says whether a choice is the default.
func (f formParam) Stated(choice string) bool { return choice == f.Text }

// quickRange is a range by a word.
type quickRange struct{ Text, From, To string }

// ranges are the newest complete intervals of a pipeline, and all of them.
func (f *orderForm) ranges(now time.Time) {
	f.Kind = "date"
	table := f.P.Timetable
	if table == nil {
		return
	}
	newest, ok := table.Latest(now)
	if !ok || f.Verb == "trigger" { // which goes past end_date
		if newest.Interval, ok = table.Manual(now); !ok {
			return
		}
	}
	starts := []time.Time{newest.Start}
	for len(starts) < 30 {
		before, ok := table.Containing(starts[len(starts)-1].Add(-time.Microsecond))
		if !ok {
			break
		}
		starts = append(starts, before.Start)
	}
	name := func(t time.Time) string { return pipelines.Label(t, f.P.Location) }
	dated := func(t time.Time) bool { return len(name(t)) == len(time.DateOnly) }
	if !dated(f.P.Start) || slices.ContainsFunc(starts, func(t time.Time) bool { return !dated(t) }) {
		f.Kind = "datetime-local"
		name = func(t time.Time) string { return t.In(f.P.Location).Format("2006-01-02T15:04") }
	}
	f.To = name(newest.Start)
	for _, n := range []int{7, 30} {
		if n <= len(starts) {
			f.Quick = append(f.Quick, quickRange{"newest " + prose.Plural(n, "interval"), name(starts[n-1]), f.To})
		}
	}
	f.From = name(starts[min(7, len(starts))-1])
	if !f.P.Start.IsZero() && !f.P.Start.After(newest.Start) {
		f.Quick = append(f.Quick, quickRange{"since start_date", name(f.P.Start), f.To})
	}
}

// Types is the type of a param in a word for people.
func (f formParam) Types() string {
	if f.Input == "area" {
		return f.Type + ", as JSON"
	}
	return f.Type
}
