package pipelines

// Codes are the codes of all problems, in the order of docs/problems.md. A code keeps its meaning for ever.
var Codes = []string{
	// The file itself.
	"yaml-syntax", "multiple-documents", "too-large", "unreadable", "duplicate-key", "unknown-key",
	"not-yet-available", "missing-key", "wrong-type", "conflicting-keys", "out-of-range", "bad-name", "duplicate-name",
	// The schedule.
	"bad-cron", "impossible-cron", "cron-or", "bad-timezone", "bad-date", "bad-duration", "end-before-start",
	"no-schedule", "odd-schedule", "interval-unused",
	// The tasks.
	"unknown-task", "unknown-pool", "cycle", "bad-trigger-rule", "not-a-setup", "outside-teardown", "bad-expression", "unknown-variable", "bad-default", "missing-file",
	"path-escapes",
	// The project.
	"relaxed-durability",
}
