package web_test

import (
	"strings"
	"testing"

	"parley/internal/web/gallery"
)

func TestPackShowsNumbersStoresAndCases(t *testing.T) {
	s := newScene(t)
	code, body := s.get("/playbooks/house@2026")
	if code != 200 {
		t.Fatal(code)
	}
	s.has(body, "next_update_hours", "48 hours", "24 hours", "stricter", "1 store as in the pack", "New value, 48 hours at most", "New value, 24 hours at least",
		"the 11 open cases that changed last and the 500 that ended last", "First reason of 7 cases:", `href="/cases/3"`, "LED strip &lt;b&gt;5 m&lt;/b&gt;",
		`action="/playbooks/house@2026/parameters/next_update_hours"`)
	if _, body := s.get("/playbooks/aliexpress@2017"); !strings.Contains(body, "Set by the platform or the law") || strings.Contains(body, `name="value"`) {
		t.Error("a number of the platform can be moved")
	}
	s.desk.Member.Role = "lead"
	if _, body := s.get("/playbooks/house@2026"); strings.Contains(body, `name="value"`) || !strings.Contains(body, "stricter") {
		t.Error("a lead is offered the form, or does not see the numbers")
	}
}

func TestNumberGoesFromFormToPreviewToStore(t *testing.T) {
	const address = "/playbooks/house@2026/parameters/next_update_hours"
	s := newScene(t)
	code, body := s.get(address + "?store=1&value=24")
	if code != 200 || len(s.desk.Moves) != 0 {
		t.Fatal(code, s.desk.Moves)
	}
	s.has(body, "From 48 hours to 24 hours.", "1 open case would come out differently.", "all 11", `href="/cases/1"`, "Apply to the store", `name="value" value="24"`, `name="store" value="1"`,
		"Mon 10:00 → tomorrow 10:00", "– → 24 hours before the deadline tomorrow 09:00")
	got := s.post(address, "store", "1", "value", "24")
	if got.StatusCode != 303 || !strings.Contains(got.Header.Get("Location"), "done=number_moved") || len(s.desk.Moves) != 1 || s.desk.Moves[0] != (gallery.Moved{Store: 1, Name: "next_update_hours", Value: 24}) {
		t.Errorf("%d %q %+v", got.StatusCode, got.Header.Get("Location"), s.desk.Moves)
	}
}

func TestRefusedNumbersAreSaidOnThePack(t *testing.T) {
	const address = "/playbooks/house@2026/parameters/next_update_hours"
	s := newScene(t)
	code, body := s.get(address + "?store=1&value=72")
	if code != 400 {
		t.Errorf("status %d", code)
	}
	s.has(body, "can only be lowered below 48", "never laxer", "48 hours")
	if code, body := s.get(address + "?store=1&value=soon"); code != 400 || !strings.Contains(body, "“soon” is not possible") {
		t.Errorf("no number: %d", code)
	}
	for _, nowhere := range []string{"/playbooks/house@2026/parameters/nobody_knows?store=1&value=1", "/playbooks/none@1/parameters/next_update_hours?store=1&value=1"} {
		if code, _ := s.get(nowhere); code != 404 {
			t.Errorf("%s: %d", nowhere, code)
		}
	}
	s.desk.Member.Role = "lead"
	if got := s.post(address, "store", "1", "value", "24"); got.StatusCode != 403 || len(s.desk.Moves) != 0 {
		t.Errorf("a lead gets %d, %+v", got.StatusCode, s.desk.Moves)
	}
}
