package prose

import (
	"testing"
	"time"
)

func TestNumbersAndNouns(t *testing.T) {
	for got, want := range map[string]string{
		Number(7): "7", Number(1506): "1,506", Number(-1234567): "-1,234,567",
		Plural(1, "task"): "1 task", Plural(0, "task"): "0 tasks", Plural(1506, "task instance"): "1,506 task instances",
		Plural(2, "day"): "2 days", Plural(2, "retry"): "2 retries",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDurationsHaveAtMostTwoUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0ms", 3400 * time.Microsecond: "3.4ms", 250 * time.Millisecond: "250ms",
		1200 * time.Millisecond: "1.2s", 9949 * time.Millisecond: "9.9s", 9960 * time.Millisecond: "10s",
		48 * time.Second: "48s", 59600 * time.Millisecond: "1m 00s", 129 * time.Second: "2m 09s",
		64 * time.Minute: "1h 04m", 28 * time.Hour: "1d 04h", -time.Minute: "-1m 00s",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", int64(d), got, want)
		}
	}
}
