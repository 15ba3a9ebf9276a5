package runner

import (
	"context"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// Store is the state that survives the loop. storetest says what every one must do.
type Store interface {
	// Register makes the names, tasks, versions and task definitions of pipelines known,
	// in one transaction, before they are used. It is cheap when nothing has changed.
	Register(ctx context.Context, ps []*pipelines.Pipeline, c Commit, now time.Time) error

	// Update reads the active world, lets decide decide, writes the decision and commits,
	// all in one write transaction. An empty decision writes nothing. On an error nothing
	// of the decision stays. The world belongs to the store: decide may leave in it the
	// state that its decision leads to, and must not keep it.
	Update(ctx context.Context, now time.Time, decide func(*plan.World) plan.Decision) (plan.Decision, error)

	// Changed says whether anyone else has written since the last Update or Changed.
	Changed(ctx context.Context) (bool, error)

	// OpenAttempts are those that were handed to the executor and have not ended.
	OpenAttempts(ctx context.Context) ([]plan.AttemptKey, error)
}

// Commit is the state of the working tree that definitions were read from.
type Commit struct {
	ID    string // empty: outside Git
	Dirty bool   // the tree differs from it
}
