package policy

import (
	"os"
	"slices"
	"testing"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy/words"
)

// desks are compositions as stores have them, and the routes on which their cases come.
var desks = []struct {
	packs []string
	via   string
}{
	{[]string{"aliexpress@2017", "consumer-eu@2022", "consumer-br@1990"}, "marketplace"}, {[]string{"aliexpress@2014"}, "marketplace"}, {[]string{"aliexpress@2011"}, "marketplace"},
	{[]string{"taobao@2025"}, "marketplace"}, {[]string{"taobao@2025", "tmall-dropship@2024", "consumer-eu@2022"}, "marketplace"},
	{[]string{"pccomponentes@2021", "consumer-es@2022"}, "marketplace"}, {[]string{"pccomponentes@2023", "consumer-es@2022"}, "marketplace"},
	{[]string{"pccomponentes@2025", "consumer-es@2022"}, "marketplace"}, {[]string{"alltricks@2025", "consumer-fr@2022"}, "marketplace"},
	{[]string{"shopify@2026", "consumer-eu@2022"}, "marketplace"}, {[]string{"shopify@2026", "consumer-eu@2022"}, "card"},
	{[]string{"paypal@2026"}, "paypal"}, {[]string{"stripe@2026", "visa@2025-07"}, "card"}, {[]string{"stripe@2026", "mastercard@2025"}, "card"},
	{[]string{"consumer-eu@2022"}, "marketplace"}, {nil, "marketplace"},
}

// parcels are the ways a parcel can stand; nil = nothing is known.
func parcels(sent time.Time) []*dispute.Shipment {
	scan := func(status, why string) *dispute.Shipment {
		return &dispute.Shipment{ShippedAt: sent, Events: []dispute.Scan{{At: sent.Add(48 * time.Hour), Status: status, Country: "PT", Why: why}}}
	}
	out := []*dispute.Shipment{nil, {ShippedAt: sent}}
	for _, status := range words.Codes("shipment_statuses") {
		out = append(out, scan(status, ""))
	}
	for _, why := range words.Codes("shipment_reasons") {
		out = append(out, scan("returning", why))
	}
	return out
}

// TestEveryDutyHasAnOption: wherever a deadline runs that is ours to keep, a person has something to choose, so that what was done can be put
// on record. An answer that a platform waits for is never left to work by hand alone. It goes through every store, reason, statement, state of the parcel and stage of the case.
func TestEveryDutyHasAnOption(t *testing.T) {
	lib, err := Load(os.DirFS("../../packs"))
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, desk := range desks {
		rules, err := lib.For(desk.packs, WithHolidays())
		if err != nil {
			t.Fatal(err)
		}
		eachMatter(rules, desk.via, func(f *dispute.Facts, now time.Time) {
			v := rules.Evaluate(f, now)
			rule := (*DeadlineRule)(nil)
			if v.Next != nil {
				rule = rules.ruleByID(v.Next)
			}
			hand := rule != nil && (rule.Fallback || v.State != "wait_seller")
			if rule == nil || slices.ContainsFunc(v.Options, func(o Option) bool { return o.Open && (hand || o.Code != "by_hand") }) {
				return
			}
			key := v.Next.Rule + ": " + v.Class + " in " + v.State + " by " + desk.via
			if !missing[key] {
				missing[key] = true
				t.Errorf("%v: nothing can be chosen before %s", desk.packs, key)
			}
		})
	}
}

// eachMatter makes matters of every reason, statement, state of the parcel and stage that the rules know.
func eachMatter(rules *Rules, via string, do func(*dispute.Facts, time.Time)) {
	opened := testNow().AddDate(0, 2, 0)
	stages := []string{""}
	for _, m := range rules.machines["matter"] {
		for state, s := range m.States {
			if !s.End {
				stages = append(stages, state)
			}
		}
	}
	reasons := []string{"", "never heard of"}
	for raw := range rules.reasons {
		reasons = append(reasons, raw)
	}
	for _, parcel := range parcels(opened.AddDate(0, 0, -9)) {
		for _, ask := range append(words.Codes("asks"), "") {
			do(matter("", "", ask, parcel, opened), opened.Add(time.Hour))
		}
		for _, reason := range reasons {
			for _, stage := range stages {
				f := matter(via, reason, "", parcel, opened)
				f.Case.Reported.State = stage
				do(f, opened.Add(time.Hour))
			}
		}
	}
}

