package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
)

// payingOptions pay the buyer, or let him be paid.
var payingOptions = []string{"accept", "accept_withdrawal", "refund", "counter_amount", "counter_return"}

// withoutMoney judges a matter again where an option that is open would pay what is not left of its purchase: what guardMoney would refuse
// afterwards is closed at once, and something else is recommended. It gives the option that would have been, had there been the money;
// nil = that is not changed by it.
func (d *Desk) withoutMoney(ctx context.Context, r planner, who Who, m *matter, f *dispute.Facts, v *policy.Verdict, w *purse, now time.Time) (*policy.Option, error) {
	shut := w.shut(who, f)
	for _, code := range d.abouts[m.st.Connector].Pays {
		if err := d.shutAgreed(ctx, r, who, m, f, v, code, shut); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(v.Options, func(o policy.Option) bool { _, gone := shut[o.Code]; return gone && o.Open }) {
		return nil, nil
	}
	rules, err := d.rulesOf(m.st, m.c.Packs)
	if err != nil {
		return nil, err
	}
	before := v.Recommended
	*v = rules.EvaluateWithout(f, now, shut)
	if err := project(m, f, v, now); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(v.Options, func(o policy.Option) bool { return o.Code == before && !o.Open })
	if i < 0 {
		return nil, nil
	}
	return &v.Options[i], nil
}

// shutAgreed adds an open option that lets go what was agreed on before, where that is not left any more. What was promised by the agreement
// itself does not count against it.
func (d *Desk) shutAgreed(ctx context.Context, r planner, who Who, m *matter, f *dispute.Facts, v *policy.Verdict, code string, shut map[string]policy.Closed) error {
	if !slices.ContainsFunc(v.Options, func(o policy.Option) bool { return o.Code == code && o.Open }) {
		return nil
	}
	sum := agreedOf(f)
	w, err := d.left(ctx, r, m, f, sum.Currency, d.sameMoney(m, code, ""))
	if err != nil {
		return err
	}
	if reason := w.lacks(sum); reason != "" {
		shut[code] = w.told(who, reason, f)
	}
	return nil
}

// shut gives the options for which not enough is left, each with its reason. Cases that the member may not see are not named.
func (w *purse) shut(who Who, f *dispute.Facts) map[string]policy.Closed {
	out := map[string]policy.Closed{}
	for _, code := range payingOptions {
		least := money.Amount{Minor: 1, Currency: w.currency}
		if code == "accept" || code == "accept_withdrawal" {
			least = stakeOf(f)
		}
		if reason := w.lacks(least); reason != "" {
			out[code] = w.told(who, reason, f)
		}
	}
	return out
}

// lacks is the text key of why a sum cannot be paid any more; empty = it can, as far as is known.
func (w *purse) lacks(sum money.Amount) string {
	switch {
	case !sum.Known():
		return ""
	case len(w.gone.other) > 0:
		return "option.paid_in_other_currency"
	case w.affords(sum):
		return ""
	case w.rest.Minor > 0:
		return "option.too_little_left"
	}
	return "option.nothing_left"
}

// told adds to a reason what was spent and where. The three ways to say it are texts of their own.
func (w *purse) told(who Who, reason string, f *dispute.Facts) policy.Closed {
	c := policy.Closed{Reason: reason, Params: map[string]string{"rest": w.rest.String(), "claim": stakeOf(f).String()}}
	switch beside := w.spentBeside(who); {
	case len(w.gone.by) == 0:
		return c // the platform itself allows no more
	case beside == "":
		c.Reason += "_paid"
	default:
		c.Reason, c.Params["other"] = reason+"_beside", beside
	}
	c.Params["paid"] = money.Amount{Minor: w.gone.minor, Currency: w.currency}.String()
	if len(w.gone.other) > 0 {
		c.Params["paid"] = w.gone.other[0].String()
	}
	return c
}

// spentBeside names the other cases that spent money of the purchase and that the member may see, by their stores and orders.
func (w *purse) spentBeside(who Who) string {
	var names []string
	for _, i := range w.gone.by {
		if m := w.matters[i]; i > 0 && who.Sees(m.c.StoreID) {
			names = append(names, strings.TrimSpace(m.st.Name+" "+m.c.OrderNo))
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}
