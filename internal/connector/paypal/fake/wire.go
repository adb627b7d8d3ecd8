package fake

import (
	"bytes"
	"encoding/json"
	"io"
	"time"
)

// stamp writes an instant as PayPal does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func stampOrNothing(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}

// strict reads JSON and refuses members nobody knows.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return io.ErrUnexpectedEOF
	}
	return nil
}

type link struct {
	Href   string `json:"href"`
	Rel    string `json:"rel"`
	Method string `json:"method"`
}

type document struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type message struct {
	By        string     `json:"posted_by"`
	At        string     `json:"time_posted"`
	Text      string     `json:"content"`
	Documents []document `json:"documents,omitempty"`
}

type offerEvent struct {
	At     string `json:"offer_time"`
	Actor  string `json:"actor"`
	What   string `json:"event_type"`
	Kind   string `json:"offer_type"`
	Amount *Money `json:"offer_amount,omitempty"`
	Notes  string `json:"notes,omitempty"`
	Stage  string `json:"dispute_life_cycle_stage"`
}

type trackingInfo struct {
	Carrier string `json:"carrier_name"`
	Other   string `json:"carrier_name_other,omitempty"`
	URL     string `json:"tracking_url,omitempty"`
	Number  string `json:"tracking_number"`
}

type evidenceInfo struct {
	Tracking []trackingInfo `json:"tracking_info,omitempty"`
	Refunds  []string       `json:"refund_ids,omitempty"`
}

type actionInfo struct {
	Action string `json:"action"`
	Option string `json:"response_option,omitempty"`
}

type evidence struct {
	Kind      string        `json:"evidence_type"`
	Info      *evidenceInfo `json:"evidence_info,omitempty"`
	Documents []document    `json:"documents,omitempty"`
	Notes     string        `json:"notes,omitempty"`
	Source    string        `json:"source,omitempty"`
	Date      string        `json:"date,omitempty"`
	ItemID    string        `json:"item_id,omitempty"`
	Action    *actionInfo   `json:"action_info,omitempty"`
	Stage     string        `json:"dispute_life_cycle_stage,omitempty"`
}

type supportingInfo struct {
	Notes     string     `json:"notes,omitempty"`
	Documents []document `json:"documents,omitempty"`
	Source    string     `json:"source"`
	At        string     `json:"provided_time"`
	Stage     string     `json:"dispute_life_cycle_stage"`
}

type adjudication struct {
	Kind   string `json:"type"`
	At     string `json:"adjudication_time"`
	Reason string `json:"reason,omitempty"`
	Stage  string `json:"dispute_life_cycle_stage"`
}

type movement struct {
	Party  string `json:"affected_party"`
	Amount Money  `json:"amount"`
	At     string `json:"initiated_time"`
	Kind   string `json:"type"`
	Reason string `json:"reason"`
}

// members is a JSON object; what is empty is left out by set.
type members map[string]any

func (m members) set(name, text string) {
	if text != "" {
		m[name] = text
	}
}

func list[T any](m members, name string, of []T) {
	if len(of) > 0 {
		m[name] = of
	}
}

// row is a dispute as the list shows it.
func (d *Dispute) row(base string, now time.Time) members {
	m := members{
		"dispute_id": d.id, "create_time": stamp(d.created), "update_time": stamp(d.updated), "status": d.status, "reason": d.spec.Reason,
		"dispute_state": d.state(now), "dispute_amount": d.spec.Amount, "dispute_life_cycle_stage": d.stage, "dispute_channel": d.channel(),
		"links": []link{{base + disputesPath + "/" + d.id, "self", "GET"}},
	}
	m.set("seller_response_due_date", stampOrNothing(d.sellerDue))
	m.set("buyer_response_due_date", stampOrNothing(d.buyerDue))
	return m
}

func (d *Dispute) channel() string {
	if d.spec.External {
		return "EXTERNAL"
	}
	return "INTERNAL"
}

// state is the seller's own view, which only the list shows.
func (d *Dispute) state(now time.Time) string {
	switch {
	case d.appealable(now):
		return "APPEALABLE"
	case d.status == Resolved:
		return "RESOLVED"
	case d.status == WaitsForSeller:
		return "REQUIRED_ACTION"
	case d.stage == Inquiry:
		return "OPEN_INQUIRIES"
	case d.status == WaitsForBuyer:
		return "REQUIRED_OTHER_PARTY_ACTION"
	}
	return "UNDER_PAYPAL_REVIEW"
}

// detail is a dispute in full.
func (d *Dispute) detail(base string, now time.Time) members {
	m := d.row(base, now)
	delete(m, "dispute_state")
	m["disputed_transactions"] = []members{d.payment()}
	m["offer"] = d.offer()
	m["extensions"] = d.extensions()
	m["links"] = d.links(base, now)
	m.set("external_reason_code", d.spec.CardReason)
	m.set("mood", d.strange)
	list(m, "messages", d.messages)
	list(m, "evidences", d.evidences)
	list(m, "supporting_info", d.supporting)
	list(m, "adjudications", d.adjudications)
	if d.status != Resolved {
		m["refund_details"] = members{"allowed_refund_amount": d.spec.Gross}
		m["allowed_response_options"] = d.options(now)
	} else {
		m["dispute_outcome"] = d.ending()
		list(m, "money_movements", d.movements())
	}
	return m
}

