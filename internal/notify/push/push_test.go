package push_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/notify/notifytest"
	"parley/internal/notify/push"
	"parley/internal/webclient"
)

func target(b *notifytest.Browser, keys notify.Target) notify.Target {
	to := notify.Target(b.Subscription())
	to["public"], to["private"] = keys["public"], keys["private"]
	return to
}

func channel() push.Channel {
	return push.New(webclient.New(webclient.Options{AllowPrivate: true, Total: 2 * time.Second, Now: time.Now}))
}

func TestOnlyTheBrowserCanReadIt(t *testing.T) {
	keys, err := channel().Keys()
	if err != nil {
		t.Fatal(err)
	}
	b := notifytest.NewBrowser(t)
	to := target(b, keys)
	if _, err := channel().Check(to); err != nil {
		t.Fatal(err)
	}
	if err := channel().CheckShared(keys); err != nil {
		t.Fatal(err)
	}
	m := notify.Message{ID: "msg_1", Subject: "Quedan 6 h: 台灯", Text: strings.Repeat("台灯 ", 3000), Link: "https://desk.test/cases/1"}
	if err := channel().Send(context.Background(), to, m); err != nil {
		t.Fatal(err)
	}
	pushes := b.Pushes()
	if len(pushes) != 1 || len(b.Forged()) != 0 {
		t.Fatalf("%d pushes, %v", len(pushes), b.Forged())
	}
	p := pushes[0]
	var got struct{ Tag, Title, Body, Link string }
	if err := json.Unmarshal(p.Body, &got); err != nil || got.Tag != "msg_1" || got.Title != m.Subject || got.Link != m.Link || !strings.HasPrefix(got.Body, "台灯") {
		t.Errorf("%s %v", p.Body, err)
	}
	if p.Header.Get("Ttl") != "86400" || len(p.Header.Get("Topic")) != 32 || p.Header.Get("Content-Encoding") != "aes128gcm" {
		t.Errorf("header %v", p.Header)
	}
	if left := time.Until(p.Expires); left <= 0 || left > 24*time.Hour { // RFC 8292, by the clock of the machine
		t.Errorf("signed until %s", p.Expires)
	}
	other, err := channel().Keys()
	if err != nil {
		t.Fatal(err)
	}
	mixed := target(b, keys)
	mixed["private"] = other["private"]
	if err := channel().Send(context.Background(), mixed, m); !fault.Is(err, fault.Unauthorised) || len(b.Forged()) != 1 {
		t.Errorf("signed with another key: %v, %v", err, b.Forged())
	}
}

func TestBrowserThatIsGone(t *testing.T) {
	keys, err := channel().Keys()
	if err != nil {
		t.Fatal(err)
	}
	b := notifytest.NewBrowser(t)
	for status, want := range map[int]fault.Kind{http.StatusGone: fault.Refused, http.StatusNotFound: fault.Refused, http.StatusTooManyRequests: fault.Limited, http.StatusForbidden: fault.Unauthorised, http.StatusInternalServerError: fault.Unknown} {
		b.Answer(status)
		if err := channel().Send(context.Background(), target(b, keys), notify.Message{ID: "msg_1"}); !fault.Is(err, want) {
			t.Errorf("%d: %v", status, err)
		}
	}
	for field, value := range map[string]string{"endpoint": "nowhere", "p256dh": "AAAA", "auth": "!"} {
		to := target(b, keys)
		to[field] = value
		if _, err := channel().Check(to); fault.Of(err) == nil || fault.Of(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// FuzzKeys: no browser's keys make the desk fall over.
func FuzzKeys(f *testing.F) {
	keys, err := channel().Keys()
	if err != nil {
		f.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }))
	f.Cleanup(server.Close)
	f.Add("BNNL5ZaTfK81qhXOx23-wewhigUeFb632jN6LvRWCFH1ubQr77FE_9qV1FuojuRmHP42zmf34rXgW80OvUVDgTk", "zqbxT6JKstKSY9JKibZLSQ")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, p256dh, auth string) {
		to := notify.Target{"endpoint": server.URL, "p256dh": p256dh, "auth": auth, "public": keys["public"], "private": keys["private"]}
		_, checked := channel().Check(to)
		err := channel().Send(context.Background(), to, notify.Message{ID: "msg_1"})
		if err != nil && fault.Of(err) == nil {
			t.Fatalf("not a fault: %v (checked: %v)", err, checked)
		}
	})
}
