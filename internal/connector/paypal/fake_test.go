package paypal_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/paypal"
	"parley/internal/connector/paypal/fake"
	"parley/internal/connector/simulator"
	"parley/internal/money"
	"parley/internal/webclient"
)

var stores atomic.Int64

// scene is a simulated PayPal with one account, reached over loopback.
type scene struct {
	platform  *fake.Platform
	account   *fake.Account
	connector *paypal.Connector
	store     connector.Account
	world     connector.World
	skew      time.Duration // how far PayPal's clock is ahead of ours
}

func newScene(t testing.TB) *scene {
	s := &scene{platform: fake.New(fake.Options{}), connector: paypal.New()}
	s.account = s.platform.AddAccount(fake.AccountSpec{Name: "Casa Norte", WebhookURL: "http://127.0.0.1:1/hooks/1"})
	server := httptest.NewServer(s.platform)
	t.Cleanup(server.Close)
	s.store = connector.Account{
		StoreID: stores.Add(1),
		Settings: map[string]string{
			"address": server.URL, "client_id": s.account.ClientID, "client_secret": s.account.Secret, "allow_private": "true",
			"calls_per_second": "0", "webhook_id": s.account.WebhookID, "webhook_certificate": s.platform.Certificate(),
			"return_street": "Calle Mayor 1", "return_city": "Murcia", "return_postal_code": "30001", "return_country": "ES",
		},
	}
	s.world = connector.World{
		HTTP:  webclient.New(webclient.Options{AllowPrivate: true}),
		Now:   func() time.Time { return s.platform.Now().Add(-s.skew) },
		Log:   slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return s
}

func (s *scene) open(t testing.TB) *paypal.Session {
	t.Helper()
	session, err := s.connector.Open(s.store, s.world)
	if err != nil {
		t.Fatal(err)
	}
	return session.(*paypal.Session)
}

// dispute opens one about 39.90 of 51.70 EUR, and a minute passes.
func (s *scene) dispute(spec fake.DisputeSpec) *fake.Dispute {
	if spec.Gross.Currency == "" {
		spec.Amount, spec.Gross = fake.Money{Minor: 3990, Currency: "EUR"}, fake.Money{Minor: 5170, Currency: "EUR"}
	}
	if spec.Says == "" {
		spec.Says = "No me ha llegado el paquete."
	}
	d := s.platform.Open(s.account, spec)
	s.platform.Advance(time.Minute)
	return d
}

func ref(d *fake.Dispute) connector.Ref {
	return connector.Ref{Kind: "dispute", ID: d.ID(), Order: d.Transaction()}
}

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func TestConformance(t *testing.T) {
	c := paypal.New()
	connectortest.Run(t, connectortest.Harness{Connector: c, Start: func(t *testing.T) *connectortest.Stage { return stage(t, c) }})
}

func stage(t *testing.T, c *paypal.Connector) *connectortest.Stage {
	s := newScene(t)
	s.connector = c
	var all []*fake.Dispute
	for range 61 { // more than a page
		all = append(all, s.dispute(fake.DisputeSpec{}))
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		s.platform.Advance(time.Minute)
	}
	do(s.platform.Cancel(all[0]))
	do(s.platform.Escalate(all[1]))
	return &connectortest.Stage{
		Account: s.store, World: s.world, Secrets: []string{s.account.Secret},
		Open: 60, Calls: s.platform.Gate.Count,
		Change: func() connector.Ref { do(s.platform.Message(all[3], "¿Hay noticias?")); return ref(all[3]) },
		End:    func() connector.Ref { do(s.platform.Cancel(all[40])); return ref(all[40]) },
		Act: func() connector.Effect {
			snap, err := s.open(t).Fetch(t.Context(), ref(all[5]))
			do(err)
			return connector.Effect{ID: "e1", Do: "counter_amount", Ref: snap.Ref, Amount: eur(1500), Text: "Le ofrecemos 15 EUR por el retraso."}
		},
		Foolish: func() connector.Effect {
			return connector.Effect{ID: "e2", Do: "counter_amount", Ref: ref(all[6]), Amount: eur(99900), Text: "Demasiado."}
		},
		Trouble: s.trouble,
		Peace:   s.platform.Gate.Peace,
		Further: s.further(all),
	}
}

func (s *scene) further(all []*fake.Dispute) connectortest.Further {
	return connectortest.Further{
		Strange: func() (connector.Ref, string) {
			s.platform.Strange(all[7], "MELANCHOLIC")
			return ref(all[7]), "MELANCHOLIC"
		},
		Vanish: func() connector.Ref { s.platform.Vanish(all[8]); return ref(all[8]) },
		Repeat: func() { s.platform.Overlap(3) },
		Skew:   func(by time.Duration) { s.skew = by },
		Deliver: func() (connector.Delivery, connector.Ref) {
			body := []byte(`{"id":"WH-1","event_type":"CUSTOMER.DISPUTE.UPDATED","resource":{"dispute_id":"` + all[9].ID() + `"}}`)
			return connector.Delivery{Header: s.platform.Sign(s.account, "00000000-0000-11f0-0000-000000000001", s.platform.Now(), body), Body: body}, ref(all[9])
		},
		Unheard: func() (connector.Delivery, string) {
			return s.signed(`{"id":"WH-2","event_type":"MOON.PHASE","resource":{}}`), "MOON.PHASE"
		},
		Unreadable: func() connector.Delivery { return s.signed(`<event/>`) },
		Retry:      s.platform.Carried,
	}
}

// signed is a body as the platform would send it now.
func (s *scene) signed(text string) connector.Delivery {
	body := []byte(text)
	return connector.Delivery{Header: s.platform.Sign(s.account, "00000000-0000-11f0-0000-000000000002", s.platform.Now(), body), Body: body}
}

func (s *scene) trouble(what connectortest.Trouble) {
	kinds := map[connectortest.Trouble]simulator.Trouble{
		connectortest.Down: simulator.Down, connectortest.Garbled: simulator.Garbled, connectortest.Limited: simulator.Limited,
		connectortest.Revoked: simulator.Revoked, connectortest.LostAnswer: simulator.LostAnswer,
	}
	s.platform.Gate.Add(simulator.Fault{Do: kinds[what]})
}
