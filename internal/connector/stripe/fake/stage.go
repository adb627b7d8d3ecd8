package fake

import (
	"errors"
	"slices"
	"time"
)

// ChargeSpec describes a payment. Empty members are made up.
type ChargeSpec struct {
	ID, Intent  string // an Intent of "-" makes a charge without a payment intent
	Amount      int64  // in Stripe's smallest unit
	Currency    string
	Name        string
	Country     string
	Description string
	Network     string // visa, mastercard, amex …
	Carrier     string
	Tracking    string
	Metadata    map[string]string
	Ago         time.Duration // how long ago it was paid
}

// Charge is a payment.
type Charge struct {
	ChargeSpec
	Created  int64
	refunded int64
}

// DisputeSpec describes a dispute. Empty members are made up.
type DisputeSpec struct {
	ID       string
	Reason   string        // Stripe's word
	Code     string        // the network's own
	CaseType string        // chargeback when empty; inquiry takes no money
	Amount   int64         // the whole charge when 0
	Answer   time.Duration // until evidence is due; 9 days when 0
	Ago      time.Duration // how long ago it was opened
	Decides  time.Duration // after the evidence, the bank decides; 0: when the stage says so
	Wins     bool          // how it decides
	Metadata map[string]string
	Raises   time.Duration // after its opening, the bank makes a chargeback of an inquiry, unless all was paid back; 0: when the stage says so
}

// Dispute is one dispute.
type Dispute struct {
	DisputeSpec
	Status    string
	Created   int64
	DueBy     int64
	Submitted int
	SentAt    int64
	Evidence  map[string]string
	charge    *Charge
	account   *Account
	moves     []move
	changed   time.Time // when something happened to it last
	lost      time.Time // when it was lost
	late      time.Time // when the seller's time ran out
	given     bool      // lost because the seller accepted it
}

// move is a balance transaction of a dispute.
type move struct {
	id          string
	amount, fee int64
	at          int64
}

// Warning is an early fraud warning.
type Warning struct {
	ID, FraudType string
	Created       int64
	charge        *Charge
}

// Refund is money paid back.
type Refund struct {
	ID, Reason string
	Amount     int64
	Created    int64
	Status     string
	Metadata   map[string]string
	charge     *Charge
}

// File is an uploaded paper.
type File struct {
	ID, Name, Kind string
	Bytes          []byte
	Created        int64
}

// DisputeFee is what a chargeback costs the merchant, in the smallest unit.
const DisputeFee = 2000

// Pay lets a buyer pay.
func (a *Account) Pay(spec ChargeSpec) *Charge {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	if spec.ID == "" {
		spec.ID = a.p.id("ch")
	}
	if spec.Intent == "" {
		spec.Intent = a.p.id("pi")
	}
	fill(&spec.Currency, a.Currency)
	fill(&spec.Name, "Ana Souza")
	fill(&spec.Country, "ES")
	fill(&spec.Network, "visa")
	c := &Charge{ChargeSpec: spec, Created: a.p.now().Add(-spec.Ago).Unix()}
	a.charges = append(a.charges, c)
	return c
}

// Dispute lets the buyer's bank dispute a payment, or ask about it (case type inquiry).
func (a *Account) Dispute(c *Charge, spec DisputeSpec) *Dispute {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	if spec.ID == "" {
		spec.ID = a.p.id("dp")
	}
	if spec.CaseType == "" {
		spec.CaseType = "chargeback"
	}
	if spec.Reason == "" {
		spec.Reason = "general"
	}
	if spec.Amount == 0 {
		spec.Amount = c.Amount
	}
	if spec.Answer == 0 {
		spec.Answer = 9 * 24 * time.Hour
	}
	opened := a.p.now().Add(-spec.Ago)
	d := &Dispute{
		DisputeSpec: spec, Status: "needs_response", Created: opened.Unix(), DueBy: opened.Add(spec.Answer).Unix(),
		Evidence: map[string]string{}, charge: c, account: a, changed: opened,
	}
	if spec.CaseType == "inquiry" {
		d.Status = "warning_needs_response"
	} else {
		d.withdraw(opened)
	}
	a.disputes = append(a.disputes, d)
	slices.SortStableFunc(a.disputes, func(x, y *Dispute) int { return int(y.Created - x.Created) }) // the newest first, as lists give them
	a.p.running = append(a.p.running, d)
	a.p.expect(d)
	a.happened("charge.dispute.created", opened, d.json(a, nil))
	return d
}

func (d *Dispute) withdraw(at time.Time) {
	d.moves = append(d.moves, move{d.account.p.id("txn"), -d.Amount, DisputeFee, at.Unix()})
}

var errStands = errors.New("the dispute does not stand so that this could happen")

