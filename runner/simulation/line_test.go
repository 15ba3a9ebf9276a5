package simulation

import (
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// line is what one runner has of the executor.
type line struct {
	*history
	outside *outside
	reports chan []runner.Report
}

var _ runner.Executor = (*line)(nil)

// Adopt answers for every key. What ended and is not asked for is forgotten.
func (l *line) Adopt(keys []string) error {
	o := l.outside
	o.told, o.late = nil, nil
	var all []runner.Report
	for _, key := range keys {
		switch p := o.find(key); {
		case p != nil:
			all = append(all, known(p)...)
		case o.begun[key] != nil:
			l.wrong("%s is open in the database, and the executor was told to forget it", key)
		case o.young:
			all = append(all, o.lose(key))
		default:
			all = append(all, runner.Report{Key: key, Event: runner.Unbegun, Time: time.Now()})
		}
	}
	o.held = slices.DeleteFunc(o.held, func(p *process) bool { return p.over && !slices.Contains(keys, p.key) })
	o.young = false
	l.tell("adopt %v", keys)
	if len(all) > 0 {
		o.told = append(o.told, all...)
		l.reports <- all
	}
	return nil
}

// Start begins jobs, all or only the first ones.
func (l *line) Start(jobs []runner.Job) error {
	for i, job := range jobs {
		if i == len(jobs)/2 && l.strikes(dieStarting) {
			return errCrash
		}
		l.told(job)
		l.outside.begin(job.Key)
	}
	return nil
}

// Cancel notes what is asked for.
func (l *line) Cancel(keys []string) error {
	if l.strikes(dieCancelling) {
		return errCrash
	}
	for _, key := range keys {
		if p := l.outside.find(key); p != nil {
			p.cancelled = true
		}
	}
	return nil
}

// Forget drops what is said to be durable.
func (l *line) Forget(keys []string) error {
	if l.strikes(dieForgetting) {
		return errCrash
	}
	l.outside.held = slices.DeleteFunc(l.outside.held, func(p *process) bool { return slices.Contains(keys, p.key) })
	return nil
}

func (l *line) Reports() <-chan []runner.Report { return l.reports }

func (l *line) Close() error { return nil }
