package desk_test

import (
	"context"
	"testing"
	"time"

	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
)

var bg = context.Background()

func (s *scene) net(rules ...desk.NetRule) {
	s.t.Helper()
	s.must(s.SetNet(bg, s.owner, s.store, rules))
}

// onlyCase reads the store and gives the only open case.
func (s *scene) onlyCase() desk.CasePage {
	s.t.Helper()
	s.sync()
	return s.page(s.queue(desk.QueueQuery{})[0].ID)
}

// passUntil lets time pass in steps, doing what is due.
func (s *scene) passUntil(at time.Time) {
	s.t.Helper()
	for s.clock.Now().Before(at) {
		s.pass(min(time.Hour, at.Sub(s.clock.Now())))
	}
}

func (s *scene) events(id int64, kind string) (n int) {
	s.t.Helper()
	all, err := s.Events(bg, s.owner, id, 0, 200)
	s.must(err)
	for _, e := range all {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func TestTheNetAnswersBeforeSilenceCosts(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.net(desk.NetRule{Class: "logistics.*", Do: "accept", Margin: 120})
		page := s.onlyCase()
		due := page.DueAt
		if page.Net == nil || page.Net.Do != "accept" || !page.Net.At.Equal(due.Add(-2*time.Hour)) || page.Net.Amount != usd(3000) {
			s.t.Fatalf("the case shows the net as %+v, due %v", page.Net, due)
		}
		s.passUntil(due.Add(-121 * time.Minute))
		if n := len(s.page(page.ID).Effects); n != 0 {
			s.t.Fatalf("%d acts before the net's time", n)
		}
		s.passUntil(due.Add(-time.Hour))
		after := s.page(page.ID)
		if len(after.Effects) != 1 || after.Effects[0].State != "confirmed" || after.Effects[0].Do != "accept" || after.State == "timed_out" {
			s.t.Errorf("state %s, acts %+v", after.State, after.Effects)
		}
		if s.events(page.ID, "net_acted") != 1 || after.Assignee != nil {
			s.t.Errorf("%d events, assignee %+v", s.events(page.ID, "net_acted"), after.Assignee)
		}
		if n := len(s.platform.Payouts(page.Sources[0].ExternalID)); n != 1 {
			s.t.Errorf("%d payments", n)
		}
	})
}

func TestAnAnswerEndsTheNet(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.net(desk.NetRule{Do: "accept", Margin: 60})
		page := s.onlyCase()
		_, err := s.Decide(bg, s.owner, page.ID, desk.Choice{Option: "counter_amount", Amount: usd(1000), Text: "We offer a part of the price for the delay of your parcel."})
		s.must(err)
		s.pass(time.Minute)
		if after := s.page(page.ID); after.Net != nil {
			s.t.Errorf("the net still stands: %+v", after.Net)
		}
		s.passUntil(page.DueAt.Add(-time.Minute))
		if s.events(page.ID, "net_acted") != 0 || len(s.platform.Payouts(page.Sources[0].ExternalID)) != 0 {
			s.t.Error("the net acted on an answered case")
		}
	})
}

// TestTheNetWaitsForAnActThatIsNoAnswer: what is under way when the net's time comes may be anything. A longer protection leaves the answer
// open, and the net gives it once that is through.
func TestTheNetWaitsForAnActThatIsNoAnswer(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.net(desk.NetRule{Do: "accept", Margin: 120})
		page := s.onlyCase()
		s.passUntil(page.DueAt.Add(-2*time.Hour - 2*time.Minute))
		s.platform.AddFault(fake.Fault{Method: "aliexpress.trade.redefining.extendsbuyeracceptgoodstime", Kind: fake.ServerError, Times: 1})
		_, err := s.Decide(bg, s.owner, page.ID, desk.Choice{Option: "extend_protection", Days: 7})
		s.must(err)
		s.pass(3 * time.Minute)
		if under := s.page(page.ID); len(under.Effects) != 1 || under.Effects[0].State == "confirmed" || s.events(page.ID, "net_acted") != 0 {
			s.t.Fatalf("at the net's time: %+v, %d acts of the net", under.Effects, s.events(page.ID, "net_acted"))
		}
		for range 12 {
			s.pass(5 * time.Minute)
		}
		after := s.page(page.ID)
		if s.events(page.ID, "net_acted") != 1 || len(after.Effects) != 2 || after.Effects[1].Do != "accept" || after.Effects[1].State != "confirmed" {
			s.t.Errorf("the net acted %d times, acts %+v", s.events(page.ID, "net_acted"), after.Effects)
		}
		if n := len(s.platform.Payouts(page.Sources[0].ExternalID)); n != 1 {
			s.t.Errorf("%d payments", n)
		}
	})
}

