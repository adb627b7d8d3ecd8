package notify

import (
	"slices"
	"time"
)

// Hours are when a member may be rung at. Minutes count from midnight on the clock of Zone. The zero value is always open.
type Hours struct {
	Zone *time.Location // nil = UTC
	// Days are the working days; none = every day.
	Days []time.Weekday
	// From and Until bound the working hours; equal = the whole day. Until before From goes past midnight and belongs to the day it
	// begins on.
	From, Until int
	// QuietFrom and QuietUntil bound the quiet hours, also past midnight; equal = none.
	QuietFrom, QuietUntil int
}

// Margin is what must at least be left before the deadline when a notice is moved.
const Margin = time.Hour

// When is the instant at which something that came up at an instant is said. Outside the hours it waits for the next ones, but only if
// those begin at least Margin before the deadline; otherwise it is said at once. A zero deadline means that nothing is lost by waiting.
func When(at, deadline time.Time, h Hours) time.Time {
	next := h.Next(at)
	if !deadline.IsZero() && next.After(deadline.Add(-Margin)) {
		return at
	}
	return next
}

// Open tells whether the member may be rung at the instant.
func (h Hours) Open(at time.Time) bool {
	local := at.In(h.zone())
	minute := local.Hour()*60 + local.Minute()
	if h.QuietFrom != h.QuietUntil && between(minute, h.QuietFrom, h.QuietUntil) {
		return false
	}
	switch {
	case h.From == h.Until:
		return h.works(local.Weekday())
	case h.From < h.Until:
		return h.works(local.Weekday()) && minute >= h.From && minute < h.Until
	case minute >= h.From:
		return h.works(local.Weekday())
	}
	return minute < h.Until && h.works((local.Weekday()+6)%7)
}

func between(minute, from, until int) bool {
	if from < until {
		return minute >= from && minute < until
	}
	return minute >= from || minute < until
}

func (h Hours) works(d time.Weekday) bool { return len(h.Days) == 0 || slices.Contains(h.Days, d) }

func (h Hours) zone() *time.Location {
	if h.Zone == nil {
		return time.UTC
	}
	return h.Zone
}

// lookAhead is how many days are searched for open hours; hours that are never open hold nothing back.
const lookAhead = 15

// Next is the first instant at or after an instant at which the hours are open; the instant itself if they never are. Hours can only
// begin at midnight, when work begins, or when the quiet ends.
func (h Hours) Next(at time.Time) time.Time {
	if h.Open(at) {
		return at
	}
	y, m, d := at.In(h.zone()).Date()
	for day := range lookAhead {
		var begins []time.Time
		for _, minute := range []int{0, h.From, h.QuietUntil} {
			begins = append(begins, OnClock(y, m, d+day, minute, h.zone()))
		}
		slices.SortFunc(begins, time.Time.Compare)
		for _, t := range begins {
			if !t.Before(at) && h.Open(t) {
				return t
			}
		}
	}
	return at
}

// OnClock is the instant at which a clock on the wall shows a minute of a date. Of two such instants it is the first; a minute that the
// clock skips is the instant of the jump, at which the hours behind it have begun.
func OnClock(y int, m time.Month, d, minute int, zone *time.Location) time.Time {
	t := time.Date(y, m, d, minute/60, minute%60, 0, 0, zone)
	if local := t.In(zone); local.Hour()*60+local.Minute() != minute%(24*60) {
		return jump(t, zone)
	}
	if earlier := t.Add(-time.Hour); sameClock(earlier, t, zone) {
		return earlier.UTC()
	}
	return t.UTC()
}

func sameClock(a, b time.Time, zone *time.Location) bool {
	a, b = a.In(zone), b.In(zone)
	return a.Hour() == b.Hour() && a.Minute() == b.Minute() && a.Day() == b.Day()
}

// jump finds the instant near t at which the zone's offset changes.
func jump(t time.Time, zone *time.Location) time.Time {
	_, end := t.Add(-3 * time.Hour).In(zone).ZoneBounds()
	return end.UTC()
}

// Daily is the next instant after one at which the clock shows a minute of a working day; zero if no day works.
func (h Hours) Daily(after time.Time, minute int) time.Time {
	y, m, d := after.In(h.zone()).Date()
	for day := range lookAhead {
		t := OnClock(y, m, d+day, minute, h.zone())
		if t.After(after) && h.works(t.In(h.zone()).Weekday()) {
			return t
		}
	}
	return time.Time{}
}
