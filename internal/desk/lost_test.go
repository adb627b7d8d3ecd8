package desk_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/money"
)

// What stands here was found by simulated years (package sim).

func dollars(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "USD"} }

func (s *scene) asksInstead(issue *fake.Issue, minor int64) {
	s.t.Helper()
	s.must(s.platform.ChangeClaim(issue, fake.Money{Minor: minor, Currency: "USD"}, false, "Then this."))
	s.sync()
}

func TestAnOfferThatWasTurnedDownIsNotChangedButMadeAnew(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.decide(id, desk.Choice{Option: "counter_amount", Amount: dollars(500), Text: "We propose what stands above."})
		s.asksInstead(issue, 2500)
		dec := s.decide(id, desk.Choice{Option: "counter_amount", Amount: dollars(1000), Text: "We propose what stands above."})
		dec, err := s.Decision(context.Background(), s.owner, dec.DecisionID)
		s.must(err)
		if dec.State != "done" {
			s.t.Errorf("the second offer: %+v", dec)
		}
	})
}

func TestWhatWasOfferedInACaseDoesNotCountAgainstItsOwnEnd(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.decide(id, desk.Choice{Option: "counter_amount", Amount: dollars(2000), Text: "We propose what stands above."})
		s.asksInstead(issue, 2900) // with the offer it would be more than the 30.00 that were paid
		s.decide(id, desk.Choice{Option: "accept"})
		if paid := s.platform.Payouts(issue.ID()); len(paid) != 1 || paid[0].Amount.Minor != 2900 {
			s.t.Errorf("paid: %v", paid)
		}
	})
}

func TestAProofTheCaseHasAtThePlatformIsNotSentAgain(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		proof, err := s.AddEvidence(context.Background(), s.owner, id, desk.EvidenceInput{Kind: "photo", Name: "proof.png", Content: bytes.NewReader(proofPicture)})
		s.must(err)
		refusal := desk.Choice{Option: "contest_with_evidence", Text: "The parcel was handed over, see the picture.", Evidence: []int64{proof.ID}}
		s.decide(id, refusal)
		s.asksInstead(issue, 2500)
		dec := s.decide(id, refusal)
		for range 10 {
			s.pass(3 * time.Minute)
		}
		dec, err = s.Decision(context.Background(), s.owner, dec.DecisionID)
		s.must(err)
		if n := s.platform.Count("aliexpress.issue.image.upload"); n != 1 || dec.State != "done" {
			s.t.Errorf("%d uploads, decision %+v", n, dec)
		}
	})
}

var proofPicture = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89")

func TestATokenThatEndsBeforeItsTimeIsRenewed(t *testing.T) {
	onEach(t, func(s *scene) {
		s.sync()
		s.shop.ExpireToken()
		s.dispute(nil)
		s.sync() // is told that the token is good no more
		s.pass(16 * time.Minute)
		if rows := s.queue(desk.QueueQuery{}); len(rows) != 1 {
			s.t.Errorf("%d cases after the token ended early", len(rows))
		}
	})
}

func TestAnActWaitsUntilThePlatformIsBack(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.platform.AddFault(fake.Fault{Kind: fake.ServerError})
		dec := s.decide(id, desk.Choice{Option: "accept"})
		for range 16 {
			s.pass(15 * time.Minute)
		}
		s.platform.ClearFaults()
		s.pass(15 * time.Minute)
		dec, err := s.Decision(context.Background(), s.owner, dec.DecisionID)
		s.must(err)
		if dec.State != "done" || len(s.platform.Payouts(issue.ID())) != 1 {
			s.t.Errorf("after four hours without the platform: %+v, %v", dec, s.platform.Payouts(issue.ID()))
		}
	})
}

// doubled lets every call of a method arrive twice; the caller hears the second answer.
func doubled(platform http.Handler, method string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if r.URL.Query().Get("method") == method {
			first := r.Clone(r.Context())
			first.Body = io.NopCloser(bytes.NewReader(body))
			platform.ServeHTTP(httptest.NewRecorder(), first)
		}
		platform.ServeHTTP(w, r)
	})
}

func TestANoToTheSecondCopyOfACallIsNoNo(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		s.server.Config.Handler = doubled(s.platform, "aliexpress.issue.solution.agree")
		id := s.queue(desk.QueueQuery{})[0].ID
		dec := s.decide(id, desk.Choice{Option: "accept"})
		dec, err := s.Decision(context.Background(), s.owner, dec.DecisionID)
		s.must(err)
		if dec.State != "done" || len(s.platform.Payouts(issue.ID())) != 1 {
			s.t.Errorf("%+v, paid %v", dec, s.platform.Payouts(issue.ID()))
		}
	})
}

func TestAWordNobodyKnowsIsReadAgain(t *testing.T) {
	onEach(t, func(s *scene) {
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.detail.get", Kind: fake.UnknownWords, Times: 1})
		s.dispute(nil)
		s.sync()
		s.sync()
		if row := s.queue(desk.QueueQuery{})[0]; row.State != "wait_seller" || row.DueAt.IsZero() {
			s.t.Errorf("after a passing fault: %+v", row)
		}
	})
}

func TestProtectingTheBuyerLongerMovesNoDeadline(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(func(spec *fake.IssueSpec) { spec.Untimed, spec.Reason = true, fake.ReasonNamed("in transit") })
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		due := s.page(id).DueAt
		s.pass(7 * time.Hour)
		s.decide(id, desk.Choice{Option: "extend_protection", Days: 10})
		s.must(s.platform.SaySomething(issue, "Is anybody there?"))
		s.sync()
		if now := s.page(id).DueAt; due.IsZero() || !now.Equal(due) {
			s.t.Errorf("the deadline moved from %s to %s", due, now)
		}
	})
}

// TestAnEndInAWordNobodyKnowsIsReadAgain, although what has ended is listed no more.
func TestAnEndInAWordNobodyKnowsIsReadAgain(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.must(s.platform.Cancel(issue))
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.detail.get", Kind: fake.UnknownWords, Times: 1})
		s.sync()
		s.sync()
		if now := s.page(id).Facts.Case.Reported.Status; now != "canceled_issue/refund_reject" || s.page(id).Open {
			s.t.Errorf("it ended as %s", now)
		}
		if left, err := s.DB.OpenSources(context.Background(), s.store); err != nil || len(left) != 0 {
			s.t.Errorf("still read: %+v, %v", left, err)
		}
	})
}

// TestAWordNobodyKnowsSettlesNoAct: whether an act without a trace may be sent again is not decided by an answer that nobody understands.
func TestAWordNobodyKnowsSettlesNoAct(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.solution.agree", Kind: fake.ServerError, Times: 1})
		dec := s.decide(id, desk.Choice{Option: "accept"})
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.detail.get", Kind: fake.UnknownWords})
		for range 12 {
			s.pass(3 * time.Minute)
		}
		s.platform.ClearFaults()
		for range 12 {
			s.pass(15 * time.Minute)
		}
		dec, err := s.Decision(context.Background(), s.owner, dec.DecisionID)
		s.must(err)
		if dec.State != "done" || len(s.platform.Payouts(issue.ID())) != 1 {
			s.t.Errorf("%+v, paid %v", dec, s.platform.Payouts(issue.ID()))
		}
	})
}
