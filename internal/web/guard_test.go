package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/internal/web"
)

func TestStrangersAreSentToTheDoorAndBack(t *testing.T) {
	s := newScene(t)
	r, _ := http.NewRequest("GET", "http://desk.example/cases/1", nil)
	got := s.do(r)
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/sign-in?to=%2Fcases%2F1" {
		t.Errorf("%d to %q", got.StatusCode, got.Header.Get("Location"))
	}
	done := s.post("/sign-in", "email", "lucia@example.com", "password", "correct horse", "to", "/cases/1")
	if done.Header.Get("Location") != "/cases/1" {
		t.Errorf("after signing in: %q", done.Header.Get("Location"))
	}
	for _, evil := range []string{"//evil.example/", "https://evil.example/", `/\evil.example`} {
		if got := s.post("/sign-in", "email", "a@b", "password", "correct horse", "to", evil).Header.Get("Location"); got != "/queue" {
			t.Errorf("sent to %q", got)
		}
	}
}

func TestSessionCookieIsOutOfReach(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := newScene(t, func(o *web.Options) { o.Secure = secure })
		c := s.post("/sign-in", "email", "lucia@example.com", "password", "correct horse").Cookies()[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure {
			t.Errorf("secure %v: %+v", secure, c)
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	s := newScene(t)
	r := request("POST", "/cases/1/notes", strings.NewReader("text=hello"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := s.do(r); got.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", got.StatusCode)
	}
}

var inline = regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<style|javascript:`)

func TestPagesObeyTheirOwnContentPolicy(t *testing.T) {
	s := newScene(t)
	seen := map[string]bool{}
	for _, path := range pages {
		got := s.do(request("GET", path, nil))
		policy := got.Header.Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		nonce := regexp.MustCompile(`script-src 'nonce-([A-Z0-9]+)'`).FindStringSubmatch(policy)
		if nonce == nil || seen[nonce[1]] {
			t.Fatalf("%s: no fresh nonce in %q", path, policy)
		}
		seen[nonce[1]] = true
		_, body := s.read(got)
		if m := inline.FindString(body); m != "" {
			t.Errorf("%s holds %q", path, m)
		}
		if n := strings.Count(body, `nonce="`+nonce[1]+`"`); n != 3 {
			t.Errorf("%s uses the nonce %d times", path, n)
		}
	}
}

func TestEveryRouteAsksForItsRight(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct {
		role, method, path string
		want               int
	}{
		{"viewer", "POST", "/cases/1/notes", 403}, {"viewer", "GET", "/cases/1/options/accept", 403}, {"viewer", "POST", "/queue/assign", 403},
		{"viewer", "GET", "/queue", 200}, {"viewer", "GET", "/members", 403}, {"agent", "GET", "/stores/new", 403}, {"agent", "POST", "/stores", 403},
		{"agent", "POST", "/effects/e1", 403}, {"agent", "GET", "/cases/1/options/accept", 200}, {"lead", "POST", "/members", 403},
		{"lead", "POST", "/members/2/remove", 403}, {"lead", "GET", "/stores/new", 200}, {"owner", "GET", "/members", 200}, {"", "GET", "/queue", 403},
	} {
		s.desk.Member.Role = c.role
		if got := s.do(request(c.method, c.path, nil)).StatusCode; got != c.want {
			t.Errorf("%s %s %s: %d, want %d", c.role, c.method, c.path, got, c.want)
		}
	}
}

func TestViewersSeeNoButtonsThatDoNothing(t *testing.T) {
	s := newScene(t)
	s.desk.Member.Role = "viewer"
	_, body := s.get("/cases/1")
	for _, gone := range []string{`action="/cases/1/notes"`, `/cases/1/options/`, `action="/cases/1/evidence"`} {
		if strings.Contains(body, gone) {
			t.Errorf("a viewer is offered %s", gone)
		}
	}
}

func TestFailuresHaveTheirPages(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct {
		path, says string
		want       int
	}{{"/nowhere", "There is no such page", 404}, {"/cases/999", "There is no such case", 404}, {"/cases/abc", "There is no such page", 404},
		{"/queue?store=abc", "abc", 400}, {"/cases/1/options/nonsense", "no such option", 404}} {
		code, body := s.get(c.path)
		if code != c.want || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d, says %q: %v", c.path, code, c.says, strings.Contains(body, c.says))
		}
	}
	s.desk.Broken = true
	if code, body := s.get("/queue"); code != 503 || !strings.Contains(body, "The database cannot be reached.") {
		t.Errorf("database gone: %d", code)
	}
	s.desk.Panics = true
	if code, body := s.get("/queue"); code != 500 || !strings.Contains(body, "Something failed here") || strings.Contains(body, "sample failure") {
		t.Errorf("panic: %d", code)
	}
	if !strings.Contains(s.log.String(), "sample failure") {
		t.Error("the panic is not in the log")
	}
}

func TestRequestsEnd(t *testing.T) {
	s := newScene(t, func(o *web.Options) { o.Timeout = time.Nanosecond })
	s.desk.Slow = true
	if code, body := s.get("/queue"); code != 503 || !strings.Contains(body, "Try again in a minute") {
		t.Errorf("out of time: %d", code)
	}
}
