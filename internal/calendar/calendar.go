// Package calendar computes the instants from which an act is late.
//
// Every function gives an exclusive upper bound: the first instant at which the act is late, in UTC. Days are counted
// in a zone, by its own wall clock, so a change between winter and summer time neither shortens nor lengthens a
// deadline. An instant that the local clock skips is read with the clock that was valid before the jump, and one that
// the clock shows twice is read as the first, which is the earlier and therefore the safer reading.
//
// Business days come from a Calendar, which is data: weekend days, holidays, and make-up working days on weekends.
package calendar

import "time"

// Date is a day without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// On gives the date that an instant shows in a zone.
func On(at time.Time, zone *time.Location) Date {
	y, m, d := at.In(zone).Date()
	return Date{y, m, d}
}

// Add gives the date n calendar days later.
func (d Date) Add(n int) Date {
	y, m, day := time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC).Date()
	return Date{y, m, day}
}

// Weekday of the date.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()
}

// String is the ISO form.
func (d Date) String() string {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// Parse reads an ISO date.
func Parse(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, err
	}
	return Date{t.Year(), t.Month(), t.Day()}, nil
}

// Start is the first instant of the date in a zone; usually midnight, later where the clock skips midnight.
func (d Date) Start(zone *time.Location) time.Time {
	return local(d, 0, 0, 0, 0, zone)
}

// local gives the instant of a wall-clock time. In a gap it reads the time with the offset valid before the jump, so
// that the result is the instant at which the skipped time would have come; of two instants it takes the first.
func local(d Date, h, m, s, ns int, zone *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, h, m, s, ns, zone)
	before := t.Add(-24 * time.Hour)
	_, offset := before.Zone()
	if early := time.Date(d.Year, d.Month, d.Day, h, m, s, ns, time.FixedZone("", offset)); early.Before(t) {
		if early.In(zone).Hour() == h && early.In(zone).Minute() == m {
			return early.UTC() // the time comes twice, this is the first
		}
	}
	if t.Hour() != h || t.Minute() != m {
		return time.Date(d.Year, d.Month, d.Day, h, m, s, ns, time.FixedZone("", offset)).UTC()
	}
	return t.UTC()
}

// Wall is the same wall-clock time n calendar days later in the zone.
func Wall(from time.Time, n int, zone *time.Location) time.Time {
	in := from.In(zone)
	return local(On(from, zone).Add(n), in.Hour(), in.Minute(), in.Second(), in.Nanosecond(), zone)
}

// EndOfDay excludes the day of the event and ends at 24:00 local time of day n. With a calendar to roll on (Regulation
// 1182/71, article 3(4)) a last day that is no business day moves to the end of the next one; nil does not roll.
func EndOfDay(from time.Time, n int, zone *time.Location, roll *Calendar) time.Time {
	last := On(from, zone).Add(n)
	if roll != nil {
		for i := 0; i < 60 && !roll.Business(last); i++ {
			last = last.Add(1)
		}
	}
	return last.Add(1).Start(zone)
}

// BusinessDays ends at 24:00 local time of the n-th business day after the day of the event.
func BusinessDays(from time.Time, n int, zone *time.Location, c *Calendar) time.Time {
	d := On(from, zone)
	for counted, looked := 0, 0; counted < n && looked < 20000; looked++ {
		d = d.Add(1)
		if c.Business(d) {
			counted++
		}
	}
	return d.Add(1).Start(zone)
}

// BusinessHours counts n hours that pass inside business days, 00:00 to 24:00 local time.
func BusinessHours(from time.Time, n int, zone *time.Location, c *Calendar) time.Time {
	left := time.Duration(n) * time.Hour
	at := from
	for range 20000 {
		d := On(at, zone)
		end := d.Add(1).Start(zone)
		if c.Business(d) {
			if span := end.Sub(at); span >= left {
				return at.Add(left).UTC()
			} else {
				left -= span
			}
		}
		at = end
	}
	return at.UTC()
}

// Hours is n elapsed hours later.
func Hours(from time.Time, n int) time.Time { return from.Add(time.Duration(n) * time.Hour).UTC() }

// Years ends at 24:00 local time of the same date n years later; 29 February falls back to 28 February.
func Years(from time.Time, n int, zone *time.Location) time.Time {
	d := On(from, zone)
	if d.Month == time.February && d.Day == 29 && !leap(d.Year+n) {
		d.Day = 28
	}
	d.Year += n
	return d.Add(1).Start(zone)
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }
