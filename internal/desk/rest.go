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

// guardMoney refuses a sum above what is left of the purchase over all cases that paid, hold, or are about to pay money for it. What the
// decision it belongs to is about to pay does not count against itself; empty = it is not taken yet.
func (d *Desk) guardMoney(ctx context.Context, r planner, m *matter, f *dispute.Facts, a money.Amount, decision string) error {
	if !a.Known() {
		return fault.Input("amount", "", "a known amount")
	}
	rest, gone, err := d.left(ctx, r, m, f, a.Currency, decision)
	if err != nil {
		return err
	}
	if len(gone.other) > 0 {
		return fault.New(fault.Refused, "fault.paid_in_other_currency", "paid", gone.other[0].String(), "amount", a.String())
	}
	if over, err := a.Cmp(rest); rest.Known() && err == nil && over > 0 {
		return fault.New(fault.Refused, "fault.amount_above_refundable", "amount", a.String(), "rest", rest.String())
	}
	return nil
}

// rest is what can still be paid back for the purchase: what the buyer paid, less what all its cases paid, hold or are about to pay, and
// never above what the platform itself still allows. It is unknown where nobody tells what the buyer paid in the currency of the claim and
// the platform gives no maximum.
func (d *Desk) rest(ctx context.Context, r planner, m *matter, f *dispute.Facts) (money.Amount, error) {
	currency := stakeOf(f).Currency
	if currency == "" {
		currency = orderTotal(f).Currency
	}
	rest, _, err := d.left(ctx, r, m, f, currency, "")
	return rest, err
}

// left is rest in a currency, with what was spent, but for the acts of a decision.
func (d *Desk) left(ctx context.Context, r planner, m *matter, f *dispute.Facts, currency, decision string) (money.Amount, spent, error) {
	if currency == "" {
		return money.Amount{}, spent{}, nil
	}
	p, err := d.purchaseOf(ctx, r, m)
	if err != nil {
		return money.Amount{}, spent{}, err
	}
	p.effects = slices.DeleteFunc(p.effects, func(e store.Effect) bool { return e.DecisionID == decision && e.State != confirmed })
	gone, limit, rest := p.spent(currency), maximum(f, currency), p.total(currency)
	switch {
	case !rest.Known() && gone.minor == 0:
		return limit, gone, nil
	case !rest.Known():
		rest = stakeOf(f) // nobody tells the whole: what is asked for is the most it can be
		if rest.Currency != currency {
			return limit, gone, nil
		}
	}
	rest.Minor = max(rest.Minor-gone.minor, 0)
	if limit.Known() && limit.Minor < rest.Minor {
		rest = limit
	}
	return rest, gone, nil
}

// maximum is the most the platform says it still allows by this case; unknown where it does not say, or in another currency.
func maximum(f *dispute.Facts, currency string) money.Amount {
	if f.Case != nil && f.Case.Reported.Max.Currency == currency && f.Case.Reported.Max.Minor > 0 {
		return f.Case.Reported.Max
	}
	return money.Amount{}
}
