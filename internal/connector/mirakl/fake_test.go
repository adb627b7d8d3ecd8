package mirakl_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/mirakl"
	"parley/internal/connector/mirakl/fake"
	"parley/internal/connector/simulator"
	"parley/internal/money"
	"parley/internal/webclient"
)

var stores atomic.Int64

// scene is a simulated marketplace with one shop, reached over loopback.
type scene struct {
	platform  *fake.Platform
	shop      *fake.Shop
	account   connector.Account
	world     connector.World
	connector *mirakl.Connector
	inspector *inspector // nil where the platform answers as the examples do, which break their own description
}

func newScene(t testing.TB, options fake.Options) *scene {
	s := &scene{platform: fake.New(options), connector: mirakl.New()}
	s.shop = s.platform.AddShop(fake.ShopSpec{Name: "Casa Norte"})
	var handler http.Handler = s.platform
	if !options.Nulls {
		s.inspector = inspected(t, s.platform)
		handler = s.inspector
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s.account = connector.Account{
		StoreID: stores.Add(1),
		Settings: map[string]string{
			"operator": "pccomponentes", "address": server.URL, "api_key": s.shop.Key, "allow_private": "true", "poll_minutes": "0",
		},
	}
	s.world = connector.World{
		HTTP:  webclient.New(webclient.Options{AllowPrivate: true}),
		Now:   s.platform.Now,
		Log:   slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return s
}

func (s *scene) open(t testing.TB) connector.Session {
	t.Helper()
	session, err := s.connector.Open(s.account, s.world)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

var lucia = fake.Customer{ID: "CUST-1", First: "Lucía", Last: "Muestra", City: "Sevilla", Country: "España", CountryCode: "ESP", Street: "Calle 1", Postal: "41001", Locale: "es_ES"}

// buy places an order of one battery for 39.90 and 3.99 of shipping, sent and delivered.
func (s *scene) buy() *fake.Order {
	o := s.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, Lines: []fake.LineSpec{{Title: "Batería externa", SKU: "PB20", Product: "8400000000001", Price: 3990, Shipping: 399}}})
	o.Ship("CORREOS", "Correos", "PQ"+o.ID())
	o.Deliver()
	s.platform.Advance(time.Minute)
	return o
}

func incident(o *fake.Order, n int) connector.Ref {
	return connector.Ref{Kind: "incident", ID: o.Line(0) + "#1", Order: o.ID(), Line: o.Line(0)}
}

func TestConformance(t *testing.T) {
	for name, options := range map[string]fake.Options{"by the schema": {}, "by the examples": {Nulls: true}} {
		t.Run(name, func(t *testing.T) {
			connectortest.Run(t, connectortest.Harness{
				Connector: mirakl.New(),
				Start:     func(t *testing.T) *connectortest.Stage { return stage(t, options) },
			})
		})
	}
}

func stage(t *testing.T, options fake.Options) *connectortest.Stage {
	s := newScene(t, options)
	var orders []*fake.Order
	var returns []*fake.Return
	for range 110 { // more than a page
		o := s.buy()
		o.OpenIncident(0, "1")
		orders = append(orders, o)
	}
	for range 30 {
		returns = append(returns, s.buy().AskReturn(0, fake.ReturnSpec{Text: "no lo quiero"}))
	}
	returns[0].Moves("CLOSED")
	var threads []*fake.Thread
	for range 3 {
		threads = append(threads, s.buy().CustomerWrites("26", "¿Dónde está?", "caja.jpg"))
	}
	threads[0].NoReplyNeeded("OPERATOR")
	s.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, ShipBy: s.platform.Now().Add(time.Minute), Lines: []fake.LineSpec{{Title: "Cámara", SKU: "C1", Price: 5499}}})
	s.platform.Advance(time.Hour)
	session := s.open(t)
	var ahead atomic.Int64
	s.world.Now = func() time.Time { return s.platform.Now().Add(-time.Duration(ahead.Load())) }
	pick := func(ref connector.Ref) connector.Ref {
		snap, err := session.Fetch(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		return snap.Ref
	}
	return &connectortest.Stage{
		Account: s.account, World: s.world, Secrets: []string{s.shop.Key},
		Open: 142, Calls: s.platform.Count,
		Change: func() connector.Ref {
			returns[3].Sends("CORREOS", "Correos", "RT1")
			s.platform.Advance(time.Minute)
			return connector.Ref{Kind: "return", ID: returns[3].ID()}
		},
		End: func() connector.Ref {
			orders[40].CloseIncident(0, "9")
			s.platform.Advance(time.Minute)
			return incident(orders[40], 1)
		},
		Act: func() connector.Effect {
			return connector.Effect{ID: "e1", Do: "accept_return", Ref: connector.Ref{Kind: "return", ID: returns[7].ID()}}
		},
		Foolish: func() connector.Effect {
			return connector.Effect{ID: "e2", Do: "mark_resolved", Ref: pick(incident(orders[6], 1)), Reason: "1"}
		},
		Trouble: func(what connectortest.Trouble) { s.trouble(what) },
		Peace:   s.platform.Peace,
		Further: connectortest.Further{
			Strange: func() (connector.Ref, string) {
				if s.inspector != nil {
					s.inspector.strange = "LOST_IN_SPACE"
				}
				returns[9].Moves("LOST_IN_SPACE")
				return connector.Ref{Kind: "return", ID: returns[9].ID()}, "LOST_IN_SPACE"
			},
			Vanish: func() connector.Ref {
				returns[11].Forget()
				return connector.Ref{Kind: "return", ID: returns[11].ID()}
			},
			Repeat: s.platform.Overlap,
			Skew:   func(by time.Duration) { ahead.Store(int64(by)) },
			Partial: func() connector.Effect {
				returns[12].Moves("IN_PROGRESS")
				return connector.Effect{ID: "e3", Do: "accept_return", Ref: connector.Ref{Kind: "return", ID: returns[12].ID()}}
			},
		},
	}
}

func (s *scene) trouble(what connectortest.Trouble) {
	kinds := map[connectortest.Trouble]simulator.Trouble{
		connectortest.Down: simulator.Down, connectortest.Garbled: simulator.Garbled, connectortest.Limited: simulator.Limited,
		connectortest.Revoked: simulator.Revoked, connectortest.LostAnswer: simulator.LostAnswer,
	}
	s.platform.Add(simulator.Fault{Do: kinds[what]})
}

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }
