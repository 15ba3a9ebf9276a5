package timetable

import (
	"slices"
	"strconv"
	"strings"
)

// set reads a whole field of lists, ranges and steps.
func (p *parser) set(t token, f *fieldSpec, add func(int)) {
	p.list(t, f, func(item token) { p.item(item, f, add) })
}

// list hands the items between the commas to read.
func (p *parser) list(t token, f *fieldSpec, read func(token)) {
	if t.text == "?" && f.day {
		t.text = "*"
	}
	for more := true; more && p.err == nil; {
		var item token
		if item, t, more = t.cut(","); item.text == "" {
			p.fail(f, token{",", max(item.off-1, 0)}, "", "a value is missing beside the comma")
			return
		}
		read(item)
	}
}

// item reads one of * a a-b, with /step or without. a/step goes from a to the field's greatest value. A
// range whose end lies before its start goes round: 22-2 is 22 23 0 1 2.
func (p *parser) item(item token, f *fieldSpec, add func(int)) {
	body, stepText, stepped := item.cut("/")
	from, to := f.min, f.max
	if body.text != "*" {
		a, b, ranged := body.cut("-")
		from = p.value(a, f)
		switch {
		case ranged:
			to = p.value(b, f)
		case !stepped:
			to = from
		}
	}
	step := 1
	if stepped {
		step = p.step(stepText, f)
	}
	if p.err != nil {
		return
	}
	if stepped && step > f.max-f.min {
		p.warn("%s %q matches only once: a step counts within the field and begins anew after it", f.name, item.text)
	}
	f.spread(from, to, step, add)
}

// spread adds each step-th value from one to the other. Weekday 7 is Sunday again.
func (f *fieldSpec) spread(from, to, step int, add func(int)) {
	size := f.max - f.min + 1
	if f == weekdayField {
		size = 7
		if from == 7 {
			from, to = 0, to%7
		}
	}
	if to < from {
		to += size
	}
	for v := from; v <= to; v += step {
		add((v-f.min)%size + f.min)
	}
}

// value reads a number or a name of the field; after an error it is the field's least.
func (p *parser) value(t token, f *fieldSpec) int {
	if i := slices.Index(f.names, strings.ToLower(t.text)); i >= 0 {
		return i + f.min
	}
	n, ok := number(t.text)
	switch {
	case !ok:
		p.notNumber(t, f)
	case n < f.min || n > f.max:
		p.fail(f, t, "", "%s is out of range %d to %d", t.text, f.min, f.max)
	default:
		return n
	}
	return f.min
}

func (p *parser) notNumber(t token, f *fieldSpec) {
	help := ""
	switch lower := strings.ToLower(t.text); {
	case t.text == "":
		p.fail(f, token{"-", max(t.off-1, 0)}, "", "a number is missing")
		return
	case t.text == "?" && !f.day:
		help = "? stands for * in the two day fields only"
	case lower[0] == 'h' && f.names == nil, lower[0] == 'r' && f.names == nil:
		help = "a time drawn by hash or at random is not part of the dialect: write the number"
	case strings.HasSuffix(lower, "l") && f == weekdayField:
		help = "write L5 for the last Friday of the month"
	case len(lower) > 3 && slices.Contains(f.names, lower[:3]):
		help = "write " + lower[:3]
	case f.names != nil:
		help = "names are " + strings.Join(f.names, " ")
	}
	p.fail(f, t, help, "%q is not a value", t.text)
}

func (p *parser) step(t token, f *fieldSpec) int {
	n, ok := number(t.text)
	if !ok || n == 0 {
		if t.text == "" {
			t = token{"/", t.off - 1}
		}
		p.fail(f, t, "", "a step is a number from 1 up")
		return 1
	}
	return n
}

// number reads up to four digits and nothing else: no sign, no space.
func number(s string) (int, bool) {
	if s == "" || len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
