package timetable

import (
	"archive/zip"
	"flag"
	"go/build"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

var (
	seedFlag = flag.Uint64("timetable.seed", 0, "replay the random schedules of this seed")
	fullFlag = flag.Bool("timetable.full", false, "compare every change of clocks with the oracle, not a sample")
)

func at(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	panic("not a time: " + s)
}

// span reads "2024-05-09 2024-05-10"; empty is the zero interval.
func span(s string) Interval {
	if s == "" {
		return Interval{}
	}
	a, b, _ := strings.Cut(s, " ")
	return Interval{at(a), at(b)}
}

func show(i Interval) string { return stamp(i.Start) + " " + stamp(i.End) }

func stamp(t time.Time) string {
	return strings.TrimSuffix(strings.TrimSuffix(t.Format("2006-01-02T15:04:05"), ":00"), "T00:00")
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func must(t testing.TB, s Spec) *Timetable {
	t.Helper()
	if s.Start.IsZero() {
		s.Start = at("2000-01-01")
	}
	tt, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return tt
}

func take(seq iter.Seq[Period], n int) (out []Period) {
	for p := range seq {
		if len(out) == n {
			break
		}
		out = append(out, p)
	}
	return out
}

func starts(ps []Period) string {
	var out []string
	for _, p := range ps {
		out = append(out, stamp(p.Start))
	}
	return strings.Join(out, " ")
}

// zoneNames is every zone of the toolchain's database, or of the list kept here.
func zoneNames(t testing.TB) []string {
	t.Helper()
	var names []string
	if z, err := zip.OpenReader(filepath.Join(build.Default.GOROOT, "lib", "time", "zoneinfo.zip")); err == nil {
		defer z.Close()
		for _, f := range z.File {
			if !strings.HasSuffix(f.Name, "/") {
				names = append(names, f.Name)
			}
		}
		slices.Sort(names)
		return names
	}
	list, err := os.ReadFile("testdata/zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(list))
}

// A jump is a change of a zone's offset, found by looking every week rather than by asking for bounds.
type jump struct {
	loc           *time.Location
	at            int64
	before, after int64
}

var allJumps []jump

// jumps is each change of clocks from 1970 to 2040, those that several zones share once.
func jumps(t testing.TB) []jump {
	t.Helper()
	if allJumps == nil {
		from, step := at("1970-01-01").Unix(), int64(7*daySeconds)
		if *fullFlag {
			from, step = at("1850-01-01").Unix(), daySeconds/2
		}
		allJumps = findJumps(t, from, step)
	}
	return allJumps
}

func findJumps(t testing.TB, from, step int64) (out []jump) {
	t.Helper()
	seen, end := map[[3]int64]bool{}, at("2040-01-01").Unix()
	for _, name := range zoneNames(t) {
		loc, err := time.LoadLocation(name)
		if err != nil {
			continue
		}
		off := offsetAt(loc, from)
		for u := from + step; u < end; u += step {
			now := offsetAt(loc, u)
			if now == off {
				continue
			}
			j := jump{loc, change(loc, u-step, u), off, now}
			if key := [3]int64{j.at, off, now}; !seen[key] {
				seen[key] = true
				out = append(out, j)
			}
			off = now
		}
	}
	return out
}
