package main

// The headings of the list of verbs, in order.
const (
	groupWrite  = "Write pipelines"
	groupRun    = "Run them"
	groupLook   = "See what happened"
	groupChange = "Change what happens"
	groupOther  = "Other"
)

var groups = []string{groupWrite, groupRun, groupLook, groupChange, groupOther}

// verbs lists everything that tidemark can do, in the order of its help.
func verbs() []*verb {
	return []*verb{
		initVerb(),
		validateVerb(),
		simulateVerb(),
		renderVerb(),
		schemaVerb(),
		runVerb(),
		serveVerb(),
		statusVerb(),
		listVerb(),
		showVerb(),
		runsVerb(),
		tasksVerb(),
		logsVerb(),
		whyVerb(),
		operationsVerb(),
		clearVerb(),
		planVerb(),
		backfillVerb(),
		triggerVerb(),
		markVerb(),
		applyVerb(),
		undoVerb(),
		pauseVerb(),
		unpauseVerb(),
		keeperVerb(),
		completionVerb(),
		completeVerb(),
		versionVerb(),
		helpVerb(),
	}
}
