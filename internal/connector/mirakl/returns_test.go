package mirakl_test

import (
	"slices"
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
