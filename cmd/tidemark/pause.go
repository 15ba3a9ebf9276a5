package main

import (
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

func pauseVerb() *verb {
	return &verb{
		name: "pause", args: "PIPELINE", group: groupChange,
		summary: "Let a pipeline begin nothing new; what runs ends",
		example: "tidemark pause weather",
		flags:   recordFlags(),
		run:     func(c *call) error { return setPaused(c) },
	}
}

// pauseDocument is tidemark.pause/1.
type pauseDocument struct {
	Schema    string `json:"schema"`
	Pipeline  string `json:"pipeline"`
	Paused    bool   `json:"paused"`
	Changed   bool   `json:"changed"`
	Operation *int64 `json:"operation"`
}

func setPaused(c *call) error {
	p, now, err := c.subject()
	if err != nil {
		return err
	}
	at, err := c.Place()
	if err != nil {
		return err
	}
	db, err := at.open()
	if err != nil {
		return storeFailure(err)
	}
	defer db.Close()
	if err := db.Register(c.Ctx, []*pipelines.Pipeline{p}, commitOf(c.Ctx, at.root), now); err != nil {
		return storeFailure(err)
	}
	op, changed, err := db.SetPaused(c.Ctx, now, p.Name, true, c.pauseArgs(p.Name, p.Protect), c.actor())
	if err != nil {
		return c.forPeople(orderFailure(err), p.Location)
	}
	return c.saidPaused(pauseDocument{Schema: "tidemark.pause/1", Pipeline: p.Name, Paused: true, Changed: changed}, op)
}

func (c *call) saidPaused(doc pauseDocument, op int64) error {
	if doc.Changed {
		doc.Operation = &op
	}
	if c.JSON() {
		return c.Document(doc)
	}
	if !doc.Changed {
		c.Printf("%s is paused already\n", doc.Pipeline)
		return nil
	}
	c.Printf("%s is paused now · operation %d\n", doc.Pipeline, op)
	return nil
}

// pauseArgs are the words that come with a pause, and the guard rails that it meets.
func (c *call) pauseArgs(pipeline string, rails []pipelines.Rail) plan.PauseArgs {
	return plan.PauseArgs{Rails: plan.Rails{pipeline: rails}, Reason: c.String("reason"), Ticket: c.String("ticket"), Override: c.String("override")}
}
