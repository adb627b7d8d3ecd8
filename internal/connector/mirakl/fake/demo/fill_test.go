package demo_test

import (
	"testing"
	"time"

	"parley/internal/connector/mirakl/fake"
	"parley/internal/connector/mirakl/fake/demo"
)

func TestTheWorldFills(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	platform := fake.New(fake.Options{Now: func() time.Time { return now }})
	shops, err := demo.Fill(platform, now)
	if err != nil || len(shops) != 3 {
		t.Fatalf("%d shops, %v", len(shops), err)
	}
	for _, s := range shops {
		if s.Company == "" || s.Settings["api_key"] == "" || s.Zone == "" || len(s.Country) != 2 {
			t.Errorf("shop %+v", s)
		}
		if len(s.Shop.Said("CUSTOMER")) == 0 && s.Name != "Lanhai Audio ES" {
			t.Errorf("%s: no customer has written", s.Name)
		}
	}
	if !platform.Now().Equal(now) {
		t.Errorf("the platform is at %v", platform.Now())
	}
}