func TestTheNetPassesOverWhatItMayNotDo(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.net(desk.NetRule{Class: "product.*", Do: "accept", Margin: 60}, desk.NetRule{Do: "accept", Margin: 60, Most: usd(2999)}, desk.NetRule{Do: "extend_protection", Margin: 60, Days: 30})
		page := s.onlyCase()
		if page.Net == nil || page.Net.Do != "extend_protection" {
			s.t.Fatalf("the net shows %+v", page.Net)
		}
		s.passUntil(page.DueAt.Add(-30 * time.Minute))
		if effects := s.page(page.ID).Effects; len(effects) != 1 || effects[0].Do != "extend_protection" {
			s.t.Errorf("acts %+v", effects)
		}
	})
}

func TestTheNetCallsAPersonWhereNothingFits(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.net(desk.NetRule{Do: "accept", Margin: 60, Most: usd(1)})
		page := s.onlyCase()
		if page.Net == nil || page.Net.Do != "escalate" || page.Net.Why != "net.nothing_fits" {
			s.t.Fatalf("the net shows %+v", page.Net)
		}
		s.passUntil(page.DueAt.Add(-10 * time.Minute))
		told, err := s.DB.NoticesFor(bg, page.ID)
		s.must(err)
		called := 0
		for _, n := range told {
			if n.Reason == "called" && n.MemberID == s.owner.MemberID {
				called++
			}
		}
		if called != 1 {
			s.t.Errorf("the owner was called %d times", called)
		}
		if s.events(page.ID, "net_escalated") != 1 || len(s.page(page.ID).Effects) != 0 {
			s.t.Errorf("%d calls, acts %+v", s.events(page.ID, "net_escalated"), s.page(page.ID).Effects)
		}
	})
}

func TestAnActOfTheNetThatThePlatformRefusesCallsAPerson(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.net(desk.NetRule{Do: "accept", Margin: 120})
		page := s.onlyCase()
		s.passUntil(page.DueAt.Add(-121 * time.Minute))
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.solution.agree", Kind: fake.ServerError})
		for range 20 {
			s.pass(5 * time.Minute)
		}
		if s.events(page.ID, "net_acted") != 1 || s.events(page.ID, "net_failed") != 1 {
			s.t.Errorf("the net acted %d times, %d of them badly", s.events(page.ID, "net_acted"), s.events(page.ID, "net_failed"))
		}
	})
}

// TestAnActOfTheNetIsSentAgainLater: where nobody is there to ask, an act of which the platform shows no trace goes out again after a while,
// and what went wrong meanwhile costs nothing.
func TestAnActOfTheNetIsSentAgainLater(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.net(desk.NetRule{Do: "accept", Margin: 8 * 60})
		page := s.onlyCase()
		s.passUntil(page.DueAt.Add(-8*time.Hour - time.Minute))
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.solution.agree", Kind: fake.ServerError, Times: 3})
		for range 24 {
			s.pass(5 * time.Minute)
		}
		after := s.page(page.ID)
		if len(after.Effects) != 1 || after.Effects[0].State != "confirmed" || s.events(page.ID, "net_failed") != 0 {
			s.t.Errorf("acts %+v, %d failed", after.Effects, s.events(page.ID, "net_failed"))
		}
		if n := after.Effects[0].Attempts; n != 4 {
			s.t.Errorf("sent %d times, want three that failed and one", n)
		}
		if n := len(s.platform.Payouts(page.Sources[0].ExternalID)); n != 1 {
			s.t.Errorf("%d payments", n)
		}
	})
}

func TestAPreparedRefusalLeavesByTheNet(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		page := s.onlyCase()
		proof := s.addProof(page.ID)
		refusal := desk.Choice{Option: "contest_with_evidence", Text: refusalText, Evidence: []int64{proof}, Basis: page.Basis}
		got, err := s.Prepare(bg, s.owner, page.ID, refusal)
		s.must(err)
		if got.State != "prepared" || len(got.Effects) != 0 {
			s.t.Fatalf("prepared gave %+v", got)
		}
		shown := s.page(page.ID)
		if shown.Pending == nil || shown.Net == nil || shown.Net.Do != "prepared" || !shown.Net.At.Equal(page.DueAt.Add(-time.Hour)) {
			s.t.Fatalf("pending %+v, net %+v", shown.Pending, shown.Net)
		}
		s.passUntil(page.DueAt.Add(-50 * time.Minute))
		after := s.page(page.ID)
		if len(after.Effects) != 2 || after.Effects[1].Do != "contest_with_evidence" || after.Effects[1].State != "confirmed" || after.Pending != nil {
			s.t.Errorf("acts %+v, pending %+v", after.Effects, after.Pending)
		}
	})
}

