package fake

import "time"

// settle lets happen what was due until now, in the order of its instants. The caller holds the lock.
func (p *Platform) settle() {
	now := p.now()
	for range 10_000 {
		var first *Dispute
		var at time.Time
		var what func(time.Time)
		for _, d := range p.disputes {
			if when, do := d.next(); do != nil && !when.After(now) && (first == nil || when.Before(at)) {
				first, at, what = d, when, do
			}
		}
		if first == nil {
			return
		}
		what(at)
		p.changed(first, at)
	}
}

// next is what time alone does next to a dispute; nil = nothing.
func (d *Dispute) next() (time.Time, func(time.Time)) {
	var at time.Time
	var what func(time.Time)
	soon := func(when time.Time, do func(time.Time)) {
		if !when.IsZero() && (what == nil || when.Before(at)) {
			at, what = when, do
		}
	}
	if d.status == Resolved {
		return at, nil
	}
	if d.stage == Inquiry {
		soon(d.created.Add(inquiryLasts), func(now time.Time) { d.end(now, unsettled, Money{}) })
		if !d.offered.IsZero() {
			soon(d.offered.Add(offerLasts), func(now time.Time) { d.end(now, unsettled, Money{}) })
		}
		if d.answering {
			soon(d.offered.Add(d.spec.Temper.Answers), d.scripted)
		}
	}
	switch d.status {
	case WaitsForSeller:
		soon(d.sellerDue, func(now time.Time) { d.rule(now, true, "NO_SELLER_RESPONSE") })
	case WaitsForBuyer:
		if d.stage != Inquiry {
			soon(d.buyerDue, func(now time.Time) { d.rule(now, false, "NO_RESPONSE_FROM_BUYER") })
		}
	case UnderReview:
		if d.spec.Review > 0 {
			soon(d.given.Add(d.spec.Review), func(now time.Time) { d.rule(now, d.spec.ForBuyer, "DECISION_BASED_ON_AVAILABLE_INFORMATION") })
		}
	}
	return at, what
}

// scripted is the buyer's answer to the offer on the table.
func (d *Dispute) scripted(now time.Time) {
	last := d.offers[len(d.offers)-1]
	if last.Amount != nil && last.Amount.Minor*100 >= d.spec.Amount.Minor*int64(d.spec.Temper.AcceptsFrom) {
		d.accept(now)
		return
	}
	d.deny(now)
	switch d.spec.Temper.Then {
	case "escalate":
		d.escalate(now)
	case "cancel":
		d.end(now, cancelled, Money{})
	}
}
