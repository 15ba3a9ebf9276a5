package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"time"
)

// profile serves the profiles of this process until it ends. They show command lines and
// memory, so nobody on another machine may ask for them.
func (c *call) profile(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsLoopback() {
		return usage("bad-value", fmt.Sprintf("--pprof %q is not an address of this machine alone", address),
			"name one with its port: --pprof 127.0.0.1:6060")
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return usage("bad-value", fmt.Sprintf("cannot listen for --pprof: %v", err), "name another port")
	}
	pages := http.NewServeMux()
	pages.HandleFunc("/debug/pprof/", pprof.Index)
	pages.HandleFunc("/debug/pprof/profile", pprof.Profile)
	pages.HandleFunc("/debug/pprof/trace", pprof.Trace)
	server := &http.Server{Handler: pages, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	c.Note("profiles are at http://%s/debug/pprof/", listener.Addr())
	return nil
}
