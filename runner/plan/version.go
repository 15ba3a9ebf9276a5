package plan

import "github.com/tidemark-dev/tidemark/pipelines"

// Version is the definition that a run is bound to: an order asked that it run again as it
// ran before. The store reads it, the loop attaches its Def.
type Version struct {
	Row         int64 // of the store
	Fingerprint string
	File        string
	Source      string              // the YAML text
	Def         *pipelines.Pipeline // nil: the one of today, or it cannot be read
	Problem     string              // why it cannot be read: its attempts fail with that
}

// defOf is the definition that a run follows: the newest, or the version that it is bound to.
func (p *PipelineState) defOf(run *Run) *pipelines.Pipeline {
	if run.Version != nil && run.Version.Def != nil && p.Def != nil {
		return run.Version.Def
	}
	return p.Def
}
