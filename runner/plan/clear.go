package plan

import "time"

// Clear plans to put chosen task instances back to waiting.
func Clear(now time.Time, scopes []*PipelineScope, args ClearArgs) (*Plan, error) { return nil, nil }

// Backfill plans to make, or run again, every interval of a range.
func Backfill(now time.Time, scope *PipelineScope, args BackfillArgs) (*Plan, error) {
	return nil, nil
}

// Undo plans to take an operation back.
func Undo(now time.Time, scope *UndoScope) (*Plan, error) { return nil, nil }
