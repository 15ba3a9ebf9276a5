package pipelines

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

var errNoValue = errors.New("it has no value here; give one with ??, as in ${{ prev_success.start ?? interval.start }}")

// textOf writes the value of an expression into a text. A time is RFC 3339 in UTC, whatever zone it was shifted to.
func textOf(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", errNoValue
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return formatNumber(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), nil
	case time.Duration:
		return FormatDuration(v), nil
	case []any, []string, map[string]any, map[string]string:
		out, err := json.Marshal(v)
		return string(out), err
	}
	return "", fmt.Errorf("a %T cannot be written as text", value)
}

// formatNumber writes whole numbers without a point or an exponent.
func formatNumber(v float64) (string, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "", errors.New("the result is not a number")
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return strconv.FormatFloat(v, 'g', -1, 64), nil
}

// coerce turns a value that came through JSON or a command line into the parameter's type; nil stays nil.
func (p *Param) coerce(value any, loc *time.Location) any {
	switch v := value.(type) {
	case float64:
		if p.Type == "integer" && v == math.Trunc(v) {
			return int(v)
		}
	case int:
		if p.Type == "number" {
			return float64(v)
		}
	case int64:
		if p.Type == "number" {
			return float64(v)
		}
		return int(v)
	case string:
		if parsed, err := p.parse(v, loc); err == nil {
			return parsed
		}
	}
	return value
}

// Parse reads a value for the parameter from a text, as a command line gives it; times are read in loc, lists and
// objects as JSON. The error says what was expected.
func (p *Param) Parse(text string, loc *time.Location) (any, error) {
	value, err := p.parse(text, loc)
	if err != nil {
		return nil, fmt.Errorf("param %q must be %s, but is %q", p.Name, typePhrase[p.Type], text)
	}
	if !p.allows(value) {
		return nil, fmt.Errorf("param %q must be one of %s, but is %q", p.Name, jsonText(p.Enum), text)
	}
	return value, nil
}

// allows says whether a value of the right type is in the enum, if there is one. Values are
// compared as written: a list of a file and one of a command line are equal.
func (p *Param) allows(value any) bool {
	return len(p.Enum) == 0 || slices.ContainsFunc(p.Enum, func(v any) bool { return jsonText(v) == jsonText(value) })
}

func (p *Param) parse(text string, loc *time.Location) (any, error) {
	switch p.Type {
	case "integer":
		return strconv.Atoi(text)
	case "number":
		v, err := strconv.ParseFloat(text, 64)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			err = strconv.ErrRange
		}
		return v, err
	case "boolean":
		return strconv.ParseBool(text)
	case "date":
		t, err := ParseTime(text, loc, false)
		return t.In(loc), err
	case "list":
		var list []any
		err := json.Unmarshal([]byte(text), &list)
		return list, err
	case "object":
		var object map[string]any
		err := json.Unmarshal([]byte(text), &object)
		return object, err
	}
	return text, nil
}

var typePhrase = map[string]string{
	"string": "a string", "integer": "a whole number", "number": "a number", "boolean": "true or false",
	"date": "a date", "list": "a list", "object": "a mapping",
}
