package fake

import (
	"slices"
	"time"
)

// first is the first act of a kind.
func (b *Purchase) first(did string) (time.Time, bool) {
	for _, a := range b.acts {
		if a.Did == did {
			return a.At, true
		}
	}
	return time.Time{}, false
}

// refundedAt is when a refund that was asked for passes; zero = none was, or the goods left first.
func (b *Purchase) refundedAt() time.Time {
	var at time.Time
	if asked, ok := b.first("requested_supplier_refund"); ok {
		at = asked.Add(RefundSilence)
		if b.Script.RefundAfter > 0 && b.Script.RefundAfter < RefundSilence {
			at = asked.Add(b.Script.RefundAfter)
		}
		if s := b.dispatch(); !s.IsZero() && s.Before(at) {
			return time.Time{} // it was sent before the request passed
		}
	}
	return at
}

// dispatch is when the script sends the goods; zero = never.
func (b *Purchase) dispatch() time.Time {
	if b.Script.ShipAfter == 0 {
		return time.Time{}
	}
	return b.PlacedAt.Add(b.Script.ShipAfter)
}

// shippedAt is when the goods left; zero = they did not, or a refund came first.
func (b *Purchase) shippedAt() time.Time {
	s, refunded := b.dispatch(), b.refundedAt()
	if s.IsZero() || (!refunded.IsZero() && refunded.Before(s)) {
		return time.Time{}
	}
	return s
}

// reports are everything that came back up to an instant, in order.
func (b *Purchase) reports(now time.Time) []Report {
	var out []Report
	add := func(r Report) {
		if r.Order = b.Order; !r.At.IsZero() && !r.At.After(now) {
			out = append(out, r)
		}
	}
	s := b.Script
	if s.NoStockAfter > 0 {
		add(Report{At: b.PlacedAt.Add(s.NoStockAfter), Event: "Out of stock", By: "supplier"})
	}
	if s.OversizeAfter > 0 {
		add(Report{At: b.PlacedAt.Add(s.OversizeAfter), Event: "Overweight", By: "supplier", Weight: s.WeightG})
	}
	shipped := b.shippedAt()
	if !shipped.IsZero() {
		add(Report{At: shipped, Event: "Shipped", By: "supplier", Number: s.Tracking})
		if s.CustomsAfter > 0 {
			add(Report{At: shipped.Add(s.CustomsAfter), Event: "Customs hold", By: "agent"})
		}
	}
	if at := b.refundedAt(); !at.IsZero() {
		add(Report{At: at, Event: "Refunded", By: "supplier", Amount: b.Price})
	}
	b.answers(add)
	b.intercepted(add)
	b.claimed(add)
	slices.SortStableFunc(out, func(x, y Report) int { return x.At.Compare(y.At) })
	return out
}

func (b *Purchase) answers(add func(Report)) {
	if b.Script.AnswerAfter == 0 {
		return
	}
	for _, a := range b.acts {
		if a.Did == "messaged_supplier" {
			add(Report{At: a.At.Add(b.Script.AnswerAfter), Event: "Replied", By: "supplier"})
		}
	}
}

func (b *Purchase) intercepted(add func(Report)) {
	asked, ok := b.first("asked_intercept")
	if !ok || !b.Domestic {
		return
	}
	switch b.Script.Intercept {
	case "stopped":
		add(Report{At: asked.Add(b.Script.InterceptIn), Event: "Intercepted", By: "carrier"})
		add(Report{At: asked.Add(b.Script.InterceptIn + time.Hour), Event: "Refunded", By: "supplier", Amount: b.Price})
	case "failed":
		add(Report{At: asked.Add(b.Script.InterceptIn), Event: "Intercept failed", By: "carrier"})
	default:
		add(Report{At: asked.Add(InterceptSilence), Event: "Refunded", By: "supplier", Amount: b.Price})
	}
}

func (b *Purchase) claimed(add func(Report)) {
	filed, ok := b.first("filed_supplier_claim")
	if !ok || b.Script.VerifyAfter == 0 {
		return
	}
	verified := filed.Add(b.Script.VerifyAfter)
	add(Report{At: verified, Event: "Claim verified", By: "agent"})
	switch b.Script.Remedy {
	case "reissue":
		add(Report{At: verified.Add(b.Script.RemedyAfter), Event: "Reissued", By: "supplier"})
	case "refund":
		add(Report{At: verified.Add(b.Script.RemedyAfter), Event: "Refunded", By: "supplier", Amount: b.Price})
	}
}
