package plan

import "fmt"

// PauseArgs is what a pause was asked, and the guard rails of the pipeline.
type PauseArgs struct {
	Rails    Rails
	Reason   string
	Ticket   string
	Override string
}

// Hold is what an order does to a backfill as a whole: it begins nothing more, or goes on.
type Hold struct {
	Backfill  int64 `json:"backfill"`
	Paused    bool  `json:"paused"` // after it
	WasPaused bool  `json:"was_paused"`
}

// heldArguments keep with the operation what an undo needs.
type heldArguments struct {
	Backfill int64 `json:"backfill"`
	Held     *Hold
}

func (h *Hold) line() string {
	return fmt.Sprintf("backfill %d %t %t", h.Backfill, h.WasPaused, h.Paused)
}

// PauseSchedule plans to pause the live schedule of a pipeline, or to let it go on as its
// catchup says. live says how it stands, and is empty of change where that is so already.
// Errors are *Refusal.
func PauseSchedule(live Live, args PauseArgs) (*Plan, error) {
	d := args.draft(live.Paused)
	d.Pipelines = append(d.Pipelines, live.Pipeline)
	if live.Paused != live.WasPaused {
		d.Live, d.Arguments = &live, liveArguments{Live: &live}
	}
	return d.done().guarded(args.Rails, args.Override)
}

// PauseBackfill is the same for a backfill of a pipeline; over is whether it has ended.
func PauseBackfill(pipeline string, held Hold, over bool, args PauseArgs) (*Plan, error) {
	d := args.draft(held.Paused)
	d.Pipelines = append(d.Pipelines, pipeline)
	if held.Paused != held.WasPaused && !over {
		d.Held, d.Arguments = &held, heldArguments{held.Backfill, &held}
	}
	return d.done().guarded(args.Rails, args.Override)
}

func (args PauseArgs) draft(paused bool) *draft {
	kind := "unpause"
	if paused {
		kind = "pause"
	}
	return newDraft(kind, args.Reason, args.Ticket, nil)
}