func TestAPreparedAnswerIsOvertakenByTheBuyer(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		page := s.onlyCase()
		_, err := s.Prepare(bg, s.owner, page.ID, desk.Choice{Option: "accept", Basis: page.Basis})
		s.must(err)
		s.clock.Advance(time.Minute)
		s.must(s.platform.ChangeClaim(issue, fake.Money{Minor: 1500, Currency: "USD"}, false, "15 is fine"))
		s.sync()
		changed := s.page(page.ID)
		if changed.Pending == nil || !changed.Pending.Outdated || changed.Net == nil || changed.Net.Do != "escalate" {
			s.t.Fatalf("pending %+v, net %+v", changed.Pending, changed.Net)
		}
		_, err = s.Release(bg, s.owner, changed.Pending.ID)
		if f := fault.Of(err); f == nil || f.Key != "fault.case_changed" {
			s.t.Errorf("release gave %v", err)
		}
		if after := s.page(page.ID); after.Pending != nil || s.events(page.ID, "overtaken") != 1 || len(after.Effects) != 0 {
			s.t.Errorf("pending %+v, acts %+v", after.Pending, after.Effects)
		}
	})
}

func TestRulesOfTheNetAreChecked(t *testing.T) {
	s := newScene(t, "sqlite:"+t.TempDir()+"/desk.db")
	for field, n := range map[string]desk.NetRule{
		"rules[0].do":      {Do: "contest_with_evidence", Margin: 60},
		"rules[0].margin":  {Do: "accept", Margin: 1},
		"rules[0].percent": {Do: "counter_amount", Margin: 60},
		"rules[0].days":    {Do: "extend_protection", Margin: 60},
		"rules[0].class":   {Do: "accept", Margin: 60, Class: "["},
		"rules[0].most":    {Do: "accept", Margin: 60, Most: usd(-1)},
	} {
		if f := fault.Of(s.SetNet(bg, s.owner, s.store, []desk.NetRule{n})); f == nil || f.Field != field {
			t.Errorf("%+v gave %v, want field %s", n, f, field)
		}
	}
	agent := desk.Who{MemberID: 99, Role: "agent", AllStores: true}
	if err := s.SetNet(bg, agent, s.store, nil); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an agent may set the net: %v", err)
	}
	s.net(desk.NetRule{Do: "accept", Margin: 60})
	view, err := s.StoreOf(bg, s.owner, s.store)
	s.must(err)
	in := s.input(s.shop)
	if _, shown := view.Settings["net.rules"]; shown {
		t.Error("the net is shown among the platform's settings")
	}
	_, err = s.UpdateStore(bg, s.owner, s.store, 0, in)
	s.must(err)
	if rules, err := s.Net(bg, s.owner, s.store); err != nil || len(rules) != 1 {
		t.Errorf("after a change of the store the net is %+v, %v", rules, err)
	}
}

func TestTheDryRunTellsWhatTheNetWouldHaveDone(t *testing.T) {
	onEach(t, func(s *scene) {
		broken := func(i *fake.IssueSpec) { i.Reason = fake.ReasonNamed("goods damaged") }
		s.dispute(broken)
		page := s.onlyCase()
		s.passUntil(page.DueAt.Add(time.Hour)) // nobody answers, no net
		s.dispute(broken)
		s.pass(time.Hour)
		answeredID := s.queue(desk.QueueQuery{View: "to_answer"})[0].ID
		_, err := s.Decide(bg, s.owner, answeredID, desk.Choice{Option: "accept"})
		s.must(err)
		s.pass(time.Hour)
		got, err := s.ReplayNet(bg, s.owner, s.store, []desk.NetRule{{Do: "accept", Margin: 60}}, 90)
		s.must(err)
		if got.Looked != 2 || len(got.Acted) != 1 || got.Acted[0].CaseID != page.ID || got.Acted[0].Do != "accept" || got.Unheard != 1 {
			s.t.Fatalf("the dry run tells %+v", got)
		}
		if len(got.Cost) != 1 || got.Cost[0] != (money.Amount{Minor: 3000, Currency: "USD"}) || !got.Acted[0].At.Equal(page.DueAt.Add(-time.Hour)) {
			s.t.Errorf("cost %v at %v", got.Cost, got.Acted[0].At)
		}
	})
}

