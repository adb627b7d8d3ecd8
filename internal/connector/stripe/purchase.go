package stripe

import (
	"encoding/json"
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// orderKind is a purchase that comes from a file by itself, without a dispute.
const orderKind = "order"

// Documented members of a charge and of a refund (API reference). Others are kept as unknown.
var (
	chargeMembers = set(`amount amount_captured amount_refunded application application_fee application_fee_amount authorization_code
		balance_transaction billing_details calculated_statement_descriptor captured created currency customer customer_account description
		destination dispute disputed failure_balance_transaction failure_code failure_message fraud_details id invoice level3 livemode metadata
		object on_behalf_of order outcome paid payment_intent payment_method payment_method_details presentment_details radar_options
		receipt_email receipt_number receipt_url refunded refunds review shipping source source_transfer statement_descriptor
		statement_descriptor_suffix status transfer transfer_data transfer_group`)
	refundMembers = set(`amount balance_transaction charge created currency customer customer_account description destination_details
		failure_balance_transaction failure_reason id instructions_email metadata next_action object payment_intent payment_method
		pending_reason presentment_details reason receipt_number source_transfer_reversal status transfer_reversal`)
	chargeStatuses = set("succeeded pending failed")
	refundStatuses = set("succeeded pending failed canceled requires_action")
)

// purchaseIn reads a charge, or the refund of one, as a purchase without a case. ok is false where it names no payment.
func (r reader) purchaseIn(raw json.RawMessage) (snap connector.Snapshot, ok bool) {
	var o struct {
		Object text   `json:"object"`
		ID     text   `json:"id"`
		Status text   `json:"status"`
		Charge linked `json:"charge"`
		Intent linked `json:"payment_intent"`
		Own    words  `json:"metadata"`
	}
	if json.Unmarshal(raw, &o) != nil || o.ID == "" || (o.Object != "charge" && o.Object != "refund") {
		return snap, false
	}
	of, known := o.Charge, refundMembers
	if o.Object == "charge" {
		of, known = linked{ID: string(o.ID), raw: raw}, chargeMembers
	}
	number := purchase(o.Intent, of)
	if number == "" {
		return snap, false
	}
	got := r.bought(of, o.Intent, o.Own)
	if o.Object == "refund" {
		got.Ledger = ledger([]json.RawMessage{raw})
		got.Unknown = append(got.Unknown, oddRefunds([]json.RawMessage{raw})...)
	} else if o.Status != "" && !chargeStatuses[string(o.Status)] {
		got.Unknown = append(got.Unknown, unknown("charge.status", string(o.Status)))
	}
	got.Unknown = append(got.Unknown, strangers("", raw, known)...)
	return connector.Snapshot{
		Ref: connector.Ref{Kind: orderKind, ID: number, Order: number}, Raw: raw, Fingerprint: digest(raw),
		Facts: dispute.Facts{Order: got.Order, Buyer: got.Buyer, Shipment: got.Shipment, Ledger: got.Ledger, Unknown: got.Unknown},
	}, true
}

// kinds tells what the objects of a file say they are, for people to see what it holds.
func kinds(all []json.RawMessage) string {
	var names []string
	for _, raw := range all {
		var o struct {
			Object text            `json:"object"`
			Error  json.RawMessage `json:"error"`
		}
		_ = json.Unmarshal(raw, &o) // then it says nothing
		name := shortened(string(o.Object), 40)
		if name == "" && len(o.Error) > 0 {
			name = "error"
		}
		if name != "" && len(names) < 10 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
