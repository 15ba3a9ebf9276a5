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

// Follow gives a run that is bound to a version its definition: today's where that is the
// same, else what parse makes of the text. A text that cannot be read is its problem.
func (v *Version) Follow(today *pipelines.Pipeline, parse func(file, source string) (*pipelines.Pipeline, error)) {
	if v == nil || today == nil || v.Def != nil || v.Problem != "" || v.Fingerprint == today.Fingerprint {
		return
	}
	if parse == nil {
		v.Problem = "no earlier version can be read here"
		return
	}
	def, err := parse(v.File, v.Source)
	if err != nil {
		v.Problem = err.Error()
		return
	}
	v.Def = def
}

// defOf is the definition that a run follows: the newest, or the version that it is bound to.
func (p *PipelineState) defOf(run *Run) *pipelines.Pipeline {
	if run.Version != nil && run.Version.Def != nil && p.Def != nil {
		return run.Version.Def
	}
	return p.Def
}
