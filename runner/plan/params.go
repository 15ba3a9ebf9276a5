package plan

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// Params are the values that a run was given, as a JSON object with its names sorted, so
// that equal values are equal texts. Empty: none, the defaults hold. They stay with the run
// for ever: every later attempt sees them, whoever puts it back.
type Params string

// paramsOf writes values down.
func paramsOf(values map[string]any) Params {
	if len(values) == 0 {
		return ""
	}
	for name, v := range values {
		if at, ok := v.(time.Time); ok {
			values[name] = at.UTC()
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // they were read from texts
	}
	return Params(text)
}

// Values are the values by name; what came from a date or a whole number, its param knows.
func (p Params) Values() map[string]any {
	if p == "" {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(p)))
	d.UseNumber()
	var values map[string]any
	if d.Decode(&values) != nil {
		return nil
	}
	for name, v := range values {
		values[name] = plainNumber(v)
	}
	return values
}

// plainNumber is a whole number where it is one, so that none loses its last digits.
func plainNumber(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = plainNumber(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = plainNumber(v[name])
		}
	}
	return value
}

// MarshalJSON writes the object.
func (p Params) MarshalJSON() ([]byte, error) {
	if p == "" {
		return []byte("{}"), nil
	}
	return []byte(p), nil
}

// UnmarshalJSON reads an object, however it is laid out.
func (p *Params) UnmarshalJSON(text []byte) error {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(text, &values); err != nil {
		return err
	}
	if len(values) == 0 {
		*p = ""
		return nil
	}
	sorted, err := json.Marshal(values)
	*p = Params(sorted)
	return err
}

// Given reads the NAME=VALUE of an order for the runs that it makes. The refusal names every
// one that is wrong.
func Given(def *pipelines.Pipeline, texts []string) (Params, *Refusal) {
	values, problems := def.Given(texts)
	return paramsOf(values), badParams(def.Name, problems)
}

// again checks the params of a saved plan against what is declared now.
func (p Params) again(def *pipelines.Pipeline) (Params, *Refusal) {
	values, problems := def.Regiven(p.Values())
	return paramsOf(values), badParams(def.Name, problems)
}

func badParams(pipeline string, problems []string) *Refusal {
	switch len(problems) {
	case 0:
		return nil
	case 1:
		return &Refusal{Code: "bad-param", Message: problems[0], Help: "tidemark show " + pipeline + " lists its params"}
	}
	return &Refusal{Code: "bad-param", Message: fmt.Sprintf("%d things are wrong with the params", len(problems)),
		Problems: problems, Help: "tidemark show " + pipeline + " lists its params"}
}
