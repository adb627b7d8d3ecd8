package policy

import (
	"parley/internal/dispute"
	"parley/internal/money"
)

// forOrder tells whether a proof speaks for this order. In a shared parcel only a proof that names the order does; the
// buyer's own media always do.
func (v *view) forOrder(e *dispute.Evidence) bool {
	id := ""
	if v.facts.Order != nil {
		id = v.facts.Order.ID
	}
	if e.Order != "" {
		return e.Order == id
	}
	shared := v.facts.Shipment != nil && len(v.facts.Shipment.SharesParcelWith) > 0
	return !shared || e.From == "buyer"
}

func (v *view) proves(kind string) bool {
	for i := range v.facts.Evidence {
		if e := &v.facts.Evidence[i]; e.Kind == kind && v.forOrder(e) {
			return true
		}
	}
	return false
}

func (v *view) media() bool {
	for i := range v.facts.Evidence {
		if e := &v.facts.Evidence[i]; e.From == "buyer" && (e.Kind == "photo" || e.Kind == "video") {
			return true
		}
	}
	return false
}

// seen is the latest decisive reading of the buyer's media; unclear only if nothing decisive was read.
func (v *view) seen() string {
	found := ""
	for i := range v.facts.Evidence {
		e := &v.facts.Evidence[i]
		if e.From != "buyer" || e.Reading == "" || !v.forOrder(e) {
			continue
		}
		if e.Reading != "unclear" || found == "" {
			found = e.Reading
		}
	}
	return found
}

// staffSaw tells whether the shop's own picture or test shows something.
func (v *view) staffSaw(reading string) bool {
	for i := range v.facts.Evidence {
		if e := &v.facts.Evidence[i]; e.From == "staff" && e.Reading == reading {
			return true
		}
	}
	return false
}

// weightShort compares the carrier's weight of this order with the weight of its goods. Without both it is false.
func (v *view) weightShort() bool {
	if v.facts.Order == nil {
		return false
	}
	goods := 0
	for _, item := range v.facts.Order.Items {
		if item.UnitWeightG <= 0 {
			return false
		}
		goods += item.UnitWeightG * item.Quantity
	}
	for i := range v.facts.Evidence {
		e := &v.facts.Evidence[i]
		if e.Kind == "shipping_weight" && e.WeightG > 0 && v.forOrder(e) {
			return e.WeightG < goods
		}
	}
	return false
}

// missingEvidence lists what the class needs and what is not on file for this order.
func (v *view) missingEvidence() []string {
	var out []string
	for _, kind := range v.wantedEvidence() {
		if !v.proves(kind) {
			out = append(out, kind)
		}
	}
	return out
}

func (v *view) wantedEvidence() []string {
	for _, e := range v.rules.indexFor(v.class, v.state).evidence {
		if v.holds(&e.Head) {
			return texts(e.Wants)
		}
	}
	return nil
}

func (v *view) refunds() int64 {
	n := int64(0)
	for i := range v.facts.Ledger {
		if v.facts.Ledger[i].Did == "refund" {
			n++
		}
	}
	return n
}

// refundedInFull adds the refunds of the ledger up and compares them with the price paid.
func (v *view) refundedInFull() bool {
	if !v.total.Known() {
		return false
	}
	sum := money.Amount{Currency: v.total.Currency}
	for i := range v.facts.Ledger {
		if p := &v.facts.Ledger[i]; p.Did == "refund" {
			next, err := sum.Add(p.Amount)
			if err != nil {
				continue // another currency: cannot be compared, a person sees the ledger
			}
			sum = next
		}
	}
	return sum.Minor > 0 && sum.Minor >= v.total.Minor
}

// stores counts the stores of the company account and the one that is about to be added.
func (v *view) stores() int64 {
	if v.facts.Company == nil {
		return 0
	}
	n := int64(len(v.facts.Company.Stores))
	if v.action.Do == "add_store" {
		n++
	}
	return n
}

// highValue is a threshold of the house pack in minor units, whatever the currency; unknown totals are not high.
func (v *view) highValue() bool {
	limit, ok := v.rules.parameter("high_value")
	return ok && v.total.Known() && v.total.Minor >= limit
}
