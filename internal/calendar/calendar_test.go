package calendar_test

import (
	"testing"
	"time"

	"parley/internal/calendar"
)

func at(t testing.TB, text string) time.Time {
	t.Helper()
	x, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func day(t testing.TB, text string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestFormulas(t *testing.T) {
	la, madrid, shanghai := zone(t, "America/Los_Angeles"), zone(t, "Europe/Madrid"), zone(t, "Asia/Shanghai")
	work := calendar.New("x", day(t, "2026-10-12"))
	maker := calendar.New("cn", day(t, "2026-02-16"), day(t, "2026-02-17"))
	maker.Workdays[day(t, "2026-02-14")] = "make-up Saturday"
	for _, c := range []struct {
		name string
		got  time.Time
		want string
	}{
		{"wall over the change to summer time", calendar.Wall(at(t, "2026-03-05T21:15:00-08:00"), 5, la), "2026-03-11T04:15:00Z"},
		{"wall into the hour that does not exist", calendar.Wall(at(t, "2026-03-06T02:30:00-08:00"), 2, la), "2026-03-08T10:30:00Z"},
		{"wall into the hour that comes twice takes the first", calendar.Wall(at(t, "2026-10-20T02:30:00+02:00"), 5, madrid), "2026-10-25T00:30:00Z"},
		{"wall backwards", calendar.Wall(at(t, "2026-06-26T22:00:00Z"), -7, madrid), "2026-06-19T22:00:00Z"},
		{"end of day", calendar.EndOfDay(at(t, "2026-05-22T10:00:00Z"), 14, madrid, nil), "2026-06-05T22:00:00Z"},
		{"end of day rolls over a weekend", calendar.EndOfDay(at(t, "2026-11-28T12:00:00+01:00"), 14, madrid, work), "2026-12-14T23:00:00Z"},
		{"end of day with no roll", calendar.EndOfDay(at(t, "2026-11-28T12:00:00+01:00"), 14, madrid, nil), "2026-12-12T23:00:00Z"},
		{"business days", calendar.BusinessDays(at(t, "2026-10-09T18:30:00+02:00"), 1, madrid, work), "2026-10-13T22:00:00Z"},
		{"business days count a make-up Saturday", calendar.BusinessDays(at(t, "2026-02-13T10:00:00+08:00"), 2, shanghai, maker), "2026-02-18T16:00:00Z"},
		{"business hours", calendar.BusinessHours(at(t, "2026-10-09T18:30:00+02:00"), 24, madrid, work), "2026-10-13T16:30:00Z"},
		{"business hours from a Sunday", calendar.BusinessHours(at(t, "2026-11-15T18:30:00+01:00"), 24, madrid, work), "2026-11-16T23:00:00Z"},
		{"hours", calendar.Hours(at(t, "2026-03-28T12:00:00+01:00"), 48), "2026-03-30T11:00:00Z"},
		{"years from leap day", calendar.Years(at(t, "2024-02-29T11:00:00+01:00"), 3, madrid), "2027-02-28T23:00:00Z"},
		{"years to leap day", calendar.Years(at(t, "2024-02-29T11:00:00+01:00"), 4, madrid), "2028-02-29T23:00:00Z"},
	} {
		if !c.got.Equal(at(t, c.want)) {
			t.Errorf("%s: %s, want %s", c.name, c.got.Format(time.RFC3339), c.want)
		}
	}
}

// TestNoCalendarHangs: a calendar without any working day ends all the same.
func TestNoCalendarHangs(t *testing.T) {
	never := calendar.New("never")
	never.Weekend = [7]bool{true, true, true, true, true, true, true}
	from := at(t, "2026-01-01T00:00:00Z")
	for _, got := range []time.Time{calendar.BusinessDays(from, 3, time.UTC, never), calendar.BusinessHours(from, 3, time.UTC, never), calendar.EndOfDay(from, 3, time.UTC, never)} {
		if !got.After(from) {
			t.Errorf("got %v", got)
		}
	}
}

// TestMidnightThatDoesNotExist: in some zones clocks jump at midnight; the day starts when it starts.
func TestMidnightThatDoesNotExist(t *testing.T) {
	z := zone(t, "America/Santiago")
	for d := day(t, "2026-01-01"); d.Year == 2026; d = d.Add(1) {
		s := d.Start(z)
		if calendar.On(s, z) != d || calendar.On(s.Add(-time.Second), z) == d {
			t.Errorf("%s starts at %s", d, s.In(z))
		}
	}
}

func FuzzWall(f *testing.F) {
	f.Add(int64(1772774100), 5)
	la, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, sec int64, n int) {
		if sec < 0 || sec > 4e9 || n < 0 || n > 5000 {
			return
		}
		from := time.Unix(sec, 0)
		got := calendar.Wall(from, n, la)
		if d := got.Sub(from) - time.Duration(n)*24*time.Hour; d < -time.Hour || d > time.Hour {
			t.Errorf("%v + %d = %v", from, n, got)
		}
	})
}

// TestLatest: every zone exists, and in none of the usual ones of a large country does the day end later.
func TestLatest(t *testing.T) {
	for country, others := range map[string][]string{
		"ES": {"Europe/Madrid"}, "PT": {"Europe/Lisbon", "Atlantic/Madeira"}, "US": {"America/New_York", "America/Los_Angeles", "America/Anchorage"},
		"BR": {"America/Sao_Paulo", "America/Manaus"}, "MX": {"America/Mexico_City", "America/Hermosillo"}, "AU": {"Australia/Sydney", "Australia/Darwin"},
	} {
		name, ok := calendar.Latest(country)
		if !ok {
			t.Errorf("%s is missing", country)
		}
		for _, month := range []time.Month{1, 7} {
			end := time.Date(2026, month, 15, 0, 0, 0, 0, zone(t, name))
			for _, other := range others {
				if o := time.Date(2026, month, 15, 0, 0, 0, 0, zone(t, other)); o.After(end) {
					t.Errorf("%s: the day ends later in %s than in %s", country, other, name)
				}
			}
		}
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if name, ok := calendar.Latest(string([]rune{a, b})); ok {
				zone(t, name)
			}
		}
	}
	if _, ok := calendar.Latest("XX"); ok {
		t.Error("a country that is none")
	}
}
