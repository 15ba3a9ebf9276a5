//go:build linux

package main

import (
	"context"
	"net"
	"strings"
	"testing"
)

// Tasks matter more than pages: a run whose address is taken says so and goes on.
func TestARunWhoseAddressIsTakenGoesOn(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	w := newWreck(t, nil)
	out, err := w.tidemark(context.Background(), "run", "--until-idle", "--serve", "--listen", taken.Addr().String(), "--now", "2024-01-03").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "no pages: cannot listen on "+taken.Addr().String()) || !strings.Contains(string(out), "choose another address with --listen") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := w.tidemark(context.Background(), "serve", "--listen", taken.Addr().String()).CombinedOutput(); err == nil || !strings.Contains(string(out), "cannot listen") {
		t.Errorf("serve: %v\n%s", err, out)
	}
	w.check(2 * 3)
}
