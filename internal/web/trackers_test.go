package web_test

import (
	"strings"
	"testing"
)

// TestTrackersAreListedTestedAndAdded: what goes wrong is said beside what was typed, and a key is never shown again.
func TestTrackersAreListedTestedAndAdded(t *testing.T) {
	s := newScene(t)
	_, body := s.get("/trackers?kind=seventeentrack")
	s.has(body, "17TRACK registers nothing more", "https://desk.test/hooks/trackers/2", `name="set.api_key"`, "Access key")
	code, body := s.read(s.post("/trackers", "kind", "seventeentrack", "company", "Norte SL"))
	if code/100 != 4 {
		t.Errorf("without a key: %d", code)
	}
	s.has(body, `role="alert"`, `aria-invalid="true"`)
	code, body = s.read(s.post("/trackers", "kind", "seventeentrack", "company", "Norte SL", "set.api_key", "SECRETKEY", "test", "1"))
	if s.has(body, "registered: 72"); code != 200 || strings.Contains(body, "SECRETKEY") {
		t.Errorf("test: %d, or the key is shown", code)
	}
	if code, _ := s.read(s.post("/trackers", "kind", "seventeentrack", "company", "Norte SL", "set.api_key", "SECRETKEY")); code != 303 {
		t.Errorf("add: %d", code)
	}
	if code, _ := s.read(s.post("/trackers/1/drop")); code != 303 {
		t.Errorf("remove: %d", code)
	}
}
