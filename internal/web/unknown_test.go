package web_test

import (
	"strings"
	"testing"
)

// TestMessagesNobodyKnowsAreShown on the page of their store and of their service, each as it came, and none of it runs.
func TestMessagesNobodyKnowsAreShown(t *testing.T) {
	s := newScene(t)
	for _, path := range []string{"/stores/1", "/trackers/1/unknown"} {
		code, body := s.get(path)
		s.has(body, "Messages we do not know", "moon/phase", "3×", "no word for this kind", "names no record", "cannot be read", "41×", `href="/unknown/1"`)
		if code != 200 {
			t.Errorf("%s: %d", path, code)
		}
	}
	code, body := s.get("/unknown/1")
	s.has(body, "moon/phase", "&lt;script&gt;", "Only its first", "Erase this message", `href="/stores/1#unknown"`)
	if code != 200 || strings.Contains(body, "<script>alert") || strings.Contains(body, "\xff") {
		t.Errorf("%d, or the body runs", code)
	}
	if code, _ := s.get("/unknown/2"); code != 404 {
		t.Errorf("one that is not there: %d", code)
	}
	if to := s.post("/unknown/1/erase").Header.Get("Location"); !strings.HasPrefix(to, "/stores/1") {
		t.Errorf("after erasing: %q", to)
	}
}
