package stripe

import (
	"encoding/json"
	"errors"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// warning is a radar.early_fraud_warning: the bank of the card reports fraud before there is a dispute. A refund then
// avoids the dispute and its fee.
type warning struct {
	Object     text   `json:"object"`
	ID         text   `json:"id"`
	Actionable *yes   `json:"actionable"` // neither disputed nor fully refunded
	Charge     linked `json:"charge"`
	Intent     linked `json:"payment_intent"`
	Created    whole  `json:"created"`
	FraudType  text   `json:"fraud_type"`
}

var (
	warningMembers = set("object id actionable charge payment_intent created fraud_type livemode")
	fraudTypes     = set("card_never_received fraudulent_card_application made_with_counterfeit_card made_with_lost_card " +
		"made_with_stolen_card misc unauthorized_use_of_card")
)

// warningLasts is how long a dispute may follow: cardholders file up to 120 days (rule CB01).
const warningLasts = 120 * 24 * time.Hour

// warning gives the snapshot of one record. now closes what is too old to become a dispute; the zero time closes nothing.
func (r reader) warning(raw json.RawMessage, now time.Time) connector.Snapshot {
	var w warning
	err := json.Unmarshal(raw, &w)
	if err == nil && (w.Object != "radar.early_fraud_warning" || w.ID == "" || w.Actionable == nil || !w.Created.ok) {
		err = errors.New("no early fraud warning, or id, actionable or created is missing")
	}
	snap := connector.Snapshot{
		Ref: connector.Ref{Kind: warningKind, ID: string(w.ID), Order: purchase(w.Intent, w.Charge)},
		Raw: raw, Fingerprint: digest(raw), ChangedAt: w.Created.at(),
	}
	if err != nil {
		snap.Fingerprint, snap.Open = "", true
		snap.Problem = fault.New(fault.Garbled, "fault.stripe.record_unreadable").Because(err)
		return snap
	}
	snap.Open = bool(*w.Actionable) && (now.IsZero() || now.Sub(w.Created.at()) < warningLasts)
	if *w.Actionable && !yes(snap.Open) {
		snap.Fingerprint += " past" // time passed, the record did not change
	}
	snap.Facts = r.warned(&w, snap.Open)
	snap.Facts.Unknown = append(snap.Facts.Unknown, strangers("", raw, warningMembers)...)
	if !fraudTypes[string(w.FraudType)] {
		snap.Facts.Unknown = append(snap.Facts.Unknown, unknown("fraud_type", string(w.FraudType)))
	}
	return snap
}

// warned gives the facts: no dispute yet, so nobody owes an answer and nothing is due.
func (r reader) warned(w *warning, open bool) dispute.Facts {
	bought := r.bought(w.Charge, w.Intent, nil)
	c := &dispute.Case{OpenedAt: w.Created.at(), Via: "card", Reason: "fraudulent", ReasonNote: string(w.FraudType)}
	c.Reported = dispute.Reported{Status: "actionable", State: "no_case", Owner: "seller", DueFor: warningKind, Actions: []string{"refund"}}
	if !open {
		c.Reported = dispute.Reported{Status: "not_actionable", State: "closed", Owner: "platform", DueFor: warningKind, Ended: true}
	}
	if len(w.Charge.raw) > 0 {
		var ch charge
		_ = json.Unmarshal(w.Charge.raw, &ch) // read before, in bought
		c.Claim.Amount = amount(ch.Amount, ch.Currency)
		c.Network = ch.network()
	}
	return dispute.Facts{Case: c, Order: bought.Order, Buyer: bought.Buyer, Shipment: bought.Shipment, Ledger: bought.Ledger, Unknown: bought.Unknown}
}
