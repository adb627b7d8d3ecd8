package app_test

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"parley/internal/app"
	paypal "parley/internal/connector/paypal/fake"
	shopify "parley/internal/connector/shopify/fake"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
)

const paidThrough = "8AC96375E56785339" // PayPal's number of the payment

// twoSides is a purchase in a Shopify shop that was paid through PayPal: the customer asked to send it back there, and for the money here.
type twoSides struct {
	t        *testing.T
	app      *app.App
	who      desk.Who
	shop     *shopify.Shop
	wish     *shopify.Return
	paypal   *paypal.Platform
	accounts *paypal.Account
	claim    *paypal.Dispute
	store    int64            // of the Shopify shop
	account  int64            // at PayPal
	server   *httptest.Server // of PayPal
	forward  func(time.Duration)
}

func newTwoSides(t *testing.T) *twoSides {
	t.Helper()
	s := newShopSide(t, 1)
	s.openClaim()
	return s
}

// openClaim lets the customer turn to PayPal, and the desk read of it.
func (s *twoSides) openClaim() {
	s.t.Helper()
	s.claim = s.paypal.Open(s.accounts, paypal.DisputeSpec{
		Transaction: paidThrough, Reason: "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED", Amount: paypal.Money{Minor: 3990, Currency: "EUR"},
		AnswerBy: s.app.Clock.Now().AddDate(0, 0, 5),
	})
	s.must(s.app.Desk.SyncNow(s.t.Context(), s.who, s.account))
	s.must(s.app.Desk.Settle(s.t.Context()))
}

// wishFor lets the customer ask the shop to take back what was paid through PayPal under a number.
func (s *twoSides) wishFor(payment string) {
	now := s.app.Clock.Now()
	order := s.shop.PlaceOrder(shopify.OrderSpec{
		Customer: shopify.Customer{First: "Ana", Last: "Ruiz"}, Currency: "EUR", Placed: now.AddDate(0, 0, -12), Gateway: "paypal",
		Authorization: payment, Lines: []shopify.LineSpec{{Title: "Lámpara", Quantity: 1, Price: 3990}},
	})
	s.shop.Send(order, "Correos", "PQ1", now.AddDate(0, 0, -10))
	s.wish = s.shop.RequestReturn(order, shopify.ReturnSpec{Quantity: 1, ReasonHandle: "defective", At: now})
}

// newShopSide is such a purchase before the customer turned to PayPal, on a clock of a speed.
func newShopSide(t *testing.T, speed float64) *twoSides {
	t.Helper()
	return newAccounts(t, speed, func(s *twoSides) { s.wishFor(paidThrough) })
}

// newTwoAccounts are a shop and an account where nothing happened yet.
func newTwoAccounts(t *testing.T) *twoSides {
	t.Helper()
	return newAccounts(t, 1, func(*twoSides) {})
}

// newAccounts adds both to a desk that then reads what happened there before.
func newAccounts(t *testing.T, speed float64, before func(*twoSides)) *twoSides {
	t.Helper()
	clock, forward := app.HandClock(time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC), speed)
	a, err := app.New(t.Context(), app.Config{Data: t.TempDir(), AllowPrivate: true, Clock: clock})
	s := &twoSides{t: t, app: a, paypal: paypal.New(paypal.Options{Now: clock.Now}), forward: forward}
	s.must(err)
	t.Cleanup(func() { _ = a.Stop() })
	s.must(a.Desk.CreateOwner(t.Context(), benchEmail, "Lucía", benchWord))
	s.who, err = a.Desk.Operator(t.Context(), benchEmail)
	s.must(err)
	shops := shopify.New(shopify.Options{Now: clock.Now})
	s.shop = shops.AddShop(shopify.ShopSpec{Name: "Casa Norte", Domain: "casa-norte", Country: "ES", Currency: "EUR"})
	before(s)
	s.accounts = s.paypal.AddAccount(paypal.AccountSpec{Name: "Casa Norte"})
	s.server = httptest.NewServer(s.paypal)
	s.account = s.add("paypal", s.server, map[string]string{"client_id": s.accounts.ClientID, "client_secret": s.accounts.Secret})
	s.store = s.add("shopify", httptest.NewServer(shops), map[string]string{"shop": s.shop.Domain, "access_token": s.shop.Token, "client_secret": s.shop.Secret})
	s.must(a.Desk.Settle(t.Context()))
	return s
}

