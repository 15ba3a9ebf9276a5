package sqlite

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"
)

// The test program is also a loop in another process: it writes a turn every few
// milliseconds until its input ends, then says how long the longest wait for one was.
const besideVariable = "TIDEMARK_TEST_BESIDE"

func TestMain(m *testing.M) {
	if path := os.Getenv(besideVariable); path != "" {
		if err := writeBeside(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func writeBeside(path string) error {
	db, err := Open(path, Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		over.Store(true)
	}()
	longest, pause := time.Duration(0), time.NewTicker(5*time.Millisecond)
	for turns := 0; !over.Load(); turns++ {
		began := time.Now()
		if _, err := db.Update(ctx, day0, increment); err != nil {
			return err
		}
		if turns == 0 { // that one reads the world
			fmt.Println(0)
		} else {
			longest = max(longest, time.Since(began))
		}
		<-pause.C
	}
	fmt.Println(longest.Microseconds())
	return nil
}

// beside runs f while another process writes turns, and returns the longest one's wait. The
// first pipeline by name needs a run that runs.
func beside(t testing.TB, path string, f func()) time.Duration {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), besideVariable+"="+path)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	must(t, err)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	said := bufio.NewReader(out)
	var us int64
	_, err = fmt.Fscanln(said, &us)
	must(t, err)
	f()
	must(t, in.Close())
	_, err = fmt.Fscanln(said, &us)
	must(t, err)
	must(t, c.Wait())
	return time.Duration(us) * time.Microsecond
}
