// Package simulation lives through random histories of a whole Tidemark and checks after
// every step what must never be. It has tests only.
//
// The loop, plan.Step and the SQLite store are the real ones. Simulated are the clock, the
// executor (outside), a second person with a database handle of their own (orders), and
// everything that goes wrong: a disk that cannot be read, a runner that dies before, within and after a commit or among
// its calls of the executor, a write that fails halfway, a machine that restarts, reports
// that are lost, late, doubled and out of order. Pipelines have conditions, pools, limits,
// timeouts, results and tasks that depend on their past, and people change all of it, the
// schedule included, while it runs. A history is a function of its seed:
//
//	go test ./runner/simulation                                  # as many as fit in a minute
//	go test ./runner/simulation -simulation.histories 10000      # so many
//	go test ./runner/simulation -simulation.seed 17              # the one again, with its story
package simulation
