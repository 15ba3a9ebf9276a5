//go:build linux

package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// daemon is a `tidemark run` with its keeper.
type daemon struct {
	cmd *exec.Cmd
	dir string
}

func (b *bench) start(dir string) (*daemon, error) {
	d := &daemon{exec.Command(b.tidemark, "run", "--progress", "none"), dir}
	d.cmd.Dir = dir
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	for range 600 { // until it has nothing to do
		before := d.cpu()
		time.Sleep(500 * time.Millisecond)
		if len(d.pids()) > 1 && d.cpu()-before < 5*time.Millisecond {
			return d, nil
		}
	}
	d.stop()
	return nil, fmt.Errorf("tidemark run does not come to rest")
}

func (d *daemon) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	_ = d.cmd.Wait()
	reap()
}

// pids are the runner's and those of its children.
func (d *daemon) pids() []int {
	all := []int{d.cmd.Process.Pid}
	kids, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", all[0]))
	for _, path := range kids {
		text, _ := os.ReadFile(path)
		for word := range strings.FieldsSeq(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil && !slices.Contains(all, pid) {
				all = append(all, pid)
			}
		}
	}
	return all
}

// cpu is the processor time of all its threads so far.
func (d *daemon) cpu() time.Duration {
	var sum time.Duration
	for _, pid := range d.pids() {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		if len(fields) < 13 {
			continue
		}
		for _, f := range fields[11:13] {
			ticks, _ := strconv.ParseInt(string(f), 10, 64)
			sum += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return sum
}

// memory is what its processes have in memory, in megabytes. The pages that they share,
// those of the program, are counted once.
func (d *daemon) memory() float64 {
	sum := 0.0
	for _, pid := range d.pids() {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		for line := range strings.Lines(string(text)) {
			if value, ok := strings.CutPrefix(line, "Pss:"); ok {
				kb, _ := strconv.ParseFloat(strings.Fields(value)[0], 64)
				sum += kb / 1024
			}
		}
	}
	return sum
}

// idle measures a runner that has nothing to do, and how soon it hears of an order.
func (b *bench) idle() error {
	dir, err := b.manyFiles("idle", 100)
	if err != nil {
		return err
	}
	d, err := b.start(dir)
	if err != nil {
		return err
	}
	defer d.stop()
	span := time.Duration(b.pick(20, 60)) * time.Second
	before := d.cpu()
	time.Sleep(span)
	b.add(bounded(fmt.Sprintf("idle `run` with 100 pipelines, %s: of a core", span), 100*(d.cpu()-before).Seconds()/span.Seconds(), " %", 0.2))
	b.add(bounded("the same: memory of runner and keeper, shared pages once", d.memory(), " MB", 40))
	var took []float64
	for range 5 {
		ms, err := b.reaction(dir)
		if err != nil {
			return err
		}
		took = append(took, ms)
	}
	b.add(bounded("reaction to a `clear` from another process, the slowest of 5", slices.Max(took), " ms", 150))
	return nil
}

// reaction is the time from an order to the attempt that follows from it, as the database
// has both, in milliseconds.
func (b *bench) reaction(dir string) (float64, error) {
	if _, err := timedAlone(dir, b.tidemark, "clear", "p0000", "--all", "-y", "-q"); err != nil {
		return 0, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, ".tidemark", "state.db")+"?mode=ro")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	for range 500 {
		var us int64
		err := db.QueryRow(`
			SELECT min(a.queued_at) - o.created_at
			FROM operations AS o
			CROSS JOIN attempts AS a USING (operation_id)
			WHERE o.operation_id = (SELECT max(operation_id) FROM operations)
			GROUP BY o.operation_id`).Scan(&us)
		if err == nil {
			return float64(us) / 1000, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return 0, fmt.Errorf("the runner does not react to a clear")
}

// timedAlone does not wait for what goes on in the background.
func timedAlone(dir string, argv ...string) (time.Duration, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, out)
	}
	return time.Since(begin), nil
}

// manyFiles is a project of pipelines with one interval each.
func (b *bench) manyFiles(name string, n int) (string, error) {
	dir, err := b.place(name)
	for i := 0; i < n && err == nil; i++ {
		err = write(pipelineFile(dir, i), func(w io.Writer) { b.pipelineOf(w, i, "as it was") })
	}
	return dir, err
}

func pipelineFile(dir string, i int) string {
	return filepath.Join(dir, "pipelines", fmt.Sprintf("p%04d.yaml", i))
}

// pipelineOf has ten tasks, two of them with what pipelines mostly have.
func (b *bench) pipelineOf(w io.Writer, i int, word string) {
	fmt.Fprintf(w, "description: %s\nschedule: \"%d 3 * * *\"\nstart_date: 2024-01-01\nend_date: 2024-01-01\ncatchup: true\n", word, i%60)
	fmt.Fprint(w, "defaults: {retries: 2, retry_delay: 5m}\ntasks:\n  t0: {run: [/bin/true]}\n")
	for t := 1; t < 10; t++ {
		fmt.Fprintf(w, "  t%d:\n    needs: t%d\n    run: true ${{ ds }} \"$TIDEMARK_INTERVAL_START\"\n", t, t-1)
	}
}

// files measures what the definitions of a large project cost.
func (b *bench) files() error {
	const n = 1_000
	dir, err := b.manyFiles("files", n)
	if err != nil {
		return err
	}
	var costs []cost
	for range b.pick(3, 7) {
		c, err := timed(dir, b.tidemark, "validate", "-q")
		if err != nil {
			return err
		}
		costs = append(costs, c)
	}
	if err := reloaded(b, dir); err != nil {
		return err
	}
	b.add(bounded("`validate` of all 1,000", medianCPU(costs).Seconds(), " s CPU", 1))
	return nil
}

// reloaded changes one file five times under a runner that works on none of its pipelines.
func reloaded(b *bench, dir string) error {
	if _, err := timed(dir, b.tidemark, "run", "p0000", "--until-idle", "--progress", "none"); err != nil {
		return err
	}
	d := &daemon{exec.Command(b.tidemark, "run", "p0000", "--progress", "none"), dir}
	d.cmd.Dir = dir
	if err := d.cmd.Start(); err != nil {
		return err
	}
	defer d.stop()
	time.Sleep(5 * time.Second)
	var took []float64
	for i := range 5 {
		before := d.cpu()
		if err := write(pipelineFile(dir, 500), func(w io.Writer) { b.pipelineOf(w, 500, fmt.Sprint("changed ", i)) }); err != nil {
			return err
		}
		time.Sleep(2 * time.Second)
		took = append(took, float64((d.cpu() - before).Milliseconds()))
	}
	b.add(bounded("reload after one of 1,000 pipeline files changed", median(took), " ms CPU", 50))
	return nil
}

// program measures the program itself.
func (b *bench) program() error {
	var costs []cost
	for range b.pick(15, 40) {
		c, err := timed(b.dir, b.tidemark, "version")
		if err != nil {
			return err
		}
		costs = append(costs, c)
	}
	b.add(bounded("`tidemark version`", float64(medianWall(costs).Microseconds())/1000, " ms", 15))
	info, err := os.Stat(b.tidemark)
	if err != nil {
		return err
	}
	b.add(bounded("binary, stripped", float64(info.Size())/1e6, " MB", 22))
	return nil
}
