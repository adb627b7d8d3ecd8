package chat_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/notify/chat"
	"parley/internal/webclient"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// room is the other side: it keeps the last call and answers as it is told.
type room struct {
	*httptest.Server
	path   string
	query  map[string][]string
	body   map[string]any
	calls  int
	status int
	answer string
}

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{status: http.StatusOK}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		raw, err := io.ReadAll(q.Body)
		r.body = map[string]any{}
		if err != nil || json.Unmarshal(raw, &r.body) != nil || q.Method != http.MethodPost {
			t.Errorf("call %s %s %q: %v", q.Method, q.URL, raw, err)
		}
		r.path, r.query = q.URL.Path, q.URL.Query()
		r.calls++
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.answer)
	}))
	t.Cleanup(r.Close)
	return r
}

func channels() map[string]notify.Channel {
	now := func() time.Time { return noon }
	return chat.All(webclient.New(webclient.Options{AllowPrivate: true, Total: 2 * time.Second, Now: now}), now)
}

func message(text string) notify.Message {
	return notify.Message{ID: "msg_1", Subject: "Quedan 6 h", Text: text, Link: "https://desk.test/cases/1"}
}

func mac(key, text string) string {
	m := hmac.New(sha256.New, []byte(key))
	_, _ = m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// dig follows names and first places through a body.
func dig(v any, path ...string) any {
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			v = dig(x[0], p)
		}
	}
	return v
}

func TestEveryChatIsSpokenToInItsOwnWay(t *testing.T) {
	const said = "Quedan 6 h\n\nA & <b> 台灯\nhttps://desk.test/cases/1"
	for kind, c := range map[string]struct {
		target func(*room) notify.Target
		yes    string
		path   string
		text   []string // where the text stands
		want   string
		check  func(*testing.T, *room)
	}{
		"telegram": {func(r *room) notify.Target { return notify.Target{"token": "123:abc", "chat": "-100", "server": r.URL} }, `{"ok":true}`,
			"/bot123:abc/sendMessage", []string{"text"}, said, func(t *testing.T, r *room) {
				if r.body["chat_id"] != "-100" {
					t.Errorf("chat %v", r.body["chat_id"])
				}
			}},
		"slack":   {func(r *room) notify.Target { return notify.Target{"url": r.URL + "/services/T/B/x"} }, "ok", "/services/T/B/x", []string{"text"}, "Quedan 6 h\n\nA &amp; &lt;b&gt; 台灯\nhttps://desk.test/cases/1", nil},
		"discord": {func(r *room) notify.Target { return notify.Target{"url": r.URL + "/api/webhooks/1/x"} }, "", "/api/webhooks/1/x", []string{"content"}, said, nil},
		"teams": {func(r *room) notify.Target { return notify.Target{"url": r.URL + "/workflows/x"} }, "1", "/workflows/x", []string{"attachments", "content", "body", "text"},
			strings.ReplaceAll(said, "\n", "\n\n"), nil},
		"wecom": {func(r *room) notify.Target { return notify.Target{"key": "k-1", "server": r.URL} }, `{"errcode":0,"errmsg":"ok"}`, "/cgi-bin/webhook/send",
			[]string{"text", "content"}, said, func(t *testing.T, r *room) {
				if r.query["key"][0] != "k-1" {
					t.Errorf("query %v", r.query)
				}
			}},
		"dingtalk": {func(r *room) notify.Target { return notify.Target{"token": "tok", "secret": "SEC1", "server": r.URL} }, `{"errcode":0}`, "/robot/send",
			[]string{"text", "content"}, said, func(t *testing.T, r *room) {
				if want := mac("SEC1", "1772452800000\nSEC1"); r.query["sign"][0] != want || r.query["timestamp"][0] != "1772452800000" || r.query["access_token"][0] != "tok" {
					t.Errorf("query %v, want sign %s", r.query, want)
				}
			}},
		"feishu": {func(r *room) notify.Target { return notify.Target{"token": "tok", "secret": "SEC1", "server": r.URL} }, `{"code":0,"msg":"success"}`, "/open-apis/bot/v2/hook/tok",
			[]string{"content", "text"}, said, func(t *testing.T, r *room) {
				if want := mac("1772452800\nSEC1", ""); r.body["sign"] != want || r.body["timestamp"] != "1772452800" {
					t.Errorf("body %v, want sign %s", r.body, want)
				}
			}},
	} {
		t.Run(kind, func(t *testing.T) {
			r := newRoom(t)
			r.answer = c.yes
			channel := channels()[kind]
			if _, err := channel.Check(c.target(r)); err != nil {
				t.Fatal(err)
			}
			if err := channel.Send(context.Background(), c.target(r), message("A & <b> 台灯\nhttps://desk.test/cases/1")); err != nil {
				t.Fatal(err)
			}
			if got := dig(r.body, c.text...); r.path != c.path || got != c.want || r.calls != 1 {
				t.Errorf("%d calls, %s, text %q", r.calls, r.path, got)
			}
			if c.check != nil {
				c.check(t, r)
			}
			if channel.About().Repeats {
				t.Error("this chat knows no ids of ours, so it must not be repeated")
			}
			for status, want := range map[int]fault.Kind{http.StatusTooManyRequests: fault.Limited, http.StatusBadRequest: fault.Refused, http.StatusNotFound: fault.Refused, http.StatusBadGateway: fault.Unknown} {
				r.status = status
				if err := channel.Send(context.Background(), c.target(r), message("x")); !fault.Is(err, want) {
					t.Errorf("%d: %v", status, err)
				}
			}
			long := strings.Repeat("台灯 ", 20000)
			r.status = http.StatusOK
			if err := channel.Send(context.Background(), c.target(r), message(long)); err != nil {
				t.Fatal(err)
			}
			text, _ := dig(r.body, c.text...).(string)
			if len(text) > 31000 || !utf8.ValidString(text) || !strings.HasSuffix(text, "https://desk.test/cases/1") {
				t.Errorf("a long text ends as %q", text[max(len(text)-60, 0):])
			}
		})
	}
}

