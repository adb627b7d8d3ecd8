package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"parley/internal/notify"
)

// form posts fields of which some come several times.
func (s *scene) form(path string, fields url.Values) (int, string) {
	s.Helper()
	var pairs []string
	for name, values := range fields {
		for _, v := range values {
			pairs = append(pairs, name, v)
		}
	}
	return s.read(s.post(path, pairs...))
}

func TestNoticesLeadToTheirCases(t *testing.T) {
	s := newScene(t)
	_, body := s.get("/notices")
	s.has(body, `href="/cases/1"`, "Nobody looked yet", "LED strip &lt;5 m&gt;", "Told before, not seen: Jun Wei", "Casa Norte could not be read", `name="up_to" value="9"`, "Today: 5 open cases")
	if code, _ := s.form("/notices/seen", url.Values{"up_to": {"9"}}); code != 303 || s.desk.SeenTo != 9 {
		t.Errorf("%d, seen to %d", code, s.desk.SeenTo)
	}
	if code, _ := s.form("/notices/seen", url.Values{"up_to": {"x"}}); code != 400 {
		t.Errorf("%d", code)
	}
	_, body = s.get("/notices/ring?after=8")
	s.has(body, `"id":9`, `"link":"/cases/1"`)
	if strings.Contains(body, `"id":8`) || strings.Contains(body, `"id":4`) {
		t.Errorf("rings again: %s", body)
	}
}

func TestOpeningACaseIsLooking(t *testing.T) {
	s := newScene(t)
	s.get("/cases/1")
	if len(s.desk.Looked) != 1 || s.desk.Looked[0] != 1 {
		t.Errorf("looked at %v", s.desk.Looked)
	}
}

func TestNotificationSettings(t *testing.T) {
	s := newScene(t)
	_, body := s.get("/me/notices")
	s.has(body, "lucia@example.com", "Failing since", "(403)", "Add: Telegram", `name="set.token"`, "Mail server", "watch.example.com", "ERP", `name="quiet_from" value="22:00"`, "one person")
	code, body := s.form("/me/channels", url.Values{"kind": {"mail"}, "set.address": {"nobody"}})
	if code != 400 || !strings.Contains(body, `value="nobody"`) || !strings.Contains(body, `aria-invalid="true"`) {
		t.Errorf("%d", code)
	}
	code, body = s.form("/me/channels", url.Values{"kind": {"webhook"}, "set.url": {"https://x.test/y"}, "installation": {"1"}, "reason": {"left_1h"}})
	if code != 200 || !strings.Contains(body, "whsec_sample") || !s.desk.Installed || len(s.desk.Channel.Reasons) != 1 {
		t.Errorf("%d %+v", code, s.desk.Channel)
	}
	s.programs()
	if code, body = s.form("/me/channels/1/test", nil); code != 200 || !strings.Contains(body, "The test went out to lucia@example.com") {
		t.Errorf("test that works: %d", code)
	}
	if code, body = s.form("/me/channels/2/test", nil); code != 200 || !strings.Contains(body, "failed") {
		t.Errorf("test that fails: %d", code)
	}
	if code, _ = s.form("/me/channels/77/test", nil); code != 404 {
		t.Errorf("a channel that is not there: %d", code)
	}
	plan := url.Values{"day": {"mon", "tue"}, "from": {"09:00"}, "until": {"17:30"}, "quiet_from": {"22:00"}, "quiet_until": {"07:00"}, "digest": {""}, "evening": {"16:00"}}
	if code, _ = s.form("/me/notices", plan); code != 303 || s.desk.Plan.Until != "17:30" || len(s.desk.Plan.Days) != 2 || s.desk.Plan.Digest != "" {
		t.Errorf("%d %+v", code, s.desk.Plan)
	}
	plan.Set("from", "25:00")
	if code, _ = s.form("/me/notices", plan); code != 400 {
		t.Errorf("a time that is none: %d", code)
	}
	if code, _ = s.form("/installation/heartbeat", url.Values{"url": {"nowhere"}}); code != 400 {
		t.Errorf("%d", code)
	}
}

// programs: an owner chooses which events of cases a program hears, of which stores; what was ticked stays where something else is wrong.
func (s *scene) programs() {
	s.Helper()
	_, body := s.get("/me/notices")
	s.has(body, "Events of cases", `name="event" value="effect_confirmed" checked`, `name="event" value="note">`, `name="store" value="1" checked`, `<code>case_opened</code>`)
	ticked := url.Values{"kind": {"webhook"}, "set.url": {"https://x.test/y"}, "installation": {"1"}, "event": {"decided", "case_ended"}, "store": {"1"}}
	if code, _ := s.form("/me/channels", ticked); code != 200 || !slices.Equal(s.desk.Channel.Events, []string{"decided", "case_ended"}) ||
		!slices.Equal(s.desk.Channel.Stores, []int64{1}) || len(s.desk.Channel.Reasons) != 0 {
		s.Errorf("%d %+v", code, s.desk.Channel)
	}
	ticked["reason"] = notify.Reasons()
	if _, _ = s.form("/me/channels/4", ticked); len(s.desk.Channel.Reasons) != len(notify.Reasons()) {
		s.Errorf("with events, every reason ticked is told: %+v", s.desk.Channel)
	}
	ticked.Set("set.url", "nowhere")
	code, body := s.form("/me/channels", ticked)
	if code != 400 || strings.Count(body, `name="event" value="case_ended" checked`) != 2 { // of the program that is there, and of the new one
		s.Errorf("%d: what was ticked is lost", code)
	}
	ticked["store"] = []string{"x"}
	if code, _ := s.form("/me/channels", ticked); code != 400 {
		s.Errorf("a store that is none: %d", code)
	}
}

func TestInstallationIsForOwners(t *testing.T) {
	s := newScene(t)
	s.desk.Member.Role = "agent"
	_, body := s.get("/me/notices")
	if strings.Contains(body, "Mail server") || strings.Contains(body, "On duty") {
		t.Error("an agent sees what only owners and leads set up")
	}
	for _, path := range []string{"/installation/mail", "/installation/heartbeat", "/stores/1/duty"} {
		if code, _ := s.form(path, nil); code != 403 {
			t.Errorf("%s: %d", path, code)
		}
	}
}