func TestASumAboveTheCeilingWaitsForASignature(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		page := s.onlyCase()
		s.must(s.SetLimits(bg, s.owner, desk.Limits{Ceilings: []desk.Ceiling{{Role: "agent", Amount: usd(2000)}}}))
		agent := desk.Who{MemberID: addMember(s.t, s.Desk, "Eva", "agent", nil), Name: "Eva", Role: "agent", AllStores: true}
		got, err := s.Decide(bg, agent, page.ID, desk.Choice{Option: "accept"})
		s.must(err)
		if got.State != "to_sign" || len(got.Effects) != 0 {
			s.t.Fatalf("the decision is %+v", got)
		}
		s.pass(time.Minute)
		if len(s.platform.Payouts(page.Sources[0].ExternalID)) != 0 {
			s.t.Fatal("paid without a signature")
		}
		if _, err := s.Release(bg, agent, got.DecisionID); !fault.Is(err, fault.Forbidden) {
			s.t.Errorf("the author signed: %v", err)
		}
		list, err := s.Waiting(bg, s.owner, desk.WaitingQuery{})
		s.must(err)
		waiting := list.Rows
		if len(waiting) != 1 || !waiting[0].MayFree || waiting[0].Reason != "sign.ceiling" || waiting[0].Cost != usd(3000) {
			s.t.Fatalf("waiting %+v", waiting)
		}
		_, err = s.Release(bg, s.owner, got.DecisionID)
		s.must(err)
		s.pass(time.Minute)
		if len(s.platform.Payouts(page.Sources[0].ExternalID)) != 1 || s.events(page.ID, "signed") != 1 {
			s.t.Errorf("%d payments, %d signatures", len(s.platform.Payouts(page.Sources[0].ExternalID)), s.events(page.ID, "signed"))
		}
		if _, err := s.Release(bg, s.owner, got.DecisionID); !fault.Is(err, fault.Conflict) {
			s.t.Errorf("signed twice: %v", err)
		}
	})
}

func TestNobodyDecidesAloneAboveTheSecondSum(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		page := s.onlyCase()
		s.must(s.SetLimits(bg, s.owner, desk.Limits{Second: []money.Amount{usd(2500)}}))
		got, err := s.Decide(bg, s.owner, page.ID, desk.Choice{Option: "accept"})
		s.must(err)
		agent := desk.Who{MemberID: addMember(s.t, s.Desk, "Eva", "agent", nil), Name: "Eva", Role: "agent", AllStores: true}
		if got.State != "to_sign" {
			s.t.Fatalf("the decision is %+v", got)
		}
		for _, who := range []desk.Who{s.owner, agent} {
			if _, err := s.Release(bg, who, got.DecisionID); !fault.Is(err, fault.Forbidden) {
				s.t.Errorf("%s signed: %v", who.Name, err)
			}
		}
		s.must(s.Decline(bg, agent, got.DecisionID, "the parcel arrived yesterday"))
		if p := s.page(page.ID); p.Pending != nil || s.events(page.ID, "declined") != 1 {
			s.t.Errorf("pending %+v", p.Pending)
		}
	})
}

func TestLimitsAreChecked(t *testing.T) {
	s := newScene(t, "sqlite:"+t.TempDir()+"/desk.db")
	for field, l := range map[string]desk.Limits{
		"ceilings[0].role":   {Ceilings: []desk.Ceiling{{Role: "king", Amount: usd(1)}}},
		"ceilings[0].amount": {Ceilings: []desk.Ceiling{{Role: "agent"}}},
		"ceilings[1]":        {Ceilings: []desk.Ceiling{{Role: "agent", Amount: usd(1)}, {Role: "agent", Amount: usd(2)}}},
		"second[1]":          {Second: []money.Amount{usd(1), usd(2)}},
	} {
		if f := fault.Of(s.SetLimits(bg, s.owner, l)); f == nil || f.Field != field {
			t.Errorf("%+v gave %v, want field %s", l, f, field)
		}
	}
	if err := s.SetLimits(bg, desk.Who{MemberID: 9, Role: "lead", AllStores: true}, desk.Limits{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a lead may set limits: %v", err)
	}
}

const refusalText = "Hola, Ana: su lámpara está en camino; el último registro del paquete LP00112233445566 figura en la imagen adjunta. Puede pedir en cualquier momento que AliExpress decida."

// addProof files a tracking page as proof.
func (s *scene) addProof(caseID int64) int64 {
	s.t.Helper()
	ev, err := s.AddEvidence(bg, s.owner, caseID, desk.EvidenceInput{Kind: "tracking_page", Name: "tracking.png", Content: picture()})
	s.must(err)
	return ev.ID
}
