package pipelines

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/expr-lang/expr"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// disabledBuiltins of the library read a clock or the host's zones, walk maps in random order, or can make a text
// grow without end.
var disabledBuiltins = []string{"now", "date", "timezone", "duration", "keys", "values", "toPairs", "reduce", "join", "replace", "repeat"}

// functionOptions are our functions. Each is pure: the same arguments give the same result on every machine.
var functionOptions = func() []expr.Option {
	var options []expr.Option
	for _, name := range disabledBuiltins {
		options = append(options, expr.DisableBuiltin(name))
	}
	return append(options,
		expr.Function("date_format", two(dateFormat), new(func(any, string) string)),
		expr.Function("date_add", two(dateAdd), new(func(any, string) any)),
		expr.Function("in_timezone", two(inTimezone), new(func(any, string) time.Time)),
		expr.Function("start_of", two(startOf), new(func(any, string) time.Time)),
		expr.Function("join", joinTexts, new(func([]any, string) string), new(func([]string, string) string)),
		expr.Function("replace", replaceText, new(func(string, string, string) string)),
	)
}()

var ourFunctions = []string{"date_format", "date_add", "in_timezone", "start_of", "join", "replace"}

func two(f func(any, string) (any, error)) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		if len(args) != 2 {
			return nil, errors.New("two arguments are needed")
		}
		text, ok := args[1].(string)
		if !ok {
			return nil, fmt.Errorf("the second argument must be a string, but is %s", kindOf(args[1]))
		}
		return f(args[0], text)
	}
}

// instantOf reads a time argument: an instant, or a text such as ds or ts.
func instantOf(value any) (time.Time, error) {
	switch v := value.(type) {
	case time.Time:
		return v, nil
	case string:
		return ParseTime(v, time.UTC, false)
	case nil:
		return time.Time{}, errNoValue
	}
	return time.Time{}, fmt.Errorf("%s is not a time", kindOf(value))
}

func dateFormat(value any, format string) (any, error) {
	t, err := instantOf(value)
	if err != nil {
		return nil, err
	}
	return strftime(t, format)
}

// dateAdd shifts by calendar days (w, d) and then by absolute time (h, m, s). A date stays a date.
func dateAdd(value any, shift string) (any, error) {
	digits, sign := strings.TrimPrefix(shift, "-"), 1
	if digits != shift {
		sign = -1
	}
	parts, err := timetable.DurationParts(digits)
	if err != nil {
		return nil, err
	}
	t, err := instantOf(value)
	if err != nil {
		return nil, err
	}
	rest := time.Duration(parts[2])*time.Hour + time.Duration(parts[3])*time.Minute + time.Duration(parts[4])*time.Second
	shifted := t.AddDate(0, 0, sign*int(parts[0]*7+parts[1])).Add(time.Duration(sign) * rest)
	if text, ok := value.(string); ok && len(text) == len(time.DateOnly) {
		if rest != 0 {
			return nil, fmt.Errorf("a date shifts by whole days, not by %q", shift)
		}
		return shifted.Format(time.DateOnly), nil
	}
	return shifted, nil
}

func inTimezone(value any, zone string) (any, error) {
	t, err := instantOf(value)
	if err != nil {
		return nil, err
	}
	loc, err := loadLocation(zone)
	if err != nil {
		return nil, err
	}
	return t.In(loc), nil
}

// startOf returns the beginning of the hour, day, week (Monday), month or year, in the zone that t is in.
func startOf(value any, unit string) (any, error) {
	t, err := instantOf(value)
	if err != nil {
		return nil, err
	}
	y, m, d := t.Date()
	switch unit {
	case "hour":
		return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond())), nil
	case "day":
	case "week":
		d -= (int(t.Weekday()) + 6) % 7
	case "month":
		d = 1
	case "year":
		m, d = time.January, 1
	default:
		return nil, fmt.Errorf("%q is not hour, day, week, month or year", unit)
	}
	return timetable.Resolve(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), t.Location()).In(t.Location()), nil
}

func joinTexts(args ...any) (any, error) {
	list, ok := args[0].([]any)
	if !ok {
		for _, s := range args[0].([]string) {
			list = append(list, s)
		}
	}
	var b strings.Builder
	for i, item := range list {
		text, err := textOf(item)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteString(args[1].(string))
		}
		b.WriteString(text)
		if b.Len() > maxRendered {
			return nil, fmt.Errorf("the text is longer than %d bytes", maxRendered)
		}
	}
	return b.String(), nil
}

func replaceText(args ...any) (any, error) {
	text, old, fresh := args[0].(string), args[1].(string), args[2].(string)
	if len(text)+strings.Count(text, old)*len(fresh) > maxRendered {
		return nil, fmt.Errorf("the text is longer than %d bytes", maxRendered)
	}
	return strings.ReplaceAll(text, old, fresh), nil
}
