package fake_test

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/taobao/fake"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask makes a signed call and gives the answer as it came.
func ask(t *testing.T, p *fake.Platform, s *fake.Shop, change map[string]string) string {
	t.Helper()
	params := map[string]string{
		"app_key": s.AppKey, "session": s.Session, "v": "2.0", "format": "json", "timestamp": p.Now().In(time.FixedZone("", 8*3600)).Format(time.DateTime), "sign_method": "hmac",
		"method": "taobao.refunds.receive.get", "fields": "refund_id,status",
	}
	for name, v := range change {
		params[name] = v
	}
	params["sign"] = fake.Sign(params, s.Secret, true)
	form := url.Values{}
	for name, v := range params {
		form.Set(name, v)
	}
	w := httptest.NewRecorder()
	q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/router/rest", strings.NewReader(form.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	p.ServeHTTP(w, q)
	return w.Body.String()
}

// TestThePublishedSignatures of the platform's documentation.
func TestThePublishedSignatures(t *testing.T) {
	params := map[string]string{
		"app_key": "12345678", "fields": "num_iid,title,nick,price,num", "format": "json", "method": "taobao.item.seller.get", "num_iid": "11223344",
		"session": "test", "timestamp": "2016-01-01 12:00:00", "v": "2.0",
	}
	for method, want := range map[string]string{
		"md5": "66987CB115214E59E6EC978214934FB8", "hmac": "D56D7858309C31B6251083A874D48273",
		"hmac-sha256": "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8",
	} {
		params["sign_method"] = method
		if got := fake.Sign(params, "helloworld", false); got != want {
			t.Errorf("%s: %s", method, got)
		}
	}
}

// TestTheGatewayRefusesInItsOwnWords, with HTTP 200.
func TestTheGatewayRefusesInItsOwnWords(t *testing.T) {
	p := fake.New(fake.Options{})
	s := p.AddShop(fake.ShopSpec{})
	for name, c := range map[string]struct {
		change map[string]string
		code   string
	}{
		"no such method":      {map[string]string{"method": "taobao.refund.beam"}, `"code":22`},
		"a clock that is off": {map[string]string{"timestamp": "2026-11-20 16:40:00"}, `"code":31`},
		"an old version":      {map[string]string{"v": "1.0"}, `"code":33`},
		"no session":          {map[string]string{"session": ""}, `"code":26`},
		"a stranger":          {map[string]string{"session": "x"}, `"code":27`},
		"no fields":           {map[string]string{"fields": ""}, `"code":40`},
		"too large a page":    {map[string]string{"page_size": "101"}, `"code":41`},
	} {
		if got := ask(t, p, s, c.change); !strings.Contains(got, "error_response") || !strings.Contains(got, c.code) {
			t.Errorf("%s: %s", name, got)
		}
	}
	s.Secret += "x"
	if got := ask(t, p, &fake.Shop{AppKey: s.AppKey, Session: s.Session, Secret: "other"}, nil); !strings.Contains(got, `"code":25`) {
		t.Errorf("a wrong signature: %s", got)
	}
}

// TestTheShapesOfAnAnswer: wrapped, flat, and XML, which is what comes without a format.
func TestTheShapesOfAnAnswer(t *testing.T) {
	p := fake.New(fake.Options{})
	s := p.AddShop(fake.ShopSpec{})
	s.Ask(s.Sell(fake.TradeSpec{}), fake.RefundSpec{})
	if got := ask(t, p, s, nil); !strings.HasPrefix(got, `{"refunds_receive_get_response":{"refunds":{"refund":[{"refund_id":`) && !strings.Contains(got, `"refunds":{"refund":[`) {
		t.Errorf("wrapped: %s", got)
	}
	var flat struct{ Refunds []map[string]any }
	if err := json.Unmarshal([]byte(ask(t, p, s, map[string]string{"simplify": "true"})), &flat); err != nil || len(flat.Refunds) != 1 {
		t.Errorf("flat: %+v, %v", flat, err)
	}
	var x struct {
		XMLName xml.Name `xml:"refunds_receive_get_response"`
		Status  []string `xml:"refunds>refund>status"`
	}
	if err := xml.Unmarshal([]byte(ask(t, p, s, map[string]string{"format": ""})), &x); err != nil || len(x.Status) != 1 || x.Status[0] != "WAIT_SELLER_AGREE" {
		t.Errorf("XML: %+v, %v", x, err)
	}
}

