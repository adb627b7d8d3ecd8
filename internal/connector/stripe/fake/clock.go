package fake

import (
	"slices"
	"time"
)

// inquiryLasts is how long a bank can make a chargeback of an inquiry.
const inquiryLasts = 120 * 24 * time.Hour

// lapse lets happen what time brought until now, in the order of its instants. The caller holds the lock.
func (p *Platform) lapse() {
	now := p.now()
	for !p.wake.IsZero() && !p.wake.After(now) {
		d, event, what := p.soonest()
		if what == nil || p.wake.After(now) {
			return
		}
		at := p.wake
		what(at)
		d.touched(at)
		d.account.happened(event, at, d.json(d.account, nil))
	}
}

// soonest looks through what still runs for what time does next, and notes when.
func (p *Platform) soonest() (first *Dispute, event string, what func(time.Time)) {
	p.wake = time.Time{}
	p.running = slices.DeleteFunc(p.running, (*Dispute).over)
	for _, d := range p.running {
		if at, kind, do := d.next(); do != nil && (first == nil || at.Before(p.wake)) {
			first, p.wake, event, what = d, at, kind, do
		}
	}
	return first, event, what
}

// touched notes that something happened to a dispute.
func (d *Dispute) touched(at time.Time) {
	d.changed = at
	d.account.p.expect(d)
}

// expect notes that a dispute is another one, so that time may do something to it sooner.
func (p *Platform) expect(d *Dispute) {
	if at, _, do := d.next(); do != nil && (p.wake.IsZero() || at.Before(p.wake)) {
		p.wake = at
	}
}

// next is what time alone does next to a dispute, and the event by which it is told; nil = nothing.
func (d *Dispute) next() (time.Time, string, func(time.Time)) {
	opened := time.Unix(d.Created, 0).UTC()
	switch {
	case d.Status == "needs_response" && d.DueBy > 0:
		return time.Unix(d.DueBy, 0).UTC(), "charge.dispute.closed", func(at time.Time) { d.Status, d.lost, d.late = "lost", at, at }
	case d.inquiry() && !d.over() && d.Raises > 0 && d.Raises < inquiryLasts && d.charge.refunded < d.charge.Amount:
		return opened.Add(d.Raises), "charge.dispute.updated", d.raise
	case d.inquiry() && !d.over():
		return opened.Add(inquiryLasts), "charge.dispute.closed", func(time.Time) { d.Status = "warning_closed" }
	case d.Status == "under_review" && d.Decides > 0:
		return time.Unix(d.SentAt, 0).UTC().Add(d.Decides), "charge.dispute.closed", func(at time.Time) { d.decide(d.Wins, at) }
	}
	return time.Time{}, "", nil
}
