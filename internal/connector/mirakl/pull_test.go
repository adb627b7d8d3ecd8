package mirakl_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/mirakl/fake"
	"parley/internal/connector/mirakl/fake/demo"
	"parley/internal/fault"
)

func pull(t *testing.T, s connector.Session, from connector.Cursor, m connectortest.Memory) connector.Pulled {
	t.Helper()
	p, err := s.Pull(t.Context(), from, m.Known, m.Take)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestIncidentsAreCounted: the platform has no number for them; the nth opening of a line is known again, even with a lost cursor.
func TestIncidentsAreCounted(t *testing.T) {
	s, m := newScene(t, fake.Options{}), connectortest.Memory{}
	session, o := s.open(t), s.buy()
	o.OpenIncident(0, "1")
	s.platform.Advance(time.Hour)
	p := pull(t, session, "", m)
	first := m["incident/"+o.Line(0)+"#1"]
	o.CustomerWrites("26", "¿Hay novedades?")
	s.platform.Advance(time.Hour)
	p = pull(t, session, p.Cursor, m)
	if now := m["incident/"+o.Line(0)+"#1"]; now.Facts.Case.OpenedAt != first.Facts.Case.OpenedAt || len(now.Facts.Messages) != 1 {
		t.Errorf("opened %v, was %v; %d messages", now.Facts.Case.OpenedAt, first.Facts.Case.OpenedAt, len(now.Facts.Messages))
	}
	o.CloseIncident(0, "9")
	s.platform.Advance(time.Hour)
	p = pull(t, session, p.Cursor, m)
	if now := m["incident/"+o.Line(0)+"#1"]; now.Open || !now.Facts.Case.Reported.Ended {
		t.Errorf("not ended: %+v", now.Facts.Case)
	}
	o.OpenIncident(0, "2")
	s.platform.Advance(time.Hour)
	for name, from := range map[string]connector.Cursor{"with the cursor": p.Cursor, "with a lost cursor": ""} {
		pulled := pull(t, session, from, m)
		if again := m["incident/"+o.Line(0)+"#2"]; !again.Open || m["incident/"+o.Line(0)+"#1"].Open || again.Facts.Case.Reason != "artículo defectuoso" {
			t.Errorf("%s: %+v, listed %v", name, again.Ref, pulled.Listed)
		}
		if _, third := m["incident/"+o.Line(0)+"#3"]; third {
			t.Errorf("%s: counted once too often", name)
		}
	}
}

// TestWhatIsPaidBackAfterAnIncidentEndedIsRead: it belongs to the last opening of the line, which is over.
func TestWhatIsPaidBackAfterAnIncidentEndedIsRead(t *testing.T) {
	s, m := newScene(t, fake.Options{}), connectortest.Memory{}
	session, o := s.open(t), s.buy()
	var p connector.Pulled
	for _, reason := range []string{"1", "2"} {
		o.OpenIncident(0, reason)
		s.platform.Advance(time.Hour)
		p = pull(t, session, p.Cursor, m)
		o.CloseIncident(0, "9")
		s.platform.Advance(time.Hour)
		p = pull(t, session, p.Cursor, m)
	}
	for n, later := range []time.Duration{3 * time.Hour, 13 * time.Hour} { // the second reading lists everything open, too
		act := connector.Effect{ID: strconv.Itoa(n), Do: "refund", Ref: incident(o, 2), Amount: eur(1000)}
		if _, err := session.Execute(t.Context(), act); err != nil {
			t.Fatal(err)
		}
		s.platform.Advance(later)
		p = pull(t, session, p.Cursor, m)
		for _, nth := range []string{"#1", "#2"} {
			r := m["incident/"+o.Line(0)+nth]
			if r.Open || len(r.Facts.Ledger) != n+1 || r.Facts.Ledger[n].Amount != eur(1000) || r.Facts.Case.Claim.Amount != eur(4389-1000*int64(n+1)) {
				t.Errorf("%s after %s: open %v, paid %+v, claim %s", nth, later, r.Open, r.Facts.Ledger, r.Facts.Case.Claim.Amount)
			}
		}
	}
	if len(m) != 2 {
		t.Errorf("%d records", len(m))
	}
}

// TestAnIncidentStaysAsItEnded whichever way it is read again, though the line has the next one or is paid back.
func TestAnIncidentStaysAsItEnded(t *testing.T) {
	s, m := newScene(t, fake.Options{}), connectortest.Memory{}
	session, o := s.open(t), s.buy()
	o.OpenIncident(0, "1")
	s.platform.Advance(time.Hour)
	p := pull(t, session, "", m)
	o.CloseIncident(0, "9")
	s.platform.Advance(time.Hour)
	p = pull(t, session, p.Cursor, m)
	ended := m["incident/"+o.Line(0)+"#1"]
	same := func(when string, now connector.Snapshot) {
		t.Helper()
		was, is := ended.Facts.Case.Reported, now.Facts.Case.Reported
		if now.Open || is.Status != was.Status || is.State != "closed" || !is.EndedAt.Equal(was.EndedAt) || now.Ref != ended.Ref {
			t.Errorf("%s: open %v, %+v, was %+v", when, now.Open, is, was)
		}
	}
	fetched := func() connector.Snapshot {
		snap, err := session.Fetch(t.Context(), ended.Ref)
		if err != nil {
			t.Fatal(err)
		}
		return snap
	}
	o.OpenIncident(0, "2")
	s.platform.Advance(time.Hour)
	p = pull(t, session, p.Cursor, m)
	same("with the next one", fetched())
	if _, err := session.Execute(t.Context(), connector.Effect{ID: "a", Do: "accept", Ref: incident(o, 2)}); err != nil {
		t.Fatal(err)
	}
	s.platform.Advance(3 * time.Hour)
	pull(t, session, p.Cursor, m)
	same("paid back, fetched", fetched())
	same("paid back, listed", m["incident/"+o.Line(0)+"#1"])
	if again, err := s.connector.Import(ended.Raw, time.UTC); err != nil || again[0].Fingerprint != ended.Fingerprint {
		t.Errorf("what was kept does not read back: %v", err)
	}
}

// TestOperatorsAreAskedGently: however often the desk looks, orders are read every five minutes, returns and threads every fifteen.
func TestOperatorsAreAskedGently(t *testing.T) {
	s, m := newScene(t, fake.Options{}), connectortest.Memory{}
	s.buy().OpenIncident(0, "1")
	s.account.Settings["poll_minutes"] = ""
	session := s.open(t)
	p := pull(t, session, "", m)
	s.platform.Forget()
	listed := len(p.Listed)
	for range 60 {
		s.platform.Advance(time.Minute)
		if p = pull(t, session, p.Cursor, m); len(p.Listed) != listed {
			t.Fatalf("listed %v", p.Listed)
		}
	}
	orders := 0
	for _, c := range s.platform.Calls("GET", "/api/orders") {
		if strings.Contains(c.Query, "start_update_date") {
			orders++
		}
	}
	if threads := len(s.platform.Calls("GET", "/api/inbox/threads")); orders != 12 || threads > 12+4 {
		t.Errorf("in an hour orders were read %d times, threads %d times", orders, threads)
	}
}

// TestLatenessComesWithTheHour although nothing changed at the platform.
func TestLatenessComesWithTheHour(t *testing.T) {
	s, m := newScene(t, fake.Options{}), connectortest.Memory{}
	o := s.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, ShipBy: s.platform.Now().Add(time.Hour), Lines: []fake.LineSpec{{Title: "x", Price: 100}}})
	session := s.open(t)
	p := pull(t, session, "", m)
	if len(p.Listed) != 0 {
		t.Fatalf("early: %v", p.Listed)
	}
	s.platform.Advance(time.Hour)
	if p = pull(t, session, p.Cursor, m); len(p.Listed) != 1 || p.Listed[0] != "late/"+o.ID() || !m["late/"+o.ID()].Open {
		t.Fatalf("at the deadline: %v", p.Listed)
	}
	o.Ship("UPS", "UPS", "1")
	s.platform.Advance(time.Minute)
	if p = pull(t, session, p.Cursor, m); len(p.Listed) != 0 || m["late/"+o.ID()].Open {
		t.Errorf("after it was sent: %v", p.Listed)
	}
}

