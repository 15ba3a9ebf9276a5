package plan

// move is what may happen to a task instance.
type move uint8

const (
	submit      move = iota // an attempt is handed to the executor
	begin                   // the executor says that a process exists
	finish                  // the attempt ended well
	fail                    // it ended badly, no try is left
	retry                   // it ended badly, tries are left
	skip                    // when, trigger rule, exit code, or a task that is no more
	block                   // what it needs did not succeed
	drop                    // its item is gone: the list of for_each is shorter, or there is none
	reset                   // an order, or a list that is longer again, puts it back
	markSuccess             // an order decides how it ended
	markFailed
	markSkipped
	moves = iota
)

// The machine of a task instance. Only reset makes a final state unfinished again; a mark
// goes from any state to a final one. An undo is no move: it puts back what was.
//
//	           submit          begin           finish
//	waiting ───────────▶ queued ─────▶ running ───────▶ success
//	 │  │ ▲                │ ▲            │
//	 │  │ │                ├─┼────────────┤ skip ─────▶ skipped
//	 │  │ │                │ │ submit     │
//	 │  │ │                │ retrying ◀──┤ retry
//	 │  │ │                │   │  │      │
//	 │  │ │                └───┼──┼──────┴ fail ─────▶ failed
//	 │  │ └── reset: from any  │  │
//	 │  └───── skip ───────────┘──┼──────────────────▶ skipped
//	 └──────── block ─────────────┘──────────────────▶ upstream_failed
//
// An attempt may end before its start was reported: from queued it ends as from running.
// drop leads from every state to removed.
var machine = [9][moves]State{
	Waiting:        row(submit, Queued, skip, Skipped, block, UpstreamFailed, fail, Failed),
	Queued:         row(begin, Running, finish, Success, fail, Failed, retry, Retrying, skip, Skipped),
	Running:        row(finish, Success, fail, Failed, retry, Retrying, skip, Skipped),
	Retrying:       row(submit, Queued, skip, Skipped, block, UpstreamFailed, fail, Failed),
	Success:        row(),
	Failed:         row(),
	Skipped:        row(),
	UpstreamFailed: row(),
	Removed:        row(),
}

// nowhere stands in the machine where a move is not allowed.
const nowhere State = 255

// row makes one row of the machine from pairs of a move and where it leads, and adds what
// may happen in every state.
func row(pairs ...any) (r [moves]State) {
	for i := range r {
		r[i] = nowhere
	}
	for i := 0; i < len(pairs); i += 2 {
		r[pairs[i].(move)] = pairs[i+1].(State)
	}
	r[drop] = Removed
	r[reset], r[markSuccess], r[markFailed], r[markSkipped] = Waiting, Success, Failed, Skipped
	return r
}

// on returns where a move leads from s, and whether it is allowed.
func (s State) on(m move) (State, bool) {
	to := machine[s][m]
	return to, to != nowhere
}

// runMove is what may happen to a run.
type runMove uint8

const (
	runStart     runMove = iota // its lane has room
	runSucceed                  // nothing is left and no failure counts
	runFail                     // nothing is left and a failure counts
	runReopen                   // an order puts back some of its instances
	runStepAside                // it waits for an earlier one, which needs its place
	runMoves     = iota
)

// The machine of a run. Only reopen leaves a final state.
//
//	queued ── start ──▶ running ──┬─ succeed ─▶ success
//	  ▲  ▲ ◀─ step aside ─┘       └─ fail ────▶ failed
//	  └───────────────── reopen ◀──────────────────┘
var runMachine = [4][runMoves]RunState{
	RunQueued:  {RunRunning, nowhereRun, nowhereRun, RunQueued, nowhereRun},
	RunRunning: {nowhereRun, RunSuccess, RunFailed, RunRunning, RunQueued},
	RunSuccess: {nowhereRun, nowhereRun, nowhereRun, RunQueued, nowhereRun},
	RunFailed:  {nowhereRun, nowhereRun, nowhereRun, RunQueued, nowhereRun},
}

const nowhereRun RunState = 255

// on returns where a move leads from s, and whether it is allowed.
func (s RunState) on(m runMove) (RunState, bool) {
	to := runMachine[s][m]
	return to, to != nowhereRun
}
