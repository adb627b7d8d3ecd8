package fill

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/store"
)

//go:embed samples.json
var samplesText []byte

// sample holds what buyers of one language are called, buy and write.
type sample struct {
	Country  string   `json:"country"`
	Names    []string `json:"names"`
	Products []string `json:"products"`
	Messages []string `json:"messages"`
}

// shaper makes cases one after the other.
type shaper struct {
	random    *rand.Rand
	now       time.Time
	stores    []store.Store
	languages []string
	samples   map[string]sample
	number    int64 // of the next order
}

func newShaper(random *rand.Rand, now time.Time, stores []store.Store, seed uint64) (*shaper, error) {
	s := &shaper{random: random, now: now.UTC().Truncate(time.Microsecond), stores: stores}
	if err := json.Unmarshal(samplesText, &s.samples); err != nil {
		return nil, err
	}
	s.languages = slices.Sorted(maps.Keys(s.samples))
	// Sixteen digits as at AliExpress, apart for every seed.
	s.number = 8_100_000_000_000_000 + int64(seed%10_000)*10_000_000_000
	return s, nil
}

func pick[T any](s *shaper, from []T) T { return from[s.random.IntN(len(from))] }

// skewed is between 0 and 1, mostly small.
func (s *shaper) skewed() float64 {
	u := s.random.Float64()
	return u * u * u
}

var classes = []string{
	"logistics.not_received", "logistics.transit_stale", "logistics.delivered_not_received", "logistics.lost", "logistics.customs_hold",
	"logistics.late", "product.not_as_described", "product.confirmed", "product.damaged", "product.short", "product.wrong_item",
	"product.unproven", "withdrawal.personal_reason", "pre_shipment.buyer_cancel", "",
}

// situation is a state with the view it is shown in, and who moves next.
type situation struct{ state, view, owner string }

var openSituations = []situation{
	{"wait_seller", "to_answer", "seller"}, {"wait_seller", "to_answer", "seller"}, {"negotiating", "waiting_buyer", "buyer"},
	{"wait_buyer_return", "returns", "buyer"}, {"platform", "platform", "platform"}, {"no_case", "watching", "nobody"},
}

var endedSituations = []situation{
	{"refunded", "ended", "nobody"}, {"refused", "ended", "nobody"}, {"cancelled", "ended", "nobody"}, {"closed_no_refund", "ended", "nobody"},
}

// next makes one case.
func (s *shaper) next() made {
	s.number += 10 + s.random.Int64N(20)
	shop := s.stores[int(s.skewed()*float64(len(s.stores)))]
	language := pick(s, s.languages)
	from := s.samples[language]
	m := made{c: s.row(shop, language, from)}
	facts := s.facts(&m.c, language, from)
	order := dispute.Facts{Order: facts.Order, Buyer: facts.Buyer, Shipment: facts.Shipment}
	facts.Order, facts.Shipment = nil, nil
	issue := fmt.Sprintf("3%015d", s.number%1_000_000_000_000_000)
	ref := connector.Ref{Kind: "issue", ID: issue, Buyer: m.c.BuyerID, Order: m.c.OrderNo, Line: m.c.Matter}
	m.source = store.Source{
		StoreID: shop.ID, Kind: "issue", ExternalID: issue, Ref: asJSON(ref), Fingerprint: fmt.Sprintf("%016x", s.random.Uint64()), Open: m.c.Open,
		ChangedAt: m.c.ChangedAt, SeenAt: s.now, Facts: asJSON(facts), Raw: asJSON(facts),
	}
	m.order = store.Order{StoreID: shop.ID, Number: m.c.OrderNo, Facts: asJSON(order), FetchedAt: m.c.ChangedAt}
	m.events = s.events(&m.c)
	if m.c.Open {
		m.timers = []store.Timer{{Kind: m.c.DueKind, DueAt: m.c.DueAt}}
	}
	m.doc = store.SearchDoc{
		Numbers: []string{m.c.OrderNo, m.c.Matter, issue, order.Shipment.Number},
		Words:   strings.Join([]string{m.c.Card.Buyer, m.c.BuyerID, m.c.Card.Product, texts(facts.Messages)}, "\n"),
	}
	return m
}

func texts(messages []dispute.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return strings.Join(all, "\n")
}

// row makes what the lists show.
func (s *shaper) row(shop store.Store, language string, from sample) store.Case {
	sum := 100 + s.random.Int64N(20_000)
	c := store.Case{
		CompanyID: shop.CompanyID, StoreID: shop.ID, Connector: shop.Connector, Matter: fmt.Sprint(s.number + 1), OrderNo: fmt.Sprint(s.number),
		BuyerID: fmt.Sprintf("%s%08dlk", strings.ToLower(from.Country), s.random.IntN(100_000_000)), Class: pick(s, classes),
		Ask: pick(s, []string{"refund_full", "refund_full", "refund_part", "return_refund", "other"}), Packs: []string{"aliexpress@2017"},
		Stake: money.Amount{Minor: sum, Currency: "EUR"}, StakeRef: money.Amount{Minor: sum * 11 / 10, Currency: "USD"},
		Card: store.Card{
			Title: pick(s, from.Products), Buyer: pick(s, from.Names), Country: from.Country, Language: language, Reason: "Customer did not receive the goods",
			Why: "AE-17", WhyPack: "aliexpress@2017", Params: map[string]string{"days": fmt.Sprint(s.random.IntN(60))},
		},
	}
	c.Card.Product = c.Card.Title
	if c.Open = s.random.IntN(100) < 12; c.Open {
		s.open(&c)
	} else {
		s.ended(&c)
	}
	c.Verdict = asJSON(s.verdict(&c))
	return c
}