// TestTimeRunsOut as the clocks of the platform say, at the moment they say.
func TestTimeRunsOut(t *testing.T) {
	for name, c := range map[string]struct {
		sent, back bool
		bring      func(*fake.Refund) error
		after      time.Duration
		want       string
	}{
		"goods that were not sent":      {after: fake.AnswerUnsent, want: "SUCCESS"},
		"goods that were sent":          {sent: true, after: fake.AnswerSent, want: "SUCCESS"},
		"a return":                      {sent: true, back: true, after: fake.AnswerSent, want: "WAIT_BUYER_RETURN_GOODS"},
		"a return that is not sent":     {sent: true, back: true, after: fake.AnswerSent + fake.SendBack, want: "CLOSED"},
		"another sum begins it anew":    {sent: true, bring: func(r *fake.Refund) error { return r.Change(100) }, after: fake.AnswerSent, want: "SUCCESS"},
		"staff of the platform stop it": {sent: true, bring: (*fake.Refund).StepIn, after: 100 * fake.AnswerSent, want: "WAIT_SELLER_AGREE"},
	} {
		p := fake.New(fake.Options{})
		s := p.AddShop(fake.ShopSpec{})
		r := s.Ask(s.Sell(fake.TradeSpec{Sent: c.sent}), fake.RefundSpec{GoodsBack: c.back})
		p.Advance(time.Hour)
		if c.bring != nil {
			must(t, c.bring(r))
			p.Advance(time.Hour)
		}
		p.Advance(c.after - time.Hour - time.Second)
		before := r.See().Status
		p.Advance(time.Second)
		if after := r.See().Status; after != c.want || (before == after && c.want != "WAIT_SELLER_AGREE") {
			t.Errorf("%s: %s, then %s", name, before, after)
		}
	}
}

func TestThePlatformRunsAlone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	out, lines := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- fake.Main(ctx, "127.0.0.1:0", nil, lines, time.Now) }()
	said := bufio.NewScanner(out)
	said.Scan()
	address := strings.TrimPrefix(said.Text(), "listening on ")
	said.Scan()
	if !strings.Contains(said.Text(), `shop "lanhai_shuma" shop_kind=taobao app_key=12345671`) {
		t.Errorf("said %s", said.Text())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // what else is said
	answer, err := http.Get(address + "/router/rest?format=json")
	must(t, err)
	body, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(body), `"code":21`) {
		t.Errorf("%v: %s", err, body)
	}
	must(t, answer.Body.Close())
	stop()
	must(t, <-ended)
}

func TestAWrongScenarioIsSaidToBeWrong(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown word":  "shops: [{nick: A, colour: blue}]",
		"a wrong duration": "shops: [{nick: A, trades: [{title: x, ago: soon}]}]",
		"a wrong end":      "shops: [{nick: A, trades: [{title: x, refund: {then: drawn}}]}]",
		"no YAML":          "{",
	} {
		if err := fake.New(fake.Options{}).Load(strings.NewReader(text)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// TestMessagesArePostedOnce to who listens, and again until they are taken.
func TestMessagesArePostedOnce(t *testing.T) {
	answers := []int{http.StatusServiceUnavailable, http.StatusOK, http.StatusOK}
	var bodies []string
	desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what is missing fails the check below
		if r.Header.Get("Authorization") == fake.Authorization("12345671", "secret-of-shop-1", body) {
			bodies = append(bodies, string(body))
		}
		w.WriteHeader(answers[0])
		answers = answers[1:]
	}))
	t.Cleanup(desk.Close)
	p := fake.New(fake.Options{HTTP: desk.Client()})
	s := p.AddShop(fake.ShopSpec{HookURL: desk.URL})
	r := s.Ask(s.Sell(fake.TradeSpec{Sent: true}), fake.RefundSpec{})
	must(t, r.Withdraw())
	if n, err := p.Deliver(t.Context()); n != 0 || err == nil {
		t.Errorf("%d went out, %v", n, err)
	}
	if n, err := p.Deliver(t.Context()); n != 2 || err != nil {
		t.Errorf("%d went out, %v", n, err)
	}
	if n, err := p.Deliver(t.Context()); n != 0 || err != nil || len(bodies) != 3 || bodies[0] != bodies[1] || !strings.Contains(bodies[2], "RefundClosed") {
		t.Errorf("%d went out, %v, %v", n, err, bodies)
	}
}
