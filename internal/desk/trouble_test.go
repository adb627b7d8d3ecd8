package desk_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/fault"
)

func (s *scene) around() desk.Surroundings {
	s.t.Helper()
	a, err := s.Around(context.Background(), s.owner)
	s.must(err)
	return a
}

func (s *scene) addShop(name string) *fake.Shop {
	s.t.Helper()
	shop := s.platform.AddShop(fake.ShopSpec{Name: name, Country: "ES", Currency: "EUR"})
	in := s.input(shop)
	_, err := s.AddStore(context.Background(), s.owner, in)
	s.must(err)
	return shop
}

func TestOneFailingStoreDoesNotStopTheOthers(t *testing.T) {
	onEach(t, func(s *scene) {
		other := s.addShop("Taller Sur")
		s.shop.Revoke()
		s.shop = other
		s.dispute(nil)
		s.sync()
		if rows := s.queue(desk.QueueQuery{}); len(rows) != 1 || rows[0].Store.Name != "Taller Sur" {
			s.t.Errorf("queue %+v", rows)
		}
		worst := s.around().Freshness[0]
		if worst.Store.Name != "Casa Norte" || worst.FailingSince.IsZero() || worst.FaultKind != string(fault.Unauthorised) {
			s.t.Errorf("the failing store is shown as %+v", worst)
		}
		if fine := s.around().Freshness[1]; fine.LastOKAt.IsZero() || !fine.FailingSince.IsZero() {
			s.t.Errorf("the other store is shown as %+v", fine)
		}
	})
}

func TestBrokenAnswersLoseNothing(t *testing.T) {
	for _, kind := range []fake.FaultKind{fake.Truncate, fake.Hostile, fake.ServerError, fake.DropBefore, fake.DropAfter, fake.DuplicateRows, fake.UnknownWords} {
		t.Run(string(kind), func(t *testing.T) {
			onEach(t, func(s *scene) {
				issue := s.dispute(nil)
				s.sync()
				before := s.queue(desk.QueueQuery{})[0]
				s.clock.Advance(time.Minute)
				s.must(s.platform.ChangeClaim(issue, fake.Money{Minor: 1500, Currency: "USD"}, false, "<b>15</b> \u202eוה"))
				s.platform.AddFault(fake.Fault{Kind: kind, Times: 40})
				s.sync()
				if rows := s.queue(desk.QueueQuery{}); len(rows) != 1 || rows[0].ID != before.ID {
					s.t.Fatalf("while answers are broken the queue shows %+v", rows)
				}
				s.platform.ClearFaults()
				s.pass(20 * time.Minute)
				s.pass(20 * time.Minute)
				rows := s.queue(desk.QueueQuery{})
				if len(rows) != 1 || rows[0].Stake.Minor != 1500 {
					s.t.Errorf("afterwards it shows %+v", rows)
				}
			})
		})
	}
}

func TestUnknownWordsAreKeptAndShown(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.detail.get", Kind: fake.UnknownWords})
		s.sync()
		rows := s.queue(desk.QueueQuery{})
		if len(rows) != 1 || rows[0].Unknown == 0 {
			s.t.Fatalf("row %+v", rows)
		}
		p := s.page(rows[0].ID)
		if len(p.Facts.Unknown) == 0 || p.Facts.Unknown[0].Value == "" || len(p.Sources[0].Raw) == 0 {
			s.t.Errorf("unknown %+v, raw %d bytes", p.Facts.Unknown, len(p.Sources[0].Raw))
		}
	})
}

func TestSourceCountIsComparedWithDeskCount(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.dispute(nil)
		s.sync()
		f := s.around().Freshness[0]
		if !f.Backfilled || f.SourceCount != 2 || f.DeskCount != 2 || f.Missing != 0 {
			s.t.Errorf("freshness %+v", f)
		}
	})
}

func TestTokenIsRenewedBeforeItEnds(t *testing.T) {
	onEach(t, func(s *scene) {
		shop := s.platform.AddShop(fake.ShopSpec{Name: "Corta", Country: "ES", Currency: "EUR", TokenLife: 2 * time.Hour})
		in := s.input(shop)
		in.Token.ExpiresAt = s.clock.Now().Add(2 * time.Hour)
		_, err := s.AddStore(context.Background(), s.owner, in)
		s.must(err)
		s.sync()
		s.pass(100 * time.Minute)
		s.pass(100 * time.Minute) // the first token ended an hour and a half ago
		for _, f := range s.around().Freshness {
			if f.Store.Name == "Corta" && !f.FailingSince.IsZero() {
				s.t.Errorf("after the first token ended: %+v", f)
			}
		}
	})
}