func TestNoInsideAYes(t *testing.T) {
	for kind, answers := range map[string]map[string]fault.Kind{
		"wecom":    {`{"errcode":93000}`: fault.Refused, `{"errcode":45009}`: fault.Limited, `<html>`: fault.Unknown, `{}`: fault.Unknown},
		"dingtalk": {`{"errcode":310000,"errmsg":"sign not match"}`: fault.Refused, `{"errcode":130101}`: fault.Limited},
		"feishu":   {`{"code":19021,"msg":"sign match fail"}`: fault.Refused, `{"code":11232}`: fault.Limited, `{"code":"x"}`: fault.Unknown},
	} {
		r := newRoom(t)
		for answer, want := range answers {
			r.answer = answer
			err := channels()[kind].Send(context.Background(), notify.Target{"key": "k", "token": "t", "server": r.URL}, message("x"))
			if !fault.Is(err, want) {
				t.Errorf("%s %s: %v", kind, answer, err)
			}
		}
	}
	r := newRoom(t)
	r.status, r.answer = http.StatusTooManyRequests, `{"ok":false,"parameters":{"retry_after":35}}`
	err := channels()["telegram"].Send(context.Background(), notify.Target{"token": "1:a", "chat": "2", "server": r.URL}, message("x"))
	if f := fault.Of(err); f == nil || f.After != 35*time.Second {
		t.Errorf("%v", err)
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	for kind, target := range map[string]notify.Target{
		"telegram": {"token": "1:a/../x", "chat": "2"}, "slack": {"url": "hooks.slack.com"}, "feishu": {"token": "a?b"}, "wecom": {"key": "a b"},
	} {
		if _, err := channels()[kind].Check(target); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// FuzzAnswer: whatever a chat answers, sending ends with a verdict.
func FuzzAnswer(f *testing.F) {
	f.Add(200, `{"errcode":0}`)
	f.Add(429, `{"retry_after":1e308}`)
	f.Add(200, `{"errcode":9223372036854775808}`)
	f.Add(503, "\x00\xff")
	var status int
	var answer string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	f.Cleanup(server.Close)
	all := channels()
	f.Fuzz(func(t *testing.T, s int, a string) {
		status, answer = 200+(s%400+400)%400, a
		for _, kind := range []string{"wecom", "telegram"} {
			err := all[kind].Send(context.Background(), notify.Target{"key": "k", "token": "t", "chat": "c", "server": server.URL}, message("x"))
			if err != nil && fault.Of(err) == nil {
				t.Fatalf("not a fault: %v", err)
			}
			if f := fault.Of(err); f != nil && (f.After < 0 || f.After > 24*time.Hour) {
				t.Fatalf("wait %s", f.After)
			}
		}
	})
}
