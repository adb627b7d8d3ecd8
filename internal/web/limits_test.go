package web_test

import (
	"strings"
	"testing"
)

// TestTheSettingsNameCurrenciesWithoutALimit: every payment in them waits, which nobody would guess from the sums of other currencies.
func TestTheSettingsNameCurrenciesWithoutALimit(t *testing.T) {
	s := newScene(t)
	s.post("/settings/limits", "second", "300.00 JPY")
	_, body := s.get("/settings")
	s.has(body, "Every payment in EUR")
	s.post("/settings/limits")
	if _, body := s.get("/settings"); strings.Contains(body, "Every payment in") {
		t.Error("there are no limits, and yet a payment is said to need a signature")
	}
}
