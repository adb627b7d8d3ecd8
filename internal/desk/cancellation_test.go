package desk_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/fault"
)

// wish lets a buyer ask to cancel an order over 30.00 USD that was not sent yet.
func (s *scene) wish(country string) *fake.Order {
	s.t.Helper()
	order := s.shop.PlaceOrder(fake.OrderSpec{
		Buyer:    fake.Buyer{Login: country + "1002", First: "Ana", Last: "Souza", Country: country, City: "Recife"},
		Lines:    []fake.LineSpec{{Product: "Desk lamp", Price: fake.Money{Minor: 3000, Currency: "USD"}, Dollars: fake.Money{Minor: 3000, Currency: "USD"}}},
		PlacedAt: s.clock.Now().Add(-20 * time.Hour), Unsent: true,
	})
	s.must(s.platform.AskCancel(order, "bought twice"))
	return order
}

// open are the options of a case that are open and can be sent.
func (s *scene) opened(id int64) (codes []string) {
	s.t.Helper()
	for _, o := range s.page(id).Options {
		if o.Open && o.Sends {
			codes = append(codes, o.Code)
		}
	}
	slices.Sort(codes)
	return codes
}

// TestAWishToCancelIsAnsweredFromTheQueue: it comes in with the platform's own limit and what is at stake; the yes is sent once, read back,
// and stands in the ledger, so that the money is not paid a second time.
func TestAWishToCancelIsAnsweredFromTheQueue(t *testing.T) {
	onEach(t, func(s *scene) {
		order, asked := s.wish("BR"), s.clock.Now()
		s.sync()
		rows := s.queue(desk.QueueQuery{})
		if len(rows) != 1 || rows[0].Class != "pre_shipment.buyer_cancel" || rows[0].State != "wait_seller" || !rows[0].DueAt.Equal(asked.Add(fake.CancelAnswer)) || rows[0].Stake != usd(3000) {
			s.t.Fatalf("%+v, asked %s", rows, asked)
		}
		id := rows[0].ID
		if got := s.opened(id); !slices.Equal(got, []string{"accept", "refuse_cancellation"}) || s.page(id).Recommended != "accept" {
			s.t.Errorf("open %v, recommended %s", got, s.page(id).Recommended)
		}
		dec := s.decide(id, desk.Choice{Option: "accept", Basis: s.page(id).Basis})
		if status, why := s.platform.Status(order); dec.State != "done" || status != "FINISH" || why != "buyer_cancel_order" {
			s.t.Fatalf("%+v, order %s %s", dec, status, why)
		}
		if p := s.page(id); p.Open || p.State != "refunded" || len(p.Facts.Ledger) != 1 || p.Facts.Ledger[0].Amount != usd(3000) {
			s.t.Errorf("open %v, %s, ledger %+v", p.Open, p.State, p.Facts.Ledger)
		}
		if n := s.platform.Count("aliexpress.trade.seller.order.acceptcancel"); n != 1 {
			s.t.Errorf("accepted %d times", n)
		}
		s.pass(10 * time.Minute)
		if rows := s.queue(desk.QueueQuery{}); len(rows) != 0 {
			s.t.Errorf("still open: %+v", rows)
		}
	})
}

// TestAWishToCancelIsRefusedWithAReason, and the order stands.
func TestAWishToCancelIsRefusedWithAReason(t *testing.T) {
	onEach(t, func(s *scene) {
		order := s.wish("BR")
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		if _, err := s.Decide(context.Background(), s.owner, id, desk.Choice{Option: "refuse_cancellation"}); fault.Of(err) == nil || fault.Of(err).Field != "text" {
			s.t.Errorf("without a reason: %v", err)
		}
		dec := s.decide(id, desk.Choice{Option: "refuse_cancellation", Text: "Olá, Ana: a sua Desk lamp foi entregue hoje ao transportador."})
		if status, _ := s.platform.Status(order); dec.State != "done" || status != "WAIT_SELLER_SEND_GOODS" {
			s.t.Fatalf("%+v, order %s", dec, status)
		}
		if p := s.page(id); p.Open || p.State != "closed" || len(p.Facts.Ledger) != 0 {
			s.t.Errorf("open %v, %s, ledger %+v", p.Open, p.State, p.Facts.Ledger)
		}
	})
}

// TestAWishThatNobodyAnswersIsGranted by the platform, and the desk sees that the money went back.
func TestAWishThatNobodyAnswersIsGranted(t *testing.T) {
	onEach(t, func(s *scene) {
		s.wish("BR")
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.pass(fake.CancelAnswer)
		s.pass(10 * time.Minute)
		if p := s.page(id); p.Open || p.State != "refunded" || len(p.Facts.Ledger) != 1 || len(s.queue(desk.QueueQuery{})) != 0 {
			s.t.Errorf("open %v, %s, ledger %+v", p.Open, p.State, p.Facts.Ledger)
		}
	})
}

// TestAnAnswerToAWishThatGotLostIsLookedForNotRepeated.
func TestAnAnswerToAWishThatGotLostIsLookedForNotRepeated(t *testing.T) {
	onEach(t, func(s *scene) {
		order := s.wish("BR")
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.platform.AddFault(fake.Fault{Method: "aliexpress.trade.seller.order.acceptcancel", Nth: 1, Kind: fake.DropAfter})
		dec := s.decide(id, desk.Choice{Option: "accept"})
		if status, _ := s.platform.Status(order); dec.State != "done" || status != "FINISH" || s.platform.Count("aliexpress.trade.seller.order.acceptcancel") != 1 {
			s.t.Errorf("%+v, order %s", dec, status)
		}
	})
}
