package aliexpress_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/aliexpress"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/connector/connectortest"
	"parley/internal/fault"
	"parley/internal/money"
)

// unsent places an order of one lamp that was not sent yet.
func (s *scene) unsent() *fake.Order {
	now := s.platform.Now()
	return s.shop.PlaceOrder(fake.OrderSpec{
		Buyer:    fake.Buyer{Login: "br1002", First: "Ana", Last: "Souza", Country: "BR", City: "Recife"},
		Lines:    []fake.LineSpec{{Product: "Desk lamp", SKU: "LAMP-1", Price: fake.Money{Minor: 11250, Currency: "BRL"}, Dollars: fake.Money{Minor: 2010, Currency: "USD"}}},
		PlacedAt: now.Add(-24 * time.Hour), Unsent: true,
	})
}

// wish lets the buyer of an unsent order ask to cancel it.
func (s *scene) wish(t testing.TB) *fake.Order {
	t.Helper()
	order := s.unsent()
	if err := s.platform.AskCancel(order, "bought twice"); err != nil {
		t.Fatal(err)
	}
	return order
}

// named gives the reference under which a wish is read: the order, and when it was asked, by the clock of Los Angeles.
func (s *scene) named(t testing.TB, order *fake.Order) connector.Ref {
	t.Helper()
	snaps, err := aliexpress.New().Import(captureOf(t, s, order), time.UTC)
	if err != nil || len(snaps) != 1 || snaps[0].Ref.Kind != "cancellation" {
		t.Fatalf("%+v, %v", snaps, err)
	}
	return snaps[0].Ref
}

func captureOf(t testing.TB, s *scene, order *fake.Order) []byte {
	t.Helper()
	facts, err := s.open(t).Order(t.Context(), connector.Ref{Order: order.ID()})
	if err != nil {
		t.Fatal(err)
	}
	return facts.Raw
}

func TestConformanceOfCancellations(t *testing.T) {
	connectortest.Run(t, connectortest.Harness{Connector: aliexpress.New(), Start: wishesOnStage})
}

// wishesOnStage has more than a page of wishes, and disputes beside them, one of which ended.
func wishesOnStage(t *testing.T) *connectortest.Stage {
	s := newScene(t, "iop")
	var orders []*fake.Order
	var refs []connector.Ref
	for range 60 {
		orders = append(orders, s.wish(t))
		refs = append(refs, s.named(t, orders[len(orders)-1]))
		s.platform.Advance(time.Second)
	}
	ended, issue := s.dispute(t, fake.IssueSpec{}), s.dispute(t, fake.IssueSpec{})
	if err := s.platform.Cancel(ended); err != nil {
		t.Fatal(err)
	}
	s.platform.Advance(time.Minute)
	answer := func(n int, do string) {
		t.Helper()
		if _, err := s.open(t).Execute(t.Context(), connector.Effect{Do: do, Ref: refs[n], Text: "It was handed over today."}); err != nil {
			t.Fatal(err)
		}
		s.platform.Advance(10 * time.Minute) // they are listed every few minutes
	}
	ours := s.calls.Load() // what setting up took
	return &connectortest.Stage{
		Account: s.account, World: s.world, Secrets: []string{s.shop.Secret, s.shop.Token, s.shop.RefreshToken}, Open: 61,
		Calls:  func() int { return int(s.calls.Load() - ours) },
		Change: func() connector.Ref { answer(3, "refuse_cancellation"); return refs[3] },
		End:    func() connector.Ref { answer(40, "accept"); return refs[40] },
		// What answers a wish ends it, and what ended is in no list: an act that leaves all there is another one.
		Act: func() connector.Effect {
			snap, err := s.open(t).Fetch(t.Context(), ref(issue))
			if err != nil {
				t.Fatal(err)
			}
			return connector.Effect{ID: "e1", Do: "counter_amount", Ref: snap.Ref, Proposal: snap.Facts.Proposals[0].ID, Amount: money.Amount{Minor: 5000, Currency: "BRL"}, Text: "Oferecemos 50 BRL."}
		},
		Foolish: func() connector.Effect {
			return connector.Effect{ID: "e2", Do: "accept", Ref: connector.Ref{Kind: "cancellation", ID: "1@2026-01-01T00:00:00", Order: s.unsent().ID(), Buyer: "br1002"}}
		},
		Trouble: func(what connectortest.Trouble) { s.trouble(what) },
		Peace:   s.platform.ClearFaults,
		Further: connectortest.Further{Repeat: func() { s.platform.AddFault(fake.Fault{Kind: fake.DuplicateRows}) }},
	}
}

