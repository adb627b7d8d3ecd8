package aliexpress_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/connector/connectortest"
	"parley/internal/fault"
)

func (s *scene) pull(t *testing.T, from connector.Cursor, m connectortest.Memory) connector.Pulled {
	t.Helper()
	p, err := s.open(t).Pull(t.Context(), from, m.Known, m.Take)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOneUnreadableIssueStopsNothing(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	for range 5 {
		s.dispute(t, fake.IssueSpec{})
	}
	s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.detail.get", Nth: 3, Kind: fake.Hostile})
	first := s.pull(t, "", m)
	var broken []connector.Snapshot
	for _, snap := range m {
		if snap.Problem != nil {
			broken = append(broken, snap)
		}
	}
	if len(m) != 5 || len(broken) != 1 {
		t.Fatalf("%d snapshots, %d with a problem", len(m), len(broken))
	}
	b := broken[0]
	if !fault.Is(b.Problem, fault.Garbled) || len(b.Raw) == 0 || !b.Open || b.Facts.Case.OpenedAt.IsZero() || b.Facts.Case.Reported.State != "" {
		t.Errorf("problem %v, case %+v, raw of %d bytes", b.Problem, b.Facts.Case, len(b.Raw))
	}
	s.platform.ClearFaults()
	s.pull(t, first.Cursor, m)
	if m["issue/"+b.Ref.ID].Problem != nil {
		t.Error("the next pull did not read it again")
	}
}

func TestRowsThatMoveBetweenPages(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	s.platform.BulkIssues(s.shop, 120)
	s.platform.Advance(time.Minute)
	s.platform.AddFault(fake.Fault{Kind: fake.DuplicateRows})
	p := s.pull(t, "", m)
	if len(m) != 120 || len(p.Listed) != 120 || p.Count != 120 || !slices.IsSorted(p.Listed) {
		t.Errorf("%d snapshots, %d listed, count %d", len(m), len(p.Listed), p.Count)
	}
}

func TestAnEndWhilePagingLosesNobody(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	issues := s.platform.BulkIssues(s.shop, 120)
	s.platform.Advance(time.Minute)
	ended := false
	p, err := s.open(t).Pull(t.Context(), "", m.Known, func(batch []connector.Snapshot) error {
		if !ended { // while the first page is handed over: all later rows move up by some places
			ended = true
			for _, i := range []*fake.Issue{issues[119], issues[118], issues[1]} {
				if err := s.platform.Cancel(i); err != nil {
					return err
				}
			}
		}
		return m.Take(batch)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Listed) != 117 || p.Count != 117 || len(m) != 120 {
		t.Errorf("%d snapshots, %d listed, count %d", len(m), len(p.Listed), p.Count)
	}
	for _, i := range []*fake.Issue{issues[119], issues[118], issues[1]} {
		if m["issue/"+i.ID()].Open {
			t.Errorf("%s is still open", i.ID())
		}
	}
}

func TestOpenedAndEndedBetweenTwoPulls(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	s.dispute(t, fake.IssueSpec{})
	p := s.pull(t, "", m)
	issue := s.dispute(t, fake.IssueSpec{})
	if err := s.platform.Cancel(issue); err != nil {
		t.Fatal(err)
	}
	s.platform.Advance(time.Hour)
	s.pull(t, p.Cursor, m)
	if got, ok := m["issue/"+issue.ID()]; !ok || got.Open || got.Facts.Case.Reported.State != "cancelled" {
		t.Errorf("got %+v", got.Facts.Case)
	}
}

func TestLapseWhileNobodyLooked(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	issue := s.dispute(t, fake.IssueSpec{})
	p := s.pull(t, "", m)
	s.platform.Advance(6 * 24 * time.Hour)
	s.pull(t, p.Cursor, m)
	got := m["issue/"+issue.ID()]
	if r := got.Facts.Case.Reported; got.Open || !r.Ended || r.State != "timed_out" || r.Paid.Minor != 11250 || r.Paid.Currency != "BRL" {
		t.Errorf("after the lapse: %+v", r)
	}
}

func TestSecondChangeWithinTheSameSecondIsSeen(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	issue := s.dispute(t, fake.IssueSpec{})
	if err := s.platform.ChangeClaim(issue, fake.Money{Minor: 9000, Currency: "BRL"}, false, "a"); err != nil {
		t.Fatal(err)
	}
	p := s.pull(t, "", m)
	if err := s.platform.ChangeClaim(issue, fake.Money{Minor: 8000, Currency: "BRL"}, false, "b"); err != nil {
		t.Fatal(err)
	}
	s.platform.Advance(time.Minute)
	s.pull(t, p.Cursor, m)
	if got := m["issue/"+issue.ID()].Facts.Case.Claim.Amount.Minor; got != 8000 {
		t.Errorf("claim %d", got)
	}
}

func TestLimitInTheMiddleKeepsWhatCame(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	s.platform.BulkIssues(s.shop, 120)
	s.platform.Advance(time.Minute)
	s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.detail.get", Nth: 80, Kind: fake.LimitBurst, For: 2 * time.Hour})
	p := s.pull(t, "", m)
	if !p.Partial || len(m) < 50 || len(m) == 120 {
		t.Fatalf("partial %v with %d snapshots", p.Partial, len(m))
	}
	if _, err := s.open(t).Pull(t.Context(), p.Cursor, m.Known, m.Take); err != nil {
		t.Fatal(err)
	}
	s.platform.ClearFaults()
	s.platform.Advance(3 * time.Hour)
	if p = s.pull(t, p.Cursor, m); p.Partial || len(m) != 120 {
		t.Errorf("partial %v with %d snapshots", p.Partial, len(m))
	}
}

func TestShortLimitIsWaitedFor(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	s.platform.BulkIssues(s.shop, 30)
	s.platform.Advance(time.Minute)
	s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.detail.get", Nth: 10, Times: 1, Kind: fake.LimitBurst, For: 2 * time.Second})
	s.world.Pause = func(_ context.Context, d time.Duration) error { s.platform.Advance(d); return nil }
	if p := s.pull(t, "", m); p.Partial || len(m) != 30 {
		t.Errorf("partial %v with %d snapshots", p.Partial, len(m))
	}
	for _, snap := range m {
		if snap.Problem != nil {
			t.Errorf("%s: %v", snap.Ref.ID, snap.Problem)
		}
	}
}

func TestShortOutageIsRetried(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	s.dispute(t, fake.IssueSpec{})
	s.platform.AddFault(fake.Fault{Kind: fake.ServerError, Times: 2})
	if s.pull(t, "", m); len(m) != 1 {
		t.Errorf("%d snapshots", len(m))
	}
}

func TestUnknownWordsAreKept(t *testing.T) {
	s, m := newScene(t, "iop"), connectortest.Memory{}
	s.dispute(t, fake.IssueSpec{})
	s.platform.AddFault(fake.Fault{Kind: fake.UnknownWords})
	s.pull(t, "", m)
	for _, snap := range m {
		if snap.Problem != nil || len(snap.Facts.Unknown) == 0 || snap.Facts.Case.Reported.State != "" {
			t.Errorf("problem %v, unknown %+v, reported %+v", snap.Problem, snap.Facts.Unknown, snap.Facts.Case.Reported)
		}
	}
}

func TestYieldErrorIsGivenBackAsItIs(t *testing.T) {
	s, full := newScene(t, "iop"), errors.New("full")
	s.dispute(t, fake.IssueSpec{})
	if _, err := s.open(t).Pull(t.Context(), "", nil, func([]connector.Snapshot) error { return full }); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

func TestReturnComesBack(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{Reason: fake.Reasons[12], Return: true, Received: true})
	s.carry(t, connector.Effect{Do: "accept", Ref: ref(issue), Proposal: s.claim(t, issue), ReturnGoods: true})
	s.platform.Advance(24 * time.Hour)
	if err := s.platform.EnterReturnTracking(issue, "Correios", "RR700112233BR"); err != nil {
		t.Fatal(err)
	}
	snap := s.fetch(t, ref(issue))
	h := snap.Facts.History
	last := h[len(h)-1]
	if last.Did != "entered_return_tracking" || last.Reference != "RR700112233BR" || last.Who != "buyer" || last.At.IsZero() {
		t.Errorf("history %+v", h)
	}
	if r := snap.Facts.Case.Reported; r.State != "wait_seller_goods" || r.Owner != "seller" || len(snap.Facts.Unknown) != 0 {
		t.Errorf("%+v, unknown %+v", r, snap.Facts.Unknown)
	}
}

func TestALapseIsNotOurAcceptance(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	act := connector.Effect{Do: "accept", Ref: ref(issue), Proposal: s.claim(t, issue)}
	before := s.fetch(t, act.Ref)
	s.platform.Advance(6 * 24 * time.Hour)
	if got := s.open(t).Compare(act, before, s.fetch(t, act.Ref)); got != connector.Contradicted {
		t.Errorf("%s", got)
	}
}

func TestEscalatedAtOnceIsNotOurTurn(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{Escalated: true})
	snap := s.fetch(t, ref(issue))
	if r := snap.Facts.Case.Reported; r.State != "platform" || r.Owner != "platform" || !did(snap, "escalated") {
		t.Errorf("%+v, history %+v", r, snap.Facts.History)
	}
}

func TestWorryFreeIsTakenOver(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{WorryFree: true})
	snap := s.fetch(t, ref(issue))
	if !did(snap, "took_over") || len(snap.Facts.Unknown) != 0 {
		t.Errorf("history %+v, unknown %+v", snap.Facts.History, snap.Facts.Unknown)
	}
}

