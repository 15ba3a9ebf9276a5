// Package executortest is what every executor must do, as a suite of small stories.
//
// Each story hands jobs to an executor and waits for its reports; a task that must be in
// the middle of something says so through a fifo and waits at another. The jobs are POSIX
// shell, so the suite runs where there is a sh and a mkfifo. An executor is accepted when it
// passes.
package executortest

import (
	"os"
	"os/exec"
	"testing"

	"github.com/tidemark-dev/tidemark/runner"
)

// Run tells every story to an executor of its own. Open is called with the story's t and
// returns an executor that knows nothing; called again with the same t it returns one that
// takes over what the one before has left.
func Run(t *testing.T, open func(t *testing.T) runner.Executor) {
	for _, program := range []string{"sh", "mkfifo"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("the suite needs %s: %v", program, err)
			}
			t.Skipf("the suite needs %s: %v", program, err)
		}
	}
	stories := []struct {
		name string
		tell func(*testing.T, *stage)
	}{
		{"a task ends with its exit code, its log and its environment", exitLogEnvironment},
		{"an exit code is reported as it is", exitCode},
		{"a task that kills itself is reported with its signal", killedBySignal},
		{"a program that does not exist is an end with a reason", missingProgram},
		{"a directory that does not exist is an end with a reason", missingDirectory},
		{"an empty environment inherits nothing", emptyEnvironment},
		{"both outputs stand in the log in their order", outputOrder},
		{"a silent task leaves no file", silent},
		{"a log can be read while its task runs", liveLog},
		{"a timeout kills a task that ignores TERM", timeout},
		{"a cancel lets a task clean up", cancel},
		{"a cancel reaches the whole process group", cancelGroup},
		{"a cancel of what is unknown or over does no harm", cancelUnknown},
		{"a key that is started twice runs once", doubleStart},
		{"a runner that dies leaves its tasks to the next one, with true exit codes", adoption},
		{"an end that nobody has forgotten is told to the next runner", adoptionOfTheDead},
		{"a key that is adopted twice is answered once", doubleAdoption},
		{"what the executor knows that it never began can be started", unbegun},
		{"many tasks all end", many},
		{"a secret is masked in the log, also in pieces and line by line", secretsInTheLog},
		{"a secret is masked in the files that a task hands over", secretsInFiles},
		{"a secret is masked whichever runner hears of the end", secretsAndRunners},
		{"a task with secrets ends without those it left behind", secretsLeftBehind},
		{"a task with secrets is cancelled like any other", secretsAndCancels},
	}
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			story.tell(t, newStage(t, open))
		})
	}
}
