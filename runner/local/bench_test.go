//go:build unix

package local

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// BenchmarkTrue runs /bin/true two at a time, through the executor and bare, in turns so
// that the neighbours of the machine disturb both alike. Run it with -benchtime=10000x.
func BenchmarkTrue(b *testing.B) {
	x := open(b, b.TempDir())
	if err := x.Adopt(nil); err != nil {
		b.Fatal(err)
	}
	const turn = 500
	var ours, bare, oursCPU, bareCPU time.Duration
	keeper := x.keeperPID()
	for done := 0; done < b.N; done += turn {
		n := min(turn, b.N-done)
		cpu := spent(keeper)
		bare += timed(func() { bareTasks(b, n) })
		bareCPU += spent(keeper) - cpu
		cpu = spent(keeper)
		ours += timed(func() { keptTasks(b, x, done, n) })
		oursCPU += spent(keeper) - cpu
	}
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N), "µs/task")
	b.ReportMetric(float64(bare.Microseconds())/float64(b.N), "bare-µs/task")
	b.ReportMetric(float64(ours)/float64(bare), "x-bare")
	b.ReportMetric(float64(oursCPU)/float64(bareCPU), "x-bare-cpu") // what a busy machine does not move
}

// spent is the processor time of this process, the keeper and the children of both, where
// there is a /proc to tell.
func spent(keeper int) time.Duration {
	var ticks int64
	for _, pid := range []int{os.Getpid(), keeper} {
		_, stat, _ := strings.Cut(content("/proc/"+strconv.Itoa(pid)+"/stat"), ") ")
		for i, field := range strings.Fields(stat) {
			if 11 <= i && i <= 14 { // utime stime cutime cstime
				n, _ := strconv.ParseInt(field, 10, 64)
				ticks += n
			}
		}
	}
	return time.Duration(ticks) * (time.Second / 100)
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// keptTasks does what the loop does: hand over, hear, forget, hand over the next.
func keptTasks(b *testing.B, x *Executor, first, n int) {
	env, dir := os.Environ(), b.TempDir()
	next := first
	start := func(count int) {
		var jobs []runner.Job
		for ; count > 0 && next < first+n; count-- {
			key := "1/task/-1/" + strconv.Itoa(next)
			jobs = append(jobs, runner.Job{Key: key, Argv: []string{"/bin/true"}, Env: env, Dir: dir,
				Log: filepath.Join(dir, "logs", key)})
			next++
		}
		if err := x.Start(jobs); err != nil {
			b.Fatal(err)
		}
	}
	start(2)
	for ended := 0; ended < n; {
		var over []string
		for _, r := range <-x.Reports() {
			if r.Event == runner.Started {
				continue
			}
			if r.Event != runner.Ended || r.ExitCode != 0 {
				b.Fatalf("%+v", r)
			}
			over = append(over, r.Key)
		}
		ended += len(over)
		start(len(over))
		if err := x.Forget(over); err != nil {
			b.Fatal(err)
		}
	}
}

// bareTasks is the least that anybody can do: fork, exec, wait.
func bareTasks(b *testing.B, n int) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	fd, env := null.Fd(), os.Environ()
	var both sync.WaitGroup
	for half := range 2 {
		both.Go(func() {
			for range (n + half) / 2 {
				pid, err := syscall.ForkExec("/bin/true", []string{"/bin/true"}, &syscall.ProcAttr{
					Env: env, Files: []uintptr{fd, fd, fd}, Sys: &syscall.SysProcAttr{Setpgid: true}})
				if err != nil {
					b.Error(err)
					return
				}
				var status syscall.WaitStatus
				if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
					b.Error(err)
				}
			}
		})
	}
	both.Wait()
}