func TestFetchWithoutTheBuyerAsksTheList(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	r := ref(issue)
	r.Buyer = ""
	if snap := s.fetch(t, r); snap.Ref != ref(issue) {
		t.Errorf("%+v", snap.Ref)
	}
	if _, err := s.open(t).Fetch(t.Context(), connector.Ref{Kind: "issue", ID: "9"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestOrderBuyerAndParcel(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	s.platform.Scan(issue.Order(), fake.Scan{At: s.platform.Now().Add(-time.Hour), Code: "PU_PICKUP_SUCCESS", Text: "Picked up", Place: "Shenzhen"})
	s.platform.Scan(issue.Order(), fake.Scan{At: s.platform.Now().Add(-time.Minute), Code: "SOMETHING_NEW", Text: "?"})
	o, err := s.open(t).Order(t.Context(), ref(issue))
	if err != nil {
		t.Fatal(err)
	}
	if o.Order.Goods.Currency == "" || len(o.Order.Items) != 1 || o.Order.Items[0].ID != issue.Order().Line(0) || o.Order.ProtectionEndsAt.IsZero() {
		t.Errorf("order %+v", o.Order)
	}
	if o.Buyer.Country != "BR" || o.Buyer.ID != "br1002" {
		t.Errorf("buyer %+v", o.Buyer)
	}
	p := o.Shipment
	if p.Number != "LP00123456789" || !p.InsuredByPlatform || p.Service != "standard" || p.ArrangedBy != "platform" || p.Registered == nil || !*p.Registered {
		t.Errorf("parcel %+v", p)
	}
	n := len(p.Events)
	if n < 2 || p.Events[n-2].Status != "accepted" || p.Events[n-1].Status != "unknown" || p.Events[n-1].Raw != "SOMETHING_NEW" || len(o.Unknown) != 1 {
		t.Errorf("events %+v, unknown %+v", p.Events, o.Unknown)
	}
}

func TestTokens(t *testing.T) {
	for _, gateway := range []string{"iop", "top"} {
		s := newScene(t, gateway)
		s.account.Settings["redirect_uri"] = "https://desk.example/callback"
		code := s.platform.NewCode(s.shop)
		s.account.Token = connector.Token{}
		session := s.open(t)
		if _, err := session.Check(t.Context()); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("%s: without a token: %v", gateway, err)
		}
		token, err := session.Renew(t.Context(), code)
		if err != nil || token.Access == "" || token.Refresh == "" || !token.ExpiresAt.After(s.platform.Now()) || !token.RefreshExpiresAt.After(token.ExpiresAt) {
			t.Fatalf("%s: %+v, %v", gateway, token, err)
		}
		if _, err := session.Check(t.Context()); err != nil {
			t.Errorf("%s: with the new token: %v", gateway, err)
		}
		if gateway == "top" {
			continue // the simulator has no refreshing there; see TestRefreshOnTOP
		}
		again, err := session.Renew(t.Context(), "")
		if err != nil || again.Access == "" || again.Access == token.Access {
			t.Errorf("%s: refreshed %+v, %v", gateway, again, err)
		}
		if _, err := session.Check(t.Context()); err != nil {
			t.Errorf("%s: with the refreshed token: %v", gateway, err)
		}
		if _, err := session.Renew(t.Context(), code); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("%s: a code taken twice: %v", gateway, err)
		}
	}
}

func TestWrongKeysSayWhatToDo(t *testing.T) {
	for _, gateway := range []string{"iop", "top"} {
		for name, c := range map[string]struct {
			key, field string
			kind       fault.Kind
			spoil      func(*scene)
		}{
			"wrong secret":  {"fault.aliexpress.signature", "app_secret", fault.Unauthorised, func(s *scene) { s.account.Settings["app_secret"] = "no" }},
			"wrong key":     {"fault.aliexpress.app_key", "app_key", fault.Unauthorised, func(s *scene) { s.account.Settings["app_key"] = "99999999" }},
			"revoked token": {"fault.aliexpress.token", "token", fault.Unauthorised, func(s *scene) { s.shop.Revoke() }},
			"expired token": {"fault.aliexpress.token", "token", fault.Unauthorised, func(s *scene) { s.shop.ExpireToken() }},
			"wrong address": {"fault.aliexpress.gateway", "address", fault.Invalid, func(s *scene) { s.account.Settings["address"] += "/elsewhere" }},
			"wrong clock":   {"fault.aliexpress.clock", "", fault.Invalid, func(s *scene) { s.platform.AddFault(fake.Fault{Kind: fake.ClockSkew}) }},
		} {
			s := newScene(t, gateway)
			c.spoil(s)
			session, err := newConnector.Open(s.account, s.world)
			if err == nil {
				_, err = session.Check(t.Context())
			}
			if f := fault.Of(err); name == "wrong address" && f != nil && f.Field == "address" && f.Kind == fault.Invalid {
				continue // refused when the session is opened
			} else if f == nil || f.Key != c.key || f.Field != c.field || f.Kind != c.kind {
				t.Errorf("%s, %s: %v", gateway, name, err)
			}
		}
	}
}
