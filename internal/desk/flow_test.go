package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
)

func TestDisputeComesInWithItsDeadline(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		rows := s.queue(desk.QueueQuery{})
		if len(rows) != 1 {
			s.t.Fatalf("%d cases in the queue, want 1", len(rows))
		}
		r := rows[0]
		// Five days of the same wall clock in Los Angeles, where summer time began on 8 March 2026: 119 hours.
		if want := start.Add(5 * 24 * time.Hour); !r.DueAt.Equal(want) {
			s.t.Errorf("due %v, want %v", r.DueAt, want)
		}
		if r.Title != "Desk lamp" || r.Buyer == "" || r.State != "wait_seller" || r.View != "to_answer" || r.Stake != (money.Amount{Minor: 3000, Currency: "USD"}) {
			s.t.Errorf("row %+v", r)
		}
		if r.OrderNo != issue.Order().ID() {
			s.t.Errorf("order %s, want %s", r.OrderNo, issue.Order().ID())
		}
		s.sync()
		if again := s.queue(desk.QueueQuery{}); again[0].Version != r.Version {
			s.t.Errorf("reading the same again changed the case: version %d, was %d", again[0].Version, r.Version)
		}
	})
}

func (s *scene) decide(id int64, ch desk.Choice) desk.Decided {
	s.t.Helper()
	dec, err := s.Decide(context.Background(), s.owner, id, ch)
	s.must(err)
	s.must(s.Settle(context.Background()))
	dec, err = s.Decision(context.Background(), s.owner, dec.DecisionID)
	s.must(err)
	return dec
}

func TestAcceptedClaimIsPaidOnce(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		dec := s.decide(id, desk.Choice{Option: "accept", Basis: s.page(id).Basis})
		if dec.State != "done" || dec.Effects[0].State != "confirmed" {
			s.t.Fatalf("decision %+v", dec)
		}
		if n := s.platform.Count("aliexpress.issue.solution.agree"); n != 1 {
			s.t.Errorf("agreed %d times", n)
		}
		if p := s.platform.Payouts(issue.ID()); len(p) != 1 {
			s.t.Errorf("payouts %v", p)
		}
		if rows := s.queue(desk.QueueQuery{}); len(rows) != 0 {
			s.t.Errorf("still open: %+v", rows)
		}
		if rows := s.queue(desk.QueueQuery{View: "ended"}); len(rows) != 1 || rows[0].State != "refunded" {
			s.t.Errorf("ended: %+v", rows)
		}
	})
}

func TestAnswerThatGotLostIsLookedForNotRepeated(t *testing.T) {
	for _, kind := range []fake.FaultKind{fake.DropAfter, fake.ErrorAfter, fake.Truncate} {
		t.Run(string(kind), func(t *testing.T) {
			onEach(t, func(s *scene) {
				issue := s.dispute(nil)
				s.sync()
				id := s.queue(desk.QueueQuery{})[0].ID
				s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.solution.agree", Nth: 1, Kind: kind})
				dec := s.decide(id, desk.Choice{Option: "accept"})
				if dec.State != "done" {
					s.t.Errorf("decision %+v", dec)
				}
				if n := s.platform.Count("aliexpress.issue.solution.agree"); n != 1 {
					s.t.Errorf("agreed %d times", n)
				}
				if p := s.platform.Payouts(issue.ID()); len(p) != 1 {
					s.t.Errorf("payouts %v", p)
				}
			})
		})
	}
}

func TestCallThatNeverArrivedIsSentAgain(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.solution.agree", Nth: 1, Kind: fake.LimitBurst, For: 3 * time.Second})
		dec := s.decide(id, desk.Choice{Option: "accept"})
		if dec.State != "open" || dec.Effects[0].State != "planned" {
			s.t.Fatalf("after a limit: %+v", dec)
		}
		s.pass(time.Minute)
		got, err := s.Decision(context.Background(), s.owner, dec.DecisionID)
		s.must(err)
		if got.State != "done" || len(s.platform.Payouts(issue.ID())) != 1 {
			s.t.Errorf("decision %+v, payouts %v", got, s.platform.Payouts(issue.ID()))
		}
	})
}

func TestCaseThatChangedMeanwhileIsRefusedWithWhatChanged(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		basis := s.page(id).Basis
		s.clock.Advance(time.Minute)
		s.must(s.platform.ChangeClaim(issue, fake.Money{Minor: 1200, Currency: "USD"}, false, "dame 12"))
		// Not read yet: the desk finds out just before sending.
		dec := s.decide(id, desk.Choice{Option: "accept", Basis: basis})
		if dec.State != "failed" || dec.Effects[0].State != "refused" || dec.Effects[0].FaultKey != "fault.case_changed" || !strings.Contains(dec.Effects[0].Params["changed"], "claim") {
			s.t.Errorf("decision %+v", dec)
		}
		if n := s.platform.Count("aliexpress.issue.solution.agree"); n != 0 {
			s.t.Errorf("agreed %d times", n)
		}
		// Read by now: the decision itself is refused.
		_, err := s.Decide(context.Background(), s.owner, id, desk.Choice{Option: "accept", Basis: basis})
		f := fault.Of(err)
		if f == nil || f.Kind != fault.Conflict || f.Params["claim.before"] != "30.00 USD" || f.Params["claim.after"] != "12.00 USD" {
			s.t.Errorf("Decide on an old basis: %v", err)
		}
	})
}

