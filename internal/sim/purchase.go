package sim

import (
	"slices"
	"time"

	"parley/internal/money"
)

// bought is a purchase that two shops of a company know, with what was begun about it at either.
type bought struct {
	Purchase
	shops   []*shop // where a matter may begin about it
	matters []*matter
	twice   bool // it was seen that too much was paid back
}

// buy lets a buyer buy something at a shop, and pay for it at another one of the same company; nil where the shop's platform shares
// no purchases, or the company has no shop on the other side.
func (s *Sim) buy(number int, sh *shop, d *Draw) *bought {
	if _, ok := sh.there.(Part); !ok {
		return nil
	}
	others := s.counterparts(sh)
	if len(others) == 0 {
		return nil
	}
	other := Pick(d, others)
	b := &bought{shops: []*shop{sh, other}}
	paid, ok := sh.platform.(Payments)
	at := sh
	if !ok {
		paid, at = other.platform.(Payments), other
	}
	b.Purchase = Purchase{
		Number: number, By: paid.Kind(), Payment: paid.PaymentID(number), At: s.now.Add(-d.Between(12*24*time.Hour, 50*24*time.Hour)),
		Amount: money.Amount{Minor: int64(500 + d.IntN(20000)), Currency: at.currency},
	}
	return b
}

// counterparts are the shops of the same company at platforms of the other sort: paid through, for one where things are bought, and back.
func (s *Sim) counterparts(sh *shop) []*shop {
	_, paid := sh.platform.(Payments)
	return slices.DeleteFunc(slices.Clone(s.shops), func(o *shop) bool {
		_, part := o.there.(Part)
		_, pays := o.platform.(Payments)
		return !part || pays == paid || o.company != sh.company
	})
}

// other is the shop of a purchase that is not this one.
func (b *bought) other(sh *shop) *shop {
	if b.shops[0] == sh {
		return b.shops[1]
	}
	return b.shops[0]
}

// paidBack checks that no act of the seller paid back more than was left of a purchase by then, over all matters about it.
func (s *Sim) paidBack(b *bought) {
	var all []Payment
	for _, m := range b.matters {
		all = append(all, m.there.Truth().Paid...)
	}
	slices.SortStableFunc(all, func(a, b Payment) int { return a.acted().Compare(b.acted()) })
	var sum int64
	for _, p := range all {
		if sum += p.Amount.Minor; sum > b.Amount.Minor && p.Seller && !b.twice {
			b.twice = true
			m := b.matters[len(b.matters)-1]
			for _, other := range b.matters {
				for _, paid := range other.there.Truth().Paid {
					s.tell(m, "%s: %s paid at %s, by the seller: %v", other.ref(), paid.Amount, paid.At.Format(time.DateTime), paid.Seller)
				}
				if s.tellNet(other); other != m {
					for _, l := range s.traceOf(other) {
						s.tell(m, "%s: %s", other.ref(), l)
					}
				}
			}
			s.report.PaidTwice++
			s.violate("paid_twice", m, "%d of %s were paid back for payment %s, at %s by the seller", sum, b.Amount, b.Payment, p.At.Format(time.RFC3339))
			return
		}
	}
}

// acted is when the seller, or whoever decided, moved the money.
func (p Payment) acted() time.Time {
	if p.Seller && !p.Promised.IsZero() {
		return p.Promised
	}
	return p.At
}
