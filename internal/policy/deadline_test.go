package policy_test

import (
	"testing"
	"time"

	"parley/internal/dispute"
	"parley/internal/policy"
)

// twoReadings is a pack that gives the answer one time while the case is new and less while it is talked over, under one condition.
const twoReadings = `pack: twice@2025
kind: marketplace
base: [aliexpress@base]
since: 2025-01-01
zone: Europe/Rome
title: {en: Twice, es: Dos, zh: 双}
parameters:
  seller_response_days: {value: 30, unit: days, source: [house]}
  open_after_days: {value: 10, unit: days, source: [house]}
reasons: {differences: product.not_as_described}
deadlines:
  - {id: twice.new, deadline: seller_response, state: [wait_seller], when: case.known, from: case.opened_at, runs: {wall: "9"}, whose: seller, own_duty: true, silence_costs: true, source: [house]}
  - {id: twice.talk, deadline: seller_response, state: [negotiating], when: case.known, from: case.opened_at, runs: {wall: "4"}, whose: seller, own_duty: true, silence_costs: true, source: [house]}
`

// TestARuleOfAnotherStateHidesNoDeadline: of several rules for one deadline those count that speak of where the matter stands. The
// stricter one of another state neither takes their place nor makes them vanish, nor does it move the case.
func TestARuleOfAnotherStateHidesNoDeadline(t *testing.T) {
	lib, err := policy.Load(with(t, "twice/twice.yaml", twoReadings))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := lib.For([]string{"twice@2025"})
	if err != nil {
		t.Fatal(err)
	}
	opened := at("2026-03-02T09:00:00Z")
	f := &dispute.Facts{Store: dispute.Store{Zone: "Europe/Rome"}, Case: &dispute.Case{OpenedAt: opened, Via: "marketplace", Reason: "differences"}}
	for _, c := range []struct {
		state string
		after time.Duration
		rule  string
		days  time.Duration
	}{{"wait_seller", 6, "twice.new", 9}, {"negotiating", 1, "twice.talk", 4}} {
		f.Case.Reported.State = c.state
		v := rules.Evaluate(f, opened.Add(c.after*24*time.Hour))
		if v.State != c.state || v.Next == nil || v.Next.Rule != c.rule || !v.Next.At.Equal(opened.Add(c.days*24*time.Hour)) {
			t.Errorf("%s: state %s, next %+v, all %+v", c.state, v.State, v.Next, v.Deadlines)
		}
	}
}