func (d *Dispute) ending() members {
	m := members{"outcome_code": d.outcome}
	if d.refunded.Minor > 0 {
		m["amount_refunded"] = d.refunded
	}
	return m
}

func (d *Dispute) movements() []movement {
	if d.refunded.Minor == 0 {
		return nil
	}
	return []movement{
		{"SELLER", d.refunded, stamp(d.resolved), "DEBIT", "DISPUTE_SETTLEMENT"},
		{"BUYER", d.refunded, stamp(d.resolved), "CREDIT", "DISPUTE_SETTLEMENT"},
	}
}

func (d *Dispute) payment() members {
	m := members{
		"seller_transaction_id": d.spec.Transaction, "create_time": stamp(d.spec.PaidAt), "transaction_status": d.paymentStatus,
		"gross_amount": d.spec.Gross, "buyer": members{"name": d.spec.Buyer}, "seller_protection_eligible": true,
		"seller": members{"email": "seller@example.com", "merchant_id": d.account.MerchantID, "name": or(d.account.Name, "Shop")},
		"items": []members{{
			"item_id": d.spec.ItemID, "item_description": d.spec.Item, "item_quantity": "1", "reason": d.spec.Reason, "dispute_amount": d.spec.Amount,
		}},
	}
	m.set("invoice_number", d.spec.Invoice)
	m.set("custom", d.spec.Custom)
	return m
}

func (d *Dispute) offer() members {
	m := members{"buyer_requested_amount": d.spec.Amount}
	for i := len(d.offers) - 1; i >= 0; i-- {
		if o := d.offers[i]; o.What == "PROPOSED" {
			m["offer_type"] = o.Kind
			if o.Amount != nil {
				m["seller_offered_amount"] = *o.Amount
			}
			break
		}
	}
	list(m, "history", d.offers)
	return m
}

func (d *Dispute) extensions() members {
	if d.spec.Reason != "MERCHANDISE_OR_SERVICE_NOT_RECEIVED" && d.spec.Reason != "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED" {
		return members{"merchant_contacted": false}
	}
	product := members{"product_received": "YES"}
	if d.spec.Reason == "MERCHANDISE_OR_SERVICE_NOT_RECEIVED" {
		product["product_received"] = "NO"
	}
	if d.spec.SubReason != "" {
		product["sub_reasons"] = []string{d.spec.SubReason}
	}
	return members{"merchandize_dispute_properties": members{"issue_type": "PRODUCT", "product_details": product}}
}

// links are what the seller may do now. They are the only list of it.
func (d *Dispute) links(base string, now time.Time) []link {
	self := base + disputesPath + "/" + d.id
	out := []link{{self, "self", "GET"}}
	for _, verb := range d.allowed(now) {
		out = append(out, link{self + "/" + verb.path, verb.rel, "POST"})
	}
	return out
}

type verb struct{ rel, path string }

var (
	acceptClaim  = verb{"accept_claim", "accept-claim"}
	makeOffer    = verb{"make_offer", "make-offer"}
	sendMessage  = verb{"send_message", "send-message"}
	giveEvidence = verb{"provide_evidence", "provide-evidence"}
	escalate     = verb{"escalate", "escalate"}
	acknowledge  = verb{"acknowledge_return_item", "acknowledge-return-item"}
	appeal       = verb{"appeal", "appeal"}
	support      = verb{"provide_supporting_info", "provide-supporting-info"}
)

func (d *Dispute) allowed(now time.Time) []verb {
	switch {
	case d.appealable(now):
		return []verb{appeal}
	case d.status == Resolved:
		return nil
	case d.returned && d.status == WaitsForSeller:
		return []verb{acknowledge}
	case d.withReturn:
		return nil
	case d.stage == Inquiry && d.status == WaitsForSeller:
		return []verb{acceptClaim, makeOffer, sendMessage, giveEvidence, escalate}
	case d.stage == Inquiry:
		return []verb{acceptClaim, makeOffer, sendMessage, escalate}
	case d.status == WaitsForSeller:
		return []verb{acceptClaim, giveEvidence}
	}
	return []verb{support}
}

// options are the kinds of answer each act takes.
func (d *Dispute) options(now time.Time) members {
	m := members{}
	for _, v := range d.allowed(now) {
		switch v {
		case acceptClaim:
			m["accept_claim"] = members{"accept_claim_types": d.acceptTypes()}
		case makeOffer:
			m["make_offer"] = members{"offer_types": offerTypes}
		case acknowledge:
			m["acknowledge_return_item"] = members{"acknowledgement_types": acknowledgements}
		}
	}
	return m
}

func (d *Dispute) acceptTypes() []string {
	types := []string{"REFUND"}
	if d.stage == Inquiry {
		types = append(types, "PARTIAL_REFUND")
	}
	if d.spec.Reason == "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED" {
		types = append(types, "REFUND_WITH_RETURN")
	}
	return types
}

var (
	offerTypes       = []string{"REFUND", "REFUND_WITH_RETURN", "REFUND_WITH_REPLACEMENT", "REPLACEMENT_WITHOUT_REFUND"}
	acknowledgements = []string{"ITEM_RECEIVED", "ITEM_NOT_RECEIVED", "DAMAGED", "EMPTY_PACKAGE_OR_DIFFERENT", "MISSING_ITEMS"}
)
