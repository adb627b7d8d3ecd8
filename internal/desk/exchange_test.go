package desk_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/taobao"
	"parley/internal/connector/taobao/fake"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/store/storetest"
)

// flagship is a desk with one store at Tmall.
type flagship struct {
	*desk.Desk
	t        *testing.T
	clock    *hand
	platform *fake.Platform
	shop     *fake.Shop
	owner    desk.Who
	store    int64
}

func onTmall(t *testing.T, play func(*flagship)) {
	t.Helper()
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) { play(newFlagship(t, address(t))) })
	}
}

func newFlagship(t *testing.T, address string) *flagship {
	t.Helper()
	s := &flagship{t: t, clock: &hand{now: start}}
	s.platform = fake.New(fake.Options{Now: s.clock.Now})
	s.shop = s.platform.AddShop(fake.ShopSpec{Nick: "蓝海旗舰店", Tmall: true})
	web := httptest.NewServer(s.platform)
	t.Cleanup(web.Close)
	o := newDesk(t, storetest.Open(t, address, s.clock.Now), s.clock).Options
	o.Connectors = map[string]connector.Connector{"taobao": taobao.New()}
	s.Desk = desk.New(o)
	s.owner = desk.Who{MemberID: addMember(t, s.Desk, "Lin", "owner", nil), Name: "Lin", Role: "owner", AllStores: true, Locale: "zh", Zone: "Asia/Shanghai"}
	view, err := s.AddStore(t.Context(), s.owner, desk.StoreInput{
		Company: "Lanhai", Connector: "taobao", Name: "蓝海旗舰店", Zone: "Asia/Shanghai", Currency: "CNY", Country: "CN", Settings: map[string]string{
			"app_key": s.shop.AppKey, "app_secret": s.shop.Secret, "session_key": s.shop.Session, "seller_nick": s.shop.Nick, "shop_kind": "tmall",
			"address": web.URL, "allow_private": "true", "calls_per_second": "0",
		},
	})
	check(t, err)
	s.store = view.ID
	return s
}

func (s *flagship) pass(d time.Duration) {
	s.t.Helper()
	s.clock.Advance(d)
	check(s.t, s.Settle(s.t.Context()))
}

// sync reads the shop now.
func (s *flagship) sync() {
	s.t.Helper()
	s.pass(time.Minute)
	check(s.t, s.SyncNow(s.t.Context(), s.owner, s.store))
	s.pass(time.Minute)
}

// told hands the desk what the platform says about the shop.
func (s *flagship) told() {
	s.t.Helper()
	pending, err := s.shop.Pending()
	check(s.t, err)
	for _, d := range pending {
		_, err := s.Receive(s.t.Context(), s.store, connector.Delivery{Header: http.Header{"Authorization": {d.Signature}}, Body: d.Body})
		check(s.t, err)
	}
	check(s.t, s.Settle(s.t.Context()))
}

// only is the one case there is, open or not.
func (s *flagship) only() desk.CasePage {
	s.t.Helper()
	var rows []desk.Row
	for _, view := range []string{"", "ended"} {
		p, err := s.Queue(s.t.Context(), s.owner, desk.QueueQuery{View: view})
		check(s.t, err)
		rows = append(rows, p.Rows...)
	}
	if len(rows) != 1 {
		s.t.Fatalf("%d cases, want one: %+v", len(rows), rows)
	}
	page, err := s.Case(s.t.Context(), s.owner, rows[0].ID)
	check(s.t, err)
	return page
}

func (s *flagship) decide(ch desk.Choice) desk.Decided {
	s.t.Helper()
	page := s.only()
	ch.Basis = page.Basis
	dec, err := s.Decide(s.t.Context(), s.owner, page.ID, ch)
	check(s.t, err)
	check(s.t, s.Settle(s.t.Context()))
	dec, err = s.Decision(s.t.Context(), s.owner, dec.DecisionID)
	check(s.t, err)
	return dec
}

// stands checks where the only case stands, until when, and what is open there.
func (s *flagship) stands(state string, due time.Time, open ...string) {
	s.t.Helper()
	page := s.only()
	var got []string
	for _, o := range page.Options {
		if o.Open && o.Sends && o.Code != "send_message" {
			got = append(got, o.Code)
		}
	}
	slices.Sort(got)
	runs := slices.ContainsFunc(page.Verdict.Deadlines, func(d policy.Deadline) bool { return d.At.Equal(due) && d.WonBy == "platform_timestamp" })
	if page.State != state || page.Stake.Minor != 0 || !slices.Equal(got, open) || !runs || (page.Owner == "seller") != page.DueAt.Equal(due) {
		s.t.Errorf("%s until %s, %v at stake, open %v; want %s until %s, %v", page.State, page.DueAt, page.Stake, got, state, due, open)
	}
}