func TestStoreThatCannotBeAdded(t *testing.T) {
	onEach(t, func(s *scene) {
		free := s.platform.AddShop(fake.ShopSpec{Name: "Nueva", Country: "ES", Currency: "EUR"})
		for name, c := range map[string]struct {
			change func(*desk.StoreInput)
			want   func(*fault.Fault) bool
		}{
			"twice":            {func(in *desk.StoreInput) { *in = s.input(s.shop) }, func(f *fault.Fault) bool { return f.Key == "fault.store_twice" && f.Params["store"] == "Casa Norte" }},
			"wrong secret":     {func(in *desk.StoreInput) { in.Settings["app_secret"] = "other-secret" }, func(f *fault.Fault) bool { return f.Kind == fault.Invalid || f.Kind == fault.Unauthorised }},
			"wrong key":        {func(in *desk.StoreInput) { in.Settings["app_key"] = "99999999" }, func(f *fault.Fault) bool { return f.Kind == fault.Invalid || f.Kind == fault.Unauthorised }},
			"wrong token":      {func(in *desk.StoreInput) { in.Token.Access = "nobody" }, func(f *fault.Fault) bool { return f.Kind == fault.Unauthorised }},
			"no secret":        {func(in *desk.StoreInput) { in.Settings["app_secret"] = "" }, func(f *fault.Fault) bool { return f.Field == "settings.app_secret" }},
			"unknown platform": {func(in *desk.StoreInput) { in.Connector = "elsewhere" }, func(f *fault.Fault) bool { return f.Field == "connector" && f.Allowed != "" }},
			"unknown setting":  {func(in *desk.StoreInput) { in.Settings["colour"] = "red" }, func(f *fault.Fault) bool { return f.Field == "settings.colour" }},
			"no name":          {func(in *desk.StoreInput) { in.Name = " " }, func(f *fault.Fault) bool { return f.Field == "name" }},
			"no zone":          {func(in *desk.StoreInput) { in.Zone = "Mars/Olympus" }, func(f *fault.Fault) bool { return f.Field == "zone" && f.Value == "Mars/Olympus" }},
			"nobody there":     {func(in *desk.StoreInput) { in.Settings["address"] = "http://127.0.0.1:1" }, func(f *fault.Fault) bool { return f.Kind == fault.Unavailable }},
		} {
			in := s.input(free)
			c.change(&in)
			_, err := s.AddStore(context.Background(), s.owner, in)
			if f := fault.Of(err); f == nil || !c.want(f) {
				s.t.Errorf("%s: %v", name, err)
			}
			if err != nil && strings.Contains(err.Error(), "other-secret") {
				s.t.Errorf("%s: the error shows the secret: %v", name, err)
			}
		}
		all, err := s.StoreList(context.Background(), s.owner)
		s.must(err)
		if len(all) != 1 {
			s.t.Errorf("%d stores, want the first one alone", len(all))
		}
	})
}

func TestSecretsLieSealed(t *testing.T) {
	onEach(t, func(s *scene) {
		st, err := s.DB.Store(context.Background(), s.store)
		s.must(err)
		if strings.Contains(string(st.Secret), s.shop.Secret) || strings.Contains(string(st.Secret), s.shop.Token) || len(st.Secret) == 0 {
			s.t.Error("the secret lies open")
		}
		view, err := s.StoreOf(context.Background(), s.owner, s.store)
		s.must(err)
		for _, v := range view.Settings {
			if v == s.shop.Secret {
				s.t.Error("the page shows the secret")
			}
		}
	})
}

func TestEightEqualDecisionsAtOnceAreOne(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		basis := s.page(id).Basis
		var all sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 8 {
			all.Go(func() {
				_, err := s.Decide(context.Background(), s.owner, id, desk.Choice{Option: "accept", Basis: basis})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !fault.Is(err, fault.Conflict) {
					s.t.Error(err)
				}
			})
		}
		all.Wait()
		s.must(s.Settle(context.Background()))
		if won != 1 || s.platform.Count("aliexpress.issue.solution.agree") != 1 || len(s.platform.Payouts(issue.ID())) != 1 {
			s.t.Errorf("%d decisions, %d calls, payouts %v", won, s.platform.Count("aliexpress.issue.solution.agree"), s.platform.Payouts(issue.ID()))
		}
	})
}

