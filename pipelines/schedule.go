package pipelines

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// clock is the schedule as written: the nodes are where a fault of each part is reported.
type clock struct {
	spec                     timetable.Spec
	cron, every, align, self *yaml.Node
}

// schedule reads schedule, start_date, end_date and catchup, which make sense only together.
func (d *decoder) schedule(root *yaml.Node, t *top, p *Pipeline) {
	var c clock
	ok := false
	if t.schedule != nil && !isNull(t.schedule) {
		c, ok = d.clock(t.schedule)
		p.Schedule = scheduleText(c)
	}
	c.spec.Location = p.Location
	if t.start != nil {
		p.Start = d.date(t.start, "start_date", p.Location, false)
	}
	if t.end != nil {
		p.End = d.date(t.end, "end_date", p.Location, true)
	}
	if t.catchup != nil {
		p.Catchup = d.catchup(t.catchup)
	}
	if !p.Start.IsZero() && !p.End.IsZero() && p.End.Before(p.Start) {
		d.fail(t.end, "end-before-start", "", "end_date %s lies before start_date %s", t.end.Value, t.start.Value)
		return
	}
	if t.schedule == nil || isNull(t.schedule) {
		d.needsSchedule(t)
		return
	}
	if t.start == nil {
		d.fail(root, "missing-key", "add start_date: it says where the first interval begins", "a pipeline with a schedule needs start_date")
	}
	if !ok {
		return
	}
	c.spec.Start, c.spec.End = p.Start, p.End
	d.timetable(&c, t, p)
}

// needsSchedule reports keys that do nothing without a schedule.
func (d *decoder) needsSchedule(t *top) {
	for _, k := range []struct {
		n    *yaml.Node
		name string
	}{{t.start, "start_date"}, {t.end, "end_date"}, {t.catchup, "catchup"}} {
		if k.n != nil {
			d.report(Warning, d.span(k.n), "no-schedule", k.name+" has no effect: the pipeline has no schedule", `add a schedule, such as schedule: "@daily"`)
		}
	}
}

// timetable builds the timetable and says at the right place why there is none.
func (d *decoder) timetable(c *clock, t *top, p *Pipeline) {
	known := !c.spec.Start.IsZero()
	if !known { // it is reported already; the rest of the schedule can still be checked
		c.spec.Start, c.spec.End = time.Unix(0, 0).UTC(), time.Time{}
	}
	tt, err := timetable.New(c.spec)
	if cron, ok := errors.AsType[*timetable.CronError](err); ok {
		d.badCron(c.cron, cron)
		return
	}
	if spec, ok := errors.AsType[*timetable.SpecError](err); ok {
		d.badSpec(c, t, spec)
		return
	}
	if err != nil {
		d.fail(c.self, "out-of-range", "", "schedule: %v", err)
		return
	}
	for _, w := range tt.Warnings() {
		if known || !strings.HasPrefix(w, "no interval") {
			d.warnSchedule(c, t, w)
		}
	}
	p.Timetable = tt
}

func (d *decoder) warnSchedule(c *clock, t *top, warning string) {
	at, code, help := c.self, "odd-schedule", ""
	switch {
	case c.cron != nil && strings.Contains(warning, "OR"):
		at, code, help = c.cron, "cron-or", "leave one of the two days as *"
	case strings.HasPrefix(warning, "no interval") && t.end != nil:
		at = t.end
	}
	d.report(Warning, d.span(at), code, warning, help)
}

// badCron puts the caret under the wrong field, where the expression stands in one line as it is.
func (d *decoder) badCron(n *yaml.Node, e *timetable.CronError) {
	at, code := d.span(n), "bad-cron"
	if e.Impossible {
		code = "impossible-cron"
	}
	text := d.tail(at.line, at.col)
	if before, _, ok := strings.Cut(text, e.Expr); ok && e.Length > 0 && e.Offset+e.Length <= len(e.Expr) {
		at.col += utf8.RuneCountInString(before) + utf8.RuneCountInString(e.Expr[:e.Offset])
		at.end = at.col + utf8.RuneCountInString(e.Expr[e.Offset:e.Offset+e.Length])
	}
	d.report(Error, at, code, e.Error(), e.Help)
}

func (d *decoder) badSpec(c *clock, t *top, e *timetable.SpecError) {
	at, code := c.self, "out-of-range"
	for field, n := range map[string]*yaml.Node{"cron": c.cron, "every": c.every, "align": c.align, "start_date": t.start, "end_date": t.end} {
		if field == e.Field && n != nil {
			at = n
		}
	}
	if e.Field == "align" {
		code = "conflicting-keys"
	}
	d.fail(at, code, "", "%s: %s", e.Field, e.Message)
}

// clock reads a cron, a preset, or {cron|every, align, delay}.
func (d *decoder) clock(n *yaml.Node) (c clock, ok bool) {
	c.self = n
	before := d.problems.Errors()
	if n.Kind != yaml.MappingNode {
		c.cron = n
		c.spec.Cron, ok = d.cron(n, "schedule")
		return c, ok
	}
	has := d.object(n, "schedule", laterInSchedule, []field{
		{"cron", func(_, v *yaml.Node) { c.cron = v; c.spec.Cron, _ = d.cron(v, "cron") }},
		{"every", func(_, v *yaml.Node) { c.every = v; c.spec.Every = d.duration(v, "every", time.Second) }},
		{"align", func(_, v *yaml.Node) { c.align = v; c.spec.Align = d.align(v) }},
		{"delay", func(_, v *yaml.Node) { c.spec.Delay = d.duration(v, "delay", 0) }},
	})
	switch {
	case has["cron"] == nil && has["every"] == nil:
		d.fail(n, "missing-key", `write {cron: "0 5 * * *"} or {every: 6h}`, "a schedule needs cron or every")
	case has["cron"] != nil && has["every"] != nil:
		d.fail(has["every"], "conflicting-keys", "remove one of them", "a schedule takes cron or every, not both")
	}
	return c, d.problems.Errors() == before
}

func (d *decoder) cron(n *yaml.Node, what string) (string, bool) {
	text, ok := d.text(n, what)
	if !ok {
		return "", false
	}
	if _, err := ParseDuration(text); err == nil {
		d.fail(n, "bad-cron", "write schedule: {every: "+text+"}", "%s is a cron or a preset, not a duration", what)
		return "", false
	}
	if strings.TrimSpace(text) == "" {
		d.fail(n, "bad-cron", `write a cron such as "0 5 * * *", or a preset such as "@daily"`, "%s is empty", what)
		return "", false
	}
	return text, true
}

func (d *decoder) align(n *yaml.Node) timetable.Align {
	text, ok := d.text(n, "align")
	if !ok {
		return timetable.AlignNone
	}
	align, ok := timetable.ParseAlign(text)
	if !ok {
		d.fail(n, "out-of-range", didYouMean(text, []string{"hour", "day", "week", "month"}), "align must be hour, day, week or month, but is %q", short(text))
	}
	return align
}

// scheduleText is the schedule for people, in one line.
func scheduleText(c clock) string {
	text := c.spec.Cron
	if c.every != nil {
		text = "every " + FormatDuration(c.spec.Every)
	}
	if c.spec.Align != timetable.AlignNone {
		text += ", aligned to the " + c.spec.Align.String()
	}
	if c.spec.Delay > 0 {
		text += ", " + FormatDuration(c.spec.Delay) + " late"
	}
	return text
}
