package shopify_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/shopify"
	"parley/internal/fault"
)

// heard gives what the platform sent, as the desk receives it.
func (s *scene) heard(t *testing.T, topic string) connector.Delivery {
	t.Helper()
	for _, d := range s.platform.Pending() {
		if d.Header.Get("X-Shopify-Topic") == topic {
			return connector.Delivery{Header: d.Header, Body: d.Body}
		}
	}
	t.Fatalf("no delivery of %s", topic)
	return connector.Delivery{}
}

func TestWebhooksNameWhatToReadAgain(t *testing.T) {
	s := newScene(t)
	s.shop.Subscribe("https://desk.example.com/hooks/1")
	r, d := s.returned(), s.disputed()
	for topic, want := range map[string]connector.Ref{"returns/request": returnRef(r), "disputes/create": disputeRef(d)} {
		push, err := shopify.New().Receive(s.account, s.heard(t, topic), s.clock.Now())
		if err != nil || push.ID == "" || len(push.Refs) != 1 || push.Refs[0] != want {
			t.Errorf("%s: %+v, %v", topic, push, err)
		}
		session := s.open(t)
		if snap, err := session.Fetch(t.Context(), push.Refs[0]); err != nil || snap.Ref.Order == "" {
			t.Errorf("%s: fetch %+v, %v", topic, snap.Ref, err)
		}
	}
	push, err := shopify.New().Receive(s.account, s.heard(t, "orders/updated"), s.clock.Now())
	if err != nil || len(push.Orders) != 1 || push.Orders[0] != "#1001" {
		t.Fatalf("orders/updated: %+v, %v", push, err)
	}
	if o, err := s.open(t).Order(t.Context(), connector.Ref{Kind: "order", ID: "#1001", Order: "#1001"}); err != nil || o.Order.ID != "#1001" {
		t.Errorf("order by its name: %+v, %v", o.Order, err)
	}
}

func TestForgedOldAndBrokenDeliveriesAreRefused(t *testing.T) {
	s := newScene(t)
	s.shop.Subscribe("https://desk.example.com/hooks/1")
	s.returned()
	real := s.heard(t, "returns/request")
	with := func(name, value string) connector.Delivery {
		h := real.Header.Clone()
		h.Set(name, value)
		return connector.Delivery{Header: h, Body: real.Body}
	}
	now := s.clock.Now()
	for name, c := range map[string]struct {
		d    connector.Delivery
		at   time.Time
		want fault.Kind
	}{
		"another body":      {connector.Delivery{Header: real.Header, Body: append([]byte(" "), real.Body...)}, now, fault.Unauthorised},
		"another signature": {with("X-Shopify-Hmac-Sha256", "AAAA"), now, fault.Unauthorised},
		"no Base64":         {with("X-Shopify-Hmac-Sha256", "%%"), now, fault.Unauthorised},
		"no header at all":  {connector.Delivery{Header: http.Header{}, Body: real.Body}, now, fault.Unauthorised},
		"a day later":       {real, now.Add(24 * time.Hour), fault.Unauthorised},
		"an hour ahead":     {real, now.Add(-time.Hour), fault.Unauthorised},
		"no time":           {with("X-Shopify-Triggered-At", "yesterday"), now, fault.Unauthorised},
	} {
		if push, err := shopify.New().Receive(s.account, c.d, c.at); !fault.Is(err, c.want) || len(push.Refs) > 0 {
			t.Errorf("%s: %+v, %v", name, push, err)
		}
	}
	s.account.Settings["client_secret"] = ""
	if _, err := shopify.New().Receive(s.account, real, now); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("without a secret: %v", err)
	}
}

// The signature is over bytes, whatever stands in them.
func TestASignatureOverUnicodeBytes(t *testing.T) {
	s := newScene(t)
	s.shop.Subscribe("https://desk.example.com/hooks/1")
	s.shop.EditReturn(s.returned(), "ñ 中文 \u202e \x00")
	d := s.heard(t, "returns/update")
	if _, err := shopify.New().Receive(s.account, d, s.clock.Now()); err != nil || !strings.Contains(string(d.Body), "中文") {
		t.Errorf("%v: %s", err, d.Body)
	}
}
