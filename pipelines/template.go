package pipelines

import (
	"fmt"
	"strings"
)

// maxRendered bounds a rendered text: Linux takes no single argument above 128 KiB, and a shell script handed
// over whole may be some times that before somebody meant a file.
const maxRendered = 1 << 20

// Template is a text with ${{ expressions }} in it, compiled and type-checked. It is immutable.
type Template struct {
	source string
	parts  []part
}

// part is literal text or, when expr is set, an expression.
type part struct {
	text   string
	expr   *Expr
	offset int // of the expression in the source, in bytes
}

// String returns the text as written.
func (t *Template) String() string { return t.source }

// literal returns the text of a template without expressions.
func (t *Template) literal() (string, bool) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr != nil {
			return "", false
		}
		b.WriteString(p.text)
	}
	return b.String(), true
}

// Render evaluates the expressions. It fails when one has no value here, such as prev_success.start on the first run.
func (t *Template) Render(c *Context) (string, error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		value, err := p.expr.eval(c)
		if err != nil {
			return "", err
		}
		text, err := textOf(value)
		if err != nil {
			return "", fmt.Errorf("${{ %s }}: %w", p.expr.source, err)
		}
		b.WriteString(text)
		if b.Len() > maxRendered {
			return "", fmt.Errorf("the text is longer than %d bytes", maxRendered)
		}
	}
	return b.String(), nil
}

// absent tells a template that is one expression without a value: such a variable is unset, not empty.
func (t *Template) absent(c *Context) bool {
	if len(t.parts) != 1 || t.parts[0].expr == nil {
		return false
	}
	value, err := t.parts[0].expr.eval(c)
	return err == nil && value == nil
}

const opening, closing, escaped = "${{", "}}", "$${{"

// splitTemplate separates text from expressions; the expressions are not compiled yet. On an opening without an end
// it returns the offset of that opening and false.
func splitTemplate(source string) (parts []part, at int, ok bool) {
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			parts = append(parts, part{text: text.String()})
			text.Reset()
		}
	}
	for i := 0; i < len(source); {
		switch {
		case strings.HasPrefix(source[i:], escaped):
			text.WriteString(opening)
			i += len(escaped)
		case strings.HasPrefix(source[i:], opening):
			body := source[i+len(opening):]
			n := expressionEnd(body)
			if n < 0 {
				return nil, i, false
			}
			flush()
			lead := len(body[:n]) - len(strings.TrimLeft(body[:n], " \t\r\n"))
			offset := i + len(opening) + lead
			parts = append(parts, part{expr: &Expr{source: strings.TrimSpace(body[:n])}, offset: offset})
			i += len(opening) + n + len(closing)
		default:
			text.WriteByte(source[i])
			i++
		}
	}
	flush()
	return parts, 0, true
}

// expressionEnd finds the }} that closes an expression: not one in quotes, not one that closes a map.
func expressionEnd(body string) int {
	depth, quoted := 0, byte(0)
	for i := 0; i < len(body); i++ {
		c := body[i]
		switch {
		case quoted != 0:
			if c == '\\' && quoted != '`' {
				i++
			} else if c == quoted {
				quoted = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quoted = c
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}' && strings.HasPrefix(body[i:], closing):
			return i
		}
	}
	return -1
}
