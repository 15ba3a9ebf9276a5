package local

import (
	"errors"
	"strconv"
	"strings"
)

// record is a line of the journal: a verb, the attempt's key, numbers, a text.
//
//	journal "BOOT"   VERSION ""                            first line: the boot that pids belong to
//	vouch ""         ""                                    what is in no line below was never begun
//	begun "KEY"      UNIX_NS SCRATCH TIMEOUT_NS GRACE_NS "LOG"
//	started "KEY"    UNIX_NS PID BIRTH_EARLIEST BIRTH_NEWEST ""
//	stopping "KEY"   UNIX_NS "REASON"
//	ended "KEY"      UNIX_NS EXIT SIGNAL USER_NS SYSTEM_NS RSS_BYTES "REASON"
//	lost "KEY"       UNIX_NS "REASON"
type record struct {
	verb    string
	key     string
	numbers []int64
	text    string
}

// arity is how many numbers a verb has.
var arity = map[string]int{"journal": 1, "vouch": 0, "begun": 4, "started": 4, "stopping": 1, "ended": 6, "lost": 1}

var errRecord = errors.New("not a line of the journal")

func appendRecord(b []byte, r record) []byte {
	b = append(b, r.verb...)
	b = append(b, ' ')
	b = strconv.AppendQuote(b, r.key)
	for _, n := range r.numbers {
		b = append(b, ' ')
		b = strconv.AppendInt(b, n, 10)
	}
	b = append(b, ' ')
	b = strconv.AppendQuote(b, r.text)
	return append(b, '\n')
}

// parseRecord reads a line without its newline. A line that was torn by the loss of power
// does not parse.
func parseRecord(line string) (record, error) {
	var r record
	verb, rest, _ := strings.Cut(line, " ")
	n, known := arity[verb]
	if !known {
		return r, errRecord
	}
	r.verb = verb
	key, rest, err := cutQuoted(rest)
	if err != nil {
		return r, err
	}
	r.key = key
	for range n {
		word, after, _ := strings.Cut(strings.TrimPrefix(rest, " "), " ")
		number, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return r, errRecord
		}
		r.numbers, rest = append(r.numbers, number), after
	}
	r.text, rest, err = cutQuoted(strings.TrimPrefix(rest, " "))
	if err != nil || rest != "" {
		return r, errRecord
	}
	return r, nil
}

func cutQuoted(s string) (text, rest string, err error) {
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", errRecord
	}
	text, err = strconv.Unquote(quoted)
	return text, s[len(quoted):], err
}