// TestAWishToCancelIsReadWhole: when it was asked, until when it waits, why, and what is at stake.
func TestAWishToCancelIsReadWhole(t *testing.T) {
	s := newScene(t, "iop")
	asked := s.platform.Now()
	ref := s.named(t, s.wish(t))
	snap, err := s.open(t).Fetch(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	c := snap.Facts.Case
	if c.Kind != "cancellation" || c.Reason != "IN_CANCEL" || c.ReasonNote != "bought twice" || !c.OpenedAt.Equal(asked) || c.Claim.Amount != (money.Amount{Minor: 2010, Currency: "USD"}) {
		t.Errorf("case %+v", c)
	}
	if r := c.Reported; r.State != "wait_seller" || r.Owner != "seller" || !c.PlatformDueAt.Equal(asked.Add(fake.CancelAnswer)) || !slices.Equal(r.Actions, []string{"accept", "refuse_cancellation"}) {
		t.Errorf("reported %+v, due %s", r, c.PlatformDueAt)
	}
	if len(snap.Facts.Unknown) != 0 || snap.Ref.Line != "" || len(snap.Facts.Order.Items) != 1 || snap.Facts.Buyer.Country != "BR" {
		t.Errorf("ref %+v, unknown %+v, order %+v", snap.Ref, snap.Facts.Unknown, snap.Facts.Order)
	}
}

// TestWhatBecomesOfAWish: yes, no, silence, and a second wish after a no.
func TestWhatBecomesOfAWish(t *testing.T) {
	s := newScene(t, "iop")
	session := s.open(t)
	look := func(ref connector.Ref, state string, paid int64) {
		t.Helper()
		snap, err := session.Fetch(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		if r := snap.Facts.Case.Reported; snap.Open || r.State != state || r.Paid != (money.Amount{Minor: paid, Currency: "USD"}) || r.EndedAt.IsZero() {
			t.Errorf("%s: %+v", state, r)
		}
	}
	answer := func(do string, order *fake.Order) connector.Ref {
		t.Helper()
		ref := s.named(t, order)
		before, err := session.Fetch(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		act := connector.Effect{Do: do, Ref: ref, Text: "It was handed over today."}
		if _, err := session.Execute(t.Context(), act); err != nil {
			t.Fatalf("%s: %v", do, err)
		}
		after, err := session.Fetch(t.Context(), ref)
		if got := session.Compare(act, before, after); err != nil || got != connector.Confirmed || session.Compare(act, before, before) != connector.Absent {
			t.Errorf("%s: %s, %v", do, got, err)
		}
		other := map[string]string{"accept": "refuse_cancellation", "refuse_cancellation": "accept"}[do]
		if got := session.Compare(connector.Effect{Do: other, Ref: ref}, before, after); got != connector.Contradicted {
			t.Errorf("%s after %s: %s", other, do, got)
		}
		return ref
	}
	look(answer("accept", s.wish(t)), "refunded", 2010)
	kept := s.wish(t)
	first := answer("refuse_cancellation", kept)
	look(first, "closed", 0)
	if calls := s.platform.Calls("aliexpress.trade.seller.order.refusecancel"); len(calls) != 1 || !strings.Contains(calls[0].Params["param_order_cancel_request"], "handed over") {
		t.Errorf("%+v", calls)
	}
	s.platform.Advance(time.Hour)
	if err := s.platform.AskCancel(kept, "please"); err != nil {
		t.Fatal(err)
	}
	if again := s.named(t, kept); again.ID == first.ID || again.Order != first.Order {
		t.Errorf("a second wish is %s, the first was %s", again.ID, first.ID)
	}
	silent := s.named(t, s.wish(t))
	s.platform.Advance(fake.CancelAnswer)
	look(silent, "refunded", 2010)
}

// TestAnswersToAWishThatLackSomething go nowhere.
func TestAnswersToAWishThatLackSomething(t *testing.T) {
	s := newScene(t, "iop")
	ref, session := s.named(t, s.wish(t)), s.open(t)
	for field, act := range map[string]connector.Effect{"do": {Do: "counter_amount"}, "text": {Do: "refuse_cancellation", Text: "  "}} {
		act.Ref = ref
		if _, err := session.Execute(t.Context(), act); fault.Of(err) == nil || fault.Of(err).Field != field {
			t.Errorf("%s: %v", act.Do, err)
		}
	}
	ref.Buyer = ""
	if _, err := session.Execute(t.Context(), connector.Effect{Do: "accept", Ref: ref}); fault.Of(err) == nil || fault.Of(err).Field != "ref.buyer" {
		t.Errorf("without a buyer: %v", err)
	}
}

// TestWishesAreListedEveryFewMinutes: between two times none is forgotten, and one that cannot be read stays.
func TestWishesAreListedEveryFewMinutes(t *testing.T) {
	s := newScene(t, "iop")
	order := s.wish(t)
	s.platform.Advance(time.Minute)
	session, m := s.open(t), connectortest.Memory{}
	p, err := session.Pull(t.Context(), "", m.Known, m.Take)
	if err != nil || len(p.Listed) != 1 || p.Count != 1 {
		t.Fatalf("listed %v, count %d, %v", p.Listed, p.Count, err)
	}
	for range 3 {
		s.platform.Advance(time.Minute)
		if p, err = session.Pull(t.Context(), p.Cursor, m.Known, m.Take); err != nil || len(p.Listed) != 1 {
			t.Fatalf("listed %v, %v", p.Listed, err)
		}
	}
	if n := s.platform.Count("aliexpress.trade.seller.orderlist.get"); n != 1 {
		t.Errorf("listed %d times in four minutes", n)
	}
	s.platform.Advance(fake.CancelAnswer)
	if p, err = session.Pull(t.Context(), p.Cursor, m.Known, m.Take); err != nil || len(p.Listed) != 0 {
		t.Fatalf("listed %v, %v", p.Listed, err)
	}
	for _, snap := range m {
		if snap.Open || snap.Ref.Order != order.ID() || snap.Facts.Case.Reported.State != "refunded" {
			t.Errorf("%+v", snap.Facts.Case)
		}
	}
}

// FuzzWish reads orders in any state that wait for an answer to a wish to cancel.
func FuzzWish(f *testing.F) {
	order := func(status, changed string) []byte {
		return fmt.Appendf(nil, `{"aliexpress_trade_new_redefining_findorderbyid_response":{"target":{"id":92001002,"order_status":%q,"gmt_modified":%q,"gmt_create":"2026-01-14 00:00:00",
			"over_time_left":"2026-01-17 00:00:00","buyerloginid":"br1","cancel_request_reason":"bought twice","init_oder_amount":{"amount":"20.10","cent":2010,"currency_code":"USD"}}}}`, status, changed)
	}
	f.Add(order("IN_CANCEL", "2026-01-15 00:00:00"))
	f.Add(order("IN_CANCEL", "2026-03-08 02:30:00"))
	f.Add(order("IN_CANCEL", "@@\u202e"))
	f.Add([]byte(`{"target":{"order_status":"IN_CANCEL"}}`))
	c := aliexpress.New()
	f.Fuzz(func(t *testing.T, data []byte) {
		snaps, err := c.Import(data, time.UTC)
		if (err == nil) == (len(snaps) == 0) {
			t.Fatalf("%d snapshots and %v", len(snaps), err)
		}
		for _, snap := range snaps {
			if _, err := json.Marshal(snap.Facts); err != nil {
				t.Fatal(err)
			}
			if c := snap.Facts.Case; snap.Ref.Kind == "cancellation" && snap.Problem == nil && (c == nil || c.OpenedAt.IsZero() || c.Reported.Ended == snap.Open) {
				t.Fatalf("%+v", snap)
			}
		}
	})
}
