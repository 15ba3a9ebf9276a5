package plan

import (
	"regexp"
	"strings"
)

// pattern is a task pattern made ready. It chooses the instances of the tasks whose names it
// matches, and of a mapped task also those whose own names it matches: \[3\]$ is the fourth of
// each. The name of one instance as it stands, load[3], means that instance too, although
// its brackets are those of a regular expression.
type pattern struct {
	*regexp.Regexp
	up, down int
	of       *regexp.Regexp // the tasks whose instances it may choose one by one; nil: it cannot
	instance string         // the name of one, as it stands; "" where it is none
}

var instanceName = regexp.MustCompile(`^\^?([A-Za-z0-9_][A-Za-z0-9_.-]*)(\[[0-9]+\])\$?$`)

func (f *faults) pattern(p TaskPattern) pattern { return makePattern(f.regex(p.Regex), p) }

func makePattern(re *regexp.Regexp, p TaskPattern) pattern {
	out := pattern{Regexp: re, up: p.Up, down: p.Down}
	if m := instanceName.FindStringSubmatch(p.Regex); m != nil {
		out.of, out.instance = regexp.MustCompile("^"+regexp.QuoteMeta(m[1])+"$"), m[1]+m[2]
		return out
	}
	if task, _, found := strings.Cut(p.Regex, `\[`); found {
		out.of, _ = regexp.Compile("(?:" + task + ")$")
	}
	return out
}

// matches says whether it may choose an instance of a task.
func (p pattern) matches(task string) bool {
	return p.MatchString(task) || p.of != nil && p.of.MatchString(task)
}

// takes says whether it chooses an instance.
func (p pattern) takes(task string, index int) bool {
	if p.MatchString(task) {
		return true
	}
	name := InstanceName(task, index)
	return p.of != nil && index >= 0 && (name == p.instance || p.MatchString(name))
}

// TaskFilter is a regular expression over tasks and their instances, for those who only look.
type TaskFilter struct{ pattern }

// FilterTasks makes one ready; the empty text takes all.
func FilterTasks(regex string) (TaskFilter, error) {
	re, err := regexp.Compile(regex)
	if err != nil {
		return TaskFilter{}, err
	}
	return TaskFilter{makePattern(re, TaskPattern{Regex: regex})}, nil
}

// Matches says whether it may take instances of a task.
func (f TaskFilter) Matches(task string) bool { return f.matches(task) }

// Takes says whether it takes an instance; -1 is no index.
func (f TaskFilter) Takes(task string, index int) bool { return f.takes(task, index) }
