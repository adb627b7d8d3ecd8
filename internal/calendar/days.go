package calendar

import "time"

// Calendar tells which days are business days somewhere.
type Calendar struct {
	Name     string
	Weekend  [7]bool // by time.Weekday
	Holidays map[Date]string
	Workdays map[Date]string // make-up working days, which outrank weekend and holiday
	Years    map[int]string  // year → "official" or "provisional"; years not listed are not published yet
}

// New makes a calendar with the usual weekend and the holidays given.
func New(name string, holidays ...Date) *Calendar {
	c := &Calendar{Name: name, Holidays: map[Date]string{}, Workdays: map[Date]string{}, Years: map[int]string{}}
	c.Weekend[time.Saturday], c.Weekend[time.Sunday] = true, true
	for _, d := range holidays {
		c.Holidays[d] = ""
	}
	return c
}

// Business tells whether people work on the date.
func (c *Calendar) Business(d Date) bool {
	if _, ok := c.Workdays[d]; ok {
		return true
	}
	if c.Weekend[d.Weekday()] {
		return false
	}
	_, off := c.Holidays[d]
	return !off
}

// Provisional tells whether the holidays of the date's year have not been published officially.
func (c *Calendar) Provisional(d Date) bool { return c.Years[d.Year] != "official" }
