package mirakl_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/mirakl/fake"
)

// TestAReturnTellsWhatComesNext: what can still be paid back for its lines alone, and the steps the platform takes in its state.
func TestAReturnTellsWhatComesNext(t *testing.T) {
	s, m := newScene(t, fake.Options{}), connectortest.Memory{}
	session := s.open(t)
	order := s.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, Lines: []fake.LineSpec{{Title: "x", Price: 3990, Shipping: 399}, {Title: "y", Price: 100_000}}})
	order.Ship("CORREOS", "Correos", "PQ1")
	back := order.AskReturn(0, fake.ReturnSpec{})
	var p connector.Pulled
	look := func(max int64, steps ...string) {
		t.Helper()
		s.platform.Advance(time.Hour)
		p = pull(t, session, p.Cursor, m)
		got := m["return/"+back.ID()].Facts.Case.Reported
		if got.Max != eur(max) || !slices.Equal(got.Actions, steps) {
			t.Errorf("%s: at most %s, %v", got.Status, got.Max, got.Actions)
		}
	}
	act := func(e connector.Effect) {
		t.Helper()
		e.ID, e.Ref = e.Do, m["return/"+back.ID()].Ref
		if _, err := session.Execute(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
	look(4389, "accept_return", "refuse_return")
	act(connector.Effect{Do: "accept_return"})
	look(4389, "confirm_goods", "refund")
	act(connector.Effect{Do: "refund", Amount: eur(1000)})
	act(connector.Effect{Do: "confirm_goods"})
	look(3389, "contest_goods", "refund")
	act(connector.Effect{Do: "contest_goods", Text: "Falta el cable."})
	look(3389, "refund")
}

// TestGoodsAreContestedOnce: another finding takes the place of the one before, and is known as sent.
func TestGoodsAreContestedOnce(t *testing.T) {
	s := newScene(t, fake.Options{})
	session := s.open(t)
	back := s.buy().AskReturn(0, fake.ReturnSpec{})
	back.Moves("RECEIVED")
	ref := connector.Ref{Kind: "return", ID: back.ID()}
	read := func() connector.Snapshot {
		snap, err := session.Fetch(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		return snap
	}
	for _, act := range []connector.Effect{
		{ID: "a", Do: "contest_goods", Ref: ref, Text: "Falta el cable."},
		{ID: "b", Do: "contest_goods", Ref: ref, Text: "Está  roto.", Reason: "RETURN_NON_COMPLIANT_DAMAGED_PRODUCT"},
	} {
		before := read()
		if got := session.Compare(act, before, before); got != connector.Absent {
			t.Errorf("%s before it was sent: %v", act.Text, got)
		}
		if _, err := session.Execute(t.Context(), act); err != nil {
			t.Fatal(err)
		}
		if got := session.Compare(act, before, read()); got != connector.Confirmed {
			t.Errorf("%s: %v", act.Text, got)
		}
	}
}

// TestAQuietReturnIsNotReadAgain: its order is asked for when something stirs on it, and twice a day.
func TestAQuietReturnIsNotReadAgain(t *testing.T) {
	s, m := newScene(t, fake.Options{}), connectortest.Memory{}
	session, o := s.open(t), s.buy()
	back := o.AskReturn(0, fake.ReturnSpec{})
	p := pull(t, session, "", m)
	looks := func(n int) (orders int) {
		t.Helper()
		s.platform.Forget()
		for range n {
			s.platform.Advance(15 * time.Minute)
			if p = pull(t, session, p.Cursor, m); !slices.Contains(p.Listed, "return/"+back.ID()) {
				t.Fatalf("listed %v", p.Listed)
			}
		}
		for _, c := range s.platform.Calls("GET", "/api/orders") {
			if c.Path == "/api/orders" && strings.Contains(c.Query, "order_ids") {
				orders++
			}
		}
		return orders
	}
	looks(2) // what changed last is read once more: clocks differ
	if n := looks(40); n != 0 {
		t.Errorf("in ten hours of quiet its order was read %d times", n)
	}
	before := m["return/"+back.ID()].Fingerprint
	o.CustomerWrites("Return", "Where do I send it?")
	if n := looks(1); n != 1 || m["return/"+back.ID()].Fingerprint == before {
		t.Errorf("after a message its order was read %d times, and it reads as before: %v", n, m["return/"+back.ID()].Fingerprint == before)
	}
	looks(8)
	if n := looks(48); n != 1 {
		t.Errorf("in half a day of quiet its order was read %d times", n)
	}
	s.platform.Advance(15 * time.Minute)
	talk := o.CustomerWrites("Return", "Hello?")
	p = pull(t, session, p.Cursor, m)
	before = m["return/"+back.ID()].Fingerprint
	talk.Writes("CUSTOMER", "One more thing.") // at the instant of the reading
	if looks(1); m["return/"+back.ID()].Fingerprint == before {
		t.Error("what was said at the instant of a reading is not read")
	}
	back.Moves("IN_PROGRESS")
	if looks(1); m["return/"+back.ID()].Facts.Case.Reported.Status != "IN_PROGRESS" {
		t.Errorf("it stands at %s", m["return/"+back.ID()].Facts.Case.Reported.Status)
	}
}
