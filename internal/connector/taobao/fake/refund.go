package fake

import (
	"fmt"
	"slices"
	"time"
)

// The clocks: how long the seller has for goods that were not sent and for those that were, the buyer to send goods back or to change what
// he wants after a refusal, and the seller to look at what came back.
const (
	AnswerUnsent = 24 * time.Hour
	AnswerSent   = 36 * time.Hour
	SendBack     = 7 * 24 * time.Hour
	Revise       = 5 * 24 * time.Hour
	LookAtGoods  = 10 * 24 * time.Hour
)

// The clocks of an exchange, where they are others: how long the seller has to answer and to send the other article, and the buyer to
// confirm it.
const (
	AnswerExchange = 48 * time.Hour
	SendOther      = 72 * time.Hour
	ConfirmOther   = 10 * 24 * time.Hour
)

// Refund is one refund of a shop.
type Refund struct {
	ID int64

	shop                         *Shop
	trade                        *Trade
	order                        *Order
	status, good, phase, reason  string
	desc, kind, constraint, word string
	fee                          int64 // fen
	goodsBack, reviewed, gone    bool
	created, modified, due       time.Time
	returned, ended              time.Time
	company, sid                 string
	cs                           int
	offered                      int64 // fen of a return that the shop offered; 0 = none
	swap                         *swap // nil = money was asked for from the beginning
	messages                     []*message
}

type message struct {
	id             int64
	at             time.Time
	role, nick     string
	content, kind  string
	pictures       []string
	pictureContent [][]byte
}

// RefundSpec is what a buyer asks for. Empty fields: the whole line, for goods that did not arrive.
type RefundSpec struct {
	Fee        int64 // fen
	GoodsBack  bool
	Received   bool
	Reason     string
	Desc       string
	Kind       string // dispute_type
	Wanted     string // of an exchange (TMALL_EXCHANGE): the article wanted instead
	Constraint string // operation_contraint
	Ago        time.Duration
	Answer     time.Duration // how long the seller has; 0 = by the platform's clock
	Picture    string        // address of a picture the buyer shows
}

// Ask lets the buyer ask for money back.
func (s *Shop) Ask(t *Trade, spec RefundSpec) *Refund {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	o := t.orders[0]
	r := &Refund{
		ID: s.platform.number(), shop: s, trade: t, order: o, status: "WAIT_SELLER_AGREE", good: "BUYER_NOT_RECEIVED", phase: "onsale",
		reason: or(spec.Reason, "协商一致退款"), desc: spec.Desc, kind: or(spec.Kind, "REFUND"), constraint: or(spec.Constraint, "null"),
		fee: spec.Fee, goodsBack: spec.GoodsBack, created: s.platform.now().Add(-spec.Ago).Truncate(time.Second),
	}
	if spec.GoodsBack && spec.Kind == "" {
		r.kind = "REFUND_AND_RETURN"
	}
	if spec.Received || spec.GoodsBack {
		r.good = "BUYER_RECEIVED"
	}
	if t.status == "TRADE_FINISHED" {
		r.phase = "aftersale"
	}
	if r.fee == 0 {
		r.fee = o.payment
	}
	r.modified = r.created
	r.clock(AnswerUnsent)
	if t.sent() {
		r.clock(AnswerSent)
	}
	if r.kind == swapKind {
		r.swap = &swap{wanted: or(spec.Wanted, "颜色:黑色")}
		r.fee, r.goodsBack = 0, true
		r.clock(AnswerExchange)
	}
	if spec.Answer > 0 {
		r.clock(spec.Answer)
	}
	if spec.Picture != "" {
		r.say("1", spec.Desc, "NORMAL", spec.Picture)
		r.messages[0].at = r.created
	}
	o.refund = r
	s.refunds = append(s.refunds, r)
	s.tell("taobao_refund_RefundCreated", r)
	s.platform.lapse()
	return r
}

func (r *Refund) clock(d time.Duration) { r.due = r.modified.Add(d) }

// version is the time of the last change in epoch milliseconds.
func (r *Refund) version() int64 { return r.modified.UnixMilli() }

// move changes the state; the version with it, which is never the same twice.
func (r *Refund) move(status string, clock time.Duration) {
	r.status = status
	r.touch()
	r.due = time.Time{}
	if clock > 0 {
		r.clock(clock)
	}
	if r.over() {
		r.ended = r.modified
	}
	if status == "SUCCESS" && !r.swapping() {
		r.order.status = "TRADE_CLOSED"
	}
}

func (r *Refund) touch() {
	now := r.shop.platform.now().Truncate(time.Second)
	if !now.After(r.modified) {
		now = r.modified.Add(time.Second)
	}
	r.modified, r.reviewed = now, false
}

func (r *Refund) over() bool { return r.status == "SUCCESS" || r.status == "CLOSED" }

func (r *Refund) say(role, content, kind string, pictures ...string) *message {
	nick := r.trade.buyer
	if role == "2" {
		nick = r.shop.Nick
	}
	m := &message{id: r.shop.platform.number(), at: r.shop.platform.now().Truncate(time.Second), role: role, nick: nick, content: content, kind: kind, pictures: pictures}
	r.messages = append(r.messages, m)
	return m
}

// lapse lets happen what time brings.
func (p *Platform) lapse() {
	now := p.now()
	for _, s := range p.shops {
		for _, r := range s.refunds {
			for !r.over() && !r.due.IsZero() && !now.Before(r.due) {
				r.runOut()
			}
		}
	}
}

