package demo_test

import (
	"testing"
	"time"

	"parley/internal/connector/stripe/fake"
	"parley/internal/connector/stripe/fake/demo"
)

func TestTheWorldHasWhatTheOtherDemosShare(t *testing.T) {
	platform := fake.New(fake.Options{})
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	shops, err := demo.Fill(platform, now)
	if err != nil || len(shops) != 2 || !platform.Now().Equal(now) {
		t.Fatalf("%d shops at %s: %v", len(shops), platform.Now(), err)
	}
	open, soon, shared := 0, 0, false
	for _, shop := range shops {
		if shop.Company == "" || shop.Zone == "" || shop.Settings["api_key"] != shop.Account.Key {
			t.Errorf("shop %+v", shop)
		}
		for _, d := range shop.Account.Disputes() {
			due := time.Unix(d.DueBy, 0)
			if d.Status == "needs_response" || d.Status == "warning_needs_response" {
				open++
				if due.After(now) && due.Sub(now) < 48*time.Hour {
					soon++
				}
			}
			shared = shared || d.ID == "dp_1DemoParley0001042" && d.Charge().Intent == "pi_3DemoParley0001042" && d.Charge().Amount == 8990
		}
	}
	if open < 10 || soon < 3 || !shared {
		t.Errorf("%d wait for an answer, %d of them soon; order 1042 disputed: %v", open, soon, shared)
	}
}
