//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// materialise makes a million runs by one backfill, in a database that exists.
func (b *bench) materialise() error {
	const n = 1_000_000
	var wall []cost
	var bytes int64
	for range b.pick(1, 3) {
		dir, err := b.place("backfill")
		if err != nil {
			return err
		}
		err = write(filepath.Join(dir, "pipelines", "minutes.yaml"), func(w io.Writer) {
			fmt.Fprint(w, "schedule: {every: 1m}\nstart_date: 2020-01-01\ncatchup: none\ntasks:\n  only: {run: [/bin/true]}\n")
		})
		if err != nil {
			return err
		}
		state := filepath.Join(dir, ".tidemark", "state.db")
		if _, err := timed(dir, b.tidemark, "run", "--until-idle", "--progress", "none"); err != nil {
			return err
		}
		before, err := os.Stat(state)
		if err != nil {
			return err
		}
		// 694 days and 640 minutes of a minute each, both ends inclusive
		c, err := timed(dir, b.tidemark, "backfill", "minutes", "-s", "2020-01-01", "-e", "2021-11-25T10:39", "-y", "-q")
		if err != nil {
			return err
		}
		wall = append(wall, c)
		after, err := os.Stat(state)
		if err != nil {
			return err
		}
		bytes = after.Size() - before.Size()
	}
	r := bounded("1,000,000 intervals materialised by one backfill", medianWall(wall).Seconds(), " s", 3)
	r.figure += fmt.Sprintf(" (%s s CPU)", number(medianCPU(wall).Seconds()))
	b.add(r)
	b.add(bounded("the same: by how much the file grows, a run", float64(bytes)/n, " bytes", 100))
	return nil
}
