package webhook_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/notify/notifytest"
	"parley/internal/notify/webhook"
	"parley/internal/webclient"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func channel() webhook.Channel {
	now := func() time.Time { return noon }
	return webhook.New(webclient.New(webclient.Options{AllowPrivate: true, Total: 2 * time.Second, Now: now}), now)
}

func message() notify.Message {
	return notify.Message{ID: "msg_1", Event: notify.Event{Type: "notice.left_6h", At: "2026-03-02T12:00:00Z", Data: map[string]any{"case": 7, "title": "台灯 <b>"}}}
}

func TestSignatureIsRightForTheStandardsOwnLibrary(t *testing.T) {
	r := notifytest.NewReceiver(t, secret)
	if err := channel().Send(context.Background(), notify.Target{"url": r.URL, "secret": secret}, message()); err != nil {
		t.Fatal(err)
	}
	got := r.Deliveries()
	if len(got) != 1 || got[0].ID != "msg_1" || got[0].Type != "notice.left_6h" || r.Forged() != 0 {
		t.Fatalf("%+v, forged %d", got, r.Forged())
	}
	var data struct {
		Case  int    `json:"case"`
		Title string `json:"title"`
	}
	if err := json.Unmarshal(got[0].Data, &data); err != nil || data.Case != 7 || data.Title != "台灯 <b>" {
		t.Errorf("%s %v", got[0].Data, err)
	}
	other := "whsec_" + strings.Repeat("A", 43) + "="
	if err := channel().Send(context.Background(), notify.Target{"url": r.URL, "secret": other}, message()); !fault.Is(err, fault.Unauthorised) || r.Forged() != 1 {
		t.Errorf("signed with another secret: %v, forged %d", err, r.Forged())
	}
}

func TestWhatIsKnownAfterAFailure(t *testing.T) {
	r := notifytest.NewReceiver(t, secret)
	to := notify.Target{"url": r.URL, "secret": secret}
	for code, want := range map[int]fault.Kind{
		429: fault.Limited, 503: fault.Limited, 400: fault.Refused, 404: fault.Refused, 410: fault.Refused, 302: fault.Refused, 401: fault.Unauthorised, 500: fault.Unknown, 502: fault.Unknown,
	} {
		r.Answer(func(_ int, w http.ResponseWriter) {
			w.Header().Set("Retry-After", "7")
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(code)
		})
		err := channel().Send(context.Background(), to, message())
		if f := fault.Of(err); f == nil || f.Kind != want || want == fault.Limited && f.After != 7*time.Second {
			t.Errorf("%d: %v", code, err)
		}
	}
	r.Answer(func(int, http.ResponseWriter) { panic(http.ErrAbortHandler) })
	if err := channel().Send(context.Background(), to, message()); !fault.Is(err, fault.Unknown) || strings.Contains(err.Error(), "/hook") {
		t.Errorf("hung up: %v", err)
	}
	if err := channel().Send(context.Background(), notify.Target{"url": "http://127.0.0.1:1/secret-path", "secret": secret}, message()); !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "secret-path") {
		t.Errorf("nobody there: %v", err)
	}
	public := webhook.New(webclient.New(webclient.Options{}), func() time.Time { return noon })
	if err := public.Send(context.Background(), to, message()); !fault.Is(err, fault.Invalid) {
		t.Errorf("into the own network: %v", err)
	}
}

func TestTargetsThatCannotWork(t *testing.T) {
	for field, targets := range map[string][]notify.Target{
		"url":    {{"url": "", "secret": secret}, {"url": "ftp://x/y", "secret": secret}, {"url": "https://user:pass@x/y", "secret": secret}},
		"secret": {{"url": "https://x/y", "secret": ""}, {"url": "https://x/y", "secret": "whsec_short"}, {"url": "https://x/y", "secret": "whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"}},
	} {
		for _, target := range targets {
			if _, err := channel().Check(target); fault.Of(err) == nil || fault.Of(err).Field != field || fault.Of(err).Value != "" {
				t.Errorf("%v: %v", target, err)
			}
		}
	}
	if shown, err := channel().Check(notify.Target{"url": "https://x.test/y?token=abc", "secret": secret}); err != nil || shown != "https://x.test/y" {
		t.Errorf("%q %v", shown, err)
	}
}
