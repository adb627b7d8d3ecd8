package fake

import (
	"maps"
	"slices"
	"strings"
)

type object = map[string]any

// expansions are the members a client wants in full instead of by their id.
type expansions []string

func (e expansions) has(path string) bool {
	return slices.ContainsFunc(e, func(x string) bool { return x == path || strings.HasPrefix(x, path+".") })
}

// below gives the expansions of a member's own members.
func (e expansions) below(path string) (out expansions) {
	for _, x := range e {
		if rest, ok := strings.CutPrefix(x, path+"."); ok {
			out = append(out, rest)
		}
	}
	return out
}

func orNull(s string) any {
	if s == "" || s == "-" {
		return nil
	}
	return s
}

func metadata(m map[string]string) object {
	out := object{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

func listOf(url string, data []any, more bool) object {
	if data == nil {
		data = []any{}
	}
	return object{"object": "list", "data": data, "has_more": more, "url": url}
}

// evidenceNames are the fields of the form in the order of the reference.
var evidenceNames = strings.Fields("access_activity_log billing_address cancellation_policy cancellation_policy_disclosure " +
	"cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip customer_signature " +
	"duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy " +
	"refund_policy_disclosure refund_refusal_explanation service_date service_documentation shipping_address shipping_carrier " +
	"shipping_date shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text")

func (d *Dispute) json(a *Account, expand expansions) object {
	form := object{"enhanced_evidence": object{}}
	staged := false
	for _, name := range evidenceNames {
		form[name] = orNull(d.Evidence[name])
		staged = staged || d.Evidence[name] != ""
	}
	moves := []any{}
	for _, m := range d.moves {
		moves = append(moves, d.move(m))
	}
	out := object{
		"id": d.ID, "object": "dispute", "amount": d.Amount, "currency": d.charge.Currency, "created": d.Created, "livemode": false,
		"charge": d.charge.ID, "payment_intent": orNull(d.charge.Intent), "status": d.Status, "reason": d.Reason,
		"metadata": metadata(d.Metadata), "balance_transactions": moves, "evidence": form, "enhanced_eligibility_types": []any{},
		"is_charge_refundable": d.inquiry() && d.charge.refunded < d.charge.Amount,
		"evidence_details": object{
			"due_by": d.DueBy, "has_evidence": staged, "past_due": false, "submission_count": d.Submitted, "enhanced_eligibility": object{},
		},
		"payment_method_details": object{"type": "card", "card": object{
			"brand": d.charge.Network, "network": d.charge.Network, "case_type": d.CaseType, "network_reason_code": orNull(d.Code),
		}},
	}
	if a.p.odd {
		out["status"], out["mood"] = "pondered", "melancholic"
	}
	expandPayment(out, a, d.charge, expand)
	return out
}

func expandPayment(out object, a *Account, c *Charge, expand expansions) {
	if expand.has("charge") {
		out["charge"] = c.json(a, expand.below("charge"))
	}
	if expand.has("payment_intent") && c.Intent != "-" {
		out["payment_intent"] = c.intent(a)
	}
}

func (d *Dispute) move(m move) object {
	fees := []any{}
	if m.fee > 0 {
		fees = append(fees, object{"amount": m.fee, "application": nil, "currency": d.charge.Currency, "description": "Dispute fee", "type": "stripe_fee"})
	}
	return object{
		"id": m.id, "object": "balance_transaction", "amount": m.amount, "available_on": m.at, "created": m.at, "currency": d.charge.Currency,
		"description": "Chargeback for " + d.charge.ID, "exchange_rate": nil, "fee": m.fee, "fee_details": fees, "net": m.amount - m.fee,
		"reporting_category": "dispute", "source": d.ID, "status": "available", "type": "adjustment", "balance_type": "payments",
	}
}

func (w *Warning) json(a *Account, expand expansions) object {
	actionable := w.charge.refunded < w.charge.Amount
	for _, d := range a.disputes {
		actionable = actionable && d.charge != w.charge
	}
	out := object{
		"id": w.ID, "object": "radar.early_fraud_warning", "actionable": actionable, "charge": w.charge.ID, "created": w.Created,
		"fraud_type": w.FraudType, "livemode": false, "payment_intent": orNull(w.charge.Intent),
	}
	if w.charge.Intent == "-" {
		delete(out, "payment_intent")
	}
	expandPayment(out, a, w.charge, expand)
	return out
}

func (r *Refund) json() object {
	return object{
		"id": r.ID, "object": "refund", "amount": r.Amount, "balance_transaction": nil, "charge": r.charge.ID, "created": r.Created,
		"currency": r.charge.Currency, "destination_details": object{"type": "card", "card": object{"type": "refund"}}, "metadata": metadata(r.Metadata),
		"payment_intent": orNull(r.charge.Intent), "reason": orNull(r.Reason), "receipt_number": nil, "source_transfer_reversal": nil,
		"status": r.Status, "transfer_reversal": nil, "customer": nil, "customer_account": nil, "payment_method": nil,
	}
}

func (f *File) json() object {
	return object{
		"id": f.ID, "object": "file", "created": f.Created, "expires_at": nil, "filename": f.Name, "purpose": "dispute_evidence",
		"size": len(f.Bytes), "title": nil, "type": f.Kind, "url": "https://files.stripe.com/v1/files/" + f.ID + "/contents",
		"links": listOf("/v1/file_links?file="+f.ID, nil, false),
	}
}

func (c *Charge) address() object {
	return object{"city": nil, "country": orNull(c.Country), "line1": nil, "line2": nil, "postal_code": nil, "state": nil}
}

func (c *Charge) json(a *Account, expand expansions) object {
	disputed := slices.ContainsFunc(a.disputes, func(d *Dispute) bool { return d.charge == c })
	out := object{
		"id": c.ID, "object": "charge", "amount": c.Amount, "amount_captured": c.Amount, "amount_refunded": c.refunded, "application": nil,
		"application_fee": nil, "application_fee_amount": nil, "balance_transaction": nil, "calculated_statement_descriptor": "PARLEY DEMO",
		"billing_details": object{"address": c.address(), "email": nil, "name": orNull(c.Name), "phone": nil, "tax_id": nil},
		"captured":        true, "created": c.Created, "currency": c.Currency, "customer": nil, "description": orNull(c.Description), "disputed": disputed,
		"failure_balance_transaction": nil, "failure_code": nil, "failure_message": nil, "fraud_details": object{}, "livemode": false,
		"metadata": metadata(c.Metadata), "on_behalf_of": nil, "outcome": nil, "paid": true, "payment_intent": orNull(c.Intent),
		"payment_method": nil, "payment_method_details": c.method(), "receipt_email": nil, "receipt_number": nil, "receipt_url": nil,
		"refunded": c.refunded >= c.Amount, "review": nil, "source_transfer": nil, "statement_descriptor": nil, "statement_descriptor_suffix": nil,
		"status": "succeeded", "transfer_data": nil, "transfer_group": nil, "shipping": nil,
	}
	if c.Tracking != "" {
		out["shipping"] = object{"address": c.address(), "name": c.Name, "carrier": orNull(c.Carrier), "phone": nil, "tracking_number": c.Tracking}
	}
	if expand.has("refunds") {
		out["refunds"] = a.refundsOf(c)
	}
	return out
}

func (c *Charge) method() object {
	return object{"type": "card", "card": object{
		"brand": c.Network, "checks": nil, "country": orNull(c.Country), "exp_month": 8, "exp_year": 2030, "fingerprint": nil, "funding": "credit",
		"last4": "4242", "mandate": nil, "network": c.Network, "three_d_secure": nil, "wallet": nil, "amount_authorized": nil,
		"authorization_code": nil, "installments": nil, "network_transaction_id": nil, "regulated_status": nil, "transaction_link_id": nil,
	}}
}

// refundsOf is the list inside a charge: ten of them, the newest first.
func (a *Account) refundsOf(c *Charge) object {
	var all []any
	for _, r := range slices.Backward(a.refunds) {
		if r.charge == c {
			all = append(all, r.json())
		}
	}
	return listOf("/v1/charges/"+c.ID+"/refunds", all[:min(10, len(all))], len(all) > 10)
}

// intent is a payment intent of which everything was paid.
func (c *Charge) intent(*Account) object {
	out := object{"id": c.Intent, "object": "payment_intent", "amount": c.Amount, "amount_received": c.Amount, "currency": c.Currency,
		"created": c.Created, "latest_charge": c.ID, "livemode": false, "metadata": metadata(c.Metadata), "status": "succeeded",
		"capture_method": "automatic_async", "confirmation_method": "automatic", "description": orNull(c.Description),
		"payment_method_types": []any{"card"}}
	for _, name := range strings.Fields("application application_fee_amount automatic_payment_methods canceled_at cancellation_reason client_secret " +
		"customer customer_account excluded_payment_method_types last_payment_error next_action on_behalf_of payment_method " +
		"payment_method_configuration_details payment_method_options processing receipt_email review setup_future_usage shipping source " +
		"statement_descriptor statement_descriptor_suffix transfer_data transfer_group") {
		out[name] = nil
	}
	out["amount_capturable"] = 0
	return out
}

func (a *Account) json() object {
	return object{
		"id": a.ID, "object": "account", "country": a.Country, "default_currency": a.Currency, "charges_enabled": true, "payouts_enabled": true,
		"details_submitted": true, "email": nil, "type": "standard",
		"business_profile": object{"name": orNull(a.Name), "mcc": nil, "product_description": nil, "support_address": nil, "support_email": nil,
			"support_phone": nil, "support_url": nil, "url": nil},
	}
}

// clone keeps what an event is about as it was then.
func clone(o object) object { return maps.Clone(o) }
