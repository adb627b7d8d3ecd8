package fake

import (
	"slices"
	"time"
)

// settle lets happen what was due until now, in the order of its instants. The caller holds the lock.
func (p *Platform) settle() {
	now := p.now()
	for range 10_000 {
		if p.wake.IsZero() || p.wake.After(now) {
			return
		}
		first, what := p.soonest()
		if what == nil || p.wake.After(now) {
			return
		}
		at := p.wake
		what(at)
		p.changed(first, at)
	}
}

// soonest looks through what still runs for what time does next, and notes when.
func (p *Platform) soonest() (first *Dispute, what func(time.Time)) {
	p.wake = time.Time{}
	p.running = slices.DeleteFunc(p.running, func(d *Dispute) bool { return d.status == Resolved })
	for _, d := range p.running {
		if when, do := d.next(); do != nil && (first == nil || when.Before(p.wake)) {
			first, p.wake, what = d, when, do
		}
	}
	return first, what
}

// expect notes that a dispute is another one, so that time may do something to it sooner.
func (p *Platform) expect(d *Dispute) {
	if d.status != Resolved && !slices.Contains(p.running, d) {
		p.running = append(p.running, d) // an appeal
	}
	if when, do := d.next(); do != nil && (p.wake.IsZero() || when.Before(p.wake)) {
		p.wake = when
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
	if d.negotiates() {
		soon(d.created.Add(inquiryLasts), func(now time.Time) { d.end(now, unsettled, Money{}) })
		if !d.offered.IsZero() {
			soon(d.offered.Add(offerLasts), func(now time.Time) { d.end(now, unsettled, Money{}) })
		}
		soon(d.answers, d.scripted)
	}
	switch d.status {
	case WaitsForSeller:
		soon(d.sellerDue, d.silent)
	case WaitsForBuyer:
		soon(d.sendsBack, func(now time.Time) { d.sentBack(now, "UPS", "1ZFAKE"+d.id[len(d.id)-8:]) })
		if d.stage != Inquiry || d.withReturn {
			soon(d.buyerDue, func(now time.Time) { d.rule(now, false, "NO_RESPONSE_FROM_BUYER") })
		}
	case UnderReview:
		if d.spec.Review > 0 {
			soon(d.given.Add(d.spec.Review), func(now time.Time) { d.rule(now, d.spec.ForBuyer, "DECISION_BASED_ON_AVAILABLE_INFORMATION") })
		}
	}
	return at, what
}

// silent: the seller was asked and did not answer in time.
func (d *Dispute) silent(now time.Time) {
	d.lapsed = now
	d.rule(now, true, "NO_SELLER_RESPONSE")
}

// scripted is the buyer's answer to what the seller said last.
func (d *Dispute) scripted(now time.Time) {
	d.answers = time.Time{}
	if !d.offered.IsZero() {
		last := d.offers[len(d.offers)-1]
		if last.Amount != nil && last.Amount.Minor*100 >= d.spec.Amount.Minor*int64(d.spec.Temper.AcceptsFrom) {
			d.accept(now)
			return
		}
		d.deny(now)
	}
	d.rounds++
	switch {
	case d.rounds > d.spec.Temper.Rounds && d.spec.Temper.Then == "escalate":
		d.escalate(now)
	case d.rounds > d.spec.Temper.Rounds && d.spec.Temper.Then == "cancel":
		d.end(now, cancelled, Money{})
	case d.status == WaitsForBuyer:
		d.messages = append(d.messages, message{By: "BUYER", At: stamp(now), Text: "That does not help me."})
		d.sellersTurn(now)
	}
}
