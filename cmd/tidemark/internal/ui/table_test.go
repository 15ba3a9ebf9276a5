package ui

import (
	"strings"
	"testing"
)

func sample(term Terminal) string {
	t := NewTable("task~", "tries>", "state")
	t.Add("load", "1", term.State("success"))
	t.Add("calc_statistics_of_everything", "12", term.State("failed"))
	t.Add("a\tb\nc", "3", term.State("upstream_failed"))
	var b strings.Builder
	if err := t.Write(&b, term); err != nil {
		return err.Error()
	}
	return b.String()
}

func TestATableIsAlignedForAPerson(t *testing.T) {
	const want = "" +
		"TASK                           TRIES  STATE\n" +
		"load                               1  ✓ success\n" +
		"calc_statistics_of_everything     12  ✗ failed\n" +
		"a b c                              3  ↑ upstream_failed\n"
	compare(t, sample(Terminal{Interactive: true, UTF8: true, Width: 80}), want)
}

func TestANarrowTableCutsWhatGivesWay(t *testing.T) {
	const want = "" +
		"TASK          TRIES  STATE\n" +
		"load              1  ✓ success\n" +
		"calc_statis…     12  ✗ failed\n" +
		"a b c             3  ↑ upstream_failed\n"
	compare(t, sample(Terminal{Interactive: true, UTF8: true, Width: 38}), want)
}

func TestATableHasASCIIWhereTheLocaleHas(t *testing.T) {
	const want = "" +
		"TASK      TRIES  STATE\n" +
		"load          1  [ok] success\n" +
		"calc_...     12  [FAIL] failed\n" +
		"a b c         3  [upf] upstream_failed\n"
	compare(t, sample(Terminal{Interactive: true, Width: 30}), want)
}

func TestColorsDoNotMoveColumns(t *testing.T) {
	term := Terminal{Interactive: true, UTF8: true, Width: 80}
	plain := sample(term)
	term.Color = true
	if got := Plain(sample(term)); got != plain {
		t.Errorf("without its colors:\n%s\nwant:\n%s", got, plain)
	}
}

func TestATableInAPipeIsTabSeparated(t *testing.T) {
	const want = "" +
		"task\ttries\tstate\n" +
		"load\t1\tsuccess\n" +
		"calc_statistics_of_everything\t12\tfailed\n" +
		"a b c\t3\tupstream_failed\n"
	compare(t, sample(Terminal{Width: 20, Color: true}), want)
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
