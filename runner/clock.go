package runner

import "time"

// Clock is the time that the loop lives in. It may be shifted against the machine's, for
// tests and simulations; then everything that the loop records is in the shifted time.
type Clock struct {
	Shift time.Duration // added to the machine's time
}

// Starting returns a clock that shows t now and runs on from there; a zero t is the
// machine's own clock.
func Starting(t time.Time) Clock {
	if t.IsZero() {
		return Clock{}
	}
	return Clock{Shift: time.Until(t)}
}

// Now is the loop's time, in UTC, whole microseconds: what the database can hold.
func (c Clock) Now() time.Time { return c.Of(time.Now()) }

// Of translates an instant of the machine's clock.
func (c Clock) Of(machine time.Time) time.Time {
	return machine.Add(c.Shift).UTC().Truncate(time.Microsecond)
}
