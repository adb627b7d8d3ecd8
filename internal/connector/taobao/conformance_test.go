package taobao_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/simulator"
	"parley/internal/connector/taobao"
	"parley/internal/connector/taobao/fake"
	"parley/internal/money"
	"parley/internal/webclient"
)

var stores atomic.Int64

// scene is a simulated platform with one shop, reached over loopback.
type scene struct {
	platform *fake.Platform
	shop     *fake.Shop
	account  connector.Account
	world    connector.World
	skew     atomic.Int64 // how far the platform's clock is ahead of ours
}

func newScene(t testing.TB, spec fake.ShopSpec) *scene {
	s := &scene{platform: fake.New(fake.Options{})}
	s.shop = s.platform.AddShop(spec)
	server := httptest.NewServer(s.platform)
	t.Cleanup(server.Close)
	s.account = connector.Account{StoreID: stores.Add(1), Settings: settings(s.shop, server.URL)} // limits are kept per store, so that no test waits for another
	s.world = worldAt(func() time.Time { return s.platform.Now().Add(-time.Duration(s.skew.Load())) })
	return s
}

func settings(shop *fake.Shop, address string) map[string]string {
	set := map[string]string{
		"app_key": shop.AppKey, "app_secret": shop.Secret, "session_key": shop.Session, "seller_nick": shop.Nick,
		"address": address, "allow_private": "true", "calls_per_second": "0",
		"message_group": shop.Group, "message_address": "ws" + strings.TrimPrefix(address, "http"),
	}
	if shop.Tmall {
		set["shop_kind"] = "tmall"
	}
	return set
}

func worldAt(now func() time.Time) connector.World {
	return connector.World{
		HTTP: webclient.New(webclient.Options{AllowPrivate: true}), Dial: webclient.NewDial(webclient.Options{AllowPrivate: true}), Now: now, Log: slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

func (s *scene) open(t testing.TB) *taobao.Session {
	t.Helper()
	session, err := taobao.New().Open(s.account, s.world)
	must(t, err)
	return session.(*taobao.Session)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sell lets a buyer buy a power bank that was sent two days ago.
func (s *scene) sell() *fake.Trade {
	return s.shop.Sell(fake.TradeSpec{Title: "充电宝 20000mAh", Price: 12900, Ago: 72 * time.Hour, Sent: true, SentAgo: 48 * time.Hour})
}

func (s *scene) ask(spec fake.RefundSpec) *fake.Refund { return s.shop.Ask(s.sell(), spec) }

func ref(r *fake.Refund) connector.Ref {
	return connector.Ref{Kind: "refund", ID: strconv.FormatInt(r.ID, 10), Order: strconv.FormatInt(r.Trade().ID, 10)}
}

func fen(n int64) money.Amount { return money.Amount{Minor: n, Currency: "CNY"} }

// proposal is the state of a refund as the desk knows it.
func proposal(r *fake.Refund) string { return strconv.FormatInt(r.See().Version, 10) + "/onsale" }

// picture is a small PNG.
func picture(t testing.TB) *connector.Attachment {
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 2, 2))))
	return &connector.Attachment{Name: "proof.png", Type: "image/png", Bytes: b.Bytes()}
}

func TestConformanceOfATaobaoShop(t *testing.T) {
	connectortest.Run(t, connectortest.Harness{Connector: taobao.New(), Start: func(t *testing.T) *connectortest.Stage { return stage(t, fake.ShopSpec{}) }})
}

func TestConformanceOfATmallShop(t *testing.T) {
	connectortest.Run(t, connectortest.Harness{Connector: taobao.New(), Start: func(t *testing.T) *connectortest.Stage { return stage(t, fake.ShopSpec{Tmall: true}) }})
}

