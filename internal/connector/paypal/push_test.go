package paypal_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/paypal/fake"
	"parley/internal/fault"
)

// heard are the deliveries a server of ours got.
func (s *scene) heard(t *testing.T, do func()) []connector.Delivery {
	t.Helper()
	var got []connector.Delivery
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = append(got, connector.Delivery{Header: r.Header, Body: body})
	}))
	defer server.Close()
	s.account.WebhookURL = server.URL
	do()
	must(t, s.platform.Deliver(context.Background(), server.Client()))
	return got
}

func TestWebhooksAreCheckedOffline(t *testing.T) {
	s := newScene(t)
	got := s.heard(t, func() {
		d := s.dispute(fake.DisputeSpec{})
		must(t, s.platform.Message(d, "¿Y bien?"))
		must(t, s.platform.Cancel(d))
	})
	if len(got) != 3 {
		t.Fatalf("%d deliveries", len(got))
	}
	calls, ids := s.platform.Gate.Count(), map[string]bool{}
	for _, d := range got {
		push, err := s.connector.Receive(s.store, d, s.platform.Now())
		must(t, err)
		if len(push.Refs) != 1 || push.Refs[0].Kind != "dispute" || push.Refs[0].Order == "" || push.ID == "" {
			t.Errorf("push %+v", push)
		}
		ids[push.ID] = true
	}
	if len(ids) != 3 || s.platform.Gate.Count() != calls {
		t.Errorf("%d ids, %d calls", len(ids), s.platform.Gate.Count()-calls)
	}
}

func TestForgedWebhooksAreRefused(t *testing.T) {
	s := newScene(t)
	body := []byte(`{"id":"WH-1","event_type":"CUSTOMER.DISPUTE.UPDATED","resource":{"dispute_id":"PP-R-1"}}`)
	now := s.platform.Now()
	fresh := func() connector.Delivery {
		return connector.Delivery{Header: s.platform.Sign(s.account, "t1", now, body), Body: append([]byte(nil), body...)}
	}
	if _, err := s.connector.Receive(s.store, fresh(), now); err != nil {
		t.Fatal(err)
	}
	other := fake.New(fake.Options{})
	stranger := other.AddAccount(fake.AccountSpec{})
	for name, spoil := range map[string]func(*connector.Delivery, *connector.Account){
		"a changed byte": func(d *connector.Delivery, _ *connector.Account) { d.Body[8]++ },
		"another id":     func(d *connector.Delivery, _ *connector.Account) { d.Header.Set("PAYPAL-TRANSMISSION-ID", "t2") },
		"another time": func(d *connector.Delivery, _ *connector.Account) {
			d.Header.Set("PAYPAL-TRANSMISSION-TIME", now.Add(time.Second).Format(time.RFC3339))
		},
		"no time":             func(d *connector.Delivery, _ *connector.Account) { d.Header.Del("PAYPAL-TRANSMISSION-TIME") },
		"another algorithm":   func(d *connector.Delivery, _ *connector.Account) { d.Header.Set("PAYPAL-AUTH-ALGO", "none") },
		"no signature":        func(d *connector.Delivery, _ *connector.Account) { d.Header.Del("PAYPAL-TRANSMISSION-SIG") },
		"somebody else's key": func(d *connector.Delivery, _ *connector.Account) { d.Header = other.Sign(stranger, "t1", now, body) },
		"another webhook":     func(_ *connector.Delivery, a *connector.Account) { a.Settings["webhook_id"] = "WEBHOOK-2" },
		"no certificate":      func(_ *connector.Delivery, a *connector.Account) { a.Settings["webhook_certificate"] = "" },
	} {
		d, account := fresh(), s.store
		account.Settings = map[string]string{"webhook_id": s.store.Settings["webhook_id"], "webhook_certificate": s.store.Settings["webhook_certificate"]}
		spoil(&d, &account)
		if _, err := s.connector.Receive(account, d, now); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, later := range []time.Duration{2 * time.Hour, -10 * time.Minute} {
		if _, err := s.connector.Receive(s.store, fresh(), now.Add(later)); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("%s later: %v", later, err)
		}
	}
}

func TestOtherEventsConcernNothing(t *testing.T) {
	s := newScene(t)
	now := s.platform.Now()
	for body, want := range map[string]fault.Kind{
		`{"event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"1"}}`:                  "",
		`{"event_type":"CUSTOMER.DISPUTE.UPDATED","resource":{"dispute_id":"../../token"}}`: "",
		`{"event_type":null}`: fault.Garbled,
		`[`:                   fault.Garbled,
	} {
		push, err := s.connector.Receive(s.store, connector.Delivery{Header: s.platform.Sign(s.account, "t", now, []byte(body)), Body: []byte(body)}, now)
		if f := fault.Of(err); len(push.Refs) != 0 || (want == "" && err != nil) || (want != "" && (f == nil || f.Kind != want)) {
			t.Errorf("%s: %+v, %v", body, push, err)
		}
	}
}
