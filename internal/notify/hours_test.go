package notify_test

import (
	"testing"
	"time"

	"parley/internal/notify"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func office(t testing.TB, name string) notify.Hours {
	return notify.Hours{
		Zone: zone(t, name), Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday},
		From: 9 * 60, Until: 18 * 60, QuietFrom: 22 * 60, QuietUntil: 7 * 60,
	}
}

func TestWhenSomethingIsSaid(t *testing.T) {
	night := notify.Hours{Zone: zone(t, "Asia/Shanghai"), From: 22 * 60, Until: 6 * 60}
	quiet := notify.Hours{Zone: zone(t, "Europe/Madrid"), QuietFrom: 22 * 60, QuietUntil: 7 * 60}
	for name, c := range map[string]struct {
		hours              notify.Hours
		at, deadline, want string
	}{
		"inside the hours":                      {office(t, "Europe/Madrid"), "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z", "2026-03-03T09:00:00Z"},
		"at night, time enough":                 {office(t, "Europe/Madrid"), "2026-03-03T02:00:00Z", "2026-03-03T20:00:00Z", "2026-03-03T08:00:00Z"},
		"at night, deadline before the morning": {office(t, "Europe/Madrid"), "2026-03-03T02:00:00Z", "2026-03-03T07:30:00Z", "2026-03-03T02:00:00Z"},
		"exactly the margin is left":            {office(t, "Europe/Madrid"), "2026-03-03T02:00:00Z", "2026-03-03T09:00:00Z", "2026-03-03T08:00:00Z"},
		"a minute less than the margin":         {office(t, "Europe/Madrid"), "2026-03-03T02:00:00Z", "2026-03-03T08:59:00Z", "2026-03-03T02:00:00Z"},
		"friday evening waits for monday":       {office(t, "Europe/Madrid"), "2026-03-06T19:00:00Z", "2026-03-10T12:00:00Z", "2026-03-09T08:00:00Z"},
		"friday evening, deadline on sunday":    {office(t, "Europe/Madrid"), "2026-03-06T19:00:00Z", "2026-03-08T12:00:00Z", "2026-03-06T19:00:00Z"},
		"no deadline waits":                     {office(t, "Europe/Madrid"), "2026-03-06T19:00:00Z", "", "2026-03-09T08:00:00Z"},
		"deadline passed already":               {office(t, "Europe/Madrid"), "2026-03-06T19:00:00Z", "2026-03-06T18:00:00Z", "2026-03-06T19:00:00Z"},
		"another zone works already":            {office(t, "Asia/Shanghai"), "2026-03-03T02:00:00Z", "2026-03-03T07:30:00Z", "2026-03-03T02:00:00Z"},
		"night shift, before midnight":          {night, "2026-03-03T15:00:00Z", "", "2026-03-03T15:00:00Z"},
		"night shift, after midnight":           {night, "2026-03-03T21:00:00Z", "", "2026-03-03T21:00:00Z"},
		"night shift, by day":                   {night, "2026-03-03T04:00:00Z", "", "2026-03-03T14:00:00Z"},
		"only quiet hours":                      {quiet, "2026-03-07T23:00:00Z", "2026-03-09T12:00:00Z", "2026-03-08T06:00:00Z"},
		"no plan":                               {notify.Hours{}, "2026-03-07T23:00:00Z", "", "2026-03-07T23:00:00Z"},
		// Clocks in Madrid jump from 02:00 to 03:00 on 29 March 2026 and from 03:00 back to 02:00 on 25 October 2026.
		"quiet ends in the skipped hour":              {notify.Hours{Zone: zone(t, "Europe/Madrid"), QuietFrom: 22 * 60, QuietUntil: 150}, "2026-03-29T00:10:00Z", "", "2026-03-29T01:00:00Z"},
		"quiet ends in the hour that is twice":        {notify.Hours{Zone: zone(t, "Europe/Madrid"), QuietFrom: 22 * 60, QuietUntil: 150}, "2026-10-24T23:10:00Z", "", "2026-10-25T00:30:00Z"},
		"morning after the night that lost an hour":   {quiet, "2026-03-28T23:00:00Z", "2026-03-29T10:00:00Z", "2026-03-29T05:00:00Z"},
		"morning after the night that gained an hour": {quiet, "2026-10-24T22:00:00Z", "2026-10-25T10:00:00Z", "2026-10-25T06:00:00Z"},
		"that hour decides":                           {quiet, "2026-10-24T22:00:00Z", "2026-10-25T06:30:00Z", "2026-10-24T22:00:00Z"},
		// In São Paulo the clock skipped midnight on 4 November 2018.
		"the day begins at one":   {notify.Hours{Zone: zone(t, "America/Sao_Paulo"), Days: []time.Weekday{time.Sunday}}, "2018-11-04T01:00:00Z", "", "2018-11-04T03:00:00Z"},
		"Lord Howe, half an hour": {notify.Hours{Zone: zone(t, "Australia/Lord_Howe"), QuietFrom: 20 * 60, QuietUntil: 135}, "2026-10-03T14:30:00Z", "", "2026-10-03T15:30:00Z"},
	} {
		if got := notify.When(at(t, c.at), at(t, c.deadline), c.hours); !got.Equal(at(t, c.want)) {
			t.Errorf("%s: %s, want %s", name, got.UTC().Format(time.RFC3339), c.want)
		}
	}
}

func TestDailyFollowsTheClockOnTheWall(t *testing.T) {
	h := office(t, "Europe/Madrid")
	next := at(t, "2026-03-26T12:00:00Z")
	for _, want := range []string{"2026-03-27T07:30:00Z", "2026-03-30T06:30:00Z", "2026-03-31T06:30:00Z"} {
		if next = h.Daily(next, 8*60+30); !next.Equal(at(t, want)) {
			t.Errorf("%s, want %s", next, want)
		}
	}
}

// FuzzWhen: whatever the hours, nothing is said before it came up, and nothing is moved to less than the margin before its deadline.
func FuzzWhen(f *testing.F) {
	f.Add(int64(1774742400), int32(3600), uint8(62), uint16(540), uint16(1080), uint16(1320), uint16(420), uint8(0))
	f.Add(int64(1792886400), int32(86400), uint8(0), uint16(0), uint16(0), uint16(60), uint16(150), uint8(1))
	zones := []string{"Europe/Madrid", "America/Sao_Paulo", "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Apia", "UTC"}
	f.Fuzz(func(t *testing.T, unix int64, left int32, days uint8, from, until, quietFrom, quietUntil uint16, where uint8) {
		h := notify.Hours{
			Zone: zone(t, zones[int(where)%len(zones)]), From: int(from) % 1440, Until: int(until) % 1440,
			QuietFrom: int(quietFrom) % 1440, QuietUntil: int(quietUntil) % 1440,
		}
		for d := range time.Weekday(7) {
			if days&(1<<d) != 0 {
				h.Days = append(h.Days, d)
			}
		}
		now := time.Unix(unix%(1<<33), 0)
		deadline := now.Add(time.Duration(left) * time.Second)
		said := notify.When(now, deadline, h)
		if said.Before(now) {
			t.Fatalf("said at %s, before %s", said, now)
		}
		if !said.Equal(now) && (said.After(deadline.Add(-notify.Margin)) || !h.Open(said)) {
			t.Fatalf("moved to %s, deadline %s, open %v", said, deadline, h.Open(said))
		}
		if h.Open(now) && !said.Equal(now) {
			t.Fatalf("moved out of open hours to %s", said)
		}
	})
}