// done decides and looks that it was done.
func (s *flagship) done(ch desk.Choice) {
	s.t.Helper()
	if dec := s.decide(ch); dec.State != "done" || dec.Effects[0].State != "confirmed" {
		s.t.Fatalf("%s: %+v", ch.Option, dec)
	}
}

func (s *flagship) exchange() *fake.Refund {
	return s.shop.Exchange(s.shop.Sell(fake.TradeSpec{Title: "智能手表", SKU: "颜色:黑色", Price: 49900, Ago: 9 * 24 * time.Hour, Sent: true, SentAgo: 8 * 24 * time.Hour, Signed: true,
		Lines: []string{"表带"}}), fake.RefundSpec{Reason: "质量问题", Desc: "屏幕不亮", Wanted: "颜色:白色"})
}

// TestAnExchangeFromTheWishToTheOtherArticle: it comes in with the platform's own limit, each step is one decision that is sent once and
// read back, and nothing is paid.
func TestAnExchangeFromTheWishToTheOtherArticle(t *testing.T) {
	onTmall(t, func(s *flagship) {
		s.pass(time.Minute)
		r := s.exchange()
		s.told()
		s.stands("wait_seller", r.See().Due, "accept", "contest_with_evidence")
		s.done(desk.Choice{Option: "accept"})
		s.stands("wait_buyer_return", r.See().Due)
		check(t, r.SendGoods("中通快递", "75300000000001"))
		s.sync()
		s.stands("wait_seller_goods", r.See().Due, "confirm_goods", "contest_goods")
		s.done(desk.Choice{Option: "confirm_goods"})
		s.stands("wait_replacement", r.See().Due, "replace")
		if p := s.only(); p.Recommended != "replace" || len(p.Facts.Ledger) != 0 {
			s.t.Errorf("recommended %s, ledger %+v", p.Recommended, p.Facts.Ledger)
		}
		s.done(desk.Choice{Option: "replace", Tracking: "SF123", Carrier: "顺丰速运"})
		if see := r.See(); see.Sent != "SF123" {
			s.t.Errorf("%+v", see)
		}
		s.stands("replacement_sent", r.See().Due)
		check(t, r.ConfirmOther())
		s.sync()
		if p := s.only(); p.Open || p.State != "exchanged" || len(p.Facts.Ledger) != 0 {
			s.t.Errorf("open %v, %s, ledger %+v", p.Open, p.State, p.Facts.Ledger)
		}
	})
}

// TestAnExchangeIsRefusedWithAGroundOfTheList that the platform gives for this very case, and a proof.
func TestAnExchangeIsRefusedWithAGroundOfTheList(t *testing.T) {
	onTmall(t, func(s *flagship) {
		s.pass(time.Minute)
		r := s.exchange()
		s.sync()
		page := s.only()
		i := slices.IndexFunc(page.Options, func(o desk.OptionView) bool { return o.Code == "contest_with_evidence" })
		grounds := page.Options[i].Reasons
		if len(grounds) != 3 || !page.Options[i].NeedsReason {
			s.t.Fatalf("grounds %+v", page.Options[i])
		}
		paper, err := s.AddEvidence(s.t.Context(), s.owner, page.ID, desk.EvidenceInput{Name: "test.png", Kind: "own_test", Content: picture()})
		check(t, err)
		ch := desk.Choice{Option: "contest_with_evidence", Text: "智能手表出库前已测试，屏幕正常，见图。", Evidence: []int64{paper.ID}, Reason: "9 编的"}
		if _, err := s.Decide(s.t.Context(), s.owner, page.ID, ch); fault.Of(err) == nil || fault.Of(err).Field != "reason_code" {
			s.t.Errorf("a ground of our own: %v", err)
		}
		ch.Reason = grounds[0]
		s.done(ch)
		if see := r.See(); see.Status != "SELLER_REFUSE_BUYER" || see.Pictures != 1 {
			s.t.Errorf("%+v", see)
		}
		s.stands("negotiating", r.See().Due)
	})
}