// TestAWholeWorldReads: nothing of the demo is unreadable or unknown.
func TestAWholeWorldReads(t *testing.T) {
	for name, options := range map[string]fake.Options{"by the schema": {}, "by the examples": {Nulls: true}} {
		s := newScene(t, options)
		shops, err := demo.Fill(s.platform, s.platform.Now())
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		for _, shop := range shops[1:] {
			s.account.StoreID = stores.Add(1)
			s.account.Settings["api_key"] = shop.Settings["api_key"]
			session, m := s.open(t), connectortest.Memory{}
			pull(t, session, "", m)
			for _, snap := range m {
				kinds[snap.Ref.Kind]++
				o, err := session.Order(t.Context(), snap.Ref)
				if err != nil || snap.Problem != nil || len(snap.Facts.Unknown)+len(o.Unknown) != 0 || o.Buyer.Country != "ES" || !o.Order.Goods.Known() {
					t.Errorf("%s: %s/%s: %v, unknown %+v %+v", name, snap.Ref.Kind, snap.Ref.ID, err, snap.Facts.Unknown, o.Unknown)
				}
			}
		}
		if kinds["incident"] < 5 || kinds["return"] < 3 || kinds["thread"] < 4 || kinds["late"] < 3 {
			t.Errorf("%s: %v", name, kinds)
		}
	}
}

