package pipelines

import (
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// environment reads `env:` and returns it behind what is inherited. Each value may name those before it.
func (d *decoder) environment(n *yaml.Node, what string, inherited []EnvVar) []EnvVar {
	list := inherited[:len(inherited):len(inherited)]
	if n == nil || isNull(n) {
		return list
	}
	for _, e := range d.entries(n, what) {
		if !d.variable(e.key) {
			continue
		}
		if v := d.envValue(e); v != nil {
			list = append(list, EnvVar{Name: e.key.Value, Value: v})
		}
		d.scope.env = append(d.scope.env[:len(d.scope.env):len(d.scope.env)], e.key.Value)
	}
	return list
}

func (d *decoder) envValue(e entry) *Template {
	if e.value.Kind == yaml.ScalarNode && isNull(e.value) {
		d.fail(e.key, "wrong-type", `write "" for an empty variable`, "variable %q has no value", e.key.Value)
		return nil
	}
	return d.template(e.value, "the value of "+e.key.Value)
}

func (d *decoder) variable(key *yaml.Node) bool {
	switch {
	case !goodVariable(key.Value):
		d.fail(key, "bad-name", "use letters, digits and _, not beginning with a digit", "%q is not a name for a variable", short(key.Value))
	case strings.HasPrefix(key.Value, "TIDEMARK_"):
		d.fail(key, "bad-name", "choose another prefix", "%q is not a name for a variable: TIDEMARK_ is ours", key.Value)
	default:
		return true
	}
	return false
}

// template reads a scalar with expressions in it and compiles them against what exists there.
func (d *decoder) template(n *yaml.Node, what string) *Template {
	source, ok := d.text(n, what)
	if !ok {
		return nil
	}
	if strings.IndexByte(source, 0) >= 0 {
		d.fail(n, "out-of-range", "", "%s must not contain the character NUL", what)
		return nil
	}
	t := &Template{source: source}
	parts, at, ok := splitTemplate(source)
	if !ok {
		where := d.inside(n, source, at, opening, 0, len(opening))
		d.report(Error, where, "bad-expression", "this expression has no end", "close it with }}, or write $${{ for the characters themselves")
		return nil
	}
	t.parts = parts
	for i := range parts {
		if parts[i].expr != nil {
			parts[i].expr = d.expression(n, source, parts[i], false)
			ok = ok && parts[i].expr != nil
		}
	}
	if !ok {
		return nil
	}
	return t
}

// expression compiles one expression of a scalar and reports what is wrong at its place.
func (d *decoder) expression(n *yaml.Node, source string, p part, condition bool) *Expr {
	scope := *d.scope
	e, errs := scope.compile(p.expr.source, condition)
	for _, x := range errs {
		if p.expr.source == "" {
			where := strings.LastIndex(source[:p.offset], opening)
			d.report(Error, d.inside(n, source, where, opening, 0, len(opening)), x.code, x.message, x.help)
			continue
		}
		at := d.inside(n, source, p.offset, p.expr.source, x.from, x.to)
		d.report(Error, at, x.code, x.message, x.help)
	}
	if len(errs) > 0 {
		return nil
	}
	for _, r := range e.tasks {
		d.uses = append(d.uses, use{d.reading, r, d.inside(n, source, p.offset, p.expr.source, r.from, r.to)})
	}
	return e
}

// condition reads `when:`: a single expression, or true or false.
func (d *decoder) condition(n *yaml.Node) *Expr {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" {
		truth := isTrue(n)
		return &Expr{source: n.Value, truth: &truth}
	}
	source, ok := d.text(n, "when")
	if !ok {
		return nil
	}
	trimmed := strings.TrimSpace(source)
	parts, _, closed := splitTemplate(trimmed)
	if !closed || len(parts) != 1 || parts[0].expr == nil {
		d.fail(n, "bad-expression", "write when: ${{ "+strings.Trim(trimmed, "${} ")+" }}", "when must be one expression in ${{ }}")
		return nil
	}
	parts[0].offset += strings.Index(source, trimmed)
	return d.expression(n, source, parts[0], true)
}

// inside finds the place in the file of characters from..to of an expression that stands at an offset in the
// scalar's value. Escapes and folding make values differ from what the file shows, so the expression's own text is
// searched for: as often as it came before in the value.
func (d *decoder) inside(n *yaml.Node, value string, offset int, text string, from, to int) span {
	at := d.span(n)
	first, _, _ := strings.Cut(text, "\n")
	skip := strings.Count(value[:offset], first)
	line, rest := at.line, d.tail(at.line, at.col)
	col := at.col
	for range 10_000 {
		i := strings.Index(rest, first)
		if i < 0 {
			line++
			if line > len(d.lines) {
				return at
			}
			rest, col = d.lines[line-1], 1
			continue
		}
		col += utf8.RuneCountInString(rest[:i])
		if skip == 0 {
			return d.advance(span{line, col, 0}, text, from, to)
		}
		skip--
		col += utf8.RuneCountInString(first)
		rest = rest[i+len(first):]
	}
	return at
}

// advance moves to characters from..to of a text that begins at a place; each of its line breaks is one of the file.
func (d *decoder) advance(at span, text string, from, to int) span {
	runes := []rune(text)
	from, to = min(from, len(runes)), min(to, len(runes))
	if i := strings.LastIndexByte(string(runes[:from]), '\n'); i >= 0 {
		lines := strings.Count(string(runes[:from]), "\n")
		at.line += lines
		if at.line > len(d.lines) {
			return at
		}
		text := d.lines[at.line-1]
		indent := len(text) - len(strings.TrimLeft(text, " "))
		at.col = indent + 1 + utf8.RuneCountInString(strings.TrimLeft(string(runes[:from])[i+1:], " "))
	} else {
		at.col += from
	}
	at.end = at.col + max(1, to-from)
	return at
}
