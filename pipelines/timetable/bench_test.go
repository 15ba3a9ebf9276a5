package timetable

import (
	"testing"
	"time"

	robfig "github.com/robfig/cron/v3"
)

// BenchmarkTenYearsOfFiveMinutes walks the ticks of ten years in a zone with summer time, and says how many
// times as long robfig/cron takes for each of them.
func BenchmarkTenYearsOfFiveMinutes(b *testing.B) {
	loc := zone(b, "Europe/Amsterdam")
	from, to := at("2020-01-01"), at("2030-01-01")
	tt := must(b, Spec{Cron: "*/5 * * * *", Location: loc, Start: from})
	n := 0
	for b.Loop() {
		n = 0
		for range tt.Between(from, to) {
			n++
		}
	}
	ours := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(n)

	theirs, err := robfig.ParseStandard("*/5 * * * *")
	if err != nil {
		b.Fatal(err)
	}
	const some = 200_000
	begun, at := time.Now(), from.In(loc)
	for range some {
		at = theirs.Next(at)
	}
	b.ReportMetric(ours, "ns/tick")
	b.ReportMetric(float64(time.Since(begun).Nanoseconds())/some/ours, "x-robfig")
}

func BenchmarkMinutesSince1970(b *testing.B) {
	tt := must(b, Spec{Cron: "* * * * *", Location: zone(b, "America/New_York"), Start: at("1970-01-01")})
	daily := must(b, Spec{Cron: "0 5 * * *", Align: AlignDay, Location: zone(b, "America/New_York"), Start: at("1970-01-01")})
	now := at("2026-03-15T12:00:30")
	last := Interval{at("2016-03-15T12:00"), at("2016-03-15T12:01")}
	for name, f := range map[string]func(){
		"latest":          func() { tt.Latest(now) },
		"containing":      func() { tt.Containing(now) },
		"aligned latest":  func() { daily.Latest(now) },
		"aligned decide":  func() { daily.Decide(now, Interval{}, Catchup{}) },
		"decide false":    func() { tt.Decide(now, last, Catchup{}) },
		"decide true":     func() { tt.Decide(now, last, Catchup{Mode: CatchupTrue}) },
		"decide last:100": func() { tt.Decide(now, last, Catchup{Mode: CatchupLastN, N: 100}) },
		"new":             func() { New(Spec{Cron: "0 0 31 12 *", Start: now}) },
		"new aligned":     func() { New(Spec{Cron: "0 0 * * 1", Align: AlignWeek, Start: now}) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
		})
	}
}
