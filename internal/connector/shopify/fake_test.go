package shopify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/shopify"
	"parley/internal/connector/shopify/fake"
	"parley/internal/connector/simulator"
	"parley/internal/webclient"
)

var stores atomic.Int64

// clock is the time of a test: it moves when told, and by every pause.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// scene is a simulated platform with one shop, reached over loopback.
type scene struct {
	clock    *clock
	platform *fake.Platform
	shop     *fake.Shop
	server   *httptest.Server
	skew     atomic.Int64 // how far the platform's clock is from ours, in nanoseconds
	account  connector.Account
	world    connector.World
}

func newScene(t testing.TB) *scene {
	s := &scene{clock: &clock{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}}
	s.platform = fake.New(fake.Options{Now: func() time.Time { return s.clock.Now().Add(time.Duration(s.skew.Load())) }})
	s.shop = s.platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Domain: "casa-norte", Country: "ES", Currency: "EUR"})
	s.server = httptest.NewServer(s.platform)
	t.Cleanup(s.server.Close)
	s.account = connector.Account{
		StoreID: stores.Add(1),
		Settings: map[string]string{
			"shop": "casa-norte", "access_token": s.shop.Token, "client_secret": s.shop.Secret, "address": s.server.URL, "allow_private": "true",
		},
	}
	s.world = connector.World{
		HTTP: webclient.New(webclient.Options{AllowPrivate: true}), Now: s.clock.Now, Log: slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, d time.Duration) error { s.clock.advance(d); return ctx.Err() },
	}
	return s
}

func (s *scene) open(t testing.TB) *shopify.Session {
	t.Helper()
	session, err := shopify.New().Open(s.account, s.world)
	if err != nil {
		t.Fatal(err)
	}
	return session.(*shopify.Session)
}

// buy places an order of one lamp for 39.90 EUR and 5 EUR shipping, twelve days ago.
func (s *scene) buy() *fake.Order {
	return s.shop.PlaceOrder(fake.OrderSpec{
		Customer: fake.Customer{First: "Ana", Last: "García", Country: "ES", City: "Sevilla", Zone: "Europe/Madrid", Locale: "es"},
		Lines:    []fake.LineSpec{{Title: "Desk lamp", SKU: "LAMP-1", Price: 3990, Quantity: 1}}, Shipping: 500,
		Placed: s.clock.Now().AddDate(0, 0, -12),
	})
}

// sent places an order and hands it to a carrier, which delivers it.
func (s *scene) sent() *fake.Order {
	o := s.buy()
	f := s.shop.Send(o, "Correos", "PQ0000000000000000001", s.clock.Now().AddDate(0, 0, -10))
	s.shop.Scan(f, fake.Event{Status: "IN_TRANSIT", City: "Madrid", Country: "ES", At: s.clock.Now().AddDate(0, 0, -9)})
	s.shop.Scan(f, fake.Event{Status: "DELIVERED", City: "Sevilla", Country: "ES", At: s.clock.Now().AddDate(0, 0, -7)})
	return o
}

func (s *scene) returned() *fake.Return {
	return s.shop.RequestReturn(s.sent(), fake.ReturnSpec{ReasonHandle: "defective", CustomerSay: "No enciende", At: s.clock.Now().Add(-time.Hour)})
}

func (s *scene) disputed() *fake.Dispute {
	return s.shop.OpenDispute(s.sent(), fake.DisputeSpec{Reason: "PRODUCT_NOT_RECEIVED", Network: "13.1", At: s.clock.Now().Add(-48 * time.Hour)})
}

func returnRef(r *fake.Return) connector.Ref {
	return connector.Ref{Kind: "return", ID: gid("Return", r.ID)}
}

func disputeRef(d *fake.Dispute) connector.Ref {
	return connector.Ref{Kind: "dispute", ID: gid("ShopifyPaymentsDispute", d.ID)}
}

func TestConformance(t *testing.T) {
	connectortest.Run(t, connectortest.Harness{Connector: shopify.New(), Start: stage})
}

func stage(t *testing.T) *connectortest.Stage {
	s := newScene(t)
	var returns []*fake.Return
	var disputes []*fake.Dispute
	for range 27 { // more than a page of orders
		returns = append(returns, s.returned())
	}
	for range 12 { // more than a page of disputes
		disputes = append(disputes, s.disputed())
	}
	s.shop.CancelReturn(returns[0])
	s.shop.Rule(disputes[0], true)
	s.clock.advance(10 * time.Minute)
	return &connectortest.Stage{
		Account: s.account, World: s.world, Secrets: []string{s.shop.Token, s.shop.Secret},
		Open: 26 + 11, Calls: s.platform.Count,
		Change: func() connector.Ref {
			s.shop.EditReturn(returns[3], "Sigue sin encender")
			s.clock.advance(time.Minute)
			return returnRef(returns[3])
		},
		End: func() connector.Ref {
			s.shop.Rule(disputes[4], false)
			s.clock.advance(time.Minute)
			return disputeRef(disputes[4])
		},
		Act: func() connector.Effect {
			return connector.Effect{ID: "e1", Do: "accept_return", Ref: returnRef(returns[5])}
		},
		Foolish: func() connector.Effect {
			return connector.Effect{ID: "e2", Do: "accept_return", Ref: returnRef(returns[0])}
		},
		Trouble: s.trouble, Peace: s.platform.Peace,
		Further: connectortest.Further{
			Strange: func() (connector.Ref, string) {
				s.shop.Restate(disputes[6], "UNDER_THE_TABLE")
				return disputeRef(disputes[6]), "UNDER_THE_TABLE"
			},
			Vanish: func() connector.Ref { s.shop.ForgetReturn(returns[8]); return returnRef(returns[8]) },
			Skew:   func(by time.Duration) { s.skew.Store(int64(by)) },
			Partial: func() connector.Effect { // userErrors inside a 200
				return connector.Effect{ID: "e3", Do: "refund", Ref: returnRef(returns[9]), Amount: euro(1_000_000)}
			},
			Deliver: func() (connector.Delivery, connector.Ref) {
				s.shop.Subscribe("https://desk.example.com/hooks/1")
				s.shop.EditReturn(returns[7], "otra vez")
				d := s.platform.Pending()[0]
				return connector.Delivery{Header: d.Header, Body: d.Body}, returnRef(returns[7])
			},
			Unheard:    func() (connector.Delivery, string) { return s.signed("moon/phase", `{"id":1}`), "moon/phase" },
			Unreadable: func() connector.Delivery { return s.signed("returns/update", `<return/>`) },
		},
	}
}

// signed is a body as the platform would send it now.
func (s *scene) signed(topic, body string) connector.Delivery {
	mac := hmac.New(sha256.New, []byte(s.shop.Secret))
	mac.Write([]byte(body))
	return connector.Delivery{Body: []byte(body), Header: http.Header{
		"X-Shopify-Topic": {topic}, "X-Shopify-Webhook-Id": {"wh-1"}, "X-Shopify-Hmac-Sha256": {base64.StdEncoding.EncodeToString(mac.Sum(nil))},
	}}
}

func (s *scene) trouble(what connectortest.Trouble) {
	switch what {
	case connectortest.Revoked:
		s.shop.Revoke()
	default:
		s.platform.Add(simulator.Fault{Do: map[connectortest.Trouble]simulator.Trouble{
			connectortest.Down: simulator.Down, connectortest.Garbled: simulator.Truncated, connectortest.Limited: simulator.Limited,
			connectortest.LostAnswer: simulator.LostAnswer,
		}[what]})
	}
}