// Escalate: the bank makes a chargeback of an inquiry.
func (d *Dispute) Escalate() error {
	return d.change("charge.dispute.updated", "warning_", d.raise)
}

// raise: the bank knows what was paid back and disputes the rest.
func (d *Dispute) raise(now time.Time) {
	d.Status, d.CaseType, d.Submitted = "needs_response", "chargeback", 0
	d.Amount = min(d.Amount, d.charge.Amount-d.charge.refunded)
	d.DueBy = now.Add(d.Answer).Unix()
	d.withdraw(now)
}

// Decide: the bank decides, for the merchant or against.
func (d *Dispute) Decide(wins bool) error {
	return d.change("charge.dispute.closed", "", func(now time.Time) { d.decide(wins, now) })
}

func (d *Dispute) decide(wins bool, now time.Time) {
	switch {
	case d.inquiry():
		d.Status = "warning_closed"
	case wins:
		d.Status = "won"
		d.moves = append(d.moves, move{d.account.p.id("txn"), d.Amount, 0, now.Unix()})
	default:
		d.Status, d.lost = "lost", now
	}
}

// Touch: something about the dispute changes that leaves it where it is, such as the date by which an answer is due.
func (d *Dispute) Touch(due time.Duration) error {
	return d.change("charge.dispute.updated", "", func(time.Time) { d.DueBy += int64(due.Seconds()) })
}

// Say: Stripe begins to use a word for the standing of a dispute that nobody has documented.
func (d *Dispute) Say(word string) {
	d.account.p.mu.Lock()
	defer d.account.p.mu.Unlock()
	d.Status = word
	d.account.p.expect(d)
}

// Prevent: the network settles the dispute before it becomes one.
func (d *Dispute) Prevent() error {
	return d.change("charge.dispute.closed", "", func(time.Time) { d.Status, d.CaseType = "prevented", "resolution" })
}

func (d *Dispute) change(event, prefix string, how func(time.Time)) error {
	a := d.account
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	a.p.lapse()
	if d.over() || (prefix != "" && !d.inquiry()) {
		return errStands
	}
	now := a.p.now()
	how(now)
	d.touched(now)
	a.happened(event, now, d.json(a, nil))
	return nil
}

func (d *Dispute) over() bool {
	return slices.Contains([]string{"won", "lost", "warning_closed", "prevented"}, d.Status)
}

func (d *Dispute) inquiry() bool {
	return d.Status == "warning_needs_response" || d.Status == "warning_under_review" || d.Status == "warning_closed"
}

func (d *Dispute) waits() bool {
	return d.Status == "needs_response" || d.Status == "warning_needs_response"
}

// Charge is the payment disputed.
func (d *Dispute) Charge() *Charge { return d.charge }

// Vanish removes a dispute, as if it had never been.
func (d *Dispute) Vanish() {
	d.account.p.mu.Lock()
	defer d.account.p.mu.Unlock()
	is := func(o *Dispute) bool { return o == d }
	d.account.disputes, d.account.p.running = slices.DeleteFunc(d.account.disputes, is), slices.DeleteFunc(d.account.p.running, is)
}

// Warn lets the card's bank report fraud.
func (a *Account) Warn(c *Charge, fraudType string, ago time.Duration) *Warning {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	w := &Warning{ID: a.p.id("issfr"), FraudType: fraudType, Created: a.p.now().Add(-ago).Unix(), charge: c}
	a.warnings = append([]*Warning{w}, a.warnings...)
	a.happened("radar.early_fraud_warning.created", a.p.now(), w.json(a, nil))
	return w
}

// PayBack refunds by hand, as in the dashboard.
func (a *Account) PayBack(c *Charge, sum int64) (*Refund, error) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	r, no := a.payBack(c, sum, "requested_by_customer", nil)
	if no != nil {
		return nil, errors.New(no.message)
	}
	return r, nil
}

// FailRefunds: the buyer's bank sends back what was refunded.
func (a *Account) FailRefunds(c *Charge) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	for _, r := range a.refunds {
		if r.charge == c && r.Status == "succeeded" {
			r.Status = "failed"
			c.refunded -= r.Amount
			a.happened("refund.failed", a.p.now(), r.json())
		}
	}
}

// Refunds are what was paid back of a payment.
func (a *Account) Refunds(c *Charge) (out []Refund) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	for _, r := range a.refunds {
		if r.charge == c {
			out = append(out, *r)
		}
	}
	return out
}

// Disputes are all disputes of the account as they stand now, the newest first.
func (a *Account) Disputes() (out []Dispute) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	for _, d := range a.disputes {
		out = append(out, *d)
	}
	return out
}

// See is a dispute as it stands now.
func (d *Dispute) See() Dispute {
	d.account.p.mu.Lock()
	defer d.account.p.mu.Unlock()
	return *d
}
