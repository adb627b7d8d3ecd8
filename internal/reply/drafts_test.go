package reply

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
)

// draftFile is a table of sentences that a check must stop, and of honest ones that nothing may stop.
type draftFile struct {
	Language string `yaml:"language"`
	Checks   []struct {
		Check     string   `yaml:"check"`
		Case      string   `yaml:"case"`
		Step      string   `yaml:"step"`
		To        string   `yaml:"to"`
		Via       string   `yaml:"via"`
		Forbidden []string `yaml:"forbidden"`
		Honest    []string `yaml:"honest"`
	} `yaml:"checks"`
}

// fragments are checks of the whole draft, which a single sentence cannot pass.
var fragments = []string{"required_content_missing", "no_case_facts", "one_route_only"}

func TestDrafts(t *testing.T) {
	paths, err := filepath.Glob("testdata/drafts/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no drafts", err)
	}
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		var file draftFile
		if err := yaml.UnmarshalWithOptions(raw, &file, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		for _, g := range file.Checks {
			c, ok := cases()[g.Case]
			if !ok {
				t.Fatalf("%s: no case %q", p, g.Case)
			}
			draft := policy.Draft{To: or(g.To, "buyer"), Via: or(g.Via, c.via), Step: g.Step, Language: file.Language, ReplyTo: "person"}
			for _, text := range g.Forbidden {
				draft.Text = text
				if got := Blocked(Check(c.facts, c.verdict, draft, c.now, Limits{})); !slices.Contains(got, g.Check) {
					t.Errorf("%s %s/%s passes: %q (stopped by %v)", file.Language, g.Check, g.Case, text, got)
				}
			}
			for _, text := range g.Honest {
				draft.Text = text
				got := Blocked(Check(c.facts, c.verdict, draft, c.now, Limits{}))
				got = slices.DeleteFunc(got, func(x string) bool { return x != g.Check && slices.Contains(fragments, x) })
				if len(got) > 0 {
					t.Errorf("%s %s/%s honest text stopped: %q by %v", file.Language, g.Check, g.Case, text, got)
				}
			}
		}
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

type testCase struct {
	facts   dispute.Facts
	verdict policy.Verdict
	now     time.Time
	via     string
}

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func amount(s string) money.Amount {
	a, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

func order(id, title, goods, shipping string) *dispute.Order {
	return &dispute.Order{ID: id, Goods: amount(goods), Shipping: amount(shipping), Items: []dispute.Item{{Title: title, Quantity: 1, Price: amount(goods)}}}
}

func opened(when, reason, claim string) *dispute.Case {
	return &dispute.Case{OpenedAt: at(when), Via: "marketplace", Reason: reason, Claim: dispute.Claim{Amount: amount(claim)}}
}

func delivered(when, place, country string) *dispute.Shipment {
	return &dispute.Shipment{ShippedAt: at(when).AddDate(0, 0, -20), Events: []dispute.Scan{
		{At: at(when).AddDate(0, 0, -19), Status: "accepted", Place: "Yiwu", Country: "CN"},
		{At: at(when), Status: "delivered", Place: place, Country: country},
	}}
}

func staleFacts() dispute.Facts {
	return dispute.Facts{
		Store: dispute.Store{ID: "S1", Marketplace: "aliexpress", Zone: "Asia/Shanghai"},
		Buyer: &dispute.Buyer{Name: "Ana", Country: "ES", Language: "es"},
		Order: order("A2001", "desk lamp", "31.00 USD", "0.00 USD"),
		Shipment: &dispute.Shipment{ShippedAt: at("2026-02-02 17:30"), Events: []dispute.Scan{
			{At: at("2026-02-02 20:10"), Status: "accepted", Place: "Shenzhen", Country: "CN"},
			{At: at("2026-02-04 14:40"), Status: "departed_origin", Place: "Shenzhen", Country: "CN"},
			{At: at("2026-02-06 14:05"), Status: "transit_country", Place: "Frankfurt", Country: "DE"},
		}},
		Case: opened("2026-02-21 02:05", "in transit", "31.00 USD"),
	}
}

func answeredFacts() dispute.Facts {
	f := staleFacts()
	f.History = []dispute.Act{
		{At: at("2026-02-21 02:20"), Who: "staff", Did: "asked_carrier", Via: "email", Reference: "CE-7781"},
		{At: at("2026-02-21 02:40"), Who: "staff", Did: "extended_protection", Days: 15},
		{At: at("2026-02-21 03:00"), Who: "staff", Did: "sent_reply", Step: "first_logistics_reply"},
		{At: at("2026-02-23 01:00"), Who: "carrier", Did: "answered_enquiry", Reference: "CE-7781"},
	}
	f.Evidence = []dispute.Evidence{
		{At: at("2026-02-23 01:00"), From: "carrier", Kind: "carrier_ticket", Reference: "CE-7781", Text: "Parcel is in the Frankfurt hub. The hub has a backlog."},
		{At: at("2026-02-20 01:00"), From: "staff", Kind: "line_statistics", Text: "212 parcels, 93 % delivered by day 35"},
	}
	return f
}

func delayFacts() dispute.Facts {
	return dispute.Facts{
		Store: dispute.Store{ID: "W1", Marketplace: "own_shop", Country: "ES", Zone: "Europe/Madrid"},
		Buyer: &dispute.Buyer{Name: "Ana", Surname: "García", Country: "ES", Language: "es", Kind: "consumer"},
		Order: order("W1033", "table lamp", "30.00 EUR", "4.90 EUR"),
		Account: &dispute.Account{Platform: "aliexpress", Notices: []dispute.Notice{
			{At: at("2026-09-09 08:00"), Code: "orders_closed", Text: "Your orders have been closed."},
		}},
	}
}

// cases are the matters that the drafts are about.
func cases() map[string]testCase {
	ali := dispute.Store{ID: "S1", Marketplace: "aliexpress", Zone: "Asia/Shanghai"}
	shop := dispute.Store{ID: "W1", Marketplace: "own_shop", Country: "ES", Zone: "Europe/Madrid"}
	pcc := dispute.Store{ID: "P1", Marketplace: "pccomponentes", Country: "ES", Zone: "Europe/Madrid"}
	out := map[string]testCase{
		"stale":    {facts: staleFacts(), verdict: policy.Verdict{Class: "logistics.transit_stale", State: "wait_seller"}, now: at("2026-02-21 03:10")},
		"answered": {facts: answeredFacts(), verdict: policy.Verdict{Class: "logistics.transit_stale", State: "negotiating"}, now: at("2026-02-23 02:00")},
		"confirmed": {facts: dispute.Facts{Store: ali, Buyer: &dispute.Buyer{Name: "Luc", Country: "FR"}, Order: order("A2006", "photo frame", "39.90 USD", "0.00 USD"),
			Shipment: delivered("2026-04-30 10:00", "Lyon", "FR"), Case: opened("2026-05-03 10:00", "quality problem", "39.90 USD"),
			Evidence: []dispute.Evidence{{At: at("2026-05-03 10:05"), From: "buyer", Kind: "photo", Reading: "fault_visible"}}},
			verdict: policy.Verdict{Class: "product.confirmed", State: "wait_seller"}, now: at("2026-05-04 15:00")},
		"unproven": {facts: dispute.Facts{Store: ali, Buyer: &dispute.Buyer{Name: "Tom", Country: "US"}, Order: order("A2008", "cordless drill", "48.00 USD", "0.00 USD"),
			Shipment: delivered("2026-06-28 20:00", "Chicago", "US"), Case: opened("2026-07-01 16:00", "does not work", "48.00 USD"),
			Evidence: []dispute.Evidence{{At: at("2026-07-01 16:10"), From: "buyer", Kind: "video", Reading: "unclear"}}},
			verdict: policy.Verdict{Class: "product.unproven", State: "wait_seller"}, now: at("2026-07-01 18:00")},
		"withdrawal": {facts: dispute.Facts{Store: shop, Buyer: &dispute.Buyer{Name: "Laura", Country: "ES", Kind: "consumer"}, Order: order("W1036", "SSD 1 TB", "84.90 EUR", "4.95 EUR"),
			Shipment: delivered("2026-10-05 10:00", "Murcia", "ES")},
			verdict: policy.Verdict{Class: "withdrawal.legal", State: "no_case"}, now: at("2026-10-09 17:00"), via: "email"},
		"delay":     {facts: delayFacts(), verdict: policy.Verdict{Class: "account.order_closed", State: "closed_by_platform"}, now: at("2026-09-09 09:00"), via: "email"},
		"paid_part": {facts: delayFacts(), verdict: policy.Verdict{Class: "account.order_closed", State: "closed_by_platform"}, now: at("2026-09-09 11:00"), via: "email"},
		"account":   {facts: delayFacts(), verdict: policy.Verdict{Class: "account.order_closed", State: "closed_by_platform"}, now: at("2026-09-09 11:00"), via: "live_chat"},
		"intercept": {facts: dispute.Facts{Store: dispute.Store{ID: "T1", Marketplace: "taobao", Zone: "Asia/Shanghai"}, Buyer: &dispute.Buyer{Name: "Li", Country: "CN"}, Order: order("T2029", "rice cooker", "129.00 CNY", "0.00 CNY"),
			Shipment: &dispute.Shipment{ShippedAt: at("2026-03-10 02:00"), Domestic: true, Events: []dispute.Scan{{At: at("2026-03-10 04:00"), Status: "accepted", Place: "Hangzhou", Country: "CN"}}},
			History:  []dispute.Act{{At: at("2026-03-10 06:00"), Who: "staff", Did: "asked_intercept"}, {At: at("2026-03-11 06:00"), Who: "carrier", Did: "intercept_failed"}}},
			verdict: policy.Verdict{Class: "pre_shipment.buyer_cancel", State: "no_case"}, now: at("2026-03-11 08:10")},
		"closed": {facts: dispute.Facts{Store: ali, Buyer: &dispute.Buyer{Name: "Paolo", Country: "IT"}, Order: order("A2005", "coffee grinder", "55.00 USD", "0.00 USD"),
			Shipment: delivered("2026-02-25 10:00", "Torino", "IT"), Case: opened("2026-02-27 10:00", "goods damaged", "55.00 USD")},
			verdict: policy.Verdict{Class: "product.damaged", State: "closed_no_refund"}, now: at("2026-03-13 00:00")},
		"warranty": {facts: dispute.Facts{Store: pcc, Buyer: &dispute.Buyer{Name: "Teresa", Country: "ES", Kind: "consumer"}, Order: order("P2039", "wireless keyboard", "89.00 EUR", "0.00 EUR"),
			Shipment: delivered("2026-03-02 10:00", "Cuenca", "ES"), Case: opened("2026-05-18 08:00", "garantía", "89.00 EUR")},
			verdict: policy.Verdict{Class: "warranty.after_30", State: "wait_seller"}, now: at("2026-05-18 09:30")},
		"incident": {facts: dispute.Facts{Store: pcc, Buyer: &dispute.Buyer{Name: "Raquel", Country: "ES", Kind: "consumer"}, Order: order("P1040", "wireless mouse", "39.00 EUR", "0.00 EUR"),
			Shipment: delivered("2026-04-22 10:00", "Gijon", "ES"), Case: opened("2026-06-02 08:00", "garantía", "39.00 EUR"),
			History: []dispute.Act{{At: at("2026-06-08 10:00"), Who: "staff", Did: "received_goods"}, {At: at("2026-06-09 08:30"), Who: "staff", Did: "tested_goods", Result: "no_fault"}}},
			verdict: policy.Verdict{Class: "warranty.no_fault", State: "in_progress"}, now: at("2026-06-09 14:00")},
	}
	paid := out["paid_part"]
	paid.facts.Ledger = []dispute.Payment{{At: at("2026-09-09 10:00"), Did: "refund", Amount: amount("3.49 EUR"), Base: "order", Percent: "10"}}
	out["paid_part"] = paid
	for name, c := range out {
		c.via = or(c.via, "platform_message")
		out[name] = c
	}
	return out
}
