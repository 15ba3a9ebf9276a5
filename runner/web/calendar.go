package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// calendarView is a year of a pipeline, a cell a day, as the pipeline's clock has it.
type calendarView struct {
	P        *pipelines.Pipeline
	Year     int
	Now      time.Time
	Months   []calendarMonth
	Runs     int
	Counts   []stateCount
	ToCome   int
	From, To string // the chosen days; "": none
	Table    bool
	Here     string
	Cut      bool // the schedule is too dense to be gone through
}

type calendarMonth struct {
	Name string
	Days []*calendarDay
}

type calendarDay struct {
	Day     string // 2026-03-01
	Number  int
	Weekday int // 1 is Monday
	State   string
	Runs    int
	Counts  [4]int // by state of the run
	ToCome  int    // intervals of the schedule that are not due yet
	Missing int    // due, and never made
	Today   bool
}

// Words say what is of a day.
func (d *calendarDay) Words() string {
	var parts []string
	for _, state := range runsWorstFirst {
		if n := d.Counts[state]; n > 0 {
			parts = append(parts, prose.Number(n)+" "+state.String())
		}
	}
	if d.Missing > 0 {
		parts = append(parts, prose.Number(d.Missing)+" never made")
	}
	if d.ToCome > 0 {
		parts = append(parts, prose.Number(d.ToCome)+" to come")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// Loud is how many runs are in the day's state, where it has several.
func (d *calendarDay) Loud() int {
	if d.Runs < 2 {
		return 0
	}
	for _, state := range runsWorstFirst {
		if d.Counts[state] > 0 {
			return d.Counts[state]
		}
	}
	return 0
}

// runsWorstFirst orders runs by how much they need a person.
var runsWorstFirst = []plan.RunState{plan.RunFailed, plan.RunRunning, plan.RunQueued, plan.RunSuccess}

// calendarTicks bounds how much of a dense schedule is gone through.
const calendarTicks = 200_000

// serveCalendar shows a year: what ran, what never did, and what is to come.
func (s *Server) serveCalendar(w http.ResponseWriter, r *http.Request) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	v := &calendarView{P: p, Now: s.Now(), Year: s.Now().In(p.Location).Year(), Table: r.FormValue("table") != "", From: r.FormValue("from"), To: r.FormValue("to"),
		Here: "/p/" + p.Name + "/calendar?" + pick(r, "year", "table").Encode()}
	if text := r.FormValue("year"); text != "" {
		year, err := strconv.Atoi(text)
		if err != nil || year < 1 || year > 9999 {
			refuse(w, r, http.StatusBadRequest, "bad-value", "?year="+text+" is no year", "a year has four digits, such as 2026")
			return
		}
		v.Year = year
	}
	days := v.days()
	if err := s.calendar(r, v, days); err != nil {
		failed(w, r, storeFailure(err))
		return
	}
	v.sum(days)
	render(w, r, "calendar", map[string]any{"Title": p.Name + " " + strconv.Itoa(v.Year), "Pipeline": p.Name, "Tab": "calendar", "V": v, "ReadOnly": s.Guard.ReadOnly})
}

// days makes the year, empty.
func (v *calendarView) days() map[string]*calendarDay {
	all := map[string]*calendarDay{}
	today := v.Now.In(v.P.Location).Format(time.DateOnly)
	for month := time.January; month <= time.December; month++ {
		m := calendarMonth{Name: month.String()}
		for day := time.Date(v.Year, month, 1, 0, 0, 0, 0, time.UTC); day.Month() == month; day = day.AddDate(0, 0, 1) {
			d := &calendarDay{Day: day.Format(time.DateOnly), Number: day.Day(), Weekday: (int(day.Weekday())+6)%7 + 1, State: "none"}
			d.Today = d.Day == today
			all[d.Day] = d
			m.Days = append(m.Days, d)
		}
		v.Months = append(v.Months, m)
	}
	return all
}

// calendar fills the days with what exists and what the schedule has besides.
func (s *Server) calendar(r *http.Request, v *calendarView, days map[string]*calendarDay) error {
	from, err := pipelines.ParseTime(fmt.Sprintf("%04d-01-01", v.Year), v.P.Location, false)
	if err != nil {
		return err
	}
	to, err := pipelines.ParseTime(fmt.Sprintf("%04d-12-31", v.Year), v.P.Location, true)
	if err != nil {
		return err
	}
	day := func(t time.Time) *calendarDay { return days[t.In(v.P.Location).Format(time.DateOnly)] }
	h, err := s.History()
	if err != nil {
		return err
	}
	made := map[int64]bool{}
	if h != nil {
		columns, err := h.Columns(r.Context(), runner.ColumnQuery{Pipeline: v.P.Name, From: from, To: to})
		if err != nil {
			return err
		}
		for _, c := range columns {
			made[c.Interval.Start.UnixMicro()] = true
			if d := day(c.Interval.Start); d != nil {
				d.Runs++
				d.Counts[c.State]++
			}
		}
	}
	if v.P.Timetable == nil {
		return nil
	}
	n := 0
	for period := range v.P.Timetable.Between(from, to) {
		if n++; n > calendarTicks {
			v.Cut = true
			break
		}
		d := day(period.Start)
		if d == nil || made[period.Start.UnixMicro()] || period.Start.Before(v.P.Start) || !v.P.End.IsZero() && period.Start.After(v.P.End) {
			continue
		}
		if period.Due.After(v.Now) {
			d.ToCome++
		} else {
			d.Missing++
		}
	}
	return nil
}

// sum gives each day its state and counts the year.
func (v *calendarView) sum(days map[string]*calendarDay) {
	var counts [4]int
	for _, d := range days {
		for i, n := range d.Counts {
			counts[i] += n
		}
		v.Runs += d.Runs
		v.ToCome += d.ToCome
		switch worst := slices.IndexFunc(runsWorstFirst, func(s plan.RunState) bool { return d.Counts[s] > 0 }); {
		case worst >= 0:
			d.State = runsWorstFirst[worst].String()
		case d.ToCome > 0:
			d.State = "future"
		case d.Missing > 0:
			d.State = "missing"
		}
	}
	for _, state := range runsWorstFirst {
		if counts[state] > 0 {
			v.Counts = append(v.Counts, stateCount{state.String(), counts[state]})
		}
	}
}

// Before and After are the years beside this one.
func (v *calendarView) Before() int { return v.Year - 1 }

// After is the next year.
func (v *calendarView) After() int { return v.Year + 1 }
