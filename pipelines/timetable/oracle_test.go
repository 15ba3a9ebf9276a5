package timetable

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// A naive schedule knows its values as lists, and asks package time for everything. It is slow, obvious and
// shares no line with the code that it judges.
type naive struct {
	expr                   string
	minutes, hours, months []int
	days, weekdays         []int // nil is *
	lastDay                bool
	nth                    [2]int // weekday and which one; {-1} is none
}

func (n naive) matchesDay(t time.Time) bool {
	if !slices.Contains(n.months, int(t.Month())) {
		return false
	}
	byDay := slices.Contains(n.days, t.Day()) || n.lastDay && t.AddDate(0, 0, 1).Day() == 1
	byWeekday := slices.Contains(n.weekdays, int(t.Weekday())) ||
		int(t.Weekday()) == n.nth[0] && (t.Day()-1)/7+1 == n.nth[1]
	anyDay, anyWeekday := n.days == nil && !n.lastDay, n.weekdays == nil && n.nth[0] < 0
	switch {
	case anyDay && anyWeekday:
		return true
	case anyDay:
		return byWeekday
	case anyWeekday:
		return byDay
	}
	return byDay || byWeekday
}

// ticks is what fires in [from, to): each minute that a wall clock can show there is looked at in turn.
func (n naive) ticks(loc *time.Location, from, to int64) []int64 {
	const margin = 3 * daySeconds
	offsets, changes := map[int64]bool{}, []int64{}
	for u := from - margin; u < to+margin; u += 900 {
		offsets[offsetAt(loc, u)] = true
		if offsetAt(loc, u) != offsetAt(loc, u+900) {
			for v := u; v < u+900; v++ {
				if offsetAt(loc, v) != offsetAt(loc, v+1) {
					changes = append(changes, v+1)
				}
			}
		}
	}
	fires := map[int64]bool{}
	first := time.Unix(from-margin, 0).UTC().Truncate(24 * time.Hour)
	for day := first; day.Unix() < to+margin; day = day.AddDate(0, 0, 1) {
		if !n.matchesDay(day) {
			continue
		}
		for _, h := range n.hours {
			for _, m := range n.minutes {
				n.reading(loc, day.Unix()+int64(h*3600+m*60), offsets, changes, fires)
			}
		}
	}
	var out []int64
	for u := range fires {
		if u >= from && u < to {
			out = append(out, u)
		}
	}
	slices.Sort(out)
	return out
}

// reading adds the instants at which a clock in loc shows the reading w, by the rules of the design.
func (n naive) reading(loc *time.Location, w int64, offsets map[int64]bool, changes []int64, fires map[int64]bool) {
	var exist []int64
	for off := range offsets {
		if offsetAt(loc, w-off) == off {
			exist = append(exist, w-off)
		}
	}
	switch {
	case len(n.hours) == 24:
		for _, u := range exist {
			fires[u] = true
		}
	case len(exist) > 0:
		fires[slices.Max(exist)] = true
	default:
		for _, c := range changes {
			before, after := offsetAt(loc, c-1), offsetAt(loc, c)
			if c+before <= w && w < c+after {
				fires[w+(after-before)-after] = true
			}
		}
	}
}

func someOf(r *rand.Rand, lo, hi int) []int {
	var out []int
	for v := lo; v <= hi; v++ {
		if r.IntN(hi-lo+1) < 2 {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		out = []int{lo + r.IntN(hi-lo+1)}
	}
	return out
}

func list(v []int) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(v), " ", ","), "[]") }

func stepped(lo, hi, step int) (out []int) {
	for v := lo; v <= hi; v += step {
		out = append(out, v)
	}
	return out
}

// randomNaive draws a schedule together with the expression for it.
func randomNaive(r *rand.Rand) naive {
	n := naive{nth: [2]int{-1, 0}}
	step := []int{1, 5, 7, 15, 20, 30}[r.IntN(6)]
	n.minutes, n.expr = stepped(0, 59, step), fmt.Sprintf("*/%d", step)
	if r.IntN(2) == 0 {
		n.minutes = someOf(r, 0, 59)
		n.expr = list(n.minutes)
	}
	switch r.IntN(4) {
	case 0:
		n.hours, n.expr = stepped(0, 23, 1), n.expr+" 0-23"
	case 1:
		a := r.IntN(24)
		n.hours, n.expr = []int{a, (a + 1) % 24, (a + 2) % 24, (a + 3) % 24}, n.expr+fmt.Sprintf(" %d-%d", a, (a+3)%24)
	case 2:
		step := 1 + r.IntN(6)
		n.hours, n.expr = stepped(0, 23, step), n.expr+fmt.Sprintf(" */%d", step)
	default:
		n.hours = someOf(r, 0, 23)
		n.expr += " " + list(n.hours)
	}
	day, month, weekday := "*", "*", "?"
	switch r.IntN(4) {
	case 0:
		n.days = someOf(r, 1, 28)
		day = list(n.days)
	case 1:
		if r.IntN(3) == 0 {
			n.lastDay, day = true, "L"
		}
	}
	if n.months = stepped(1, 12, 1); r.IntN(6) == 0 {
		n.months = someOf(r, 1, 12)
		month = list(n.months)
	}
	switch r.IntN(5) {
	case 0:
		n.weekdays = someOf(r, 0, 6)
		weekday = list(n.weekdays)
	case 1:
		n.nth = [2]int{r.IntN(7), 1 + r.IntN(5)}
		weekday = fmt.Sprintf("%d#%d", n.nth[0], n.nth[1])
	}
	n.expr += " " + day + " " + month + " " + weekday
	return n
}

// agree compares a schedule with the oracle in a window, by each way of asking.
func agree(t *testing.T, r *rand.Rand, n naive, loc *time.Location, from, to int64) {
	t.Helper()
	c, err := parseCron(n.expr)
	if err != nil {
		t.Fatal(err)
	}
	z, want := zoned{c, loc}, n.ticks(loc, from, to)
	where := fmt.Sprintf("%q in %s from %s", n.expr, loc, stamp(instant(from)))
	var got []int64
	next := z.walk(from)
	for u, ok := next(); ok && u < to; u, ok = next() {
		got = append(got, u)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s:\n got %s\nwant %s", where, stamps(got), stamps(want))
	}
	for range 4 {
		a := from + r.Int64N(to-from)
		b := a + r.Int64N(to-a)
		i, _ := slices.BinarySearch(want, a)
		j, _ := slices.BinarySearch(want, b)
		if n := z.count(a, b); n != j-i {
			t.Fatalf("%s: %d ticks counted from %s to %s, want %d", where, n, stamp(instant(a)), stamp(instant(b)), j-i)
		}
		if i < len(want) {
			if u, ok := z.next(a); !ok || u != want[i] {
				t.Fatalf("%s: next of %s is %s, want %s", where, stamp(instant(a)), stamp(instant(u)), stamp(instant(want[i])))
			}
		}
		if i > 0 {
			if u, ok := z.prev(a - 1); !ok || u != want[i-1] {
				t.Fatalf("%s: prev of %s is %s, want %s", where, stamp(instant(a-1)), stamp(instant(u)), stamp(instant(want[i-1])))
			}
		}
	}
}

func stamps(us []int64) string {
	var out []string
	for _, u := range us {
		out = append(out, stamp(instant(u)))
	}
	return strings.Join(out, " ")
}
