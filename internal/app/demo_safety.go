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
	eur := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }
	usd := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "USD"} }
	return d.Desk.SetLimits(ctx, owner, desk.Limits{
		Ceilings: []desk.Ceiling{{Role: "agent", Amount: eur(50_00)}, {Role: "agent", Amount: usd(50_00)}},
		Second:   []money.Amount{eur(300_00), usd(300_00)},
	})
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
