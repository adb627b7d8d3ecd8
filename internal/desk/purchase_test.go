package desk_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
)

const payment = "stripe:payment_intent/pi_1"

func usd(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "USD"} }

// record is a record of a store about the purchase of 30.00 USD that was paid by payment.
func record(id, via string, change func(*connector.Snapshot)) connector.Snapshot {
	s := connector.Snapshot{
		Ref: connector.Ref{Kind: "issue", ID: id, Order: "order-of-" + id}, Fingerprint: id, ChangedAt: start, Open: true, Raw: json.RawMessage("{}"),
		Facts: dispute.Facts{
			Case:  &dispute.Case{OpenedAt: start.Add(-time.Hour), Via: via, Reason: "not received", Claim: dispute.Claim{Amount: usd(3000)}},
			Order: &dispute.Order{ID: "order-of-" + id, Goods: usd(3000), Shipping: usd(0), Handles: []string{payment}},
		},
	}
	if change != nil {
		change(&s)
	}
	return s
}

// offline adds a store without a way in.
func (s *scene) offline(company, name string) int64 {
	s.t.Helper()
	id, err := s.AddOfflineStore(context.Background(), s.owner, company, "aliexpress", name)
	s.must(err)
	return id
}

func (s *scene) take(storeID int64, snap connector.Snapshot) int64 {
	s.t.Helper()
	ids, err := s.TakeIn(context.Background(), storeID, []connector.Snapshot{snap})
	s.must(err)
	return ids[0]
}

func (s *scene) refuses(caseID int64, key string) {
	s.t.Helper()
	_, err := s.Decide(context.Background(), s.owner, caseID, desk.Choice{Option: "accept"})
	if f := fault.Of(err); f == nil || f.Key != key {
		s.t.Errorf("accepting case %d gave %v, want %s", caseID, err, key)
	}
}

func TestAChargebackOnTheSamePaymentLeavesNothingToPay(t *testing.T) {
	onEach(t, func(s *scene) {
		claim := s.take(s.offline("Norte SL", "shop"), record("1", "marketplace", nil))
		bank := s.offline("Norte SL", "bank")
		back := s.take(bank, record("2", "card", nil))
		s.refuses(claim, "fault.amount_above_refundable")
		if rest := s.page(claim).Rest; rest != usd(0) {
			s.t.Errorf("rest %v beside an open chargeback", rest)
		}
		if got := s.page(claim).Purchase; len(got) != 1 || got[0].ID != back {
			s.t.Errorf("the purchase shows %+v", got)
		}
		s.take(bank, record("2", "card", func(won *connector.Snapshot) {
			won.Open, won.Fingerprint = false, "won"
			won.Facts.Case.Reported = dispute.Reported{Ended: true, EndedAt: start, Paid: usd(0)}
		}))
		if rest := s.page(claim).Rest; rest != usd(3000) {
			s.t.Errorf("rest %v after the chargeback was won", rest)
		}
		_, err := s.Decide(context.Background(), s.owner, claim, desk.Choice{Option: "accept"})
		s.must(err)
	})
}

func TestARefundThatTwoRecordsShowCountsOnce(t *testing.T) {
	onEach(t, func(s *scene) {
		refund := []dispute.Payment{{At: start.Add(-time.Minute), Did: "refund", Amount: usd(1000), Source: "stripe:refund/re_1"}}
		shop := s.take(s.offline("Norte SL", "shop"), record("1", "marketplace", func(r *connector.Snapshot) { r.Facts.Ledger = refund }))
		s.take(s.offline("Norte SL", "provider"), record("2", "marketplace", func(r *connector.Snapshot) { r.Facts.Ledger = refund }))
		if rest := s.page(shop).Rest; rest != usd(2000) {
			s.t.Errorf("rest %v, want 20.00", rest)
		}
		s.refuses(shop, "fault.amount_above_refundable")
	})
}