func (s *twoSides) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *twoSides) add(kind string, server *httptest.Server, settings map[string]string) int64 {
	s.t.Helper()
	s.t.Cleanup(server.Close)
	settings["address"], settings["allow_private"] = server.URL, "true"
	view, err := s.app.Desk.AddStore(s.t.Context(), s.who, desk.StoreInput{
		Company: "Norte SL", Connector: kind, Name: kind, Zone: "Europe/Madrid", Currency: "EUR", Country: "ES", Settings: settings,
	})
	s.must(err)
	return view.ID
}

// page is the page of the case at a connector.
func (s *twoSides) page(kind string) desk.CasePage {
	s.t.Helper()
	queue, err := s.app.Desk.Queue(s.t.Context(), s.who, desk.QueueQuery{})
	s.must(err)
	for _, row := range queue.Rows {
		if row.Store.Connector == kind {
			page, err := s.app.Desk.Case(s.t.Context(), s.who, row.ID)
			s.must(err)
			return page
		}
	}
	s.t.Fatalf("no case of %s among %d", kind, len(queue.Rows))
	return desk.CasePage{}
}

// Somebody pays back in the shop's own pages while an act that pays the same money waits to be sent: it is not sent.
func TestMoneyThatWasPaidElsewhereMeanwhileIsNotPaidAgain(t *testing.T) {
	for name, c := range map[string]struct {
		elsewhere int64
		outcome   string
		acts      int
	}{
		"all of it":  {3990, "refused", 0},
		"nothing":    {0, "confirmed", 1},
		"a part too": {100, "refused", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTwoSides(t)
			page := s.page("paypal")
			if len(page.Purchase) != 1 {
				t.Fatalf("the purchase shows %+v beside the dispute", page.Purchase)
			}
			out, err := s.app.Desk.Decide(t.Context(), s.who, page.ID, desk.Choice{Option: "accept", Basis: page.Basis})
			s.must(err)
			if c.elsewhere > 0 && !s.shop.PayBack(s.wish, c.elsewhere) {
				t.Fatal("the shop did not pay back")
			}
			s.must(s.app.Desk.Settle(t.Context()))
			effects, err := s.app.DB.EffectsOf(t.Context(), page.ID)
			s.must(err)
			if len(effects) != 1 || effects[0].DecisionID != out.DecisionID || effects[0].State != c.outcome || s.paypal.Acted() != c.acts {
				t.Errorf("%d acts at PayPal, %d effects, the first %s %s", s.paypal.Acted(), len(effects), effects[0].State, effects[0].Fault)
			}
		})
	}
}

// The customer turns to PayPal while the shop's refund waits to be sent, and the desk has not read PayPal since: the refund is not sent.
func TestADisputeThatBeganMeanwhileStopsARefundInTheShop(t *testing.T) {
	for name, c := range map[string]struct {
		payment, outcome string
	}{"no dispute": {"", "confirmed"}, "of another payment": {"1AB23456CD789012E", "confirmed"}, "of this payment": {paidThrough, "refused"}} {
		t.Run(name, func(t *testing.T) {
			s := newShopSide(t, 1)
			effects := s.refundWhile(func() {
				if c.payment != "" {
					s.claim = s.paypal.Open(s.accounts, paypal.DisputeSpec{
						Transaction: c.payment, Reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", Amount: paypal.Money{Minor: 3990, Currency: "EUR"},
					})
				}
			})
			if len(effects) != 1 || effects[0].State != c.outcome {
				t.Errorf("%d effects, the first %s %s", len(effects), effects[0].State, effects[0].Fault)
			}
		})
	}
}