// matter is one with a formal case where it has a route, else one of a message alone.
func matter(via, reason, ask string, parcel *dispute.Shipment, opened time.Time) *dispute.Facts {
	eur := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }
	f := &dispute.Facts{
		Store: dispute.Store{ID: "S", Marketplace: "own_shop", Zone: "Europe/Madrid", Country: "ES"}, Buyer: &dispute.Buyer{Country: "PT", Zone: "Europe/Lisbon"},
		Order: &dispute.Order{ID: "O", PlacedAt: opened.AddDate(0, 0, -10), Goods: eur(2000), Shipping: eur(300)}, Shipment: parcel,
	}
	if via == "" {
		f.Messages = []dispute.Message{{At: opened, From: "buyer", Asks: ask, Text: "?"}}
		return f
	}
	f.Case = &dispute.Case{OpenedAt: opened, Via: via, Reason: reason, Network: "visa", PlatformDueAt: opened.AddDate(0, 0, 4), Claim: dispute.Claim{Amount: eur(2300)}}
	return f
}

// TestWhatIsShutIsNeitherOpenNorRecommended: whatever closes the options that pay, they say why, the next best that the rules know is
// recommended, and wherever a deadline waits there is still something to choose.
func TestWhatIsShutIsNeitherOpenNorRecommended(t *testing.T) {
	lib, err := Load(os.DirFS("../../packs"))
	if err != nil {
		t.Fatal(err)
	}
	shut := map[string]Closed{}
	for _, code := range []string{"accept", "accept_withdrawal", "refund", "counter_amount", "counter_return"} {
		shut[code] = Closed{"option.nothing_left_paid", map[string]string{"paid": "23.00 EUR"}}
	}
	instead := map[string]bool{}
	for _, desk := range desks {
		rules, err := lib.For(desk.packs, WithHolidays())
		if err != nil {
			t.Fatal(err)
		}
		eachMatter(rules, desk.via, func(f *dispute.Facts, now time.Time) {
			before, v := rules.Evaluate(f, now), rules.EvaluateWithout(f, now, shut)
			for _, o := range v.Options {
				if _, gone := shut[o.Code]; gone && o.Open {
					t.Fatalf("%v %s in %s: %s is open", desk.packs, v.Class, v.State, o.Code)
				} else if was := hasOpen(before.Options, o.Code); gone && was && (o.Reason != "option.nothing_left_paid" || o.Params["paid"] != "23.00 EUR") {
					t.Fatalf("%v %s in %s: %s is closed by %q", desk.packs, v.Class, v.State, o.Code, o.Reason)
				}
			}
			if v.Recommended != "" && !hasOpen(v.Options, v.Recommended) {
				t.Fatalf("%v %s in %s: %s is recommended and closed", desk.packs, v.Class, v.State, v.Recommended)
			}
			if v.Next != nil && before.Next != nil && slices.ContainsFunc(before.Options, isOpen) && !slices.ContainsFunc(v.Options, isOpen) {
				t.Fatalf("%v %s in %s: nothing is left to choose", desk.packs, v.Class, v.State)
			}
			if v.Recommended != before.Recommended {
				instead[v.Recommended] = true
			}
		})
	}
	if !instead[""] || !instead["wait"] {
		t.Errorf("instead of what is shut are recommended only %v", instead)
	}
}

func isOpen(o Option) bool { return o.Open }

func hasOpen(list []Option, code string) bool {
	return slices.ContainsFunc(list, func(o Option) bool { return o.Open && o.Code == code })
}

// TestNobodyIsToldToWaitUntilItCosts: in the last hours before silence costs something, something else than waiting is recommended, or nothing.
func TestNobodyIsToldToWaitUntilItCosts(t *testing.T) {
	lib, err := Load(os.DirFS("../../packs"))
	if err != nil {
		t.Fatal(err)
	}
	near := 0
	for _, desk := range desks {
		rules, err := lib.For(desk.packs, WithHolidays())
		if err != nil {
			t.Fatal(err)
		}
		eachMatter(rules, desk.via, func(f *dispute.Facts, now time.Time) {
			next := rules.Evaluate(f, now).Next
			if next == nil || !rules.ruleByID(next).Counts {
				return
			}
			v := rules.Evaluate(f, next.At.Add(-2*time.Hour))
			if v.Next == nil || v.Next.Kind != next.Kind {
				return
			}
			near++
			if v.Recommended == "wait" {
				t.Fatalf("%v %s in %s: two hours before %s it says to wait", desk.packs, v.Class, v.State, next.Rule)
			}
		})
	}
	if near == 0 {
		t.Error("no matter comes near a deadline")
	}
}
