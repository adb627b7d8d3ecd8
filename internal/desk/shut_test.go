package desk_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/store"
)

// option gives an option of a page; the test ends where it has none of that code.
func (s *scene) option(p desk.CasePage, code string) desk.OptionView {
	s.t.Helper()
	i := slices.IndexFunc(p.Options, func(o desk.OptionView) bool { return o.Code == code })
	if i < 0 {
		s.t.Fatalf("no option %s in %+v", code, p.Options)
	}
	return p.Options[i]
}

// lost makes the record one of a parcel whose loss the carrier has confirmed: the rules recommend to accept.
func lost(r *connector.Snapshot) {
	r.Facts.Shipment = &dispute.Shipment{ShippedAt: start.AddDate(0, 0, -20), Events: []dispute.Scan{{At: start.AddDate(0, 0, -2), Status: "lost"}}}
}

// What guardMoney would refuse afterwards is closed at once, with its reason, and not recommended.
func TestWhatWouldPayWhatIsNotLeftIsClosed(t *testing.T) {
	onEach(t, func(s *scene) {
		shop := s.offline("Norte SL", "shop")
		claim := s.take(shop, record("1", "marketplace", lost))
		if p := s.page(claim); p.Recommended != "accept" || !s.option(p, "accept").Best || p.Withheld != nil {
			s.t.Fatalf("alone, %s is recommended, withheld %+v", p.Recommended, p.Withheld)
		}
		bank := s.offline("Norte SL", "bank")
		s.take(bank, record("2", "card", nil))
		p := s.page(claim)
		for _, code := range []string{"accept", "counter_amount"} {
			o := s.option(p, code)
			if o.Open || o.Best || o.Reason != "option.nothing_left_beside" || o.Params["paid"] != "30.00 USD" || o.Params["other"] != "bank order-of-2" {
				s.t.Errorf("with nothing left: %+v", o)
			}
		}
		if !s.option(p, "contest_with_evidence").Open {
			s.t.Error("what pays nothing is closed too")
		}
		if p.Recommended != p.Verdict.Recommended || p.Recommended == "accept" || p.Withheld == nil || p.Withheld.Code != "accept" || p.Withheld.Reason != "option.nothing_left_beside" {
			s.t.Errorf("%s is recommended, withheld %+v", p.Recommended, p.Withheld)
		}
		agent := desk.Who{MemberID: addMember(s.t, s.Desk, "Eva", "agent", []int64{shop}), Name: "Eva", Role: "agent", Stores: []int64{shop}}
		seen, err := s.Peek(context.Background(), agent, claim)
		s.must(err)
		if o := s.option(seen, "accept"); o.Reason != "option.nothing_left_paid" || o.Params["other"] != "" {
			s.t.Errorf("the member who does not see the bank is told %+v", o)
		}
		s.take(bank, record("2", "card", func(won *connector.Snapshot) {
			won.Open, won.Fingerprint = false, "won"
			won.Facts.Case.Reported = dispute.Reported{Ended: true, EndedAt: start, Paid: usd(0)}
		}))
		if p := s.page(claim); p.Recommended != "accept" || !s.option(p, "accept").Best {
			s.t.Errorf("after the chargeback was won, %s is recommended", p.Recommended)
		}
	})
}

// Where less is left than the claim, the whole cannot be agreed to; a part of what is left can be offered.
func TestWhereLessIsLeftThanTheClaimOnlyThatCanBeOffered(t *testing.T) {
	onEach(t, func(s *scene) {
		claim := s.take(s.offline("Norte SL", "shop"), record("1", "marketplace", nil))
		s.take(s.offline("Norte SL", "provider"), record("2", "marketplace", func(r *connector.Snapshot) {
			r.Facts.Ledger = []dispute.Payment{{At: start.Add(-time.Minute), Did: "refund", Amount: usd(1000), Source: "stripe:refund/re_1"}}
		}))
		p := s.page(claim)
		if o := s.option(p, "accept"); o.Open || o.Reason != "option.too_little_left_beside" || o.Params["rest"] != "20.00 USD" || o.Params["claim"] != "30.00 USD" {
			s.t.Errorf("accepting is %+v", o)
		}
		if o := s.option(p, "counter_amount"); !o.Open || o.Max != usd(2000) || o.Suggested.Minor > 2000 {
			s.t.Errorf("an offer is %+v", o)
		}
	})
}

