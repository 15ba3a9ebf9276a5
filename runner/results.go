package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"
)

// Limits of what a task may hand on: results are values; what is larger belongs into a file.
const (
	maxResultBytes = 256 << 10
	maxResultKeys  = 1000
)

// ParseResults reads what a task wrote to $TIDEMARK_RESULTS: lines of key=value, and blocks
// from a line key<<END to a line END. A key that comes again has its last value. Empty
// lines mean nothing, and the carriage returns at the end of a line are not part of it.
func ParseResults(text []byte) (map[string]string, error) {
	if len(text) > maxResultBytes {
		return nil, fmt.Errorf("more than %d bytes", maxResultBytes)
	}
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return nil, errors.New("not a text in UTF-8")
	}
	all := map[string]string{}
	lines := strings.Split(string(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], "\r")
	}
	for i := 0; i < len(lines); i++ {
		if lines[i] == "" {
			continue
		}
		key, value, next, err := resultAt(lines, i)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if all[key], i = value, next; len(all) > maxResultKeys {
			return nil, fmt.Errorf("more than %d keys", maxResultKeys)
		}
	}
	return all, nil
}

// resultAt reads the value that begins in a line, and says in which line it ends.
func resultAt(lines []string, i int) (key, value string, end int, err error) {
	line := lines[i]
	at := strings.IndexByte(line, '=')
	if block := strings.Index(line, "<<"); block >= 0 && (at < 0 || block < at) {
		key, mark := line[:block], strings.TrimSpace(line[block+2:])
		for end = i + 1; end < len(lines); end++ {
			if lines[end] == mark && mark != "" {
				return key, strings.Join(lines[i+1:end], "\n"), end, goodKey(key)
			}
		}
		return "", "", i, fmt.Errorf("the block %q has no end", short(line))
	}
	if at < 0 {
		return "", "", i, fmt.Errorf("%q is neither key=value nor key<<END", short(line))
	}
	return line[:at], line[at+1:], i, goodKey(line[:at])
}

// goodKey demands a name that an expression can say.
func goodKey(key string) error {
	letter := func(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }
	for i := range len(key) {
		if !letter(key[i]) && (i == 0 || key[i] < '0' || key[i] > '9') {
			return fmt.Errorf("%q is not a key: use letters, digits and _", short(key))
		}
	}
	if key == "" || len(key) > 200 {
		return errors.New("a key has 1 to 200 characters")
	}
	return nil
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}

// readResults reads the file of an attempt; one that is not there holds nothing.
func readResults(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxResultBytes+1))
	if err != nil || len(text) == 0 {
		return nil, err
	}
	return ParseResults(text)
}
