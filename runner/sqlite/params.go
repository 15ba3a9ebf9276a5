package sqlite

import (
	"fmt"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// params returns the key of the values that runs are given; NULL for none.
func (o *ordering) params(p plan.Params) (any, error) {
	if p == "" {
		return nil, nil
	}
	id, ok, err := o.w.number(`
		SELECT params_id
		FROM run_params
		WHERE text = ?`, string(p))
	if err == nil && !ok {
		id, err = o.w.insert(`
			INSERT INTO run_params (text)
			VALUES (?)`, string(p))
	}
	if err != nil {
		return nil, fmt.Errorf("cannot keep params: %w", err)
	}
	return id, nil
}
