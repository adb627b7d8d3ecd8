package demo_test

import (
	"bytes"
	"testing"
	"time"

	"parley/internal/connector/dropship/fake"
	"parley/internal/connector/dropship/fake/demo"
)

func TestTheTradeHasEveryKindOfTrouble(t *testing.T) {
	now := time.Date(2026, 5, 20, 9, 0, 0, 0, time.UTC)
	p := fake.New(fake.Options{Now: func() time.Time { return now }})
	shops, err := demo.Fill(p, now)
	if err != nil || len(shops) != 1 || shops[0].Company == "" || len(shops[0].Done) < 5 {
		t.Fatalf("%+v %v", shops, err)
	}
	if n := bytes.Count(p.Orders(), []byte("RUTA-")); n < 10 {
		t.Errorf("%d purchases", n)
	}
	for _, want := range []string{"Out of stock", "Overweight", "Customs hold", "Claim verified", "Shipped"} {
		if !bytes.Contains(p.Reports(), []byte(want)) {
			t.Errorf("nobody reported: %s", want)
		}
	}
}
