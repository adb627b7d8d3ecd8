package stripe_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/simulator"
	"parley/internal/connector/stripe"
	"parley/internal/connector/stripe/fake"
	"parley/internal/money"
	"parley/internal/webclient"
)

var stores atomic.Int64

// scene is a simulated platform with one account, reached over loopback.
type scene struct {
	platform *fake.Platform
	shop     *fake.Account
	account  connector.Account
	world    connector.World
	skew     atomic.Int64 // how far the platform's clock is ahead of ours
}

func newScene(t testing.TB) *scene {
	s := &scene{platform: fake.New(fake.Options{})}
	s.shop = s.platform.AddAccount(fake.AccountSpec{Name: "Casa Norte", Country: "ES", Currency: "eur"})
	server := httptest.NewServer(s.platform)
	t.Cleanup(server.Close)
	s.account = connector.Account{
		StoreID: stores.Add(1), // limits are kept per store, so that no test waits for another
		Settings: map[string]string{
			"address": server.URL, "api_key": s.shop.Key, "webhook_secret": s.shop.WebhookSecret, "allow_private": "true", "calls_per_second": "0",
		},
	}
	s.world = worldAt(func() time.Time { return s.platform.Now().Add(-time.Duration(s.skew.Load())) })
	return s
}

func worldAt(now func() time.Time) connector.World {
	return connector.World{
		HTTP: webclient.New(webclient.Options{AllowPrivate: true}), Now: now, Log: slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

func (s *scene) open(t testing.TB) *stripe.Session {
	t.Helper()
	session, err := stripe.New().Open(s.account, s.world)
	must(t, err)
	return session.(*stripe.Session)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// buy lets Ana pay 69.90 EUR for a power bank.
func (s *scene) buy() *fake.Charge {
	return s.shop.Pay(fake.ChargeSpec{Amount: 6990, Description: "Power bank 20000 mAh", Carrier: "Correos", Tracking: "LB000000001ES"})
}

func (s *scene) dispute(spec fake.DisputeSpec) *fake.Dispute {
	if spec.Reason == "" {
		spec.Reason, spec.Code = "product_not_received", "13.1"
	}
	return s.shop.Dispute(s.buy(), spec)
}

func ref(d *fake.Dispute) connector.Ref {
	return connector.Ref{Kind: "dispute", ID: d.ID, Order: d.Charge().Intent}
}

func TestConformance(t *testing.T) {
	connectortest.Run(t, connectortest.Harness{Connector: stripe.New(), Start: stage})
}

func stage(t *testing.T) *connectortest.Stage {
	s := newScene(t)
	var disputes []*fake.Dispute
	for n := range 130 { // more than a page
		disputes = append(disputes, s.dispute(fake.DisputeSpec{Ago: time.Duration(n) * time.Hour}))
	}
	must(t, disputes[0].Decide(false))
	s.platform.Advance(time.Minute)
	do := func(err error) {
		t.Helper()
		must(t, err)
		s.platform.Advance(time.Minute)
	}
	return &connectortest.Stage{
		Account: s.account, World: s.world, Secrets: []string{s.shop.Key, s.shop.WebhookSecret},
		Open: 129, Calls: s.platform.Gate().Count,
		Change: func() connector.Ref { do(disputes[3].Touch(24 * time.Hour)); return ref(disputes[3]) },
		End:    func() connector.Ref { do(disputes[120].Decide(false)); return ref(disputes[120]) },
		Act: func() connector.Effect {
			return connector.Effect{
				ID: "eff_1", Do: "contest_with_evidence", Ref: ref(disputes[5]), Amount: money.Amount{Currency: "EUR"},
				Text: "Delivered on 2026-10-31.", Tracking: "LB000000001ES", Carrier: "Correos",
			}
		},
		Foolish: func() connector.Effect {
			return connector.Effect{ID: "eff_2", Do: "accept", Ref: ref(disputes[0])}
		},
		Trouble: func(what connectortest.Trouble) { trouble(s.platform.Gate(), what) },
		Peace:   s.platform.Gate().Peace,
		Further: s.further(disputes),
	}
}

// further is what else this platform can do.
func (s *scene) further(disputes []*fake.Dispute) connectortest.Further {
	return connectortest.Further{
		Strange: func() (connector.Ref, string) {
			disputes[7].Say("beamed_up")
			return ref(disputes[7]), "beamed_up"
		},
		Vanish: func() connector.Ref {
			disputes[9].Vanish()
			s.platform.Advance(80 * time.Hour) // no event tells of it: it is missed when everything is listed
			return ref(disputes[9])
		},
		Repeat: s.platform.Repeat,
		Skew:   func(by time.Duration) { s.platform.Advance(by); s.skew.Add(int64(by)) },
		Deliver: func() (connector.Delivery, connector.Ref) {
			pending, err := s.shop.Pending()
			if err != nil || len(pending) == 0 {
				return connector.Delivery{}, connector.Ref{}
			}
			ours := pending[slices.IndexFunc(pending, func(d fake.Delivery) bool { return strings.Contains(string(d.Body), disputes[11].ID) })]
			return connector.Delivery{Header: http.Header{"Stripe-Signature": {ours.Signature}}, Body: ours.Body}, ref(disputes[11])
		},
		Unheard: func() (connector.Delivery, string) {
			return s.signed(`{"id":"evt_1","type":"moon.phase"}`), "moon.phase"
		},
		Unreadable: func() connector.Delivery { return s.signed(`<event/>`) },
		Retry: func(effect string) int {
			see := disputes[5].See()
			if see.Metadata["parley_effect"] != effect {
				return 0
			}
			return see.Submitted
		},
	}
}

func trouble(gate *simulator.Gate, what connectortest.Trouble) {
	gate.Add(simulator.Fault{Do: map[connectortest.Trouble]simulator.Trouble{
		connectortest.Down: simulator.Down, connectortest.Garbled: simulator.Garbled, connectortest.Limited: simulator.Limited,
		connectortest.Revoked: simulator.Revoked, connectortest.LostAnswer: simulator.LostAnswer,
	}[what]})
}

// forbid takes the permission for a path away from the key.
func (s *scene) forbid(path string) { s.shop.Forbid(path) }

// signed is a body as the platform would send it now.
func (s *scene) signed(body string) connector.Delivery {
	return connector.Delivery{Header: http.Header{"Stripe-Signature": {fake.Sign(s.shop.WebhookSecret, s.world.Now(), []byte(body))}}, Body: []byte(body)}
}
