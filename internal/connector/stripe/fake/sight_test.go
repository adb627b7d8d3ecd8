package fake_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/stripe/fake"
)

const day = 24 * time.Hour

// post is one call of an account's program.
func post(t *testing.T, p *fake.Platform, a *fake.Account, method, path, key string, form url.Values) map[string]any {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Authorization", "Bearer "+a.Key)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Idempotency-Key", key)
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestAnInquiryIsRaisedOverWhatIsLeft: what was refunded is no longer asked for, what was carried out is counted once, and each payment
// to the buyer is seen with whose doing it was.
func TestAnInquiryIsRaisedOverWhatIsLeft(t *testing.T) {
	p := fake.New(fake.Options{})
	a := p.AddAccount(fake.AccountSpec{})
	paid := a.Pay(fake.ChargeSpec{Amount: 5000})
	d := a.Dispute(paid, fake.DisputeSpec{CaseType: "inquiry", Raises: 5 * day, Answer: 9 * day})
	for range 2 {
		post(t, p, a, http.MethodPost, "/v1/refunds", "e1", url.Values{"charge": {paid.ID}, "amount": {"2000"}})
	}
	post(t, p, a, http.MethodPost, "/v1/refunds", "e2", url.Values{"charge": {paid.ID}, "amount": {"9000"}})
	if s := d.Sight(); p.Acted() != 1 || !s.Inquiry || !s.ForSeller || s.Claim != 5000 || len(s.Payouts) != 1 || !s.Payouts[0].Refund {
		t.Errorf("%d acts, %+v", p.Acted(), s)
	}
	p.Advance(5 * day)
	if s := d.Sight(); s.State != "needs_response" || s.Claim != 3000 || !s.Due.Equal(p.Now().Add(9*day)) || !s.ChangedAt.Equal(p.Now()) {
		t.Errorf("raised: %+v", s)
	}
	p.Advance(9 * day)
	s := d.Sight()
	if s.Open || !s.LapsedAt.Equal(p.Now()) || len(s.Payouts) != 2 || s.Payouts[1] != (fake.Payout{At: p.Now(), Amount: 3000}) {
		t.Errorf("silence: %+v", s)
	}
}

// TestABankDecidesInItsTime: each dispute at its own instant, in whatever order they were opened; accepting one is the seller's doing.
func TestABankDecidesInItsTime(t *testing.T) {
	p := fake.New(fake.Options{})
	a := p.AddAccount(fake.AccountSpec{})
	open := func(spec fake.DisputeSpec) *fake.Dispute {
		return a.Dispute(a.Pay(fake.ChargeSpec{Amount: 5000}), spec)
	}
	slow, quick, given := open(fake.DisputeSpec{Decides: 20 * day, Wins: true}), open(fake.DisputeSpec{Decides: 10 * day}), open(fake.DisputeSpec{})
	for _, d := range []*fake.Dispute{slow, quick} {
		post(t, p, a, http.MethodPost, "/v1/disputes/"+d.ID, d.ID, url.Values{"evidence[uncategorized_text]": {"It was delivered."}, "submit": {"true"}})
	}
	post(t, p, a, http.MethodPost, "/v1/disputes/"+given.ID+"/close", "close", nil)
	if s := given.Sight(); p.Acted() != 3 || s.Open || len(s.Payouts) != 1 || !s.Payouts[0].Seller || !s.LapsedAt.IsZero() {
		t.Errorf("%d acts, %+v", p.Acted(), s)
	}
	p.Advance(10 * day)
	if s, q := slow.Sight(), quick.Sight(); s.State != "under_review" || q.State != "lost" || q.Payouts[0].Seller || !q.Payouts[0].At.Equal(p.Now()) {
		t.Errorf("after ten days %+v %+v", s, q)
	}
	p.Advance(30 * day)
	if s := slow.Sight(); s.State != "won" || len(s.Payouts) != 0 || !s.ChangedAt.Equal(p.Now().Add(-20*day)) {
		t.Errorf("in the end %+v", s)
	}
}

// TestAWarningEndsWithTheMoneyOrTheTime: it can be acted on until all was paid back, or a dispute can follow no more.
func TestAWarningEndsWithTheMoneyOrTheTime(t *testing.T) {
	p := fake.New(fake.Options{})
	a := p.AddAccount(fake.AccountSpec{})
	paid := a.Pay(fake.ChargeSpec{Amount: 5000})
	first, second := a.Warn(paid, "misc", 0), a.Warn(a.Pay(fake.ChargeSpec{Amount: 700}), "misc", 0)
	if s := a.Sight(first); !s.Open || s.State != "actionable" || s.Claim != 5000 {
		t.Errorf("at first %+v", s)
	}
	if _, err := a.PayBack(paid, 5000); err != nil {
		t.Fatal(err)
	}
	if s := a.Sight(first); s.Open || s.State != "not_actionable" || len(s.Payouts) != 1 || p.Acted() != 0 {
		t.Errorf("paid back: %+v, %d acts", s, p.Acted())
	}
	p.Advance(120 * day)
	if s := a.Sight(second); s.Open || len(s.Payouts) != 0 {
		t.Errorf("too late: %+v", s)
	}
}

// TestOddAnswersEnd: words nobody knows and rows that come twice are in the answers until Calm.
func TestOddAnswersEnd(t *testing.T) {
	p := fake.New(fake.Options{})
	a := p.AddAccount(fake.AccountSpec{})
	d := a.Dispute(a.Pay(fake.ChargeSpec{Amount: 5000}), fake.DisputeSpec{})
	look := func() (status any, rows int) {
		list, _ := post(t, p, a, http.MethodGet, "/v1/disputes", "", nil)["data"].([]any)
		return post(t, p, a, http.MethodGet, "/v1/disputes/"+d.ID, "", nil)["status"], len(list)
	}
	p.Confuse()
	p.Double()
	if status, rows := look(); status != "pondered" || rows != 2 {
		t.Errorf("%v, %d rows", status, rows)
	}
	p.Calm()
	if status, rows := look(); status != "needs_response" || rows != 1 {
		t.Errorf("%v, %d rows", status, rows)
	}
}