func (r *Refund) runOut() {
	at := r.due
	if r.swapping() {
		r.swapRunsOut(at)
		return
	}
	switch r.status {
	case "WAIT_SELLER_AGREE":
		if r.goodsBack {
			r.move("WAIT_BUYER_RETURN_GOODS", SendBack)
		} else {
			r.move("SUCCESS", 0)
		}
	case "WAIT_SELLER_CONFIRM_GOODS":
		r.move("SUCCESS", 0)
	case "WAIT_BUYER_RETURN_GOODS", "SELLER_REFUSE_BUYER":
		r.move("CLOSED", 0)
	default:
		r.due = time.Time{}
		return
	}
	// It happened when the time ran out, not now.
	if r.modified = at.Truncate(time.Second); r.over() {
		r.ended = r.modified
	} else {
		r.clock(SendBack)
	}
	r.shop.tell(map[string]string{"SUCCESS": "taobao_refund_RefundSuccess", "CLOSED": "taobao_refund_RefundClosed"}[r.status], r)
}

// SeenRefund is what a refund is now.
type SeenRefund struct {
	Status, SID string
	Fee         int64
	Version     int64
	Messages    []string
	Pictures    int
	Offered     int64
	Due, Ended  time.Time
	Sent        string // number of the parcel of an exchange
}

// See tells what a refund is now.
func (r *Refund) See() SeenRefund {
	r.shop.platform.mu.Lock()
	defer r.shop.platform.mu.Unlock()
	r.shop.platform.lapse()
	see := SeenRefund{Status: r.status, SID: r.sid, Fee: r.fee, Version: r.version(), Offered: r.offered, Due: r.due, Ended: r.ended}
	if r.swap != nil {
		see.Sent = r.swap.sid
	}
	for _, m := range r.messages {
		see.Messages, see.Pictures = append(see.Messages, m.content), see.Pictures+len(m.pictures)
	}
	return see
}

// Trade is the purchase behind it.
func (r *Refund) Trade() *Trade { return r.trade }

// errNot says that something cannot happen to a refund now.
func (r *Refund) errNot(what string) error {
	return fmt.Errorf("refund %d is %s: %s", r.ID, r.status, what)
}

// act lets the buyer or the platform do something, unless the refund is over.
func (r *Refund) act(topic string, do func() error) error {
	r.shop.platform.mu.Lock()
	defer r.shop.platform.mu.Unlock()
	r.shop.platform.lapse()
	if r.over() {
		return r.errNot("it is over")
	}
	if err := do(); err != nil {
		return err
	}
	r.shop.tell(topic, r)
	return nil
}

// Change lets the buyer ask for another sum; the seller's time begins anew.
func (r *Refund) Change(fee int64) error {
	return r.act("taobao_refund_RefundBuyerModifyAgreement", func() error {
		r.fee = fee
		r.move("WAIT_SELLER_AGREE", AnswerSent)
		return nil
	})
}

// Withdraw lets the buyer take the matter back.
func (r *Refund) Withdraw() error {
	return r.act("taobao_refund_RefundClosed", func() error { r.move("CLOSED", 0); return nil })
}

// SendGoods lets the buyer send the goods back.
func (r *Refund) SendGoods(company, sid string) error {
	return r.act("taobao_refund_RefundBuyerReturnGoods", func() error {
		if r.status != "WAIT_BUYER_RETURN_GOODS" {
			return r.errNot("no return was agreed on")
		}
		r.move("WAIT_SELLER_CONFIRM_GOODS", LookAtGoods)
		r.company, r.sid, r.returned, r.good = company, sid, r.modified, "BUYER_RETURNED_GOODS"
		return nil
	})
}

// TakeOffer lets the buyer agree to the return that the shop offered.
func (r *Refund) TakeOffer() error {
	return r.act("taobao_refund_RefundBuyerModifyAgreement", func() error {
		if r.offered == 0 {
			return r.errNot("no return was offered")
		}
		r.fee, r.goodsBack, r.kind = r.offered, true, "REFUND_AND_RETURN"
		r.move("WAIT_BUYER_RETURN_GOODS", SendBack)
		return nil
	})
}

// StepIn lets the platform's staff deal with the matter: cs_status 3.
func (r *Refund) StepIn() error {
	return r.act("taobao_refund_TaobaoIntervened", func() error { r.cs = 3; r.touch(); r.due = time.Time{}; return nil })
}

// Rule lets the platform decide.
func (r *Refund) Rule(forBuyer bool) error {
	return r.act("taobao_refund_RefundSuccess", func() error {
		if r.cs != 3 {
			return r.errNot("nobody asked the platform")
		}
		if r.cs = 9; forBuyer {
			r.cs = 8
			r.move("SUCCESS", 0)
			return nil
		}
		r.move("CLOSED", 0)
		return nil
	})
}

// Write lets the buyer write, with or without a picture. The version stays.
func (r *Refund) Write(content string, pictures ...string) error {
	return r.act("taobao_refund_RefundCreateMessage", func() error { r.say("1", content, "NORMAL", pictures...); return nil })
}

// Say makes the platform use a reason nobody knows.
func (r *Refund) Say(word string) {
	r.shop.platform.mu.Lock()
	defer r.shop.platform.mu.Unlock()
	r.word = word
}

// Vanish makes the platform forget a refund.
func (r *Refund) Vanish() {
	r.shop.platform.mu.Lock()
	defer r.shop.platform.mu.Unlock()
	r.gone = true
}

// Refunds are all refunds of a shop, the oldest first.
func (s *Shop) Refunds() []*Refund {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	return slices.Clone(s.refunds)
}
