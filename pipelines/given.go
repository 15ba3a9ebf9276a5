package pipelines

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Given reads the values that a run is given, each written NAME=VALUE, and checks them
// against the declared parameters. Every problem is said: those of the values in their
// order, then the required ones that are missing.
func (p *Pipeline) Given(texts []string) (values map[string]any, problems []string) {
	values = map[string]any{}
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		param := p.param(name)
		_, twice := values[name]
		switch {
		case !ok:
			problems = append(problems, fmt.Sprintf("%q is not NAME=VALUE", text))
		case param == nil:
			problems = append(problems, p.noParam(name))
		case twice:
			problems = append(problems, fmt.Sprintf("param %q is given twice", name))
		default:
			v, err := param.Parse(value, p.Location)
			if err != nil {
				problems = append(problems, err.Error())
			}
			values[name] = v
		}
	}
	for _, param := range p.Params {
		if _, ok := values[param.Name]; param.Required && !ok {
			problems = append(problems, fmt.Sprintf("param %q is required", param.Name))
		}
	}
	return values, problems
}

// Regiven checks values again that were given earlier, when the declaration may have been
// another one.
func (p *Pipeline) Regiven(values map[string]any) (map[string]any, []string) {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		texts = append(texts, name+"="+ParamText(values[name]))
	}
	return p.Given(texts)
}

// ParamText writes a value as Param.Parse reads it.
func ParamText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

func (p *Pipeline) param(name string) *Param {
	for i := range p.Params {
		if p.Params[i].Name == name {
			return &p.Params[i]
		}
	}
	return nil
}

func (p *Pipeline) noParam(name string) string {
	if len(p.Params) == 0 {
		return fmt.Sprintf("pipeline %q declares no params, so none is named %q", p.Name, name)
	}
	var names []string
	for _, param := range p.Params {
		names = append(names, param.Name)
	}
	return strings.TrimSuffix(fmt.Sprintf("pipeline %q has no param %q; %s", p.Name, name, didYouMean(name, names)), "; ")
}
