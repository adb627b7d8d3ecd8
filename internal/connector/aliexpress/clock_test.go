package aliexpress

import (
	"testing"
	"time"
)

func TestWallTime(t *testing.T) {
	zone := losAngeles()
	for _, c := range []struct{ text, want string }{
		{"2024-10-28 04:23:19", "2024-10-28T11:23:19Z"}, // summer
		{"2024-02-24 15:00:51", "2024-02-24T23:00:51Z"}, // winter
		{"2026-03-08 01:59:59", "2026-03-08T09:59:59Z"}, // last second of winter
		{"2026-03-08 02:00:00", "2026-03-08T09:00:00Z"}, // never shown: the earlier reading
		{"2026-03-08 02:30:00", "2026-03-08T09:30:00Z"}, // never shown
		{"2026-03-08 03:00:00", "2026-03-08T10:00:00Z"}, // first second of summer
		{"2026-11-01 00:59:59", "2026-11-01T07:59:59Z"}, // before the repeated hour
		{"2026-11-01 01:00:00", "2026-11-01T08:00:00Z"}, // shown twice: the earlier
		{"2026-11-01 01:59:59", "2026-11-01T08:59:59Z"}, // shown twice: the earlier
		{"2026-11-01 02:00:00", "2026-11-01T10:00:00Z"}, // after it
		{"2026-11-01", "2026-11-01T07:00:00Z"},
		{"2026-06-01T12:00:00", "2026-06-01T19:00:00Z"},
		{"1730114599000", "2024-10-28T11:23:19Z"}, // epoch milliseconds
		{"2024-02-29 00:00:00", "2024-02-29T08:00:00Z"},
	} {
		got, ok := wallTime(c.text, zone)
		if !ok || got.Format(time.RFC3339) != c.want || got.Location() != time.UTC {
			t.Errorf("%s: %v, want %s", c.text, got, c.want)
		}
	}
}

func TestWallTimeOfOtherZones(t *testing.T) {
	// Lord Howe changes by half an hour; Moscow not at all.
	for _, c := range []struct{ zone, text, want string }{
		{"Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04T14:45:00Z"},
		{"Europe/Moscow", "2026-04-05 01:45:00", "2026-04-04T22:45:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := wallTime(c.text, zone); !ok || got.Format(time.RFC3339) != c.want {
			t.Errorf("%s in %s: %v, want %s", c.text, c.zone, got, c.want)
		}
	}
}

func TestNoWallTime(t *testing.T) {
	for _, text := range []string{
		"", "yesterday", "2026-13-01 00:00:00", "2026-02-30 00:00:00", "2026-01-01 24:00:00", "2026-01-01 00:60:00",
		"2026-01-01 00:00", "2026/01/01 00:00:00", "0000-00-00 00:00:00", "1970-01-01 00:00:00", "12", "-5", "2026-0a-01",
		"٢٠٢٦-01-01",
	} {
		if got, ok := wallTime(text, losAngeles()); ok {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

// TestEveryHourOfAYear: reading what the clock shows gives the instant back, but for the hour it shows twice.
func TestEveryHourOfAYear(t *testing.T) {
	zone := losAngeles()
	twice := 0
	for at := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC); at.Year() < 2027; at = at.Add(30 * time.Minute) {
		got, ok := wallTime(at.In(zone).Format(time.DateTime), zone)
		if !ok || !got.Equal(at) {
			twice++
			if !got.Equal(at.Add(-time.Hour)) {
				t.Errorf("%v was read as %v", at, got)
			}
		}
	}
	if twice != 2 {
		t.Errorf("%d half hours were read otherwise, want the two that are shown twice", twice)
	}
}
