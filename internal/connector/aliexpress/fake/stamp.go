package fake

import (
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the platform's clock must exist on machines without zone files
)

const wallLayout = "2006-01-02 15:04:05"

// gateZone is the zone of the request stamps of the old gateway and of time_stamp in answers: GMT+8 all year.
var gateZone = time.FixedZone("GMT+8", 8*60*60)

// losAngeles is the zone of every stamp in the platform's records, with summer time.
var losAngeles = mustZone("America/Los_Angeles")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// wallText writes an instant as the platform's records do; nothing for the zero instant.
func wallText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(losAngeles).Format(wallLayout)
}

// wallLater is the same wall clock in Los Angeles so many calendar days later. A wall clock that comes twice means its
// first time, one that is left out is counted from before the change.
func wallLater(at time.Time, days int) time.Time {
	local := at.In(losAngeles)
	return wallInstant(time.Date(local.Year(), local.Month(), local.Day()+days,
		local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), time.UTC))
}

// wallInstant finds the instant of a Los Angeles wall clock given as if it were UTC.
func wallInstant(naive time.Time) time.Time {
	const summer, winter = 7 * time.Hour, 8 * time.Hour
	for _, behind := range []time.Duration{summer, winter} {
		instant := naive.Add(behind)
		if _, offset := instant.In(losAngeles).Zone(); offset == -int(behind/time.Second) {
			return instant
		}
	}
	return naive.Add(winter)
}

// readWall reads a filter value written in Los Angeles time; without seconds it counts as not given, as on the platform.
func readWall(text string) (time.Time, bool) {
	naive, err := time.Parse(wallLayout, strings.TrimSpace(text))
	if err != nil {
		return time.Time{}, false
	}
	return wallInstant(naive), true
}

// readStamp reads the timestamp of a request: epoch milliseconds, "yyyy-MM-dd HH:mm:ss" in GMT+8, or ISO 8601.
func readStamp(text string) (time.Time, bool) {
	if millis, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(millis), true
	}
	if at, err := time.ParseInLocation(wallLayout, text, gateZone); err == nil {
		return at, true
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