func stage(t *testing.T, spec fake.ShopSpec) *connectortest.Stage {
	s := newScene(t, spec)
	var refunds []*fake.Refund
	for n := range 130 { // more than a page
		refunds = append(refunds, s.ask(fake.RefundSpec{Ago: time.Duration(n) * time.Minute, Answer: 240 * time.Hour, Received: n%3 == 0}))
	}
	must(t, refunds[0].Withdraw())
	s.platform.Advance(time.Minute)
	do := func(err error) {
		t.Helper()
		must(t, err)
		s.platform.Advance(time.Minute)
	}
	return &connectortest.Stage{
		Account: s.account, World: s.world, Secrets: []string{s.shop.Secret, s.shop.Session},
		Open: 129, Calls: s.platform.Gate().Count,
		Change: func() connector.Ref { do(refunds[3].Change(5000)); return ref(refunds[3]) },
		End:    func() connector.Ref { do(refunds[120].Withdraw()); return ref(refunds[120]) },
		Act: func() connector.Effect {
			return connector.Effect{
				ID: "eff_1", Do: "contest_with_evidence", Ref: ref(refunds[5]), Proposal: proposal(refunds[5]), Amount: fen(0), Text: "包裹已签收，见底单",
				Files: []*connector.Attachment{picture(t)},
			}
		},
		Foolish: func() connector.Effect {
			return connector.Effect{ID: "eff_2", Do: "accept", Ref: ref(refunds[0]), Proposal: proposal(refunds[0]), Amount: fen(12900)}
		},
		Trouble: func(what connectortest.Trouble) { trouble(s.platform.Gate(), what) },
		Peace:   s.platform.Gate().Peace,
		Further: s.further(refunds),
	}
}

// further is what else this platform can do. It takes no number of ours for an act: the version keeps it from doing one twice.
func (s *scene) further(refunds []*fake.Refund) connectortest.Further {
	return connectortest.Further{
		Strange: func() (connector.Ref, string) { refunds[7].Say("BEAMED_UP"); return ref(refunds[7]), "BEAMED_UP" },
		Vanish: func() connector.Ref {
			refunds[9].Vanish()
			s.platform.Advance(time.Hour) // it is missed by the next look at everything
			return ref(refunds[9])
		},
		Repeat: s.platform.Repeat,
		Skew:   func(by time.Duration) { s.platform.Advance(by); s.skew.Add(int64(by)) },
		Partial: func() connector.Effect {
			return connector.Effect{ID: "eff_3", Do: "accept", Ref: ref(refunds[11]), Proposal: "1464764980000/onsale", Amount: fen(12900)}
		},
		Deliver: func() (connector.Delivery, connector.Ref) {
			pending, err := s.shop.Pending()
			if err != nil || len(pending) == 0 {
				return connector.Delivery{}, connector.Ref{}
			}
			ours := pending[slices.IndexFunc(pending, func(d fake.Delivery) bool { return strings.Contains(string(d.Body), ref(refunds[13]).ID) })]
			return connector.Delivery{Header: http.Header{"Authorization": {ours.Signature}}, Body: ours.Body}, ref(refunds[13])
		},
		Unheard: func() (connector.Delivery, string) {
			return s.signed(`{"id":1,"topic":"taobao_moon_Phase","pub_time":"` + s.platform.Now().In(time.FixedZone("CST", 8*3600)).Format(time.DateTime) + `","content":"{}"}`), "taobao_moon_Phase"
		},
		Unreadable: func() connector.Delivery { return s.signed(`<message/>`) },
		Socket: &connectortest.Socket{
			Tell: s.teller(refunds[15]),
			Unheard: func() (string, string) {
				s.shop.Say("taobao_moon_Phase", `{"phase":"full"}`)
				return "taobao_moon_Phase", `{"phase":"full"}`
			},
			Waiting: s.shop.Unconfirmed, Cut: s.platform.Hangup, Bar: func() { s.platform.Bar(true) }, Double: s.platform.Double,
		},
	}
}

// signed is a body as a program of the seller's would pass it on.
func (s *scene) signed(body string) connector.Delivery {
	return connector.Delivery{Header: http.Header{"Authorization": {fake.Authorization(s.shop.AppKey, s.shop.Secret, []byte(body))}}, Body: []byte(body)}
}

// teller lets the buyer of a refund ask for another sum each time, which the platform tells of.
func (s *scene) teller(r *fake.Refund) func() connector.Ref {
	fen := int64(5000)
	return func() connector.Ref {
		fen++
		_ = r.Change(fen) // a refund that is open can be changed
		s.platform.Advance(time.Second)
		return ref(r)
	}
}

func trouble(gate *simulator.Gate, what connectortest.Trouble) {
	gate.Add(simulator.Fault{Do: map[connectortest.Trouble]simulator.Trouble{
		connectortest.Down: simulator.Down, connectortest.Garbled: simulator.Garbled, connectortest.Limited: simulator.Limited,
		connectortest.Revoked: simulator.Revoked, connectortest.LostAnswer: simulator.LostAnswer,
	}[what]})
}