func TestAnActInDoubtOnOneCaseCountsOnTheOther(t *testing.T) {
	onEach(t, func(s *scene) {
		one := s.take(s.offline("Norte SL", "shop"), record("1", "marketplace", nil))
		other := s.take(s.offline("Norte SL", "provider"), record("2", "marketplace", nil))
		act := connector.Effect{ID: "eff_1", Do: "accept", Amount: usd(3000)}
		raw, err := json.Marshal(act)
		s.must(err)
		put := func(state string) {
			s.must(s.DB.Write(context.Background(), func(tx *store.Tx) error {
				e := store.Effect{ID: "eff_" + state, DecisionID: "dec_" + state, CaseID: one, StoreID: s.store, Payload: raw, State: state, CreatedAt: start, EndedAt: start}
				return tx.AddEffect(&e)
			}))
		}
		put("refused")
		if rest := s.page(other).Rest; rest != usd(3000) {
			s.t.Errorf("rest %v after a refused act", rest)
		}
		put("in_doubt")
		s.refuses(other, "fault.amount_above_refundable")
	})
}

func TestAConfirmedActAndThePaymentItMadeAreOne(t *testing.T) {
	onEach(t, func(s *scene) {
		shop := s.offline("Norte SL", "shop")
		one := s.take(shop, record("1", "marketplace", func(r *connector.Snapshot) { r.Facts.Order.Goods = usd(9000) }))
		raw, err := json.Marshal(connector.Effect{ID: "eff_1", Do: "accept", Amount: usd(3000)})
		s.must(err)
		s.must(s.DB.Write(context.Background(), func(tx *store.Tx) error {
			return tx.AddEffect(&store.Effect{ID: "eff_1", DecisionID: "dec_1", CaseID: one, StoreID: shop, Payload: raw, State: "confirmed", CreatedAt: start, EndedAt: start})
		}))
		if rest := s.page(one).Rest; rest != usd(6000) {
			s.t.Errorf("rest %v after the act, want 60.00", rest)
		}
		s.take(shop, record("1", "marketplace", func(r *connector.Snapshot) {
			r.Fingerprint, r.Facts.Order.Goods = "paid", usd(9000)
			r.Facts.Ledger = []dispute.Payment{{At: start.Add(time.Minute), Did: "refund", Amount: usd(3000), Source: "stripe:refund/re_1"}}
		}))
		if rest := s.page(one).Rest; rest != usd(6000) {
			s.t.Errorf("rest %v once the payment shows, want 60.00", rest)
		}
	})
}

func TestAPaymentInAnotherCurrencyStopsMoney(t *testing.T) {
	onEach(t, func(s *scene) {
		claim := s.take(s.offline("Norte SL", "shop"), record("1", "marketplace", nil))
		s.take(s.offline("Norte SL", "provider"), record("2", "paypal", func(r *connector.Snapshot) {
			r.Facts.Case.Claim.Amount = money.Amount{Minor: 2800, Currency: "EUR"}
		}))
		s.refuses(claim, "fault.paid_in_other_currency")
	})
}

func TestAnotherCompanysPaymentIsNotOurs(t *testing.T) {
	onEach(t, func(s *scene) {
		claim := s.take(s.offline("Norte SL", "shop"), record("1", "marketplace", nil))
		s.take(s.offline("Sur SL", "bank"), record("2", "card", nil))
		if rest := s.page(claim).Rest; rest != usd(3000) {
			s.t.Errorf("rest %v, want all of it", rest)
		}
	})
}

// The member who may not see the other store learns that money is held, and nothing else of that case.
func TestThePurchaseShowsOnlyWhatTheMemberSees(t *testing.T) {
	onEach(t, func(s *scene) {
		shop := s.offline("Norte SL", "shop")
		claim := s.take(shop, record("1", "marketplace", nil))
		s.take(s.offline("Norte SL", "bank"), record("2", "card", nil))
		agent := desk.Who{MemberID: addMember(t, s.Desk, "Eva", "agent", []int64{shop}), Name: "Eva", Role: "agent", Stores: []int64{shop}}
		p, err := s.Peek(context.Background(), agent, claim)
		s.must(err)
		if len(p.Purchase) != 0 || p.Rest != usd(0) {
			s.t.Errorf("purchase %+v, rest %v", p.Purchase, p.Rest)
		}
		_, err = s.Decide(context.Background(), agent, claim, desk.Choice{Option: "accept"})
		if err == nil || strings.Contains(err.Error(), "order-of-2") {
			s.t.Errorf("the refusal %v tells of the other case", err)
		}
	})
}
