package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/urfave/cli/v2"
)

func serveVerb() *verb {
	return &verb{
		name:    "serve",
		summary: "Show the pages and the HTTP API, without running anything",
		about: "tidemark run shows them too. Whoever reaches a loopback address is you; beyond\n" +
			"it people sign in with a token, or a reverse proxy says who they are.",
		example: "tidemark serve --read-only\ntidemark serve --listen :8443 --token-file tokens",
		group:   groupRun,
		flags:   pageFlags(),
		outputs: textOnly,
		run:     runServe,
	}
}

// pageFlags are those of the verbs that show pages.
func pageFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "listen", Usage: "the `ADDRESS` of the pages", Value: "127.0.0.1:8080"},
		&cli.StringSliceFlag{Name: "host", Usage: "a `NAME` by which browsers may reach them (repeatable)"},
		&cli.StringFlag{Name: "token-file", Usage: "ask for a token; lines of `FILE` are: NAME TOKEN"},
		&cli.StringFlag{Name: "user-header", Usage: "the request header `NAME` in which a reverse proxy says who it is"},
		&cli.StringFlag{Name: "tls-cert", Usage: "serve over TLS with the certificate in `FILE`"},
		&cli.StringFlag{Name: "tls-key", Usage: "the key of the certificate, in `FILE`"},
		&cli.BoolFlag{Name: "read-only", Usage: "carry out no order that a page gives"},
	}
}

func runServe(c *call) error {
	pages, err := c.openPages()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(c.Ctx)
	defer stop()
	var wait sync.WaitGroup
	wait.Go(func() { pages.watch(ctx) })
	fmt.Fprintf(c.Err, "pages on %s · Ctrl-C stops\n", pages.url)
	err = pages.serve(ctx)
	stop()
	wait.Wait()
	return err
}

// servePages shows the pages beside the loop until ctx ends. A run whose address is taken
// goes on without them: tasks matter more than pages.
func (s *session) servePages(ctx context.Context) error {
	c := s.call
	wanted := !c.Bool("until-idle")
	if c.IsSet("serve") {
		wanted = c.Bool("serve")
	}
	if !wanted {
		return nil
	}
	pages, err := c.openPages()
	var f *failure
	if errors.As(err, &f) && f.Code == "cannot-listen" {
		c.Warn("no pages: %s; %s", f.Message, f.Help)
		return nil
	}
	if err != nil {
		return err
	}
	s.pages = pages
	c.Note("pages on %s", pages.url)
	s.wait.Go(func() {
		if err := pages.serve(ctx); err != nil {
			c.Warn("the pages have ended: %s", err)
		}
	})
	return nil
}