func TestCounterOfferIsSentAndShown(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		dec := s.decide(id, desk.Choice{Option: "counter_amount", Amount: money.Amount{Minor: 1000, Currency: "USD"},
			Text: "Hola, Ana: sentimos la demora de su lámpara. Le ofrecemos devolverle 10,00 USD de los 30,00 USD por su medio de pago, a través de esta disputa; usted decide y puede rechazarla."})
		if dec.State != "done" {
			s.t.Fatalf("decision %+v", dec)
		}
		p := s.page(id)
		found := false
		for _, x := range p.Facts.Proposals {
			found = found || (x.By == "staff" && x.Amount.Minor == 1000)
		}
		if !found || p.State != "negotiating" {
			s.t.Errorf("state %s, proposals %+v", p.State, p.Facts.Proposals)
		}
	})
}

func TestAmountsThatMustNotGoOut(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		for _, a := range []money.Amount{{Minor: 0, Currency: "USD"}, {Minor: -100, Currency: "USD"}, {Minor: 3001, Currency: "USD"}, {Minor: 100, Currency: "EUR"}, {}} {
			_, err := s.Decide(context.Background(), s.owner, id, desk.Choice{Option: "counter_amount", Amount: a, Text: "Hola, Ana"})
			if f := fault.Of(err); f == nil || !strings.HasPrefix(f.Field, "amount") || f.Allowed == "" {
				s.t.Errorf("counter-offer of %v: %v", a, err)
			}
		}
		_, err := s.Decide(context.Background(), s.owner, id, desk.Choice{Option: "contest_with_evidence", Text: "enviado"})
		if f := fault.Of(err); f == nil || f.Field != "evidence" {
			s.t.Errorf("refusal without a proof: %v", err)
		}
		if n := s.platform.Count("aliexpress.issue.solution.save"); n != 0 {
			s.t.Errorf("%d calls went out", n)
		}
	})
}

func TestRefusalGoesOutAfterItsProof(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		ev, err := s.AddEvidence(context.Background(), s.owner, id, desk.EvidenceInput{Kind: "tracking_page", Name: "../scan.png", Content: picture()})
		s.must(err)
		if ev.Name != "scan.png" || ev.Type != "image/png" {
			s.t.Errorf("evidence %+v", ev)
		}
		dec := s.decide(id, desk.Choice{Option: "contest_with_evidence", Evidence: []int64{ev.ID},
			Text: "Hola, Ana: su lámpara está en camino; el último registro del paquete LP00112233445566 figura en la imagen adjunta. Puede pedir en cualquier momento que AliExpress decida."})
		if dec.State != "done" || len(dec.Effects) != 2 || dec.Effects[0].Do != "upload_evidence" {
			s.t.Fatalf("decision %+v", dec)
		}
		if a, b := s.platform.Count("aliexpress.issue.image.upload"), s.platform.Count("aliexpress.issue.solution.save"); a != 1 || b != 1 {
			s.t.Errorf("%d uploads, %d refusals", a, b)
		}
		if err := s.SetReading(context.Background(), s.owner, ev.ID, "unclear"); !fault.Is(err, fault.Refused) {
			s.t.Errorf("a proof shown to the platform was changed: %v", err)
		}
	})
}

func TestProtectionIsExtended(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		before := s.page(id).Facts.Order.ProtectionEndsAt
		dec := s.decide(id, desk.Choice{Option: "extend_protection", Days: 15})
		if dec.State != "done" {
			s.t.Fatalf("decision %+v", dec)
		}
		p := s.page(id)
		if got := p.Facts.Order.ProtectionEndsAt; !got.After(before) {
			s.t.Errorf("protection ends %v, was %v", got, before)
		}
		n := 0
		for _, a := range p.Facts.History {
			if a.Did == "extended_protection" && a.Days == 15 {
				n++
			}
		}
		if n != 1 {
			s.t.Errorf("recorded %d times", n)
		}
	})
}

func TestSilenceLapsesAndIsSeen(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		due := s.queue(desk.QueueQuery{})[0].DueAt
		s.pass(due.Sub(s.clock.Now()))
		if rows := s.queue(desk.QueueQuery{}); len(rows) != 0 {
			s.t.Errorf("still open after the lapse: %+v", rows)
		}
		p := s.page(id)
		passed := false
		for _, l := range p.Timeline {
			passed = passed || l.Code == "deadline_passed"
		}
		if !passed {
			s.t.Errorf("the lapse is not in the timeline")
		}
	})
}

// TestAFileMayTellOfAPurchaseNobodyAskedFor: it is kept as it came, twice as well as once.
func TestAFileMayTellOfAPurchaseNobodyAskedFor(t *testing.T) {
	onEach(t, func(s *scene) {
		id := s.offline("Norte SL", "From files")
		for range 2 {
			got, err := s.Import(bg, s.owner, id, "order.json", []byte(`{"target":{"id":8100000000019999,"order_status":"FINISH"}}`))
			if err != nil || len(got.Problems) > 0 {
				s.t.Fatalf("%+v, %v", got, err)
			}
		}
		if o, err := s.DB.OrderOf(bg, id, "8100000000019999"); err != nil || len(o.Facts) == 0 {
			s.t.Errorf("kept %+v, %v", o, err)
		}
	})
}
