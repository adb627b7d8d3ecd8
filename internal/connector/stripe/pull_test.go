package stripe_test

import (
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/simulator"
	"parley/internal/connector/stripe/fake"
	"parley/internal/connector/stripe/fake/demo"
	"parley/internal/fault"
)

func (s *scene) pull(t *testing.T, from connector.Cursor, m connectortest.Memory) (connector.Pulled, []connector.Snapshot) {
	t.Helper()
	var got []connector.Snapshot
	p, err := s.open(t).Pull(t.Context(), from, m.Known, func(b []connector.Snapshot) error {
		got = append(got, b...)
		return m.Take(b)
	})
	must(t, err)
	return p, got
}

// TestALongOpenDisputeStaysInTheList although it is far older than the last pull; what ended long ago does not come back.
func TestALongOpenDisputeStaysInTheList(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	old := s.dispute(fake.DisputeSpec{Ago: 200 * 24 * time.Hour, Answer: 300 * 24 * time.Hour})
	gone := s.dispute(fake.DisputeSpec{Ago: 190 * 24 * time.Hour, Answer: 300 * 24 * time.Hour})
	must(t, gone.Decide(false))
	p, got := s.pull(t, "", m)
	if len(got) != 1 || got[0].Ref != ref(old) {
		t.Fatalf("first pull: %+v", got)
	}
	s.platform.Advance(80 * time.Hour)
	if p, got = s.pull(t, p.Cursor, m); len(got) != 1 || got[0].Ref != ref(gone) || len(p.Listed) != 1 {
		// it lies in the window that the open one keeps wide, and the desk has never seen it
		t.Fatalf("second pull: %+v", got)
	}
	must(t, old.Decide(true))
	p, got = s.pull(t, p.Cursor, m)
	if len(got) != 1 || got[0].Open || got[0].Facts.Case.Reported.State != "refused" || len(p.Listed) != 0 {
		t.Errorf("won: %+v", got)
	}
}

// TestAVanishedDisputeIsSaidToBeGone: a number that Stripe knows no more.
func TestAVanishedDisputeIsSaidToBeGone(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	d := s.dispute(fake.DisputeSpec{})
	s.dispute(fake.DisputeSpec{})
	p, _ := s.pull(t, "", m)
	d.Vanish()
	p, got := s.pull(t, p.Cursor, m)
	if len(got) != 0 || len(p.Listed) != 2 {
		t.Fatalf("no event tells of it, but %+v", got)
	}
	s.platform.Advance(80 * time.Hour) // then everything is listed
	p, got = s.pull(t, p.Cursor, m)
	if len(got) != 1 || got[0].Open || !fault.Is(got[0].Problem, fault.NotFound) || got[0].Ref.ID != d.ID || len(p.Listed) != 1 {
		t.Fatalf("%+v, listed %v", got, p.Listed)
	}
	if _, got = s.pull(t, p.Cursor, m); len(got) != 0 {
		t.Errorf("and again: %+v", got)
	}
}

// TestTheEndOfADisputeHasItsTime from the account's events, from the money that came back, or from the pull that found it.
func TestTheEndOfADisputeHasItsTime(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	lost, won := s.dispute(fake.DisputeSpec{}), s.dispute(fake.DisputeSpec{})
	p, _ := s.pull(t, "", m)
	ended := s.platform.Now().Add(time.Hour)
	s.platform.Advance(time.Hour)
	must(t, lost.Decide(false))
	must(t, won.Decide(true))
	s.platform.Advance(5 * time.Hour)
	s.pull(t, p.Cursor, m)
	for _, d := range []*fake.Dispute{lost, won} {
		fetched, err := s.open(t).Fetch(t.Context(), ref(d))
		must(t, err)
		pulled := m["dispute/"+d.ID].Facts.Case.Reported.EndedAt
		if !pulled.Equal(ended) || !fetched.Facts.Case.Reported.EndedAt.Equal(ended) {
			t.Errorf("%s ended at %s (pull), %s (fetch), want %s", d.Status, pulled, fetched.Facts.Case.Reported.EndedAt, ended)
		}
	}
	// A key that may not read events still has the end, as of the pull that found it.
	s, m = newScene(t), connectortest.Memory{}
	lost = s.dispute(fake.DisputeSpec{})
	p, _ = s.pull(t, "", m)
	must(t, lost.Decide(false))
	s.platform.Advance(time.Hour)
	s.forbid("/v1/events")
	s.pull(t, p.Cursor, m)
	if at := m["dispute/"+lost.ID].Facts.Case.Reported.EndedAt; !at.Equal(s.platform.Now()) {
		t.Errorf("ended at %s without events, want %s", at, s.platform.Now())
	}
}

