package reply

import (
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/policy"
)

// CheckSetting tells what stops a standing setting from being saved: a store may tighten the rules of honesty, not loosen them.
func CheckSetting(s policy.Setting) []Finding {
	on := !oneOf(strings.ToLower(strings.TrimSpace(s.Value)), "", "false", "0", "no", "off")
	switch {
	case s.Key == "auto_refuse_disputes" && on:
		return []Finding{stop("automatic_refusal", s.Key)}
	case s.Key == "first_offer_percent" && on:
		return []Finding{stop("partial_refund_first", s.Key)}
	case s.Key == "withhold_supplier_claims" && on:
		return []Finding{stop("supplier_fault_silenced", s.Key)}
	}
	return nil
}

func stop(check, point string) Finding {
	return Finding{Check: check, Rule: rules[check], Point: point, Blocks: true, Instead: "reply." + check + ".instead"}
}

// CheckAction tells what stops something a person wants to do now.
func CheckAction(facts dispute.Facts, verdict policy.Verdict, a policy.Action, now time.Time) []Finding {
	f := past(facts, now)
	switch a.Do {
	case "refund":
		return checkRefund(f, verdict, a)
	case "charge_buyer":
		if !chargeAllowed(f) {
			return []Finding{stop("unannounced_charge", a.For)}
		}
	case "message_buyer":
		if oneOf(a.Via, "messaging_app", "social_network") || a.Via == "phone" && f.Store.Marketplace == "" {
			return []Finding{stop("channel_not_permitted", a.Via)}
		}
	case "mark_resolved":
		if open := openPoint(f, verdict, now); open != "" {
			return []Finding{stop("early_close", open)}
		}
	case "dispatch":
		if f.Order != nil && f.Order.AddressCheck != nil && f.Order.AddressCheck.Result == "failed" {
			return []Finding{stop("address_not_validated", "")}
		}
	}
	return nil
}

// past leaves out acts, payments and scans that lie in the future of the question.
func past(f dispute.Facts, now time.Time) dispute.Facts {
	var history []dispute.Act
	for _, a := range f.History {
		if !a.At.After(now) {
			history = append(history, a)
		}
	}
	var ledger []dispute.Payment
	for _, p := range f.Ledger {
		if !p.At.After(now) {
			ledger = append(ledger, p)
		}
	}
	f.History, f.Ledger = history, ledger
	return f
}

// checkRefund: no money twice, none where the platform pays, none above what is still open.
func checkRefund(f dispute.Facts, v policy.Verdict, a policy.Action) []Finding {
	if platformPays(f) {
		return []Finding{stop("platform_pays", "")}
	}
	if f.Order == nil {
		return nil
	}
	total, err := f.Order.Goods.Add(f.Order.Shipping)
	if err != nil {
		total = f.Order.Goods
	}
	paid := int64(0)
	for _, p := range f.Ledger {
		if p.Did == "refund" && p.Amount.Currency == total.Currency {
			paid += p.Amount.Minor
		}
	}
	if f.Case != nil && f.Case.Reported.Paid.Currency == total.Currency {
		paid = max(paid, f.Case.Reported.Paid.Minor)
	}
	wanted := a.Amount.Minor
	if !a.Amount.Known() {
		wanted = total.Minor
	}
	sameMoney := !a.Amount.Known() || a.Amount.Currency == total.Currency
	if paid > 0 && sameMoney && paid+wanted > total.Minor {
		return []Finding{stop("double_refund", "")}
	}
	return nil
}

// platformPays: on an insured line, or once the platform took the case over, it answers and pays.
func platformPays(f dispute.Facts) bool {
	if f.Shipment != nil && f.Shipment.InsuredByPlatform && f.Case != nil && f.Case.Via == "marketplace" {
		return true
	}
	for _, a := range f.History {
		if oneOf(a.Did, "took_over", "gave_solution") {
			return true
		}
	}
	return false
}

