package plan

import (
	"reflect"
	"slices"
)

// agrees fails the test unless the world that a step left is what its decision made of the
// model, for all that both know.
func (m *model) agrees(w *World) {
	m.t.Helper()
	for _, id := range m.ended {
		for i := range m.run(id).Instances {
			if in := &m.run(id).Instances[i]; !in.State.Final() || in.Open {
				m.t.Fatalf("run %d ended, but %s is %s, open %v", id, in.Task, in.State, in.Open)
			}
		}
	}
	m.ended = nil
	want := m.world()
	for i, p := range w.Pipelines {
		q := want.Pipelines[i]
		if p.Last != q.Last {
			m.t.Fatalf("%s stands at %v, decided %v", p.Name, p.Last, q.Last)
		}
		if !slices.EqualFunc(p.Running, q.Running, sameRun) {
			m.t.Fatalf("%s: the world that the step left is not the one that it decided:\n%s\n%s", p.Name, show(p.Running), show(q.Running))
		}
	}
}

// sameRun leaves out the runs before: of them a world knows only what matters.
func sameRun(a, b *Run) bool {
	x, y := *a, *b
	x.Previous, y.Previous, x.Fresh, y.Fresh = nil, nil, nil, nil
	x.Instances, y.Instances = stored(x.Instances), stored(y.Instances)
	return reflect.DeepEqual(x, y)
}

// stored are instances without what is never written down.
func stored(list []Instance) []Instance {
	list = slices.Clone(list)
	for i := range list {
		list[i].Item = nil
	}
	return list
}

func show(runs []*Run) (s string) {
	for _, r := range runs {
		s += r.Interval.Start.Format("0102") + " " + r.State.String()
		for i := range r.Instances {
			s += " " + shortState(&r.Instances[i])
		}
		s += "\n"
	}
	return s
}

// shortState writes an instance as "task=state", with * while an attempt is open.
func shortState(in *Instance) string {
	s := in.Name() + "=" + in.State.String()
	if in.Open {
		s += "*"
	}
	return s
}
