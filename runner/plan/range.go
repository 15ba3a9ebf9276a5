package plan

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// ParseRange reads interval starts: a time, which a bare year, month or day covers whole,
// or A..B, inclusive at both ends, of which one may be left out. Without an offset a time
// is read in loc.
func ParseRange(text string, loc *time.Location) (r Range, err error) {
	from, to, isRange := strings.Cut(text, "..")
	if !isRange {
		to = text
	}
	if from == "" && to == "" {
		return r, errors.New("a range without ends")
	}
	if from != "" {
		if r.From, err = endOf(from, loc, false); err != nil {
			return r, err
		}
	}
	if to != "" {
		if r.To, err = endOf(to, loc, true); err != nil {
			return r, err
		}
	}
	return r, nil
}

var yearOrMonth = regexp.MustCompile(`^\d{4}(-\d{2})?$`)

// endOf is the first or the last instant of what a text names.
func endOf(text string, loc *time.Location, last bool) (time.Time, error) {
	if !yearOrMonth.MatchString(text) {
		return pipelines.ParseTime(text, loc, last)
	}
	layout := "2006-01"[:len(text)]
	at, err := time.Parse(layout, text)
	if err != nil {
		return at, fmt.Errorf("%q is not a date", text)
	}
	if last && layout == "2006" {
		at = at.AddDate(1, 0, -1)
	} else if last {
		at = at.AddDate(0, 1, -1)
	}
	return pipelines.ParseTime(at.Format(time.DateOnly), loc, last)
}

// Exactly is the regular expression that matches one name.
func Exactly(name string) string { return "^" + regexp.QuoteMeta(name) + "$" }
