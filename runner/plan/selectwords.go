package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// apply makes filters of a term's words.
func (p *selectParser) apply(key string, not bool, words []word) error {
	for _, w := range words {
		var err error
		switch key {
		case "pipeline":
			err = p.name(&p.Pipelines, not, w)
		case "tag":
			err = p.name(&p.Tags, not, w)
		case "task":
			err = p.task(not, w)
		case "interval":
			err = p.interval(not, w)
		case "operation":
			err = p.operation(not, w)
		}
		if err != nil {
			return err
		}
	}
	switch key {
	case "state":
		return oneOf(p, &p.States, States, not, words)
	case "kind":
		return oneOf(p, &p.Kinds, []Kind{Scheduled, Backfilled, Manual}, not, words)
	case "task":
		p.single()
	case "interval":
		if !not && len(p.Ranges) == 1 {
			p.Start, p.End, p.Ranges = p.Ranges[0].From, p.Ranges[0].To, nil
		}
	}
	return nil
}

func (p *selectParser) name(to *Names, not bool, w word) error {
	re, err := p.pattern(w)
	if not {
		to.Not = append(to.Not, re)
	} else {
		to.Any = append(to.Any, re)
	}
	return err
}

// pattern makes a regular expression of a name, a glob or /a regular expression/.
func (p *selectParser) pattern(w word) (string, error) {
	if n := len(w.text); n > 1 && w.text[0] == '/' && w.text[n-1] == '/' {
		re := strings.ReplaceAll(w.text[1:n-1], `\/`, "/")
		if _, err := regexp.Compile(re); err != nil || re == "" {
			return "", p.fault(w.at, "this is not a regular expression")
		}
		return re, nil
	}
	if strings.ContainsAny(w.text, "/+=!") {
		return "", p.fault(w.at, "%q is neither a name, nor a glob, nor /a regular expression/", w.text)
	}
	glob := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(w.text))
	return "^" + glob + "$", nil
}

var around = regexp.MustCompile(`^(?:(\d*)(\+))?(.+?)(?:(\+)(\d*))?$`)

// task reads a pattern and how far the choice is widened from it.
func (p *selectParser) task(not bool, w word) error {
	m := around.FindStringSubmatch(w.text)
	if m == nil {
		return p.fault(w.at, "a task is missing")
	}
	re, err := p.pattern(word{m[3], w.at + len(m[1]+m[2])})
	if err != nil {
		return err
	}
	up, okUp := edges(m[2], m[1])
	down, okDown := edges(m[4], m[5])
	switch {
	case !okUp || !okDown:
		return p.fault(w.at, "a widening goes over 1 to 1000 edges")
	case not && up+down != 0:
		return p.fault(w.at, "what is left out cannot be widened")
	case not:
		p.NotTasks = append(p.NotTasks, re)
	default:
		p.Tasks = append(p.Tasks, TaskPattern{re, up, down})
	}
	return nil
}

func edges(plus, number string) (int, bool) {
	switch {
	case plus == "":
		return 0, true
	case number == "":
		return Far, true
	}
	n, err := strconv.Atoi(number)
	return n, err == nil && n >= 1 && n <= 1000
}

// single turns one pattern into what the flags say of it.
func (p *selectParser) single() {
	if len(p.Tasks) != 1 || p.Tasks[0].Up > 0 || p.Tasks[0].Down > 0 {
		return
	}
	t := p.Tasks[0]
	p.TaskRegex, p.Upstream, p.Downstream, p.Tasks = t.Regex, t.Up == Far, t.Down == Far, nil
}

func (p *selectParser) interval(not bool, w word) error {
	r, err := ParseRange(w.text, p.loc)
	switch {
	case err != nil:
		return p.fault(w.at, "%s; write 2026-03-01, 2026-03, or 2026-03-01..2026-03-31", err)
	case not:
		p.Except = append(p.Except, r)
	default:
		p.Ranges = append(p.Ranges, r)
	}
	return nil
}

func (p *selectParser) operation(not bool, w word) error {
	n, err := strconv.ParseInt(w.text, 10, 64)
	switch {
	case err != nil || n < 1:
		return p.fault(w.at, "%q is not the number of an operation", w.text)
	case not:
		p.NotOperations = append(p.NotOperations, n)
	default:
		p.Operations = append(p.Operations, n)
	}
	return nil
}

// oneOf narrows a list of values, empty for all of them, to some or to all but some.
func oneOf[T interface {
	fmt.Stringer
	comparable
}](p *selectParser, to *[]T, all []T, not bool, words []word) error {
	named := map[T]bool{}
	for _, w := range words {
		i := slices.IndexFunc(all, func(v T) bool { return v.String() == w.text })
		if i < 0 {
			return p.fault(w.at, "%q is not one of: %s", w.text, strings.Trim(fmt.Sprint(all), "[]"))
		}
		named[all[i]] = true
	}
	had := *to
	*to = nil
	for _, v := range all {
		if named[v] != not && (len(had) == 0 || slices.Contains(had, v)) {
			*to = append(*to, v)
		}
	}
	if len(*to) == 0 {
		return p.fault(words[0].at, "nothing is left to select")
	}
	return nil
}