// TestEarlyFraudWarnings come as cases without a date, and go when the payment was paid back or time has passed.
func TestEarlyFraudWarnings(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	paid, other := s.buy(), s.buy()
	w, old := s.shop.Warn(paid, "made_with_stolen_card", time.Hour), s.shop.Warn(other, "misc", 100*24*time.Hour)
	p, _ := s.pull(t, "", m)
	snap := m["early_fraud_warning/"+w.ID]
	c := snap.Facts.Case
	if c == nil || c.Reported.State != "no_case" || !c.PlatformDueAt.IsZero() || c.Claim.Amount.Minor != 6990 || c.Network != "visa" || c.ReasonNote != "made_with_stolen_card" {
		t.Fatalf("warning: %+v", snap)
	}
	o, err := s.open(t).Order(t.Context(), snap.Ref)
	if err != nil || o.Order.Goods.Minor != 6990 || len(o.Ledger) != 0 {
		t.Errorf("order: %+v, %v", o, err)
	}
	_, err = s.shop.PayBack(paid, 6990)
	must(t, err)
	s.platform.Advance(30 * 24 * time.Hour)
	p, got := s.pull(t, p.Cursor, m)
	if len(got) != 2 || m["early_fraud_warning/"+w.ID].Open || m["early_fraud_warning/"+old.ID].Open || len(p.Listed) != 0 {
		t.Errorf("after the refund and 130 days: %+v", got)
	}
	if _, got = s.pull(t, p.Cursor, m); len(got) != 0 {
		t.Errorf("nothing happened, and %d come", len(got))
	}
}

// TestAKeyWithoutRadarStillPulls: the permission for warnings is an extra.
func TestAKeyWithoutRadarStillPulls(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	s.dispute(fake.DisputeSpec{})
	s.shop.Warn(s.buy(), "misc", time.Hour)
	s.forbid("/v1/radar")
	if _, got := s.pull(t, "", m); len(got) != 1 || got[0].Ref.Kind != "dispute" {
		t.Errorf("%+v", got)
	}
	s.forbid("/v1/disputes")
	_, err := s.open(t).Pull(t.Context(), "", m.Known, m.Take)
	if f := fault.Of(err); f == nil || f.Kind != fault.Unauthorised || f.Params["path"] != "/v1/disputes" {
		t.Errorf("without the permission for disputes: %v", err)
	}
	s = newScene(t)
	s.account.Settings["fraud_warnings"] = "false"
	if s.pull(t, "", m); len(s.platform.Gate().Calls("", "/v1/radar")) != 0 {
		t.Error("warnings are read although the settings say no")
	}
}

// TestALimitInTheMiddleKeepsWhatWasRead and the next pull goes on.
func TestALimitInTheMiddleKeepsWhatWasRead(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	for n := range 250 {
		s.dispute(fake.DisputeSpec{Ago: time.Duration(n) * time.Minute})
	}
	s.platform.Gate().Add(simulator.Fault{Do: simulator.Limited, Path: "/v1/disputes", Nth: 3})
	p, got := s.pull(t, "", m)
	if !p.Partial || len(got) != 200 {
		t.Errorf("partial %v with %d", p.Partial, len(got))
	}
	s.platform.Advance(2 * time.Hour)
	if p, got = s.pull(t, p.Cursor, m); p.Partial || len(got) != 50 || len(p.Listed) != 250 {
		t.Errorf("then %d more, %d listed", len(got), len(p.Listed))
	}
}

// TestTheWholeDemoReads: nothing unreadable, nothing unknown, each case with its standing.
func TestTheWholeDemoReads(t *testing.T) {
	s := newScene(t)
	shops, err := demo.Fill(s.platform, s.platform.Now())
	must(t, err)
	reasons, networks, handles := map[string]bool{}, map[string]bool{}, ""
	for _, shop := range shops {
		for name, value := range shop.Settings {
			s.account.Settings[name] = value
		}
		m := connectortest.Memory{}
		s.pull(t, "", m)
		for _, snap := range m {
			c := snap.Facts.Case
			if snap.Problem != nil || len(snap.Facts.Unknown) != 0 || c.Reported.State == "" || !c.Claim.Amount.Known() {
				t.Errorf("%s: %v, unknown %+v, %+v", snap.Ref.ID, snap.Problem, snap.Facts.Unknown, c)
			}
			reasons[c.Reason], networks[c.Network] = true, true
			o, err := s.open(t).Order(t.Context(), snap.Ref)
			must(t, err)
			handles += strings.Join(o.Order.Handles, " ") + "\n"
		}
	}
	if len(reasons) < 8 || len(networks) < 5 {
		t.Errorf("reasons %v, networks %v", reasons, networks)
	}
	if want := "stripe:payment_intent/pi_3DemoParley0001042 stripe:charge/ch_3DemoParley0001042 shopify:order/1042\n"; !strings.Contains(handles, want) {
		t.Errorf("order 1042 is not known to both: %s", handles)
	}
}