func TestAnActWithoutATraceGoesToAPerson(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.solution.agree", Kind: fake.ServerError}) // nothing is done, each time
		dec := s.decide(id, desk.Choice{Option: "accept"})
		for range 60 {
			s.pass(3 * time.Minute)
		}
		dec, err := s.Decision(context.Background(), s.owner, dec.DecisionID)
		s.must(err)
		if dec.State != "in_doubt" && dec.State != "failed" {
			s.t.Fatalf("decision %+v", dec)
		}
		if n := s.platform.Count("aliexpress.issue.solution.agree"); n > 10 {
			s.t.Errorf("sent %d times", n)
		}
		doubts, err := s.Doubtful(context.Background(), s.owner)
		s.must(err)
		if len(doubts) != 1 {
			s.t.Fatalf("doubtful %+v", doubts)
		}
		if doubts[0].State == "in_doubt" {
			s.platform.ClearFaults()
			s.must(s.ResolveEffect(context.Background(), s.owner, doubts[0].ID, "send_again", "the platform was down"))
			s.must(s.Settle(context.Background()))
			if n := len(s.platform.Payouts(issue.ID())); n != 1 {
				s.t.Errorf("%d payouts after sending again", n)
			}
		}
	})
}

func TestEscalatedSecondsAfterOpeningIsThePlatforms(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(func(spec *fake.IssueSpec) { spec.Escalated = true })
		s.sync()
		r := s.queue(desk.QueueQuery{})[0]
		if r.Owner != "platform" || r.State != "platform" || r.View != "platform" {
			s.t.Errorf("row %+v", r)
		}
		_, err := s.Decide(context.Background(), s.owner, r.ID, desk.Choice{Option: "accept"})
		if err == nil {
			s.t.Error("a case of the platform was decided here")
		}
	})
}

func TestMembersSeeTheirStoresOnly(t *testing.T) {
	onEach(t, func(s *scene) {
		other := s.addShop("Taller Sur")
		s.dispute(nil)
		s.shop = other
		s.dispute(nil)
		s.sync()
		agent := desk.Who{MemberID: addMember(s.t, s.Desk, "Ana", "agent", []int64{s.store}), Role: "agent", Stores: []int64{s.store}}
		p, err := s.Queue(context.Background(), agent, desk.QueueQuery{})
		s.must(err)
		if len(p.Rows) != 1 || p.Rows[0].Store.ID != s.store {
			s.t.Errorf("agent sees %+v", p.Rows)
		}
		for _, r := range s.queue(desk.QueueQuery{}) {
			if r.Store.ID == s.store {
				continue
			}
			if _, err := s.Case(context.Background(), agent, r.ID); !fault.Is(err, fault.NotFound) {
				s.t.Errorf("foreign case: %v", err)
			}
			if err := s.Note(context.Background(), agent, []int64{r.ID}, "x"); !fault.Is(err, fault.NotFound) {
				s.t.Errorf("foreign note: %v", err)
			}
			if _, err := s.Decide(context.Background(), agent, r.ID, desk.Choice{Option: "accept"}); !fault.Is(err, fault.NotFound) {
				s.t.Errorf("foreign decision: %v", err)
			}
		}
		viewer := s.owner
		viewer.Role = "viewer"
		if _, err := s.Decide(context.Background(), viewer, p.Rows[0].ID, desk.Choice{Option: "accept"}); !fault.Is(err, fault.Forbidden) {
			s.t.Errorf("viewer decided: %v", err)
		}
	})
}

func TestNotesAssignmentAndSearch(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(func(spec *fake.IssueSpec) { spec.Text = "物流显示已签收，但是我没有收到" })
		s.dispute(nil)
		s.sync()
		rows := s.queue(desk.QueueQuery{})
		ids := []int64{rows[0].ID, rows[1].ID}
		s.must(s.Note(context.Background(), s.owner, ids, "llamar a Correos"))
		s.must(s.Assign(context.Background(), s.owner, ids, s.owner.MemberID))
		if mine := s.queue(desk.QueueQuery{View: "mine"}); len(mine) != 2 || mine[0].Assignee.Name != "Lucía" {
			s.t.Errorf("mine %+v", mine)
		}
		for _, text := range []string{issue.Order().ID(), "签收", "LAMP", "lámpara"} {
			if found := s.queue(desk.QueueQuery{Search: text}); len(found) == 0 {
				s.t.Errorf("nothing found for %q", text)
			}
		}
		notes := 0
		for _, l := range s.page(ids[0]).Timeline {
			if l.Kind == "note" && l.Text == "llamar a Correos" && l.Name == "Lucía" {
				notes++
			}
		}
		if notes != 1 {
			s.t.Errorf("%d notes in the timeline", notes)
		}
	})
}