// The customer asks the shop for a return while a claim at PayPal waits to be paid, and somebody pays in the shop's own pages. The desk has not
// read the shop since, and knows of no order there: the claim is not paid.
func TestAReturnThatWasPaidMeanwhileStopsAClaim(t *testing.T) {
	for name, c := range map[string]struct {
		payment, outcome string
		acts             int
	}{"no return": {"", "confirmed", 1}, "of another payment": {"1AB23456CD789012E", "confirmed", 1}, "of this payment": {paidThrough, "refused", 0}} {
		t.Run(name, func(t *testing.T) {
			s := newTwoAccounts(t)
			s.openClaim()
			page := s.page("paypal")
			if len(page.Purchase) != 0 {
				t.Fatalf("the purchase shows %+v beside the dispute", page.Purchase)
			}
			_, err := s.app.Desk.Decide(t.Context(), s.who, page.ID, desk.Choice{Option: "accept", Basis: page.Basis})
			s.must(err)
			s.forgetReading(s.store)
			if c.payment != "" {
				s.wishFor(c.payment)
				if !s.shop.PayBack(s.wish, 3990) {
					t.Fatal("the shop did not pay back")
				}
			}
			s.must(s.app.Desk.Settle(t.Context()))
			effects, err := s.app.DB.EffectsOf(t.Context(), page.ID)
			s.must(err)
			if len(effects) != 1 || effects[0].State != c.outcome || s.paypal.Acted() != c.acts {
				t.Errorf("%d acts at PayPal, %d effects, the first %s %s", s.paypal.Acted(), len(effects), effects[0].State, effects[0].Fault)
			}
		})
	}
}

// The safety net accepts the dispute at PayPal, and just then the shop pays the same money by hand: the act is not sent, and a person is called.
func TestTheNetCallsAPersonWhereItsMoneyWasPaidElsewhere(t *testing.T) {
	s := newTwoSides(t)
	ctx := t.Context()
	page := s.page("paypal")
	left := page.DueAt.Sub(s.app.Clock.Now())
	s.must(s.app.Desk.SetNet(ctx, s.who, s.account, []desk.NetRule{{Do: "accept", Margin: int(left.Minutes()) + 60}}))
	if !s.shop.PayBack(s.wish, 3990) {
		t.Fatal("the shop did not pay back")
	}
	s.must(s.app.Desk.Settle(ctx))
	effects, err := s.app.DB.EffectsOf(ctx, page.ID)
	s.must(err)
	if len(effects) != 1 || effects[0].State != "refused" || s.paypal.Acted() != 0 {
		t.Fatalf("%d acts at PayPal, the net's acts %+v", s.paypal.Acted(), effects)
	}
	told, err := s.app.DB.NoticesFor(ctx, page.ID)
	s.must(err)
	i := slices.IndexFunc(told, func(n store.Notice) bool { return n.Reason == "refused" && n.MemberID == s.who.MemberID })
	if i < 0 {
		t.Errorf("nobody was called: %+v", told)
	}
	events, err := s.app.Desk.Events(ctx, s.who, page.ID, 0, 100)
	s.must(err)
	if !slices.ContainsFunc(events, func(e store.Event) bool { return e.Kind == "net_failed" }) {
		t.Error("the case does not tell that its net failed")
	}
}

