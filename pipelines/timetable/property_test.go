package timetable

import (
	"math/rand/v2"
	"testing"
	"time"
)

// dice are seeded anew in each run; the flag replays.
func dice(t *testing.T) *rand.Rand {
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("replay with -timetable.seed=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// awkward expressions fire in what changes of clocks repeat and leave out.
var awkward = []Spec{
	{Cron: "0 0 * * *"},
	{Cron: "30 2 * * *"},
	{Cron: "15,45 0-4 * * *"},
	{Cron: "*/20 * * * *"},
	{Cron: "7 */2 * * *"},
	{Cron: "*/30 23-1 * * *"},
	{Cron: "30 23 * * *", Align: AlignDay},
	{Cron: "5 * * * *", Align: AlignHour},
	{Cron: "0 5 * * 1-5", Align: AlignDay},
	{Every: 24 * time.Hour, Align: AlignDay},
	{Every: time.Hour, Align: AlignHour},
}

func TestTheThreeInvariantsHoldAcrossEveryChangeOfClocks(t *testing.T) {
	all := jumps(t)
	t.Logf("%d changes of clocks", len(all))
	for _, s := range awkward {
		for _, j := range all {
			s.Location, s.Start = j.loc, instant(j.at-3*daySeconds)
			invariants(t, s, j.at+3*daySeconds, 1000)
		}
	}
}

// invariants: ticks and bounds strictly increase, intervals are contiguous, aligning a bound gives the bound,
// and every question about a period is answered with that period.
func invariants(t *testing.T, s Spec, until int64, most int) {
	t.Helper()
	tt, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	var last Period
	n, middle := 0, Period{}
	for p := range tt.Between(s.Start, instant(until)) {
		if n++; n > most {
			break
		}
		if !p.Start.Before(p.End) || p.Due.Before(p.End) {
			t.Fatalf("%+v: %s due %s", s, show(p.Interval), stamp(p.Due))
		}
		if n > 1 && (!p.Start.Equal(last.End) || !p.Due.After(last.Due)) {
			t.Fatalf("%+v: %s follows %s", s, show(p.Interval), show(last.Interval))
		}
		if g, ok := tt.grid.(aligned); ok {
			if b, ok := g.units.prev(p.End.Unix()); !ok || b != p.End.Unix() {
				t.Fatalf("%+v: aligning %s gives %s", s, stamp(p.End), stamp(instant(b)))
			}
		}
		last = p
		if n <= 3 || p.Start.Unix() <= until-3*daySeconds {
			middle = p
		}
	}
	if n > 0 {
		answers(t, s, tt, middle)
	}
}

func answers(t *testing.T, s Spec, tt *Timetable, p Period) {
	t.Helper()
	check := func(what string, got Period, ok bool) {
		if !ok || got != p {
			t.Fatalf("%+v: %s is %s (%v), want %s", s, what, show(got.Interval), ok, show(p.Interval))
		}
	}
	got, ok := tt.Containing(p.Start)
	check("the period that contains its start", got, ok)
	got, ok = tt.Containing(p.End.Add(-1))
	check("the period that contains its last nanosecond", got, ok)
	got, ok = tt.Latest(p.Due)
	check("the latest when it falls due", got, ok)
	if m, ok := tt.Manual(p.End); !ok || m != p.Interval {
		t.Fatalf("%+v: manual at %s is %s", s, stamp(p.End), show(m))
	}
	if !tt.OnGrid(p.Start) || tt.OnGrid(p.Start.Add(1)) || tt.OnGrid(p.Start.Add(time.Second)) != (p.End.Sub(p.Start) == time.Second) {
		t.Fatalf("%+v: %s is the only instant on the grid around it", s, stamp(p.Start))
	}
	from := instant(p.Start.Unix() - 2*daySeconds)
	want := 0
	for range tt.Between(from, p.Start.Add(-1)) {
		want++
	}
	if got := tt.grid.count(from.Unix(), p.Start.Unix()); got != want {
		t.Fatalf("%+v: %d bounds counted before %s, want %d", s, got, stamp(p.Start), want)
	}
}

func TestRandomSchedulesAgreeWithTheOracleAtChangesOfClocks(t *testing.T) {
	r, all := dice(t), jumps(t)
	for i := range 2000 {
		j := all[r.IntN(len(all))]
		if *fullFlag {
			break
		}
		from := j.at - 2*daySeconds
		if i%4 == 0 {
			from += r.Int64N(400*daySeconds) - 200*daySeconds
		}
		agree(t, r, randomNaive(r), j.loc, from, from+4*daySeconds)
	}
	if *fullFlag {
		for _, j := range all {
			for range 3 {
				agree(t, r, randomNaive(r), j.loc, j.at-2*daySeconds, j.at+2*daySeconds)
			}
		}
	}
}

func TestRandomSchedulesKeepTheInvariants(t *testing.T) {
	r, all := dice(t), jumps(t)
	for range 2000 {
		j := all[r.IntN(len(all))]
		s := Spec{Cron: randomNaive(r).expr, Location: j.loc, Start: instant(j.at - r.Int64N(40*daySeconds))}
		if r.IntN(5) == 0 {
			s.Cron, s.Every = "", time.Duration(1+r.IntN(1e5))*time.Second
		}
		s.Align = Align(r.IntN(5))
		if _, err := New(s); err != nil {
			s.Align = AlignNone
		}
		invariants(t, s, j.at+60*daySeconds, 300)
	}
}
