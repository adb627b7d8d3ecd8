package app

import (
	"context"
	"slices"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/money"
)

// guard gives the demo what keeps money and deadlines safe: every store that can accept a claim has a small safety net, and people have
// limits.
func (d *Demo) guard(ctx context.Context, owner desk.Who) error {
	stores, err := d.Desk.StoreList(ctx, owner)
	if err != nil {
		return err
	}
	for _, st := range stores {
		if rules := d.demoNet(st); len(rules) > 0 {
			if err := d.Desk.SetNet(ctx, owner, st.ID, rules); err != nil {
				return err
			}
		}
	}
	return d.Desk.SetLimits(ctx, owner, demoLimits())
}

// demoLimits let an agent pay about 50 € alone, and anybody about 300 €. They name every currency that stores and buyers of the demo pay in: in another
// one each payment would need two persons.
func demoLimits() (l desk.Limits) {
	for _, c := range []struct {
		currency string
		fifty    int64 // about 50 €, in minor units
	}{{"EUR", 50_00}, {"USD", 50_00}, {"GBP", 50_00}, {"PLN", 200_00}, {"BRL", 300_00}, {"CNY", 400_00}, {"JPY", 8_000}, {"KRW", 75_000}} {
		l.Ceilings = append(l.Ceilings, desk.Ceiling{Role: "agent", Amount: money.Amount{Minor: c.fifty, Currency: c.currency}})
		l.Second = append(l.Second, money.Amount{Minor: 6 * c.fifty, Currency: c.currency})
	}
	return l
}

// demoNet accepts small claims about parcels, lengthens the protection where that can be done, and calls a person for the rest.
func (d *Demo) demoNet(st desk.StoreView) []desk.NetRule {
	i := slices.IndexFunc(d.Desk.Kinds(), func(a connector.About) bool { return a.Kind == st.Connector })
	if i < 0 || d.Desk.Kinds()[i].Offline {
		return nil
	}
	acts, rules := d.Desk.Kinds()[i].Acts, []desk.NetRule{}
	if slices.Contains(acts, "accept") && st.Currency != "" {
		rules = append(rules, desk.NetRule{Class: "logistics.*", Do: "accept", Margin: 120, Most: money.Amount{Minor: 25_00, Currency: st.Currency}})
	}
	if slices.Contains(acts, "extend_protection") {
		rules = append(rules, desk.NetRule{Do: "extend_protection", Margin: 60, Days: 30})
	}
	return append(rules, desk.NetRule{Do: "escalate", Margin: 180})
}
