package paypal_test

import (
	"slices"
	"testing"

	"parley/internal/connector/paypal/fake"
	"parley/internal/dispute"
	"parley/internal/policy"
	"parley/packs"
)

// TestAMessageGoesByTheLinks: PayPal lists messages among what may be done; where it lists none, none can be chosen.
func TestAMessageGoesByTheLinks(t *testing.T) {
	s := newScene(t)
	library, err := policy.Load(packs.Files)
	must(t, err)
	rules, err := library.For(s.connector.About().Packs)
	must(t, err)
	snap, err := s.open(t).Fetch(t.Context(), ref(s.dispute(fake.DisputeSpec{})))
	must(t, err)
	message := func(f dispute.Facts) policy.Option {
		all := rules.Evaluate(&f, s.platform.Now()).Options
		n := slices.IndexFunc(all, func(o policy.Option) bool { return o.Code == "send_message" })
		if n < 0 {
			t.Fatalf("no message among %+v", all)
		}
		return all[n]
	}
	if o := message(snap.Facts); !o.Open {
		t.Errorf("listed: %+v", o)
	}
	actions := &snap.Facts.Case.Reported.Actions
	*actions = slices.DeleteFunc(*actions, func(a string) bool { return a == "send_message" })
	if o := message(snap.Facts); o.Open || o.Reason != "option.not_listed_by_platform" {
		t.Errorf("not listed: %+v", o)
	}
}
