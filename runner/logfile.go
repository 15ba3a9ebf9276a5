package runner

import (
	"path/filepath"
	"strconv"
	"time"
)

// LogFile is where the output of an attempt stands. A person can guess it: the directory
// is the interval's start in UTC, which no change of the schedule's timezone moves, so
// that "2014-03-05" and a tab find "2014-03-05T0800Z".
func LogFile(dir, pipeline string, start time.Time, task string, mapIndex, try int) string {
	name := task
	if mapIndex >= 0 {
		name += "[" + strconv.Itoa(mapIndex) + "]"
	}
	return filepath.Join(LogDir(dir, pipeline, start), name+"."+strconv.Itoa(try)+".log")
}

// LogDir is where the logs of a run stand; where its tasks have printed nothing it does not exist.
func LogDir(dir, pipeline string, start time.Time) string {
	return filepath.Join(dir, pipeline, intervalDir(start))
}

func intervalDir(start time.Time) string {
	start = start.UTC()
	switch {
	case start.Nanosecond() != 0:
		return start.Format("2006-01-02T150405.000000Z")
	case start.Second() != 0:
		return start.Format("2006-01-02T150405Z")
	case start.Hour() != 0 || start.Minute() != 0:
		return start.Format("2006-01-02T1504Z")
	}
	return start.Format(time.DateOnly)
}