// TestAnExchangeAndMoneyAreNeverBothGiven: it is one case from first to last; when the article is sent, money alone is shut, and when the
// money is paid, the article is.
func TestAnExchangeAndMoneyAreNeverBothGiven(t *testing.T) {
	onTmall(t, func(s *flagship) {
		s.pass(time.Minute)
		r := s.exchange()
		s.sync()
		s.done(desk.Choice{Option: "accept"})
		check(t, r.SendGoods("中通快递", "753"))
		s.sync()
		s.done(desk.Choice{Option: "confirm_goods"})
		s.done(desk.Choice{Option: "replace", Tracking: "SF9", Carrier: "顺丰速运"})
		s.pass(time.Hour)
		check(t, r.WantMoney(49900))
		s.sync()
		page := s.only()
		if page.State != "wait_seller" || page.Stake != (money.Amount{Minor: 49900, Currency: "CNY"}) || len(page.Sources) != 2 {
			s.t.Fatalf("%s, %v, %d records", page.State, page.Stake, len(page.Sources))
		}
		_, err := s.Decide(s.t.Context(), s.owner, page.ID, desk.Choice{Option: "accept"})
		if f := fault.Of(err); f == nil || f.Params["reason"] != "option.accept.already_replaced" || r.See().Status != "WAIT_SELLER_AGREE" {
			s.t.Errorf("money beside the article: %v, %+v", err, r.See())
		}
	})
	onTmall(t, func(s *flagship) {
		s.pass(time.Minute)
		r := s.exchange()
		s.sync()
		check(t, s.Record(s.t.Context(), s.owner, s.only().ID, desk.RecordInput{Did: "refund", Amount: money.Amount{Minor: 49900, Currency: "CNY"}}))
		_, err := s.Decide(s.t.Context(), s.owner, s.only().ID, desk.Choice{Option: "accept"})
		if f := fault.Of(err); f == nil || f.Params["reason"] != "option.exchange.already_paid" || r.See().Status != "WAIT_SELLER_AGREE" {
			s.t.Errorf("the article beside the money: %v, %+v", err, r.See())
		}
	})
}

// TestAnExchangeThatBecameMoneyIsAnsweredAsARefund, once, in the same case.
func TestAnExchangeThatBecameMoneyIsAnsweredAsARefund(t *testing.T) {
	onTmall(t, func(s *flagship) {
		s.pass(time.Minute)
		r := s.exchange()
		s.sync()
		id := s.only().ID
		s.pass(time.Hour)
		check(t, r.WantMoney(49900))
		s.sync()
		if p := s.only(); p.ID != id || p.State != "wait_seller" || p.Stake.Minor != 49900 || !p.DueAt.Equal(r.See().Due) {
			s.t.Fatalf("%+v, due %s", p.Row, r.See().Due)
		}
		s.done(desk.Choice{Option: "accept"})
		check(t, r.SendGoods("中通快递", "753"))
		s.sync()
		s.done(desk.Choice{Option: "confirm_goods"})
		if p := s.only(); r.See().Status != "SUCCESS" || p.Open || p.State != "refunded" || len(p.Facts.Ledger) != 1 {
			s.t.Errorf("%s, ledger %+v", p.State, p.Facts.Ledger)
		}
	})
}

// TestTheNetGivesNoArticleAway: an exchange costs no sum that a rule could bound, so a person is called.
func TestTheNetGivesNoArticleAway(t *testing.T) {
	onTmall(t, func(s *flagship) {
		check(t, s.SetNet(s.t.Context(), s.owner, s.store, []desk.NetRule{{Do: "accept", Margin: 120, Most: money.Amount{Minor: 100000, Currency: "CNY"}}}))
		s.pass(time.Minute)
		r := s.exchange()
		s.sync()
		if p := s.only(); p.Net == nil || p.Net.Do != "escalate" {
			s.t.Errorf("the net shows %+v", p.Net)
		}
		s.pass(r.See().Due.Sub(s.clock.Now()) - time.Hour)
		if see := r.See(); see.Status != "WAIT_SELLER_AGREE" {
			s.t.Errorf("%+v", see)
		}
		if p := s.only(); !slices.ContainsFunc(p.Timeline, func(l desk.Line) bool { return l.Code == "net_escalated" }) {
			s.t.Errorf("nobody was called: %+v", p.Timeline)
		}
	})
}

// TestAWishForMoneyBeforeAnythingWasSentSaysWhatItIs: the platform's reason decides, and letting the order go is recommended where there is
// nothing to win.
func TestAWishForMoneyBeforeAnythingWasSentSaysWhatItIs(t *testing.T) {
	for reason, want := range map[string][2]string{
		"多拍/错拍/不想要": {"pre_shipment.buyer_cancel", "accept"},
		"缺货":        {"pre_shipment.out_of_stock", "accept"},
		"未按约定时间发货":  {"pre_shipment.late_dispatch", ""},
	} {
		t.Run(want[0], func(t *testing.T) {
			onTmall(t, func(s *flagship) {
				s.shop.Ask(s.shop.Sell(fake.TradeSpec{Title: "降噪耳机", Price: 45900}), fake.RefundSpec{Reason: reason})
				s.sync()
				if p := s.only(); p.Class != want[0] || p.Recommended != want[1] {
					s.t.Errorf("class %q, recommended %q", p.Class, p.Recommended)
				}
			})
		})
	}
}
