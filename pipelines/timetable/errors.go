package timetable

import "fmt"

// CronError is a cron expression that cannot be read, or that can never fire (Impossible).
type CronError struct {
	Expr       string
	Impossible bool
	Field      string // "minute", "hour", "day-of-month", "month", "day-of-week", "second", or "" for the whole
	Offset     int    // where in Expr the fault lies, in bytes, for a caret
	Length     int
	Message    string
	Help       string // what to write in its place; may be empty
}

func (e *CronError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("cron %q: %s", e.Expr, e.Message)
	}
	return fmt.Sprintf("cron %q: %s: %s", e.Expr, e.Field, e.Message)
}

// SpecError is a schedule whose parts do not go together. Field is the key of the pipeline's file: "schedule",
// "cron", "every", "align", "delay", "start_date" or "end_date".
type SpecError struct{ Field, Message string }

func (e *SpecError) Error() string { return e.Field + ": " + e.Message }