func TestWhatWasPaidInAnotherCurrencyClosesWhatPays(t *testing.T) {
	onEach(t, func(s *scene) {
		claim := s.take(s.offline("Norte SL", "shop"), record("1", "marketplace", nil))
		s.take(s.offline("Norte SL", "provider"), record("2", "paypal", func(r *connector.Snapshot) {
			r.Facts.Case.Claim.Amount = money.Amount{Minor: 2800, Currency: "EUR"}
		}))
		if o := s.option(s.page(claim), "accept"); o.Open || o.Reason != "option.paid_in_other_currency_beside" || o.Params["paid"] != "28.00 EUR" {
			s.t.Errorf("accepting is %+v", o)
		}
	})
}

// A refund that the rules open for a parcel that is lost, without a formal case, is closed as well.
func TestARefundOfWhatIsNotLeftIsClosed(t *testing.T) {
	onEach(t, func(s *scene) {
		talk := s.take(s.offline("Norte SL", "shop"), record("1", "", func(r *connector.Snapshot) {
			lost(r)
			r.Facts.Case = nil
			r.Facts.Messages = []dispute.Message{{At: start.Add(-time.Hour), From: "buyer", Asks: "where", Text: "¿Dónde está?"}}
		}))
		if o := s.option(s.page(talk), "refund"); !o.Open || o.Max != usd(3000) {
			s.t.Fatalf("alone, a refund is %+v", o)
		}
		s.take(s.offline("Norte SL", "bank"), record("2", "card", nil))
		if o := s.option(s.page(talk), "refund"); o.Open || o.Reason != "option.nothing_left_beside" {
			s.t.Errorf("a refund is %+v", o)
		}
	})
}

// The safety net says beforehand that it will only call a person, does so for that reason, and its dry run tells the same.
func TestTheNetCallsAPersonWhereNothingIsLeft(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(func(i *fake.IssueSpec) { i.Reason = fake.ReasonNamed("goods damaged") })
		rules := []desk.NetRule{{Do: "accept", Margin: 60}}
		s.net(rules...)
		page := s.onlyCase()
		if page.Net == nil || page.Net.Do != "accept" {
			s.t.Fatalf("alone, the net would %+v", page.Net)
		}
		order, shop := page.OrderNo, s.store
		s.take(shop, record("2", "card", func(r *connector.Snapshot) {
			r.Ref.Order, r.Facts.Order.ID, r.Facts.Order.Handles = order, order, nil
			r.Ref.Line = "another line"
		}))
		p := s.page(page.ID)
		if p.Rest.Minor != 0 || p.Net == nil || p.Net.Do != "escalate" || p.Net.Why != "net.nothing_left" {
			s.t.Fatalf("rest %v, the net shows %+v", p.Rest, p.Net)
		}
		s.passUntil(page.DueAt.Add(-30 * time.Minute))
		events, err := s.Events(bg, s.owner, page.ID, 0, 200)
		s.must(err)
		if s.events(page.ID, "net_escalated") != 1 || !slices.ContainsFunc(events, func(e store.Event) bool {
			return e.Kind == "net_escalated" && strings.Contains(string(e.Data), "accept: net.nothing_left")
		}) {
			s.t.Errorf("the net did not call with its reason: %+v", events)
		}
		s.passUntil(page.DueAt.Add(time.Hour))
		got, err := s.ReplayNet(bg, s.owner, s.store, rules, 90)
		s.must(err)
		i := slices.IndexFunc(got.Acted, func(d desk.NetDay) bool { return d.CaseID == page.ID })
		if i < 0 || got.Acted[i].Do != "escalate" || got.Acted[i].Why != "net.nothing_left" || len(got.Cost) != 0 {
			s.t.Errorf("the dry run tells %+v", got)
		}
	})
}
