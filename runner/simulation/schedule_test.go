package simulation

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// onSchedule: what the schedule makes is an interval of its grid, or the bridge to it from
// where the schedule stood; and it never goes back.
func (h *history) onSchedule(before, now *record) {
	for id, p := range now.pipes {
		if p.lastEnd < before.pipes[id].lastEnd {
			h.wrong("the schedule of %s goes back to %s", p.name, at(p.name, time.UnixMicro(p.lastEnd)))
		}
	}
	for id, r := range now.runs {
		if _, old := before.runs[id]; old || r.kind != plan.Scheduled {
			continue
		}
		name := now.pipes[r.pipe].name
		grid := h.definition(name).Timetable
		period, ok := grid.Containing(time.UnixMicro(r.start))
		onGrid := ok && period.Start.UnixMicro() == r.start && period.End.UnixMicro() == r.end
		bridge := r.start == before.pipes[r.pipe].lastEnd && grid.OnGrid(time.UnixMicro(r.end)) && period.End.UnixMicro() == r.end
		if !onGrid && !bridge {
			h.wrong("run %d of %s, up to %s, is neither on the grid nor a bridge", id, at(name, time.UnixMicro(r.start)), time.UnixMicro(r.end).UTC())
		}
	}
}

// part is what one run or one stretch on record covers.
type part struct {
	start, end int64
	skipped    bool
	kind       plan.Kind
}

// covered: up to where the live schedule stands each instant has a run or stands on record
// as passed over, from the first one on, unless it lies before a start_date. No two runs
// have an instant in common, and what the schedule made it did not pass over.
func (h *history) covered(s *record) {
	for id, p := range s.pipes {
		var parts []part
		first := int64(1) << 62 // that the schedule made or passed over
		for _, r := range s.runs {
			if r.pipe == id {
				parts = append(parts, part{r.start, r.end, false, r.kind})
				if r.kind == plan.Scheduled {
					first = min(first, r.start)
				}
			}
		}
		for _, sk := range s.skipped {
			if sk.pipe == id {
				parts = append(parts, part{sk.start, sk.end, true, plan.Scheduled})
				first = min(first, sk.start)
			}
		}
		slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.start, b.start) })
		h.apart(p.name, parts)
		covered := first
		for _, x := range parts {
			if x.start > covered && covered < p.lastEnd && !h.beforeStart(p.name, covered, x.start) {
				h.wrong("%s: nothing is known of %s to %s", p.name, at(p.name, time.UnixMicro(covered)), at(p.name, time.UnixMicro(x.start)))
			}
			if x.end > covered && x.start >= first {
				covered = x.end
			}
		}
		if first < p.lastEnd && covered < p.lastEnd {
			h.wrong("%s: nothing is known of %s to %s", p.name, at(p.name, time.UnixMicro(covered)), at(p.name, time.UnixMicro(p.lastEnd)))
		}
	}
}

// apart: neighbours in order of their starts do not overlap.
func (h *history) apart(name string, parts []part) {
	for _, skips := range []bool{false, true} {
		var last *part
		for i := range parts {
			x := &parts[i]
			if x.skipped != skips && !(skips && x.kind == plan.Scheduled) {
				continue
			}
			if last != nil && x.start < last.end {
				h.wrong("%s: %s (%s, skipped %v) overlaps %s (%s, skipped %v)", name, at(name, time.UnixMicro(x.start)), x.kind, x.skipped,
					at(name, time.UnixMicro(last.start)), last.kind, last.skipped)
			}
			last = x
		}
	}
}

// beforeStart says whether a hole ends at the first bound after a start_date that the file once named.
func (h *history) beforeStart(name string, from, to int64) bool {
	return slices.ContainsFunc(h.starts[name], func(t time.Time) bool { return from < t.UnixMicro() && t.UnixMicro() <= to })
}

// edit changes the files. A plan beforehand says what the loop will make of it.
func (h *history) edit() {
	h.settle()
	i := h.rng.IntN(len(h.defs))
	name := h.defs[i].Name
	h.defs = append([]*pipelines.Pipeline{}, h.defs...)
	moved := h.one(2)
	if moved {
		h.reshape(name)
	}
	h.defs[i] = h.write(name)
	before := h.seen
	if !moved || h.runner == nil || before.paused(name) {
		h.reload()
		return
	}
	planned := h.plan(h.defs[i])
	h.reload()
	h.settle()
	if h.runner == nil || h.lastOrder.Equal(time.Now().UTC()) {
		return // it has died of it, or somebody else has changed what the plan was made from
	}
	h.asPlanned(name, before, planned)
}

// plan is what `tidemark plan` says.
func (h *history) plan(def *pipelines.Pipeline) *plan.Plan {
	scopes, err := h.other.Scopes(context.Background(), sqlite.ScopeQuery{Pipelines: []string{def.Name}}, map[string]*pipelines.Pipeline{def.Name: def})
	h.check(err)
	return plan.Migrate(time.Now().UTC(), scopes)
}

// asPlanned: the loop made the runs that plan announced, and no others.
func (h *history) asPlanned(name string, before *record, p *plan.Plan) {
	if h.seen == before {
		if n := created(p); n > 0 {
			h.wrong("plan announced %d runs of %s, the loop made none", n, name)
		}
		return
	}
	made := map[int64]int64{}
	for id, r := range h.seen.runs {
		if _, old := before.runs[id]; !old && h.seen.pipes[r.pipe].name == name {
			made[r.start] = r.end
		}
	}
	for _, r := range p.Runs {
		if r.Action == plan.Create && made[r.IntervalStart.UnixMicro()] != r.IntervalEnd.UnixMicro() {
			h.wrong("plan announced %s to %s, which the loop has not made", at(name, r.IntervalStart), at(name, r.IntervalEnd))
		}
	}
	if n := created(p); n != len(made) {
		h.wrong("plan announced %d runs of %s, the loop made %d", n, name, len(made))
	}
}

func created(p *plan.Plan) (n int) {
	for _, r := range p.Runs {
		if r.Action == plan.Create {
			n++
		}
	}
	return n
}
