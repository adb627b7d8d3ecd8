package fake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/paypal/fake"
)

const day = 24 * time.Hour

// desk is an account with one call at a time, as a program makes them.
type desk struct {
	*testing.T
	*fake.Platform
	account *fake.Account
}

func newDesk(t *testing.T) *desk {
	p := fake.New(fake.Options{})
	return &desk{T: t, Platform: p, account: p.AddAccount(fake.AccountSpec{Name: "Casa Norte"})}
}

func (d *desk) token() string {
	r := httptest.NewRequest(http.MethodPost, "/v1/oauth2/token", strings.NewReader("grant_type=client_credentials"))
	r.SetBasicAuth(d.account.ClientID, d.account.Secret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	token, _ := d.answer(r)["access_token"].(string)
	return token
}

func (d *desk) answer(r *http.Request) map[string]any {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		d.Fatal(err)
	}
	return out
}

func (d *desk) call(method, path, id, body string) map[string]any {
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "/v1/customer/disputes"+path, in)
	r.Header.Set("Authorization", "Bearer "+d.token())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("PayPal-Request-Id", id)
	return d.answer(r)
}

const proposal = `{"note":"Half of it.","offer_type":"REFUND","offer_amount":{"currency_code":"EUR","value":"10.00"}}`

// TestABuyerAnswersAsOftenAsHisTemperSays: he refuses an offer, answers a message with words, and then escalates; what programs did is
// counted once, however often it was sent.
func TestABuyerAnswersAsOftenAsHisTemperSays(t *testing.T) {
	d := newDesk(t)
	p := d.Open(d.account, fake.DisputeSpec{Temper: fake.Temper{Answers: time.Hour, AcceptsFrom: 100, Rounds: 2, Then: "escalate"}})
	for range 2 {
		d.call(http.MethodPost, "/"+p.ID()+"/make-offer", "e1", proposal)
	}
	if s := d.Sight(p); d.Acted() != 1 || s.ForSeller || !s.Offered || s.Claim != (fake.Money{Minor: 3990, Currency: "EUR"}) {
		t.Errorf("%d acts, %+v", d.Acted(), s)
	}
	d.call(http.MethodPost, "/"+p.ID()+"/make-offer", "e2", `{"offer_type":"REFUND"}`)
	d.Advance(time.Hour)
	if s := d.Sight(p); d.Acted() != 1 || !s.ForSeller || s.Offered || !s.Due.Equal(d.Now().Add(10*day)) {
		t.Errorf("after the first no %d acts, %+v", d.Acted(), s)
	}
	for _, id := range []string{"e3", "e4"} {
		d.call(http.MethodPost, "/"+p.ID()+"/send-message", id, `{"message":"It is on its way."}`)
		d.Advance(time.Hour)
	}
	if s := d.Sight(p); d.Acted() != 3 || s.State != "CHARGEBACK/WAITING_FOR_SELLER_RESPONSE" {
		t.Errorf("in the end %d acts, %+v", d.Acted(), s)
	}
	d.Advance(10 * day)
	if s := d.Sight(p); s.Open || s.Agreed || !s.LapsedAt.Equal(d.Now()) || s.Refunded.Minor != 3990 || !s.PaidAt.Equal(d.Now()) {
		t.Errorf("silence: %+v", s)
	}
}

// TestGoodsComeBackBeforeTheMoney: an agreed return outlasts the twenty days of an inquiry.
func TestGoodsComeBackBeforeTheMoney(t *testing.T) {
	d := newDesk(t)
	open := func(sends time.Duration) *fake.Dispute {
		p := d.Open(d.account, fake.DisputeSpec{Reason: "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED", AnswerBy: d.Now().Add(19 * day), Temper: fake.Temper{SendsBack: sends}})
		return p
	}
	sent, kept := open(9*day), open(0)
	d.Advance(15 * day)
	for n, p := range []*fake.Dispute{sent, kept} {
		d.call(http.MethodPost, "/"+p.ID()+"/accept-claim", string(rune('a'+n)), `{"accept_claim_type":"REFUND_WITH_RETURN"}`)
	}
	d.Advance(9 * day)
	if s := d.Sight(sent); !s.Goods || !s.Open {
		t.Errorf("sent back: %+v", s)
	}
	d.call(http.MethodPost, "/"+sent.ID()+"/acknowledge-return-item", "c", `{"acknowledgement_type":"ITEM_RECEIVED"}`)
	if s := d.Sight(sent); s.Open || !s.Agreed || s.Refunded.Minor != 3990 {
		t.Errorf("acknowledged: %+v", s)
	}
	d.Advance(day)
	if s := d.Sight(kept); s.Open || s.Refunded.Minor != 0 || !s.LapsedAt.IsZero() {
		t.Errorf("never sent: %+v", s)
	}
}

// TestOddAnswersEnd: words nobody knows and rows that come twice are in the answers until Calm.
func TestOddAnswersEnd(t *testing.T) {
	d := newDesk(t)
	p := d.Open(d.account, fake.DisputeSpec{})
	rows := func() int {
		items, _ := d.call(http.MethodGet, "", "", "")["items"].([]any)
		return len(items)
	}
	d.Confuse()
	d.Double()
	if got := d.call(http.MethodGet, "/"+p.ID(), "", ""); got["status"] != "PONDERED" || rows() != 2 {
		t.Errorf("%v, %d rows", got["status"], rows())
	}
	d.Calm()
	if got := d.call(http.MethodGet, "/"+p.ID(), "", ""); got["status"] != fake.WaitsForSeller || got["mood"] != nil || rows() != 1 {
		t.Errorf("%v %v, %d rows", got["status"], got["mood"], rows())
	}
}

// TestWordsChangeNothingWhileGoodsTravel: a message makes it the seller's turn only while the two sides negotiate, and the twenty days of
// an inquiry end nothing that PayPal reviews.
func TestWordsChangeNothingWhileGoodsTravel(t *testing.T) {
	d := newDesk(t)
	p := d.Open(d.account, fake.DisputeSpec{Reason: "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED"})
	say := func() fake.Sight {
		if err := d.Message(p, "Is anybody there?"); err != nil {
			t.Fatal(err)
		}
		return d.Sight(p)
	}
	due := d.Sight(p).Due
	d.Advance(time.Hour)
	if s := say(); !s.ForSeller || !s.Due.Equal(due) {
		t.Errorf("asked already: %+v", s)
	}
	d.call(http.MethodPost, "/"+p.ID()+"/accept-claim", "a", `{"accept_claim_type":"REFUND_WITH_RETURN"}`)
	if s := say(); s.ForSeller {
		t.Errorf("on its way: %+v", s)
	}
	if err := d.SendBack(p, "UPS", "1Z1"); err != nil {
		t.Fatal(err)
	}
	d.call(http.MethodPost, "/"+p.ID()+"/acknowledge-return-item", "b", `{"acknowledgement_type":"DAMAGED"}`)
	d.Advance(30 * day)
	if s := d.Sight(p); s.State != "CHARGEBACK/"+fake.UnderReview {
		t.Errorf("reviewed: %+v", s)
	}
	if err := d.RequireEvidence(p, "OTHER"); err != nil {
		t.Fatal(err)
	}
	links, _ := d.call(http.MethodGet, "/"+p.ID(), "", "")["links"].([]any)
	if s := d.Sight(p); !s.ForSeller || s.Goods || len(links) < 2 {
		t.Errorf("asked again: %+v, links %v", s, links)
	}
}
