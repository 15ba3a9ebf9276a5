package plan

import (
	"slices"
	"sort"
	"strings"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// Only narrows a backfill to some intervals of its range; several are alternatives.
type Only string

// What a backfill may be about.
const (
	OnlyMissing Only = "missing" // that have no run, whatever the reason
	OnlyFailed  Only = "failed"  // whose run has failed: what failed in it runs again
	OnlySkipped Only = "skipped" // that the policy passed over, as on record
)

// Onlys are all of them.
var Onlys = []Only{OnlyMissing, OnlyFailed, OnlySkipped}

// about says whether an interval is one that the order is about, given the run that it has.
// One that has a run is not missing, but it was asked about: that it is there is said.
func (b *backfilling) about(v timetable.Interval, run *Run) bool {
	if len(b.args.Only) == 0 {
		return true
	}
	for _, only := range b.args.Only {
		switch {
		case only == OnlyMissing,
			only == OnlyFailed && run != nil && run.State == RunFailed,
			only == OnlySkipped && b.s.passedOver(v) != nil:
			return true
		}
	}
	return false
}

// passedOver is the stretch on record in which an interval lies, or nil.
func (s *PipelineScope) passedOver(v timetable.Interval) *timetable.Stretch {
	all := s.Skipped
	i := sort.Search(len(all), func(i int) bool { return all[i].Last.End.After(v.Start) })
	if i < len(all) && !v.Start.Before(all[i].First.Start) && !v.End.After(all[i].Last.End) {
		return &all[i]
	}
	return nil
}

// whyMade is why an interval gets a run.
func (b *backfilling) whyMade(v timetable.Interval) string {
	s := b.s.passedOver(v)
	if s == nil {
		return "does not exist"
	}
	if s != b.passed.stretch {
		b.passed = passed{s, "was passed over: " + s.Reason}
	}
	return b.passed.why
}

// passed is a stretch on record with the words for it.
type passed struct {
	stretch *timetable.Stretch
	why     string
}

// bridges yields the intervals on record that led from an old grid to today's: no grid has
// them any more.
func (b *backfilling) bridges(yield func(timetable.Period)) {
	t := b.s.Def.Timetable
	for _, s := range b.s.Skipped {
		if v := s.First; b.sel.within(v.Start) && !t.OnGrid(v.Start) && t.OnGrid(v.End) {
			yield(timetable.Period{Interval: v, Due: v.End})
		}
	}
}

func (b *backfilling) only(one Only) bool { return slices.Contains(b.args.Only, one) }

// alternatives writes "missing or failed".
func alternatives(all []Only) string {
	var words []string
	for _, only := range all {
		words = append(words, string(only))
	}
	return strings.Join(words, " or ")
}
