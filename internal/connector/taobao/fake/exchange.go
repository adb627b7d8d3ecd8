package fake

import "time"

// swapKind is the dispute_type of an exchange of a Tmall shop.
const swapKind = "TMALL_EXCHANGE"

// swap is what an exchange has beside a refund.
type swap struct {
	wanted, company, sid string
}

// swapping: another article is asked for, and no money.
func (r *Refund) swapping() bool { return r.swap != nil && r.kind == swapKind }

// swapCodes are the numbers by which the methods about exchanges tell the states.
var swapCodes = map[string]string{
	"WAIT_SELLER_AGREE": "1", "WAIT_BUYER_RETURN_GOODS": "2", "WAIT_SELLER_CONFIRM_GOODS": "3", "CLOSED": "4", "SUCCESS": "5",
	"SELLER_REFUSE_BUYER": "6", "WAIT_SELLER_CONSIGN_GOODS": "12", "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": "13",
	"EXCHANGE_TRANSFORM_TO_REFUND": "14",
}

// swapStatus is 14 for good once the buyer asks for money instead.
func (r *Refund) swapStatus() string {
	if !r.swapping() {
		return "14"
	}
	return swapCodes[r.status]
}

// swapRunsOut is what silence leads to.
func (r *Refund) swapRunsOut(at time.Time) {
	next := map[string]struct {
		status string
		clock  time.Duration
	}{
		"WAIT_SELLER_AGREE":                             {"WAIT_BUYER_RETURN_GOODS", SendBack},
		"WAIT_BUYER_RETURN_GOODS":                       {"CLOSED", 0},
		"SELLER_REFUSE_BUYER":                           {"CLOSED", 0},
		"WAIT_SELLER_CONFIRM_GOODS":                     {"WAIT_SELLER_CONSIGN_GOODS", SendOther},
		"WAIT_SELLER_CONSIGN_GOODS":                     {"EXCHANGE_TRANSFORM_TO_REFUND", 0},
		"WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": {"SUCCESS", 0},
	}[r.status]
	if next.status == "" {
		r.due = time.Time{}
		return
	}
	r.move(next.status, next.clock)
	if r.modified = at.Truncate(time.Second); r.over() { // it happened when the time ran out, not now
		r.ended = r.modified
	} else if next.clock > 0 {
		r.clock(next.clock)
	}
	r.shop.tell("taobao_dispute_ExchangeStatusChanged", r)
}

// Exchange lets the buyer of a Tmall shop ask for another article.
func (s *Shop) Exchange(t *Trade, spec RefundSpec) *Refund {
	spec.Kind, spec.GoodsBack, spec.Received = swapKind, true, true
	return s.Ask(t, spec)
}

// WantOther lets the buyer ask for another article than before; the seller's time begins anew.
func (r *Refund) WantOther(article string) error {
	return r.act("taobao_dispute_ExchangeBuyerModify", func() error {
		if !r.swapping() {
			return r.errNot("no exchange")
		}
		r.swap.wanted = article
		r.move("WAIT_SELLER_AGREE", AnswerExchange)
		return nil
	})
}

// ConfirmOther lets the buyer confirm the other article.
func (r *Refund) ConfirmOther() error {
	return r.act("taobao_dispute_ExchangeSuccess", func() error {
		if !r.swapping() || r.status != "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS" {
			return r.errNot("nothing was sent in exchange")
		}
		r.move("SUCCESS", 0)
		return nil
	})
}

// WantMoney lets the buyer ask for money instead of another article, under the same number.
func (r *Refund) WantMoney(fee int64) error {
	return r.act("taobao_refund_RefundBuyerModifyAgreement", func() error {
		if !r.swapping() {
			return r.errNot("no exchange")
		}
		back := r.returned.IsZero()
		r.kind, r.fee, r.goodsBack = map[bool]string{true: "REFUND_AND_RETURN", false: "REFUND"}[back], fee, back
		r.move("WAIT_SELLER_AGREE", AnswerSent)
		return nil
	})
}

// Forbid takes a method from the application, as a permission package that was never granted does; Allow gives it back.
func (s *Shop) Forbid(method string) { s.permission(method, false) }

// Allow gives a method back.
func (s *Shop) Allow(method string) { s.permission(method, true) }

func (s *Shop) permission(method string, granted bool) {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	if s.forbidden == nil {
		s.forbidden = map[string]bool{}
	}
	s.forbidden[method] = !granted
}
