package aliexpress

import (
	"strconv"
	"time"
	_ "time/tzdata" // the platform's clock must be known on machines without a zone database
)

// zoneName is the zone of every gmt_* text, of timeout_trigger_time and of over_time_left: documented as "US Pacific
// time", and with summer time (522 pairs of text and epoch of one seller centre fit nothing else).
const zoneName = "America/Los_Angeles"

// losAngeles loads the platform's zone; the embedded database makes failure impossible.
func losAngeles() *time.Location {
	zone, err := time.LoadLocation(zoneName)
	if err != nil {
		panic("aliexpress: the embedded zone database lacks " + zoneName)
	}
	return zone
}

// beijing is the clock of TOP's timestamp parameter; it knows no summer time.
func beijing() *time.Location { return time.FixedZone("GMT+8", 8*60*60) }

// wallTime reads "2024-10-28 04:23:19" or "2024-10-28" as wall clock of a zone, or a whole number of epoch milliseconds.
//
// Where a wall clock says the same twice (autumn) or never (spring), the earlier of the two readings is taken: what the
// seller owes is then planned too early rather than too late.
func wallTime(text string, zone *time.Location) (time.Time, bool) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms > 1e11 && ms < 1e14 {
		return time.UnixMilli(ms).UTC(), true
	}
	wall, ok := civil(text)
	if !ok {
		return time.Time{}, false
	}
	// The offsets in force well before and well after bracket any change of the clock.
	before, after := offset(wall.Add(-24*time.Hour), zone), offset(wall.Add(24*time.Hour), zone)
	early := wall.Add(-max(before, after))
	if before == after || offset(early, zone) == max(before, after) {
		return early, true
	}
	if late := wall.Add(-min(before, after)); offset(late, zone) == min(before, after) {
		return late, true
	}
	return early, true
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// civil reads the digits of a date, with or without a time of day, as if it were UTC.
func civil(s string) (time.Time, bool) {
	if len(s) != 10 && len(s) != 19 {
		return time.Time{}, false
	}
	if s[4] != '-' || s[7] != '-' || (len(s) == 19 && (s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':')) {
		return time.Time{}, false
	}
	var n [6]int
	from := [6]int{0, 5, 8, 11, 14, 17}
	for i, at := range from {
		width := 2
		if i == 0 {
			width = 4
		}
		if at+width > len(s) {
			break
		}
		for _, c := range []byte(s[at : at+width]) {
			if c < '0' || c > '9' {
				return time.Time{}, false
			}
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	if n[0] < 1990 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31 || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return time.Time{}, false
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC)
	return t, t.Day() == n[2]
}
