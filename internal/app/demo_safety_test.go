package app_test

import (
	"slices"
	"testing"

	"parley/internal/app"
)

// TestTheDemoHasASafetyNetAndLimits: a visitor sees what keeps money and deadlines safe.
func TestTheDemoHasASafetyNetAndLimits(t *testing.T) {
	d, err := app.NewDemo(t.Context(), app.Config{Addr: "127.0.0.1:0"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Stop() }()
	owner, err := d.Desk.Operator(t.Context(), d.Email)
	if err != nil {
		t.Fatal(err)
	}
	stores, err := d.Desk.StoreList(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	accepting := 0
	for _, st := range stores {
		rules, err := d.Desk.Net(t.Context(), owner, st.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(rules) > 1 && rules[0].Do == "accept" {
			accepting++
		}
	}
	if accepting == 0 {
		t.Error("no store of the demo would accept anything")
	}
	l, err := d.Desk.Limits(t.Context(), owner)
	if err != nil || len(l.Second) == 0 {
		t.Errorf("limits %+v, %v", l, err)
	}
	var currencies []string
	for _, st := range stores {
		currencies = append(currencies, st.Currency)
	}
	if without := l.Unnamed(currencies); len(without) > 0 || !slices.Contains(currencies, "CNY") {
		t.Errorf("every payment in %v needs two persons; stores pay in %v", without, currencies)
	}
}
