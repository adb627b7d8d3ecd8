package policy_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"parley/internal/calendar"
	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/policy/words"
)

var marketPacks = [][]string{
	{"aliexpress@2017", "consumer-eu@2022", "consumer-es@2022"}, {"aliexpress@2014"}, {"aliexpress@2011", "consumer-uk@2015"},
	{"pccomponentes@2021", "consumer-eu@2022"}, {"pccomponentes@2025", "consumer-es@2022"}, {"alltricks@2025", "consumer-fr@2022"},
	{"taobao@2025", "tmall-dropship@2024"}, {"paypal@2026"}, {"visa@2025-07"}, {"aliexpress-account@2024"},
}

func pick(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

// anyFacts makes a case that could come from anywhere, in sense or nonsense.
func anyFacts(r *rand.Rand) *dispute.Facts {
	start := time.Date(2026, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
	later := func(days int) time.Time { return start.Add(time.Duration(r.IntN(days*24)) * time.Hour) }
	usd := func() money.Amount { return money.Amount{Minor: int64(r.IntN(9000)), Currency: "USD"} }
	f := &dispute.Facts{Store: dispute.Store{ID: "S", Marketplace: pick(r, "aliexpress", "taobao", "pccomponentes", "own_shop"), Zone: "Europe/Madrid", Country: "ES"}}
	if r.IntN(4) > 0 {
		f.Buyer = &dispute.Buyer{Country: pick(r, "ES", "FR", "GB", "US", ""), Zone: pick(r, "Europe/Paris", "America/New_York", "")}
	}
	if r.IntN(4) > 0 {
		f.Order = &dispute.Order{ID: "O", PlacedAt: start, Goods: usd(), Shipping: usd()}
	}
	if r.IntN(4) > 0 {
		f.Shipment = &dispute.Shipment{ShippedAt: later(3), Domestic: r.IntN(2) == 0, InsuredByPlatform: r.IntN(5) == 0}
		for range r.IntN(6) {
			f.Shipment.Events = append(f.Shipment.Events, dispute.Scan{At: later(40), Status: pick(r, words.Codes("shipment_statuses")...), Country: pick(r, "CN", "ES", ""), Why: pick(r, append(words.Codes("shipment_reasons"), "")...)})
		}
	}
	if r.IntN(5) > 0 {
		f.Case = &dispute.Case{OpenedAt: later(20), Via: pick(r, "marketplace", "paypal", "card"), Network: "visa",
			Reason: pick(r, "in transit", "quality problem", "dislike, unwanted", "garantía", "desistimiento", "13.1", "CREDIT_NOT_PROCESSED", "never heard of"), Claim: dispute.Claim{Amount: usd(), ReturnGoods: r.IntN(2) == 0}}
	}
	for range r.IntN(8) {
		f.History = append(f.History, dispute.Act{At: later(60), Who: pick(r, words.Codes("actors")...), Did: pick(r, words.Codes("acts")...), Step: pick(r, words.Codes("steps")...)})
	}
	for range r.IntN(3) {
		f.Messages = append(f.Messages, dispute.Message{At: later(60), From: pick(r, "buyer", "staff"), Asks: pick(r, append(words.Codes("asks"), "")...), Text: "Give me 10% and I cancel the dispute"})
	}
	if r.IntN(3) == 0 {
		f.Supplier = &dispute.Supplier{Marketplace: "tmall", ShipBy: later(5)}
	}
	return f
}

func eachCase(t *testing.T, n int, do func(r *rand.Rand, rules *policy.Rules, names []string, f *dispute.Facts, now time.Time)) {
	t.Helper()
	lib := library(t)
	r := rand.New(rand.NewPCG(7, 11))
	for range n {
		names := marketPacks[r.IntN(len(marketPacks))]
		rules, err := lib.For(names)
		if err != nil {
			t.Fatal(err)
		}
		f := anyFacts(r)
		do(r, rules, names, f, time.Date(2026, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), 0, 0, 0, time.UTC).AddDate(0, r.IntN(6), 0))
	}
}

// TestVerdictsAreSound: an owner unless undecided, only words of the glossary, lapse and instant agree, a trace.
func TestVerdictsAreSound(t *testing.T) {
	eachCase(t, 3000, func(_ *rand.Rand, rules *policy.Rules, names []string, f *dispute.Facts, now time.Time) {
		v := rules.Explain(f, now)
		if v.State == "" && len(v.Undecided) == 0 || v.State != "" && (!words.Known("states", v.State) || !words.Known("parties", v.Owner)) {
			t.Fatalf("%v: state %q, owner %q, undecided %v", names, v.State, v.Owner, v.Undecided)
		}
		if v.Class != "" && !words.Known("classes", v.Class) || len(v.Trace) == 0 {
			t.Fatalf("%v: class %q, %d steps", names, v.Class, len(v.Trace))
		}
		for _, d := range v.Deadlines {
			if d.Lapsed == now.Before(d.At) || d.At.IsZero() || !words.Known("deadline_sources", d.WonBy) || d.Rule == "" {
				t.Fatalf("%v at %v: %+v", names, now, d)
			}
		}
		for _, o := range v.Options {
			if !o.Open && o.Reason == "" {
				t.Fatalf("%s is closed without a reason", o.Code)
			}
		}
	})
}

// TestPackOrderDoesNotMatter also holds the same verdict against a second evaluation.
func TestPackOrderDoesNotMatter(t *testing.T) {
	lib := library(t)
	eachCase(t, 500, func(r *rand.Rand, rules *policy.Rules, names []string, f *dispute.Facts, now time.Time) {
		mixed := slices.Clone(names)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		other, err := lib.For(mixed)
		if err != nil {
			t.Fatal(err)
		}
		if c := policy.Replay(rules, other, f, now); len(c) > 0 {
			t.Fatalf("%v and %v differ: %v", names, mixed, c)
		}
	})
}

// TestEvidenceTakesNothingFromTheBuyer: a further proof never removes an option of the buyer.
func TestEvidenceTakesNothingFromTheBuyer(t *testing.T) {
	eachCase(t, 1500, func(r *rand.Rand, rules *policy.Rules, names []string, f *dispute.Facts, now time.Time) {
		before := rules.Evaluate(f, now)
		more := *f
		more.Evidence = append(slices.Clone(f.Evidence), dispute.Evidence{At: now.Add(-time.Hour), From: pick(r, "buyer", "staff", "carrier"), Kind: pick(r, words.Codes("evidence_kinds")...), Reading: pick(r, append(words.Codes("readings"), "")...)})
		after := rules.Evaluate(&more, now)
		for _, o := range before.BuyerOptions {
			if !slices.Contains(after.BuyerOptions, o) {
				t.Fatalf("%v: %+v takes %s from the buyer (class %s, then %s)", names, more.Evidence[len(more.Evidence)-1], o, before.Class, after.Class)
			}
		}
	})
}

// TestShiftedFactsShiftDeadlines: everything seven weeks later gives every wall-clock deadline seven weeks later.
func TestShiftedFactsShiftDeadlines(t *testing.T) {
	rules, err := library(t).For([]string{"aliexpress@2017"})
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	for days := range 400 {
		opened := time.Date(2026, 1, 1+days, 21, 15, 0, 0, zone)
		f := &dispute.Facts{Store: dispute.Store{Zone: "Asia/Shanghai"}, Case: &dispute.Case{OpenedAt: opened.UTC(), Via: "marketplace", Reason: "differences"}}
		v := rules.Evaluate(f, opened)
		for _, d := range v.Deadlines {
			if in := d.At.In(zone); d.Kind == "seller_response" && (in.Hour() != 21 || in.Minute() != 15 || calendar.On(d.At, zone) != calendar.On(opened, zone).Add(5)) {
				t.Fatalf("opened %v, answer due %v", opened, in)
			}
		}
	}
}

// TestPlatformsWordOutranksOurs, known or not.
func TestPlatformsWordOutranksOurs(t *testing.T) {
	rules, err := library(t).For([]string{"aliexpress@2017"})
	if err != nil {
		t.Fatal(err)
	}
	f, now := busyCase(), at("2026-02-23T00:00:00Z")
	f.Case.Reported = dispute.Reported{Status: "in_arbitration", State: "platform"}
	if v := rules.Evaluate(f, now); v.State != "platform" || v.Owner != "platform" || slices.ContainsFunc(v.Options, func(o policy.Option) bool { return o.Code == "accept" && o.Open }) {
		t.Errorf("state %s, owner %s, options %v", v.State, v.Owner, v.Options)
	}
	f.Case.Reported = dispute.Reported{Status: "brand_new_word"}
	f.History = nil
	v := rules.Evaluate(f, now)
	if v.State != "" || !slices.Contains(v.Alerts, "platform_status_unknown") || len(v.Undecided) == 0 {
		t.Errorf("state %q, alerts %v, undecided %v", v.State, v.Alerts, v.Undecided)
	}
	f.History = []dispute.Act{{At: at("2026-02-22T00:00:00Z"), Who: "buyer", Did: "cancelled_case"}}
	if v := rules.Evaluate(f, now); v.State != "cancelled" {
		t.Errorf("an act on record gives %q", v.State)
	}
}

// TestAStoreTightensOnly: law and platform numbers stay, our own move in one direction.
func TestAStoreTightensOnly(t *testing.T) {
	lib := library(t)
	for _, c := range []struct {
		name string
		to   int64
		ok   bool
	}{{"next_update_hours", 24, true}, {"next_update_hours", 72, false}, {"seller_response_days", 9, false}, {"nobody_knows", 1, false}, {"eu_withdrawal_days", 30, true}, {"eu_withdrawal_days", 7, false}} {
		_, err := lib.For([]string{"aliexpress@2017", "consumer-eu@2022"}, policy.WithParameter(c.name, c.to))
		if (err == nil) != c.ok {
			t.Errorf("%s = %d: %v", c.name, c.to, err)
		}
	}
}

func date(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