// Where PayPal cannot be read the shop's refund waits: for half of the time until something is due, but within bounds. Then it leaves, and the
// history says so.
func TestARefundInTheShopWaitsForPayPalAWhile(t *testing.T) {
	for name, c := range map[string]struct {
		left        time.Duration // until the deadline; 0 = nothing is due
		least, most time.Duration
		outcome     string
	}{
		"much time":  {14 * 24 * time.Hour, 4 * time.Hour, 4*time.Hour + 20*time.Minute, "confirmed"},
		"some hours": {4 * time.Hour, 100 * time.Minute, 140 * time.Minute, "confirmed"},
		"no time":    {10 * time.Minute, 15 * time.Minute, 40 * time.Minute, "confirmed"},
		"no hurry":   {0, 5 * time.Hour, 8 * time.Hour, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShopSide(t, 200)
			ctx := t.Context()
			e := s.refundWhile(s.server.Close)[0]
			for e.EndedAt.IsZero() {
				s.must(s.app.DB.Write(ctx, func(tx *store.Tx) error { // whatever judged the case meanwhile
					cases, err := tx.CasesForUpdate([]int64{e.CaseID})
					if err != nil {
						return err
					}
					one := cases[e.CaseID]
					if one.DueAt = e.CreatedAt.Add(c.left); c.left == 0 {
						one.DueAt = time.Time{}
					}
					return tx.PutCases([]*store.Case{&one})
				}))
				s.forward(e.DueAt.Sub(s.app.Clock.Now()))
				s.must(s.app.Desk.Settle(ctx))
				var err error
				e, err = s.app.DB.Effect(ctx, e.ID)
				s.must(err)
			}
			waited := e.EndedAt.Sub(e.CreatedAt)
			if e.State != c.outcome || waited < c.least || waited > c.most {
				t.Errorf("the refund is %s after %s and %d goes: %s", e.State, waited, e.Retries, e.Fault)
			}
			page, err := s.app.Desk.Case(ctx, s.who, e.CaseID)
			s.must(err)
			said := slices.ContainsFunc(page.Timeline, func(l desk.Line) bool { return l.Code == "unheard" && l.Params["stores"] == "paypal" })
			if said != (c.outcome == "confirmed") {
				t.Errorf("that it left unheard is told: %v", said)
			}
			if key := page.Effects[0].FaultKey; c.outcome == "refused" && key != "fault.unheard" {
				t.Errorf("refused because of %s", key)
			}
		})
	}
}

// An account that lets nobody in until a person has been there keeps no refund waiting; the history names it.
func TestARefundInTheShopDoesNotWaitForAnAccountThatLetsNobodyIn(t *testing.T) {
	s := newShopSide(t, 1)
	e := s.refundWhile(func() {
		s.accounts.Secret = "another one"
		s.paypal.ExpireTokens(s.accounts)
	})[0]
	page, err := s.app.Desk.Case(t.Context(), s.who, e.CaseID)
	s.must(err)
	told := slices.ContainsFunc(page.Timeline, func(l desk.Line) bool { return l.Code == "unheard" && l.Params["stores"] == "paypal" })
	if e.State != "confirmed" || !told {
		t.Errorf("the refund is %s, %s; told: %v", e.State, e.Fault, told)
	}
}

// refundWhile decides to refund a return that was looked at, lets something happen, and gives the acts once they are over.
func (s *twoSides) refundWhile(happens func()) []store.Effect {
	s.t.Helper()
	ctx := s.t.Context()
	s.shop.Approve(s.wish)
	s.shop.SendBack(s.wish)
	if !s.shop.Inspect(s.wish) {
		s.t.Fatal("the goods did not come back")
	}
	s.must(s.app.Desk.SyncNow(ctx, s.who, s.store))
	s.must(s.app.Desk.Settle(ctx))
	page := s.page("shopify")
	_, err := s.app.Desk.Decide(ctx, s.who, page.ID, desk.Choice{Option: "refund", Amount: money.Amount{Minor: 3990, Currency: "EUR"}, Basis: page.Basis})
	s.must(err)
	s.forgetReading(s.account)
	happens()
	s.must(s.app.Desk.Settle(ctx))
	effects, err := s.app.DB.EffectsOf(ctx, page.ID)
	s.must(err)
	return effects
}

