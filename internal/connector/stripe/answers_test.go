package stripe_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/stripe/fake"
	"parley/internal/money"
)

// TestEveryAnswerOfTheSimulatorFitsStripesDescription makes every call of the simulator, good and bad, with records in all their states.
func TestEveryAnswerOfTheSimulatorFitsStripesDescription(t *testing.T) {
	s := newScene(t)
	i := inspected(t, s.platform)
	web := httptest.NewServer(i)
	t.Cleanup(web.Close)
	s.account.Settings["address"] = web.URL
	contest, closing, inquiry := s.dispute(fake.DisputeSpec{}), s.dispute(fake.DisputeSpec{}), s.dispute(fake.DisputeSpec{CaseType: "inquiry"})
	must(t, s.dispute(fake.DisputeSpec{}).Decide(true))
	must(t, s.dispute(fake.DisputeSpec{}).Prevent())
	bare := s.shop.Pay(fake.ChargeSpec{Intent: "-", Amount: 100})
	s.shop.Dispute(bare, fake.DisputeSpec{})
	s.shop.Warn(s.buy(), "made_with_stolen_card", time.Hour)

	session, memory := s.open(t), connectortest.Memory{}
	_, err := session.Check(t.Context())
	must(t, err)
	_, err = session.Pull(t.Context(), "", memory.Known, memory.Take)
	must(t, err)
	for _, snap := range memory {
		_, err := session.Order(t.Context(), snap.Ref)
		must(t, err)
	}
	for _, act := range []connector.Effect{
		{ID: "e1", Do: "upload_evidence", Ref: ref(contest), File: proof()},
		{ID: "e2", Do: "contest_with_evidence", Ref: ref(contest), Text: "Delivered."},
		{ID: "e3", Do: "accept", Ref: ref(closing)},
		{ID: "e4", Do: "refund", Ref: ref(inquiry), Amount: money.Amount{Minor: 6990, Currency: "EUR"}},
	} {
		_, err := session.Execute(t.Context(), act)
		must(t, err)
		_, err = session.Fetch(t.Context(), act.Ref)
		must(t, err)
	}
	charge, refund := inquiry.Charge(), s.shop.Refunds(inquiry.Charge())[0]
	for _, path := range []string{
		"/v1/charges/" + charge.ID + "?expand[]=refunds", "/v1/payment_intents/" + charge.Intent, "/v1/refunds", "/v1/refunds/" + refund.ID,
		"/v1/events", "/v1/disputes/dp_none", "/v1/disputes?limit=1000", "/v1/disputes?color=blue", "/v1/refunds?charge=" + charge.ID,
	} {
		get(t, web.URL+path, s.shop.Key)
	}
	get(t, web.URL+"/v1/disputes", "rk_test_wrong")
	if len(i.seen) < 14 {
		t.Errorf("only %d calls were checked: %v", len(i.seen), i.seen)
	}
}

func get(t *testing.T, address, key string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	must(t, err)
	q.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(q)
	must(t, err)
	must(t, answer.Body.Close())
}

func proof() *connector.Attachment {
	return &connector.Attachment{Name: "proof.png", Type: "image/png", Bytes: []byte("\x89PNG\r\n\x1a\n1234")}
}

// TestTheInspectorFindsWhatDoesNotFit: a check that cannot fail would be none.
func TestTheInspectorFindsWhatDoesNotFit(t *testing.T) {
	doc, err := description()
	must(t, err)
	i := &inspector{doc: doc, seen: map[string]int{}}
	q := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/disputes/dp_1", nil)
	for _, wrong := range []string{`{"id":"dp_1","object":"dispute"}`, `{"id":5}`, `[]`, `nothing`} {
		before := len(i.faults)
		if i.check(q, http.StatusOK, []byte(wrong)); len(i.faults) != before+1 {
			t.Errorf("%s passes for a dispute", wrong)
		}
	}
	i.check(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/quarrels", nil), http.StatusOK, []byte(`{}`))
	if len(i.faults) != 5 {
		t.Errorf("%d faults: %v", len(i.faults), i.faults)
	}
}
