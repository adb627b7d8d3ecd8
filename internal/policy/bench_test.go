package policy_test

import (
	"testing"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/packs"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// busyCase is a case with a history, as a desk sees it in the middle of a negotiation.
func busyCase() *dispute.Facts {
	yes := true
	usd := func(n int64) money.Amount { return money.Amount{Minor: n, Currency: "USD"} }
	return &dispute.Facts{
		Store: dispute.Store{ID: "S1", Marketplace: "aliexpress", Zone: "Asia/Shanghai", Country: "CN"},
		Buyer: &dispute.Buyer{Name: "Ana", Country: "ES", Zone: "Europe/Madrid", Language: "es"},
		Order: &dispute.Order{ID: "A1", PlacedAt: at("2026-01-30T11:20:00+01:00"), Goods: usd(3100), Shipping: usd(0), PromisedDays: 45,
			Items: []dispute.Item{{Title: "desk lamp", Quantity: 1, Price: usd(3100)}}},
		Shipment: &dispute.Shipment{ShippedAt: at("2026-02-02T09:30:00-08:00"), Service: "standard", Registered: &yes, ArrangedBy: "seller", Events: []dispute.Scan{
			{At: at("2026-02-03T04:10:00+08:00"), Status: "accepted", Country: "CN", Place: "Shenzhen"},
			{At: at("2026-02-04T22:40:00+08:00"), Status: "departed_origin", Country: "CN"},
			{At: at("2026-02-06T15:05:00+01:00"), Status: "transit_country", Country: "DE", Place: "Frankfurt"},
		}},
		Case: &dispute.Case{OpenedAt: at("2026-02-20T18:05:00-08:00"), Via: "marketplace", Reason: "in transit", Claim: dispute.Claim{Amount: usd(3100)}},
		History: []dispute.Act{
			{At: at("2026-02-21T10:20:00+08:00"), Who: "staff", Did: "asked_carrier", Via: "email", Reference: "CE-1"},
			{At: at("2026-02-21T11:00:00+08:00"), Who: "staff", Did: "sent_reply", Step: "first_logistics_reply"},
			{At: at("2026-02-22T11:00:00+08:00"), Who: "buyer", Did: "changed_claim", Amount: usd(2000)},
		},
		Messages: []dispute.Message{{At: at("2026-02-21T09:00:00+08:00"), From: "buyer", Text: "Where is my lamp?", Asks: "where_is_parcel"}},
	}
}

func BenchmarkEvaluate(b *testing.B) {
	rules, err := library(b).For([]string{"aliexpress@2017", "consumer-eu@2022", "consumer-es@2022"})
	if err != nil {
		b.Fatal(err)
	}
	f, now := busyCase(), at("2026-02-23T00:00:00Z")
	b.ReportAllocs()
	var v policy.Verdict
	for b.Loop() {
		v = rules.Evaluate(f, now)
	}
	if v.Class != "logistics.transit_stale" {
		b.Fatal(v.Class)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "verdicts/s")
}

// BenchmarkStart reads all packs and composes those of one store, as every start of the program does.
func BenchmarkStart(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		l, err := policy.Load(packs.Files)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.For([]string{"aliexpress@2017", "consumer-eu@2022", "consumer-es@2022"}); err != nil {
			b.Fatal(err)
		}
	}
}
