package shopify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/shopify/fake"
	"parley/internal/fault"
)

// A customer goes on by himself: he waits only so long for an answer, and sends the goods once he may.
func TestCustomersGoOnByThemselves(t *testing.T) {
	s := newScene(t)
	left := s.shop.RequestReturn(s.sent(), fake.ReturnSpec{Temper: fake.Temper{GivesUp: 48 * time.Hour}})
	sent := s.shop.RequestReturn(s.sent(), fake.ReturnSpec{Temper: fake.Temper{GivesUp: 48 * time.Hour, SendsBack: 12 * time.Hour, Travels: 36 * time.Hour}})
	s.shop.Approve(sent)
	began := s.clock.Now()
	s.clock.advance(47 * time.Hour)
	if one, two := s.shop.Sight(left), s.shop.Sight(sent); one.Status != "REQUESTED" || two.Status != "OPEN" || !two.Arrived.IsZero() {
		t.Fatalf("before the time: %+v, %+v", one, two)
	}
	s.clock.advance(24 * time.Hour)
	one, two := s.shop.Sight(left), s.shop.Sight(sent)
	if one.Status != "CANCELED" || one.Open || !one.ChangedAt.Equal(began.Add(48*time.Hour)) {
		t.Errorf("a customer who gave up: %+v", one)
	}
	if two.Status != "OPEN" || !two.Arrived.Equal(began.Add(48*time.Hour)) {
		t.Errorf("a customer who sent the goods: %+v", two)
	}
	s.shop.Withdraw(sent)
	if got := s.shop.Sight(sent); got.Status != "OPEN" {
		t.Errorf("withdrawn after the yes: %+v", got)
	}
	if !s.shop.Close(sent) || s.shop.Close(sent) {
		t.Error("an open return is closed once")
	}
}

// Acts are counted when they were carried out, once: not the same refund again, nor what was refused.
func TestActsAreCountedOnce(t *testing.T) {
	s := newScene(t)
	r := s.returned()
	session := s.open(t)
	refund := connector.Effect{ID: "eff_1", Do: "refund", Ref: returnRef(r), Amount: euro(1000)}
	for range 2 {
		if _, err := session.Execute(t.Context(), refund); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.shop.Sight(r); s.platform.Acted() != 1 || got.Refunded() != 1000 || got.Claim.Minor != 3990 || got.Paid.Minor != 4490 {
		t.Errorf("%d acts, %+v", s.platform.Acted(), got)
	}
	decline := connector.Effect{ID: "eff_2", Do: "refuse_return", Ref: returnRef(r)}
	_, first := session.Execute(t.Context(), decline)
	if _, again := session.Execute(t.Context(), decline); first != nil || !fault.Is(again, fault.Refused) || s.platform.Acted() != 2 {
		t.Errorf("%v, then %v: %d acts", first, again, s.platform.Acted())
	}
	for document, changes := range map[string]bool{"mutation Approve { x }": true, "\n mutation { x }": true, "query Shop { shop { id } }": false} {
		if fake.Changes(document) != changes {
			t.Errorf("%q", document)
		}
	}
}

// One document meets a trouble of the platform's own kind, and the next one none.
func TestTroublesOfOneDocument(t *testing.T) {
	for trouble, check := range map[string]func(*scene, []connector.Snapshot, error) error{
		fake.OddWords: func(_ *scene, got []connector.Snapshot, err error) error {
			if err != nil || len(got) != 1 || got[0].Facts.Case.Reported.Status != "REQUESTED_NOW" || len(got[0].Facts.Unknown) != 1 {
				return fmt.Errorf("read %+v, %w", got, err)
			}
			return nil
		},
		fake.Throttled: func(s *scene, got []connector.Snapshot, err error) error {
			if err != nil || len(got) != 1 || s.platform.Count() < 2 {
				return fmt.Errorf("read %d by %d calls, %w", len(got), s.platform.Count(), err)
			}
			return nil
		},
	} {
		t.Run(trouble, func(t *testing.T) {
			s := newScene(t)
			ref := returnRef(s.returned())
			s.platform.Spoil(trouble)
			session := s.open(t)
			got, err := session.Fetch(t.Context(), ref)
			if err := check(s, []connector.Snapshot{got}, err); err != nil {
				t.Error(err)
			}
			if got, err = session.Fetch(t.Context(), ref); err != nil || got.Facts.Case.Reported.Status != "REQUESTED" {
				t.Errorf("afterwards %+v, %v", got.Facts.Case, err)
			}
		})
	}
}

// A list that names each record twice gives each of them once.
func TestRecordsListedTwiceComeOnce(t *testing.T) {
	s := newScene(t)
	for range 3 {
		s.returned()
	}
	session := s.open(t)
	var ids []string
	each := func(snaps []connector.Snapshot) error {
		for _, snap := range snaps {
			ids = append(ids, snap.Ref.ID)
			s.platform.Spoil(fake.TwiceListed)
		}
		return nil
	}
	s.platform.Spoil(fake.TwiceListed)
	if _, err := session.Pull(t.Context(), "", nil, each); err != nil {
		t.Fatal(err)
	}
	if slices.Sort(ids); len(slices.Compact(slices.Clone(ids))) != 3 || len(ids) != 3 {
		t.Errorf("came %v", ids)
	}
}

// What was asked for and withdrawn between two readings is told all the same.
func TestAReturnThatBeganAndEndedBetweenTwoReadings(t *testing.T) {
	s := newScene(t)
	session := s.open(t)
	first, err := session.Pull(t.Context(), "", nil, func([]connector.Snapshot) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	order := s.sent()
	s.clock.advance(time.Hour)
	r := s.shop.RequestReturn(order, fake.ReturnSpec{ReasonHandle: "unwanted"})
	s.shop.Withdraw(r)
	s.clock.advance(time.Hour)
	var got []connector.Snapshot
	if _, err := session.Pull(t.Context(), first.Cursor, nil, func(snaps []connector.Snapshot) error { got = append(got, snaps...); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Ref.ID != gid("Return", r.ID) || got[0].Open || got[0].Facts.Case.Reported.Status != "CANCELED" {
		t.Errorf("came %+v", got)
	}
}
