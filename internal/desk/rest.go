package desk

import (
	"context"
	"slices"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
)

// lockPurchase gives a case to be decided on, with every case of its purchase locked: two decisions about the same money wait for each
// other, whichever cases they are taken on.
func lockPurchase(ctx context.Context, tx *store.Tx, caseID int64) (*matter, error) {
	c, err := tx.Case(ctx, caseID)
	if err != nil {
		return nil, err
	}
	ids, err := casesOfPurchase(ctx, tx, &c)
	if err != nil {
		return nil, err
	}
	cases, err := forUpdate(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		if c.ID == caseID {
			ms, err := gather(ctx, tx, []*store.Case{c})
			if err != nil {
				return nil, err
			}
			return ms[0], nil
		}
	}
	return nil, fault.New(fault.NotFound, "fault.case_not_found")
}

// guardMoney refuses a sum above what is left of the purchase over all cases that paid, hold, or are about to pay money for it. Acts that
// are the payment itself do not count against it: same tells them; nil = there are none yet.
func (d *Desk) guardMoney(ctx context.Context, r planner, m *matter, f *dispute.Facts, a money.Amount, same func(store.Effect) bool) error {
	if !a.Known() {
		return fault.Input("amount", "", "a known amount")
	}
	w, err := d.left(ctx, r, m, f, a.Currency, same)
	if err != nil {
		return err
	}
	if len(w.gone.other) > 0 {
		return fault.New(fault.Refused, "fault.paid_in_other_currency", "paid", w.gone.other[0].String(), "amount", a.String())
	}
	if !w.affords(a) {
		return fault.New(fault.Refused, "fault.amount_above_refundable", "amount", a.String(), "rest", w.rest.String())
	}
	return nil
}

// purse is what is left of a purchase in one currency.
type purse struct {
	rest     money.Amount // unknown where nobody tells
	gone     spent
	currency string
	matters  []*matter // of the purchase; the first is the one that asks
}

// affords tells whether a sum is not above what is left, as far as that is known.
func (w *purse) affords(a money.Amount) bool {
	over, err := a.Cmp(w.rest)
	return !w.rest.Known() || err != nil || over <= 0
}

// purse is what can still be paid back for the purchase in the currency of its claim: what the buyer paid, less what all its cases paid,
// hold or are about to pay, and never above what the platform itself still allows. It is unknown where nobody tells what the buyer paid in
// that currency and the platform gives no maximum.
func (d *Desk) purse(ctx context.Context, r planner, m *matter, f *dispute.Facts) (purse, error) {
	return d.left(ctx, r, m, f, currencyOf(f), nil)
}

// currencyOf is that of the claim, or of the order where nothing is claimed; empty = not known.
func currencyOf(f *dispute.Facts) string {
	if currency := stakeOf(f).Currency; currency != "" {
		return currency
	}
	return orderTotal(f).Currency
}

// left is the purse in a currency, without acts that are the payment asked about.
func (d *Desk) left(ctx context.Context, r planner, m *matter, f *dispute.Facts, currency string, same func(store.Effect) bool) (purse, error) {
	if currency == "" {
		return purse{}, nil
	}
	p, err := d.purchaseOf(ctx, r, m)
	if err != nil {
		return purse{}, err
	}
	if same != nil {
		p.effects = slices.DeleteFunc(p.effects, same)
	}
	return p.left(f, currency), nil
}

// left counts what the purchase has left for its first matter, whose facts are f.
func (p *purchase) left(f *dispute.Facts, currency string) purse {
	w := purse{gone: p.spent(currency), currency: currency, matters: p.matters}
	limit, total := maximum(f, currency), p.total(currency)
	if !total.Known() && w.gone.minor > 0 && stakeOf(f).Currency == currency {
		total = stakeOf(f) // nobody tells the whole: what is asked for is the most it can be
	}
	if !total.Known() {
		w.rest = limit
		return w
	}
	w.rest = money.Amount{Minor: max(total.Minor-w.gone.minor, 0), Currency: currency}
	if limit.Known() && limit.Minor < w.rest.Minor {
		w.rest = limit
	}
	return w
}

// maximum is the most the platform says it still allows by this case; unknown where it does not say, or in another currency.
func maximum(f *dispute.Facts, currency string) money.Amount {
	if f.Case != nil && f.Case.Reported.Max.Known() && f.Case.Reported.Max.Currency == currency {
		return f.Case.Reported.Max
	}
	return money.Amount{}
}
