package demo_test

import (
	"testing"
	"time"

	"parley/internal/connector/taobao/fake"
	"parley/internal/connector/taobao/fake/demo"
)

// TestTheWorldIsThere: two shops of one company, with refunds in every stage and several due within a day.
func TestTheWorldIsThere(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	platform := fake.New(fake.Options{Now: func() time.Time { return now }})
	shops, err := demo.Fill(platform, now)
	if err != nil || len(shops) != 2 {
		t.Fatalf("%d shops, %v", len(shops), err)
	}
	stages, soon := map[string]int{}, 0
	for _, s := range shops {
		if s.Company == "" || s.Settings["app_key"] == "" || s.Settings["session_key"] == "" || s.Zone != "Asia/Shanghai" {
			t.Errorf("shop %+v", s)
		}
		for _, r := range s.Shop.Refunds() {
			see := r.See()
			stages[see.Status]++
			if left := see.Due.Sub(now); left > 0 && left < 24*time.Hour {
				soon++
			}
		}
	}
	for _, status := range []string{"WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS", "SELLER_REFUSE_BUYER", "SUCCESS", "CLOSED"} {
		if stages[status] == 0 {
			t.Errorf("no refund is %s: %v", status, stages)
		}
	}
	if soon < 4 || stages["WAIT_SELLER_AGREE"] < 8 {
		t.Errorf("%d due within a day, stages %v", soon, stages)
	}
}
