package policy_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"parley/internal/dispute"
	"parley/internal/policy"
)

// ours are the deadlines that only fallback rules give.
var ours = []string{"reply_due", "review"}

// TestNoOpenMatterIsWithoutAClock: whatever the facts, an open matter has a duty of ours or waits for somebody else's deadline. A clock of our own making never stands beside another duty.
func TestNoOpenMatterIsWithoutAClock(t *testing.T) {
	eachCase(t, 4000, func(_ *rand.Rand, rules *policy.Rules, names []string, f *dispute.Facts, now time.Time) {
		if slices.Equal(names, []string{"aliexpress-account@2024"}) {
			return // the merchant's own account is no matter with a buyer
		}
		v := rules.Evaluate(f, now)
		theirs := slices.ContainsFunc(v.Deadlines, func(d policy.Deadline) bool { return !d.Lapsed && d.Lapse != "" })
		if !v.Ended && v.Next == nil && (!theirs || v.Owner == "seller") {
			t.Fatalf("%v: %s in %q has no clock: %+v", names, v.Class, v.State, v.Deadlines)
		}
		if v.Next == nil {
			return
		}
		for _, d := range v.Deadlines {
			if slices.Contains(ours, d.Kind) && d.Kind != v.Next.Kind {
				t.Fatalf("%v: %s stands beside %s", names, d.Kind, v.Next.Kind)
			}
		}
	})
}

// TestAMissedDutyStaysInSight: what we missed and can still do comes after all that runs, and does not vanish from the queue.
func TestAMissedDutyStaysInSight(t *testing.T) {
	rules, err := library(t).For([]string{"pccomponentes@2025"})
	if err != nil {
		t.Fatal(err)
	}
	asked := at("2026-03-02T09:00:00Z")
	f := &dispute.Facts{Store: dispute.Store{Zone: "Europe/Madrid", Country: "ES"}, Messages: []dispute.Message{{At: asked, From: "buyer", Text: "?"}}}
	v := rules.Evaluate(f, asked.Add(72*time.Hour))
	if v.Next == nil || v.Next.Kind != "first_reply" || !v.Next.Lapsed {
		t.Errorf("%+v", v.Next)
	}
}
