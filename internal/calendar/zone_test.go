package calendar_test

import (
	"testing"

	"parley/internal/calendar"
)

func TestAZoneIsLoadedOnce(t *testing.T) {
	a, ok := calendar.Zone("Europe/Madrid")
	if b, again := calendar.Zone("Europe/Madrid"); !ok || !again || a != b || a.String() != "Europe/Madrid" {
		t.Errorf("%v %v, %v %v", a, ok, b, again)
	}
	for _, name := range []string{"", "Local", "Europe/Atlantis", "../etc/passwd"} {
		if zone, ok := calendar.Zone(name); ok || zone != nil {
			t.Errorf("%q is %v", name, zone)
		}
	}
	if n := testing.AllocsPerRun(10, func() { calendar.Zone("Europe/Madrid") }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
