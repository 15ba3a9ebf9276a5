package plan

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
)

// faults are what is wrong with a selector.
type faults []*Refusal

func (f *faults) add(code, message, help string) {
	*f = append(*f, &Refusal{Code: code, Message: message, Help: help})
}

func (f *faults) regex(text string) *regexp.Regexp {
	re, err := regexp.Compile(text)
	if err != nil {
		*f = append(*f, badRegex(text, err))
	}
	return re
}

// badRegex says where a regular expression is wrong.
func badRegex(text string, err error) *Refusal {
	r := &Refusal{Code: "bad-regex", Help: `the syntax is RE2: https://github.com/google/re2/wiki/Syntax`}
	var s *syntax.Error
	if !errors.As(err, &s) {
		r.Message = strconv.Quote(text) + " is not a regular expression: " + err.Error()
		return r
	}
	at := strings.Index(text, s.Expr) + 1
	if s.Code == syntax.ErrMissingParen || s.Code == syntax.ErrUnexpectedParen {
		at = paren(text)
	}
	r.Message = strconv.Quote(text) + " is not a regular expression: " + s.Code.String() +
		" at character " + strconv.Itoa(max(at, 1))
	return r
}

// paren is where, counted from 1, the parenthesis stands that has no partner.
func paren(text string) int {
	var open []int
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '(':
			open = append(open, i+1)
		case ')':
			if len(open) == 0 {
				return i + 1
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return open[len(open)-1]
	}
	return 1
}