// chargeAllowed: no fault found, cost told and accepted before the pick-up.
func chargeAllowed(f dispute.Facts) bool {
	c := &checker{facts: &f}
	return c.chargeAgreed()
}

// openPoint names what is still open in an incident: a promise, a parcel or a refund. Empty = everything is done.
func openPoint(f dispute.Facts, v policy.Verdict, now time.Time) string {
	last := func(kinds ...string) time.Time {
		var at time.Time
		for _, a := range f.History {
			if oneOf(a.Did, kinds...) && a.At.After(at) {
				at = a.At
			}
		}
		return at
	}
	goodsIn := last("received_goods", "picked_up_return")
	goodsOut := last("delivered_return")
	refunded := v.State == "refunded" || len(f.Ledger) > 0 && fullyPaid(f)
	switch {
	case !goodsIn.IsZero() && goodsOut.Before(goodsIn) && !refunded && !last("sent_replacement", "resent", "replaced").After(goodsIn):
		return "parcel"
	case !last("sent_back_goods", "resent", "sent_replacement").IsZero() && goodsOut.IsZero() && !refunded && !confirmedSince(f):
		return "parcel"
	case !last("agreed_return", "accepted_claim").IsZero() && !refunded:
		return "refund"
	case unanswered(f):
		return "message"
	case noSolution(f, v) && !refunded && goodsOut.IsZero() && !confirmedSince(f):
		return "solution"
	}
	return ""
}

func fullyPaid(f dispute.Facts) bool {
	if f.Order == nil {
		return false
	}
	paid := int64(0)
	for _, p := range f.Ledger {
		if p.Did == "refund" && p.Amount.Currency == f.Order.Goods.Currency {
			paid += p.Amount.Minor
		}
	}
	due := f.Order.Goods.Minor
	if f.Case != nil && f.Case.Claim.Amount.Currency == f.Order.Goods.Currency && f.Case.Claim.Amount.Minor > 0 {
		due = min(due, f.Case.Claim.Amount.Minor)
	}
	return paid >= due
}

func confirmedSince(f dispute.Facts) bool {
	for _, a := range f.History {
		if a.Did == "confirmed_solved" {
			return true
		}
	}
	return false
}

// unanswered tells whether the buyer's latest message has no reply after it.
func unanswered(f dispute.Facts) bool {
	var buyer, us time.Time
	for _, m := range f.Messages {
		if m.From == "buyer" && m.At.After(buyer) {
			buyer = m.At
		}
		if oneOf(m.From, "staff", "desk") && m.At.After(us) {
			us = m.At
		}
	}
	solved := false
	for _, a := range f.History {
		if oneOf(a.Did, "sent_reply", "told_customer", "sent_warranty_notice", "sent_back_goods", "delivered_return") && a.At.After(us) {
			us = a.At
		}
		solved = solved || a.Did == "confirmed_solved" && !a.At.Before(buyer)
	}
	return buyer.After(us) && !solved
}

// noSolution tells whether a complaint was only answered and nothing was done about it yet.
func noSolution(f dispute.Facts, v policy.Verdict) bool {
	return f.Case != nil && !oneOf(v.State, "refunded", "closed", "cancelled", "refused", "marked_resolved", "closed_no_refund")
}

// CheckUpload tells what stops a file from being sent to a platform.
func CheckUpload(facts dispute.Facts, u policy.Upload) []Finding {
	var out []Finding
	switch {
	case u.Kind == "card_copy" && u.VisibleDigits > 4:
		out = append(out, stop("sensitive_number_exposed", u.Kind))
	case oneOf(u.Kind, "passport_copy", "licence_copy") && u.VisibleDigits > 0:
		out = append(out, stop("sensitive_number_exposed", u.Kind))
	}
	if facts.Account != nil {
		limit := 0
		for _, n := range facts.Account.Notices {
			if n.MaxFileKB > 0 {
				limit = n.MaxFileKB
			}
		}
		if limit > 0 && u.SizeKB > limit {
			out = append(out, stop("file_too_large", u.Kind))
		}
	}
	return out
}