func (s *shaper) open(c *store.Case) {
	is := pick(s, openSituations)
	c.State, c.View, c.Owner = is.state, is.view, is.owner
	c.Recommended = pick(s, []string{"accept", "counter_amount", "contest_with_evidence", "extend_protection", "send_message", ""})
	c.DueKind = "seller_response"
	c.DueAt = s.now.Add(time.Duration(s.skewed()*30*24*float64(time.Hour)) - 2*time.Hour).Truncate(time.Microsecond)
	c.OpenedAt = c.DueAt.Add(-5 * 24 * time.Hour)
	c.ChangedAt = s.now.Add(-time.Duration(s.random.Int64N(int64(5 * 24 * time.Hour)))).Truncate(time.Microsecond)
	if s.random.IntN(10) < 7 {
		c.AssigneeID = 1 + s.random.Int64N(20)
	}
}

func (s *shaper) ended(c *store.Case) {
	is := pick(s, endedSituations)
	c.State, c.View, c.Owner = is.state, is.view, is.owner
	c.EndedAt = s.now.Add(-time.Duration(s.random.Int64N(int64(365 * 24 * time.Hour)))).Truncate(time.Microsecond)
	c.ChangedAt, c.OpenedAt = c.EndedAt, c.EndedAt.Add(-6*24*time.Hour)
}

// facts makes what the platform told.
func (s *shaper) facts(c *store.Case, language string, from sample) dispute.Facts {
	placed := c.OpenedAt.Add(-time.Duration(10+s.random.IntN(40)) * 24 * time.Hour)
	f := dispute.Facts{
		Buyer: &dispute.Buyer{ID: c.BuyerID, Name: c.Card.Buyer, Country: from.Country, Language: language},
		Order: &dispute.Order{
			ID: c.OrderNo, Line: c.Matter, Status: "IN_ISSUE", PlacedAt: placed, Goods: c.Stake, Shipping: money.Amount{Minor: 199, Currency: "EUR"},
			Items: []dispute.Item{{ID: c.Matter, Title: c.Card.Product, Quantity: 1, Price: c.Stake}},
		},
		Shipment: &dispute.Shipment{Number: fmt.Sprintf("LP%014d", s.random.Int64N(100_000_000_000_000)), Carrier: "Cainiao", ShippedAt: placed.Add(48 * time.Hour)},
		Case:     &dispute.Case{OpenedAt: c.OpenedAt, Via: "marketplace", Reason: c.Card.Reason, Claim: dispute.Claim{Amount: c.Stake, Reference: c.StakeRef}, PlatformDueAt: c.DueAt},
		Proposals: []dispute.Proposal{
			{ID: "1", By: "buyer", Kind: "refund", Amount: c.Stake, Reference: c.StakeRef, At: c.OpenedAt, Status: "wait_seller_accept", Open: c.Open, Current: true},
		},
	}
	for i := range 4 {
		f.Shipment.Events = append(f.Shipment.Events, dispute.Scan{At: placed.Add(time.Duration(3+i) * 24 * time.Hour), Status: "in_transit", Place: "Madrid", Country: "ES"})
	}
	for i := range 1 + s.random.IntN(4) {
		text := pick(s, from.Messages) + " " + pick(s, from.Messages)
		f.Messages = append(f.Messages, dispute.Message{ID: fmt.Sprint(i), At: c.OpenedAt.Add(time.Duration(i) * time.Hour), From: "buyer", Via: "platform", Language: language, Text: text})
	}
	return f
}

// verdict makes what the rules would have said.
func (s *shaper) verdict(c *store.Case) policy.Verdict {
	v := policy.Verdict{
		Class: c.Class, Owner: c.Owner, State: c.State, Ended: !c.Open, Recommended: c.Recommended, BuyerOptions: []string{"change_claim", "cancel_case"},
		MissingEvidence: []string{"tracking_page"}, Counts: map[string]bool{"ae_dispute_rate": true}, Bucket: "2026-Q4",
		Why: []policy.Why{{Rule: c.Card.Why, Pack: c.Card.WhyPack, Params: c.Card.Params}},
	}
	for _, code := range []string{"accept", "counter_amount", "counter_return", "contest_with_evidence", "extend_protection"} {
		v.Options = append(v.Options, policy.Option{Code: code, Open: c.Open, Effect: "option." + code + ".effect", Cost: &c.Stake})
	}
	if c.Open {
		d := policy.Deadline{
			Kind: c.DueKind, At: c.DueAt, Start: c.OpenedAt, WonBy: "platform_timestamp", Rule: "AE04", Pack: "aliexpress@2017",
			Zone: "America/Los_Angeles", Whose: "seller", Lapse: "lapse.claim_executed", Amount: &c.Stake,
		}
		v.Deadlines, v.Next = []policy.Deadline{d}, &d
	}
	return v
}

func (s *shaper) events(c *store.Case) []store.Event {
	n := 2 + s.random.IntN(2)
	if s.random.IntN(10) == 0 {
		n = 20
	}
	kinds := []string{"case_opened", "claim_changed", "note", "assigned", "decided", "effect_confirmed"}
	events := make([]store.Event, n)
	for i := range events {
		events[i] = store.Event{
			At: c.OpenedAt.Add(time.Duration(i) * time.Hour), Kind: kinds[min(i, 1+i%5)], Actor: "platform",
			Data: asJSON(map[string]any{"amount": c.Stake, "status": c.State, "why": []string{"AE04", "AE05"}}),
		}
	}
	return events
}
