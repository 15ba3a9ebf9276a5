package local

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"sort"
	"strings"
	"time"
)

// Line is a line of a log, without its end.
type Line struct {
	Time time.Time // not before it was written, and no more than a sample (100 ms) after
	Text string
}

// extent says that a log was so long at some instant.
type extent struct {
	size int64
	at   time.Time
}

// Lines reads the log of an attempt with the time of each line. Lines that no sample
// covers, all of those of a short attempt, get the fallback: the end of the attempt, or now
// while it runs. The sequence can be gone through once; it ends early if reading fails.
func Lines(logPath string, fallback time.Time) (iter.Seq[Line], error) {
	file, err := os.Open(logPath)
	if err != nil {
		return nil, fmt.Errorf("cannot read log: %w", err)
	}
	extents, err := readTimes(logPath)
	if err != nil {
		file.Close()
		return nil, err
	}
	return func(yield func(Line) bool) {
		defer file.Close()
		in := bufio.NewReader(file)
		for offset := int64(0); ; {
			text, err := in.ReadString('\n')
			offset += int64(len(text))
			if text != "" && !yield(Line{timeAt(extents, offset, fallback), strings.TrimRight(text, "\r\n")}) {
				return
			}
			if err != nil {
				return
			}
		}
	}, nil
}

// timeAt is the time of the first sample that had seen the log up to the offset.
func timeAt(extents []extent, offset int64, fallback time.Time) time.Time {
	i := sort.Search(len(extents), func(i int) bool { return extents[i].size >= offset })
	if i == len(extents) {
		return fallback
	}
	return extents[i].at
}

func timesPath(logPath string) string { return logPath + ".times" }

// appendTime adds a line to the companion of a log: its size in bytes, Unix microseconds.
func appendTime(logPath string, size int64, at time.Time) error {
	file, err := os.OpenFile(timesPath(logPath), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "%d %d\n", size, at.UnixMicro())
	return errors.Join(err, file.Close())
}

// readTimes returns extents of increasing size. Where a task has truncated its log, what
// was noted of the part that is gone is dropped.
func readTimes(logPath string) ([]extent, error) {
	file, err := os.Open(timesPath(logPath))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the times of a log: %w", err)
	}
	defer file.Close()
	var extents []extent
	for in := bufio.NewReader(file); ; {
		var size, micros int64
		_, err := fmt.Fscanf(in, "%d %d\n", &size, &micros)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return extents, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the times of log %q: %w", logPath, err)
		}
		for len(extents) > 0 && extents[len(extents)-1].size > size {
			extents = extents[:len(extents)-1]
		}
		extents = append(extents, extent{size, time.UnixMicro(micros).UTC()})
	}
}