// forgetReading lets the last reading of a store be an hour ago, and the next an hour off.
func (s *twoSides) forgetReading(id int64) {
	s.t.Helper()
	ctx := s.t.Context()
	s.must(s.app.DB.Write(ctx, func(tx *store.Tx) error {
		read, err := tx.SyncOf(ctx, id)
		if err != nil {
			return err
		}
		read.LastOKAt, read.NextAt = read.LastOKAt.Add(-time.Hour), read.LastOKAt.Add(time.Hour)
		return tx.PutSync(read)
	}))
}

// The same in the shop itself, where the purchase has no other case.
func TestMoneyThatWasPaidInTheShopMeanwhileIsNotPaidAgain(t *testing.T) {
	for name, c := range map[string]struct {
		byHand  int64
		outcome string
	}{"nothing": {0, "confirmed"}, "a part": {100, "refused"}} {
		t.Run(name, func(t *testing.T) {
			s := newShopSide(t, 1)
			effects := s.refundWhile(func() {
				if c.byHand > 0 && !s.shop.PayBack(s.wish, c.byHand) {
					t.Fatal("the shop did not pay back")
				}
			})
			if len(effects) != 1 || effects[0].State != c.outcome {
				t.Errorf("%d effects, the first %s %s", len(effects), effects[0].State, effects[0].Fault)
			}
		})
	}
}

// The word that goods came back pays at PayPal what was agreed on before. It is not given where the shop has paid by now.
func TestTheWordThatGoodsAreBackIsMoneyToo(t *testing.T) {
	for name, c := range map[string]struct {
		elsewhere int64
		key       string
	}{"nothing was paid": {0, ""}, "all was paid in the shop": {3990, "fault.amount_above_refundable"}} {
		t.Run(name, func(t *testing.T) {
			s := newTwoSides(t)
			ctx := t.Context()
			page := s.page("paypal")
			_, err := s.app.Desk.Decide(ctx, s.who, page.ID, desk.Choice{
				Option: "counter_return", Amount: money.Amount{Minor: 3000, Currency: "EUR"}, Basis: page.Basis,
				Text: "Please send the lamp back; we refund 30.00 EUR once it is here.",
			})
			s.must(err)
			s.must(s.app.Desk.Settle(ctx))
			s.must(s.paypal.AcceptOffer(s.claim))
			s.must(s.paypal.SendBack(s.claim, "UPS", "1Z999AA10123456784"))
			if c.elsewhere > 0 && !s.shop.PayBack(s.wish, c.elsewhere) {
				t.Fatal("the shop did not pay back")
			}
			for _, id := range []int64{page.Store.ID, s.store} {
				s.must(s.app.Desk.SyncNow(ctx, s.who, id))
			}
			s.must(s.app.Desk.Settle(ctx))
			page = s.page("paypal")
			i := slices.IndexFunc(page.Options, func(o desk.OptionView) bool { return o.Code == "confirm_goods" })
			if i < 0 || page.Options[i].Open != (c.key == "") {
				t.Errorf("the page offers %+v", page.Options)
			}
			if i >= 0 && (page.Options[i].Cost == nil || page.Options[i].Cost.Minor != 3000) {
				t.Errorf("by the page it costs %v, agreed are 30.00", page.Options[i].Cost)
			}
			_, err = s.app.Desk.Decide(ctx, s.who, page.ID, desk.Choice{Option: "confirm_goods", Basis: page.Basis})
			if f := fault.Of(err); c.key == "" && err != nil || c.key != "" && (f == nil || f.Key != c.key) {
				t.Fatalf("saying that the goods are back gave %v, want %q", err, c.key)
			}
			s.must(s.app.Desk.Settle(ctx))
			if paid := s.paypal.Sight(s.claim).Refunded.Minor; (c.key == "") != (paid == 3000) {
				t.Errorf("PayPal paid %d", paid)
			}
		})
	}
}
