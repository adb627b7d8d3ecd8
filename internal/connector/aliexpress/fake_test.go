package aliexpress_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/aliexpress"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/connector/connectortest"
	"parley/internal/money"
	"parley/internal/webclient"
)

var (
	stores       atomic.Int64
	newConnector = aliexpress.New()
)

// scene is a simulated platform with one shop, reached over loopback.
type scene struct {
	platform *fake.Platform
	shop     *fake.Shop
	account  connector.Account
	world    connector.World
	calls    atomic.Int64
}

func newScene(t testing.TB, gateway string) *scene {
	s := &scene{platform: fake.New(fake.Options{NulBytes: true})}
	s.shop = s.platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls.Add(1)
		s.platform.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.account = connector.Account{
		StoreID: stores.Add(1), // limits are kept per store, so that no test waits for another
		Settings: map[string]string{
			"gateway": gateway, "address": server.URL, "app_key": s.shop.Key, "app_secret": s.shop.Secret,
			"allow_private": "true", "calls_per_second": "0",
		},
		Token: connector.Token{Access: s.shop.Token, Refresh: s.shop.RefreshToken},
	}
	s.world = connector.World{
		HTTP:  webclient.New(webclient.Options{AllowPrivate: true}),
		Now:   s.platform.Now,
		Log:   slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return s
}

func (s *scene) open(t testing.TB) *aliexpress.Session {
	t.Helper()
	session, err := aliexpress.New().Open(s.account, s.world)
	if err != nil {
		t.Fatal(err)
	}
	return session.(*aliexpress.Session)
}

// buy places an order of one lamp for 112.50 BRL.
func (s *scene) buy() *fake.Order {
	return s.shop.PlaceOrder(fake.OrderSpec{
		Buyer: fake.Buyer{Login: "br1002", First: "Ana", Last: "Souza", Country: "BR", City: "Recife"},
		Lines: []fake.LineSpec{{
			Product: "Desk lamp", SKU: "LAMP-1", Price: fake.Money{Minor: 11250, Currency: "BRL"}, Dollars: fake.Money{Minor: 2010, Currency: "USD"},
		}},
		Service: "CAINIAO_STANDARD", ServiceName: "AliExpress Standard Shipping", Tracking: "LP00123456789",
	})
}

func (s *scene) dispute(t testing.TB, spec fake.IssueSpec) *fake.Issue {
	t.Helper()
	if spec.Reason.ID == 0 {
		spec.Reason = fake.Reasons[0]
	}
	issue, err := s.platform.OpenIssue(s.buy(), spec)
	if err != nil {
		t.Fatal(err)
	}
	s.platform.Advance(time.Minute)
	return issue
}

func ref(i *fake.Issue) connector.Ref {
	return connector.Ref{Kind: "issue", ID: i.ID(), Buyer: i.Buyer(), Order: i.Order().ID(), Line: i.Order().Line(0)}
}

func TestConformance(t *testing.T) {
	for _, gateway := range []string{"iop", "top"} {
		t.Run(gateway, func(t *testing.T) {
			connectortest.Run(t, connectortest.Harness{
				Connector: aliexpress.New(),
				Start:     func(t *testing.T) *connectortest.Stage { return stage(t, gateway) },
			})
		})
	}
}

func stage(t *testing.T, gateway string) *connectortest.Stage {
	s := newScene(t, gateway)
	var issues []*fake.Issue
	for range 60 { // more than a page
		issues = append(issues, s.dispute(t, fake.IssueSpec{Text: "não chegou"}))
	}
	if err := s.platform.Cancel(issues[0]); err != nil {
		t.Fatal(err)
	}
	s.platform.Advance(time.Minute)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		s.platform.Advance(time.Minute)
	}
	return &connectortest.Stage{
		Account: s.account, World: s.world, Secrets: []string{s.shop.Secret, s.shop.Token, s.shop.RefreshToken},
		Open: 59, Calls: func() int { return int(s.calls.Load()) },
		Change: func() connector.Ref {
			do(s.platform.ChangeClaim(issues[3], fake.Money{Minor: 9000, Currency: "BRL"}, false, "então 90"))
			return ref(issues[3])
		},
		End: func() connector.Ref { do(s.platform.Cancel(issues[40])); return ref(issues[40]) },
		Act: func() connector.Effect {
			snap, err := s.open(t).Fetch(t.Context(), ref(issues[5]))
			do(err)
			return connector.Effect{
				ID: "e1", Do: "counter_amount", Ref: snap.Ref, Proposal: snap.Facts.Proposals[0].ID,
				Amount: money.Amount{Minor: 5000, Currency: "BRL"}, Text: "Oferecemos 50 BRL pelo atraso.",
			}
		},
		Foolish: func() connector.Effect {
			return connector.Effect{ID: "e2", Do: "accept", Ref: ref(issues[6]), Proposal: "12345"}
		},
		Trouble: func(what connectortest.Trouble) { s.trouble(what) },
		Peace:   s.platform.ClearFaults,
		Further: connectortest.Further{
			Strange: func() (connector.Ref, string) {
				s.platform.AddFault(fake.Fault{Kind: fake.UnknownWords})
				return ref(issues[4]), "wait_for_moon_phase"
			},
			Repeat: func() { s.platform.AddFault(fake.Fault{Kind: fake.DuplicateRows}) },
		},
	}
}

func (s *scene) trouble(what connectortest.Trouble) {
	switch what {
	case connectortest.Down:
		s.platform.AddFault(fake.Fault{Kind: fake.ServerError, Status: 503})
	case connectortest.Garbled:
		s.platform.AddFault(fake.Fault{Kind: fake.Truncate})
	case connectortest.Limited:
		s.platform.AddFault(fake.Fault{Kind: fake.LimitBurst, For: time.Hour})
	case connectortest.Revoked:
		s.shop.Revoke()
	case connectortest.LostAnswer:
		s.platform.AddFault(fake.Fault{Kind: fake.DropAfter})
	}
}
