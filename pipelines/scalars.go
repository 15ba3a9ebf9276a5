package pipelines

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// text reads a scalar as it stands in the file, so that 1.10 and 0700 stay what they are.
func (d *decoder) text(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode || isNull(n) || !plainTag(n) {
		d.fail(n, "wrong-type", "", "%s must be a text, but is %s", what, kindPhrase(n))
		return "", false
	}
	return n.Value, true
}

// plainTag tells the types of YAML itself from binary and from tags of other programs.
func plainTag(n *yaml.Node) bool {
	switch n.ShortTag() {
	case "!!str", "!!int", "!!float", "!!bool", "!!timestamp", "!!null", "!!merge":
		return true
	}
	return false
}

// texts reads a text or a list of texts.
func (d *decoder) texts(n *yaml.Node, what string) []string {
	var list []string
	for _, item := range d.items(n) {
		if s, ok := d.text(item, what); ok {
			list = append(list, s)
		}
	}
	return list
}

// items are the elements of a list; anything else is a list of one.
func (d *decoder) items(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	list := make([]*yaml.Node, len(n.Content))
	for i, item := range n.Content {
		list[i] = resolve(item)
	}
	return list
}

func (d *decoder) boolean(n *yaml.Node, what string) bool {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" {
		return isTrue(n)
	}
	help := ""
	switch strings.ToLower(n.Value) {
	case "yes", "on", "y":
		help = "write true"
	case "no", "off", "n":
		help = "write false"
	}
	d.fail(n, "wrong-type", help, "%s must be true or false, but is %s", what, kindPhrase(n))
	return false
}

func isTrue(n *yaml.Node) bool {
	var b bool
	return n.Decode(&b) == nil && b
}

// integer reads a whole number within bounds; it returns low when there is none.
func (d *decoder) integer(n *yaml.Node, what string, low, high int) int {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" {
		d.fail(n, "wrong-type", "", "%s must be a whole number, but is %s", what, kindPhrase(n))
		return low
	}
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || int(i) < low || int(i) > high {
		d.fail(n, "out-of-range", fmt.Sprintf("write a number from %d to %d", low, high), "%s must lie between %d and %d, but is %s", what, low, high, n.Value)
		return low
	}
	return int(i)
}

// choice reads one of a few words and returns its place among them; the first where it is none.
func (d *decoder) choice(n *yaml.Node, what string, words []string) int {
	word, ok := d.text(n, what)
	if !ok {
		return 0
	}
	i := slices.Index(words, word)
	if i < 0 {
		all := strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
		d.fail(n, "out-of-range", didYouMean(word, words), "%s must be %s, but is %q", what, all, short(word))
	}
	return max(i, 0)
}

// duration reads a duration of at least low.
func (d *decoder) duration(n *yaml.Node, what string, low time.Duration) time.Duration {
	if n.Kind != yaml.ScalarNode || isNull(n) {
		d.fail(n, "wrong-type", durationHelp(""), "%s must be a duration, but is %s", what, kindPhrase(n))
		return 0
	}
	value, err := ParseDuration(n.Value)
	if err != nil {
		d.fail(n, "bad-duration", durationHelp(n.Value), "%s: %v", what, err)
		return 0
	}
	if value < low {
		d.fail(n, "out-of-range", "", "%s must be at least %s, but is %s", what, FormatDuration(low), n.Value)
		return low
	}
	return value
}

// date reads a time in loc; end makes a bare date cover its whole day.
func (d *decoder) date(n *yaml.Node, what string, loc *time.Location, end bool) time.Time {
	if n.Kind != yaml.ScalarNode || isNull(n) {
		d.fail(n, "wrong-type", dateHelp, "%s must be a date, but is %s", what, kindPhrase(n))
		return time.Time{}
	}
	t, err := ParseTime(n.Value, loc, end)
	if err != nil {
		d.fail(n, "bad-date", dateHelp, "%s: %v", what, err)
	}
	return t
}

// maxName bounds the names of pipelines and tasks: they become file names, which have 255 bytes.
const maxName = 200

// name checks the name of a pipeline or a task.
func (d *decoder) name(at span, what, name string) bool {
	if goodName(name) {
		return true
	}
	help := "use ASCII letters, digits, _ - and ., beginning with a letter, a digit or _"
	switch {
	case len(name) > maxName:
		help = fmt.Sprintf("use at most %d characters", maxName)
	case goodName(cleanName(name)):
		help = "write " + quote(cleanName(name))
	}
	d.report(Error, at, "bad-name", fmt.Sprintf("%q is not a name for %s", short(name), what), help)
	return false
}

func goodName(name string) bool {
	if name == "" || len(name) > maxName || name[0] == '-' || name[0] == '.' {
		return false
	}
	for i := range len(name) {
		if !nameByte(name[i]) {
			return false
		}
	}
	return true
}

func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}

func cleanName(name string) string {
	out := []byte(name)
	for i, c := range out {
		if !nameByte(c) {
			out[i] = '_'
		}
	}
	return string(out)
}

// goodVariable tells names that a shell and an expression can both say.
func goodVariable(name string) bool {
	for i := range len(name) {
		if c := name[i]; !nameByte(c) || c == '-' || c == '.' || i == 0 && '0' <= c && c <= '9' {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}
