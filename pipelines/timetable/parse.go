package timetable

import (
	"fmt"
	"strings"
)

// fieldSpec is what one field of a cron expression may say.
type fieldSpec struct {
	name     string
	min, max int // as written; a weekday may be 7
	names    []string
	day      bool // ? is allowed
}

var (
	minuteField  = &fieldSpec{name: "minute", max: 59}
	hourField    = &fieldSpec{name: "hour", max: 23}
	dayField     = &fieldSpec{name: "day-of-month", min: 1, max: 31, day: true}
	monthField   = &fieldSpec{name: "month", min: 1, max: 12, names: strings.Fields("jan feb mar apr may jun jul aug sep oct nov dec")}
	weekdayField = &fieldSpec{name: "day-of-week", max: 7, names: strings.Fields("sun mon tue wed thu fri sat"), day: true}
	secondField  = &fieldSpec{name: "second", max: 59}
)

// maxExpr bounds an expression: every value of all six fields written out takes fewer bytes.
const maxExpr = 1024

// A token is a piece of the expression with its offset in it, for the caret of an error.
type token struct {
	text string
	off  int
}

// cut splits a token at the first of sep.
func (t token) cut(sep string) (before, after token, found bool) {
	a, b, found := strings.Cut(t.text, sep)
	return token{a, t.off}, token{b, t.off + len(a) + len(sep)}, found
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

func tokens(expr string) (out []token) {
	for i := 0; i < len(expr); {
		j := i
		for j < len(expr) && !isSpace(expr[j]) {
			j++
		}
		if j > i {
			out = append(out, token{expr[i:j], i})
		}
		i = j + 1
	}
	return out
}

// parseCron reads five fields, or six with the seconds last. Its only error is *CronError.
func parseCron(expr string) (*cron, error) {
	p := parser{expr: expr}
	toks := tokens(expr)
	if err := p.shape(toks); err != nil {
		return nil, err
	}
	c := &cron{seconds: 1}
	p.set(toks[0], minuteField, func(v int) { c.minutes |= 1 << v })
	p.set(toks[1], hourField, func(v int) { c.hours |= 1 << v })
	p.monthDays(toks[2], c)
	p.set(toks[3], monthField, func(v int) { c.months |= 1 << v })
	p.weekDays(toks[4], c)
	if len(toks) == 6 {
		c.seconds = 0
		p.set(toks[5], secondField, func(v int) { c.seconds |= 1 << v })
	}
	if p.err != nil {
		return nil, p.err
	}
	c.index()
	if !c.possible() {
		return nil, &CronError{Expr: expr, Impossible: true, Field: dayField.name,
			Offset: toks[2].off, Length: toks[3].off + len(toks[3].text) - toks[2].off,
			Message: "no month that it names has such a day, so it can never fire",
			Help:    "for the last day of a month write L as the day-of-month"}
	}
	if !c.anyDay && !c.anyWeekday {
		p.warn("day-of-month %q and day-of-week %q mean OR: it fires on every day that matches either", toks[2].text, toks[4].text)
	}
	c.warnings = p.warnings
	return c, nil
}

// A parser keeps the first error; what comes after it is not looked at.
type parser struct {
	expr     string
	err      *CronError
	warnings []string
}

func (p *parser) fail(f *fieldSpec, t token, help, format string, args ...any) {
	if p.err == nil {
		p.err = &CronError{Expr: p.expr, Field: f.name, Offset: t.off, Length: len(t.text),
			Message: fmt.Sprintf(format, args...), Help: help}
	}
}

func (p *parser) warn(format string, args ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf(format, args...))
}

// shape checks what is wrong with an expression as a whole.
func (p *parser) shape(toks []token) error {
	whole := func(message, help string) error {
		return &CronError{Expr: p.expr, Length: len(p.expr), Message: message, Help: help}
	}
	switch n := len(toks); {
	case len(p.expr) > maxExpr:
		return whole(fmt.Sprintf("longer than %d bytes", maxExpr), "")
	case n == 0:
		return whole("is empty", "write five fields: minute hour day-of-month month day-of-week")
	case strings.HasPrefix(toks[0].text, "@every"):
		return whole("@every is not a cron expression", "write every: 6h in place of cron")
	case toks[0].text[0] == '@':
		return whole("unknown preset", "the presets are "+presetNames())
	case n == 7:
		return whole("has 7 fields: a year cannot be given", "write five fields, or six with the seconds last; start_date and end_date bound the years")
	case n != 5 && n != 6:
		noun := "fields"
		if n == 1 {
			noun = "field"
		}
		return whole(fmt.Sprintf("has %d %s in place of five, or six with the seconds last", n, noun),
			"the fields are minute hour day-of-month month day-of-week [second]")
	}
	return nil
}

func (p *parser) monthDays(t token, c *cron) {
	c.anyDay = t.text == "*" || t.text == "?"
	p.list(t, dayField, func(item token) {
		switch {
		case strings.EqualFold(item.text, "L"):
			c.lastDay = true
		case isLast(item.text) || strings.ContainsAny(item.text, "wW"):
			p.fail(dayField, item, "L alone is the last day of the month; W and offsets from it are not part of the dialect",
				"%q is not supported", item.text)
		default:
			p.item(item, dayField, func(v int) { c.days |= 1 << v })
		}
	})
}

func isLast(s string) bool { return strings.ContainsAny(s, "lL") }

func (p *parser) weekDays(t token, c *cron) {
	c.anyWeekday = t.text == "*" || t.text == "?"
	p.list(t, weekdayField, func(item token) {
		day, nth, counted := item.cut("#")
		switch {
		case counted:
			v := p.value(day, weekdayField) % 7
			if len(nth.text) != 1 || nth.text[0] < '1' || nth.text[0] > '5' {
				p.fail(weekdayField, item, "write 5#1 to 5#5 for the first to the fifth Friday of the month", "%q does not count from 1 to 5", item.text)
				return
			}
			c.nth[v] |= 1 << (nth.text[0] - '0')
		case item.text[0] == 'L' || item.text[0] == 'l':
			if len(item.text) != 2 || item.text[1] < '0' || item.text[1] > '7' {
				p.fail(weekdayField, item, "write L5 for the last Friday of the month", "%q is not a last weekday", item.text)
				return
			}
			c.lastWeekdays |= 1 << ((item.text[1] - '0') % 7)
		default:
			p.item(item, weekdayField, func(v int) { c.weekdays |= 1 << v })
		}
	})
}
