package runner

import (
	"log/slog"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// account is what one turn did and how long each part took: to look for the time that a
// turn spends, not to look at it all day.
type account struct {
	reports int
	began   time.Time
	read    time.Duration // the world
	decide  time.Duration
	write   time.Duration // with the commit
	act     time.Duration // hand over to the executor
}

// tell writes the account of a turn, where somebody asked for it.
func (a *account) tell(to *slog.Logger, now time.Time, d *plan.Decision) {
	if to == nil {
		return
	}
	to.Info("turn", "now", now, "reports", a.reports,
		"read", a.read, "decide", a.decide, "write", a.write, "act", a.act,
		"created", len(d.Create), "runs", len(d.Runs), "tasks", len(d.Tasks), "starts", len(d.Start), "cancels", len(d.Cancel),
		"again", d.Again, "wake", d.Wake)
}
