package fake

import (
	"errors"
	"fmt"
	"time"
)

// Stages, statuses and outcomes as PayPal writes them.
const (
	Inquiry    = "INQUIRY"
	Chargeback = "CHARGEBACK"

	WaitsForSeller = "WAITING_FOR_SELLER_RESPONSE"
	WaitsForBuyer  = "WAITING_FOR_BUYER_RESPONSE"
	UnderReview    = "UNDER_REVIEW"
	Resolved       = "RESOLVED"

	buyerFavour  = "RESOLVED_BUYER_FAVOUR"
	sellerFavour = "RESOLVED_SELLER_FAVOUR"
	cancelled    = "CANCELED_BY_BUYER"
	unsettled    = "NONE"
)

// PayPal's clocks.
const (
	inquiryLasts  = 20 * 24 * time.Hour
	offerLasts    = 10 * 24 * time.Hour
	answerTakes   = 10 * 24 * time.Hour
	appealsWithin = 10 * 24 * time.Hour
)

// Temper is how a scripted buyer goes on after what the seller said in an inquiry: an offer, a message or a proof.
type Temper struct {
	Answers     time.Duration // after it; 0 = never
	AcceptsFrom int           // percent of the disputed amount
	Rounds      int           // how often he only says no, before Then
	Then        string        // after a refusal: "escalate", "cancel", or nothing
	SendsBack   time.Duration // after a return was agreed on; 0 = never
}

// DisputeSpec is a dispute to be opened.
type DisputeSpec struct {
	ID, Transaction, Invoice, Custom string // made up when empty
	Reason                           string
	SubReason                        string // of merchandise: DAMAGED, DIFFERENT, MISSING_PARTS, OTHER
	Amount, Gross                    Money  // Gross empty: the amount
	Buyer, Item, ItemID              string
	Says                             string // the buyer's first message
	Stage                            string // empty: INQUIRY
	External                         bool   // a bank's chargeback
	CardReason                       string // the network's own code, of an external one
	PaidAt                           time.Time
	AnswerBy                         time.Time     // empty: 10 days from the opening
	Review                           time.Duration // how long PayPal takes to rule once it reviews; 0 = until Rule is called
	ForBuyer                         bool          // how it rules then
	Temper                           Temper
}

// Dispute is a dispute with everything PayPal shows of it.
type Dispute struct {
	spec                     DisputeSpec
	account                  *Account
	id                       string
	stage, status            string
	created, updated         time.Time
	sellerDue, buyerDue      time.Time
	messages                 []message
	offers                   []offerEvent
	evidences                []evidence
	supporting               []supportingInfo
	adjudications            []adjudication
	outcome                  string
	refunded                 Money
	paymentStatus            string
	resolved, offered, given time.Time // instants of the end, of the offer on the table, and of what is under review
	withReturn, returned     bool
	appealed, agreed         bool
	ruled                    bool      // the end was PayPal's decision
	answers, sendsBack       time.Time // when a scripted buyer answers, and sends goods back
	rounds                   int       // how often he said no
	lapsed                   time.Time // when the seller's time ran out
	promisedAt               time.Time // when the seller offered or agreed what is paid in the end
	strange                  string    // a word nobody has documented
}

// ID is the number of the dispute.
func (d *Dispute) ID() string { return d.id }

// Transaction is the number of the payment as the seller sees it.
func (d *Dispute) Transaction() string { return d.spec.Transaction }

// Open opens a dispute of a buyer's.
func (p *Platform) Open(a *Account, spec DisputeSpec) *Dispute {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	p.number++
	now := p.now()
	d := &Dispute{spec: p.filled(spec, now), account: a, created: now, updated: now, paymentStatus: "COMPLETED", status: WaitsForSeller}
	d.id, d.stage = d.spec.ID, d.spec.Stage
	d.sellerDue = d.spec.AnswerBy
	if d.spec.Says != "" && d.stage == Inquiry {
		d.messages = append(d.messages, message{By: "BUYER", At: stamp(now), Text: d.spec.Says})
	}
	p.disputes, p.running = append(p.disputes, d), append(p.running, d)
	a.disputes, a.byID[d.id] = append(a.disputes, d), d
	p.expect(d)
	p.tell(d, "CUSTOMER.DISPUTE.CREATED")
	return d
}

func (p *Platform) filled(s DisputeSpec, now time.Time) DisputeSpec {
	s.Stage, s.Reason = or(s.Stage, Inquiry), or(s.Reason, "MERCHANDISE_OR_SERVICE_NOT_RECEIVED")
	letter := "R"
	if s.Stage != Inquiry {
		letter = "D"
	}
	s.ID = or(s.ID, fmt.Sprintf("PP-%s-FAK-%08d", letter, 10000000+p.number))
	s.Transaction = or(s.Transaction, made("seller", p.number)[:17])
	s.Item, s.ItemID = or(s.Item, "Desk lamp"), or(s.ItemID, fmt.Sprintf("SKU%d", p.number))
	s.Buyer = or(s.Buyer, "Ana Souza")
	if s.Amount.Currency == "" {
		s.Amount = Money{3990, "EUR"}
	}
	if s.Gross.Currency == "" {
		s.Gross = s.Amount
	}
	if s.PaidAt.IsZero() {
		s.PaidAt = now.AddDate(0, 0, -16)
	}
	if s.AnswerBy.IsZero() {
		s.AnswerBy = now.Add(answerTakes)
	}
	return s
}

var errOver = errors.New("the dispute does not allow that now")

// change does something to a running dispute under the lock and tells the world.
func (p *Platform) change(d *Dispute, do func(now time.Time) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	if d.status == Resolved {
		return errOver
	}
	now := p.now()
	if err := do(now); err != nil {
		return err
	}
	p.changed(d, now)
	return nil
}

// changed notes that a dispute is another one now.
func (p *Platform) changed(d *Dispute, now time.Time) {
	d.updated = now
	p.expect(d)
	if d.status == Resolved && d.resolved.Equal(now) {
		p.tell(d, "CUSTOMER.DISPUTE.RESOLVED")
		return
	}
	p.tell(d, "CUSTOMER.DISPUTE.UPDATED")
}

// end resolves a dispute.
func (d *Dispute) end(now time.Time, outcome string, refunded Money) {
	d.status, d.outcome, d.refunded, d.resolved = Resolved, outcome, refunded, now
	d.sellerDue, d.buyerDue, d.answers, d.sendsBack, d.ruled = time.Time{}, time.Time{}, time.Time{}, time.Time{}, false
	switch {
	case refunded.Minor == 0:
	case refunded.Minor < d.spec.Gross.Minor:
		d.paymentStatus = "PARTIALLY_REFUNDED"
	default:
		d.paymentStatus = "REFUNDED"
	}
}

func (d *Dispute) rule(now time.Time, forBuyer bool, reason string) {
	kind, outcome, sum := "DENY_BUYER", sellerFavour, Money{0, d.spec.Amount.Currency}
	if forBuyer {
		kind, outcome, sum = "RECOVER_FROM_SELLER", buyerFavour, d.spec.Amount
	}
	d.adjudications = append(d.adjudications, adjudication{Kind: kind, At: stamp(now), Reason: reason, Stage: d.stage})
	d.end(now, outcome, sum)
	d.ruled = true
}

// appealable tells until when the seller may appeal: a decision against him, once, within ten days.
func (d *Dispute) appealable(now time.Time) bool {
	return d.status == Resolved && d.outcome == buyerFavour && !d.agreed && !d.appealed && d.stage != Inquiry &&
		len(d.adjudications) > 0 && now.Before(d.resolved.Add(appealsWithin))
}
