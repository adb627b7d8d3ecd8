package page

import (
	"slices"

	"parley/internal/desk"
	"parley/internal/policy"
)

// leg is one side of a purchase that is bought from a supplier for a customer: what is owed there, and what was just done or heard.
type leg struct {
	Name      string // customer or supplier
	State     string
	Deadlines []policy.Deadline
	Do        []legAct // what the rules have open now
	Heard     []legAct // what may have come back
	Pay       []string // entries of the ledger that may have moved
}

// legAct is an act that one click puts on record.
type legAct struct {
	Label string // group and code of the word on the button
	Code  string
	Did   string // the act; empty = nothing can be put on record, the line only says what is open
}

// supplierDeadlines are the clocks of the supplier's side; all others are the customer's.
var supplierDeadlines = []string{"supplier_urge_from", "supplier_switch_from", "supplier_response", "intercept_answer", "claim_check_from", "claim_check_until", "claim_remedy"}

// recordOf is the act by which an option of the supplier's side is done.
var recordOf = map[string]string{
	"urge_supplier": "messaged_supplier", "request_supplier_refund": "requested_supplier_refund", "reorder_elsewhere": "reordered",
	"intercept": "asked_intercept", "correct_address": "corrected_address", "file_supplier_claim": "filed_supplier_claim",
}

// heardIn is what may come back while the supplier's side stands in a state.
var heardIn = map[string][]string{
	"ordered":          {"replied", "reported_no_stock", "reported_oversize", "sent_customs_reminder"},
	"refund_requested": {"replied"},
	"intercepting":     {"intercepted", "intercept_failed"},
	"claim_in_check":   {"verified_claim", "reissued"},
	"claim_verified":   {"reissued"},
}

// legs are the two sides of the case; none where there is no purchase behind it.
func legs(c desk.CasePage) []leg {
	if c.Facts.Supplier == nil {
		return nil
	}
	v := &c.Verdict
	customer := leg{Name: "customer", State: c.State, Pay: []string{"refund"}}
	supplier := leg{Name: "supplier", State: v.SupplierState, Pay: []string{"payout"}}
	for _, d := range v.Deadlines {
		if slices.Contains(supplierDeadlines, d.Kind) {
			supplier.Deadlines = append(supplier.Deadlines, d)
		} else {
			customer.Deadlines = append(customer.Deadlines, d)
		}
	}
	for _, o := range v.SupplierOptions {
		supplier.Do = append(supplier.Do, legAct{"supplier_option", o, recordOf[o]})
	}
	supplier.Do = append(supplier.Do, legAct{"act", "messaged_supplier", "messaged_supplier"})
	supplier.Heard = acts(heardIn[v.SupplierState])
	for _, o := range v.BuyerOptions {
		customer.Do = append(customer.Do, legAct{"buyer_option", o, ""})
	}
	customer.Do = append(customer.Do, legAct{"act", "told_customer", "told_customer"}, legAct{"act", "marked_resolved", "marked_resolved"})
	customer.Heard = acts([]string{"chose_refund", "confirmed_solved"})
	return []leg{customer, supplier}
}

func acts(codes []string) []legAct {
	out := make([]legAct, len(codes))
	for i, c := range codes {
		out[i] = legAct{"act", c, c}
	}
	return out
}

// payCurrency is the currency of the purchase, for sums that are put on record.
func (p Case) payCurrency() string {
	if o := p.C.Facts.Order; o != nil && o.Goods.Known() {
		return o.Goods.Currency
	}
	return "EUR"
}