// TestRefundsAreSplitAsTheOrderWasPaid: goods first, then shipping; taxes in proportion; never above what is left.
func TestRefundsAreSplitAsTheOrderWasPaid(t *testing.T) {
	s := newScene(t, fake.Options{})
	o := s.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, TaxExcluded: true, Lines: []fake.LineSpec{{Title: "x", Price: 10000, Tax: 1000, Shipping: 500}}})
	o.Ship("UPS", "UPS", "1")
	o.OpenIncident(0, "1")
	session := s.open(t)
	ref := connector.Ref{Kind: "incident", ID: o.Line(0) + "#1", Order: o.ID(), Line: o.Line(0)}
	act := func(minor int64) error {
		_, err := session.Execute(t.Context(), connector.Effect{ID: "e", Do: "refund", Ref: ref, Amount: eur(minor)})
		return err
	}
	if err := act(5500); err != nil || o.Refunded(0) != 5500 {
		t.Fatalf("a half: %v, %d", err, o.Refunded(0))
	}
	snap, err := session.Fetch(t.Context(), ref)
	if err != nil || snap.Facts.Case.Claim.Amount != eur(6000) {
		t.Fatalf("left %v, %v", snap.Facts.Case.Claim.Amount, err)
	}
	if err := act(6001); !fault.Is(err, fault.Invalid) {
		t.Errorf("too much: %v", err)
	}
	if err := act(6000); err != nil || o.Refunded(0) != 11500 || o.LineState(0) != "REFUNDED" {
		t.Errorf("the rest: %v, %d, %s", err, o.Refunded(0), o.LineState(0))
	}
}

// TestFilesGoOnTheOrder under a type of the operator's list.
func TestFilesGoOnTheOrder(t *testing.T) {
	s := newScene(t, fake.Options{})
	o := s.buy()
	o.OpenIncident(0, "1")
	session := s.open(t)
	ref := connector.Ref{Kind: "incident", ID: o.Line(0) + "#1", Order: o.ID(), Line: o.Line(0)}
	before, err := session.Fetch(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	effect := connector.Effect{ID: "e", Do: "upload_evidence", Ref: ref, File: &connector.Attachment{Name: "peso.jpg", Type: "image/jpeg", Bytes: []byte("JPG")}}
	if _, err := session.Execute(t.Context(), effect); err != nil {
		t.Fatal(err)
	}
	after, err := session.Fetch(t.Context(), ref)
	if err != nil || session.Compare(effect, before, after) != connector.Confirmed || session.Compare(effect, before, before) != connector.Absent {
		t.Errorf("%v, evidence %+v", err, after.Facts.Evidence)
	}
	if docs := o.Documents(); len(docs) != 1 || docs[0][1] == "CUSTOMER_INVOICE" {
		t.Errorf("documents %v", docs)
	}
	effect.File.Name = "virus.exe"
	if _, err := session.Execute(t.Context(), effect); !fault.Is(err, fault.Refused) {
		t.Errorf("a file of a kind that is not taken: %v", err)
	}
}
