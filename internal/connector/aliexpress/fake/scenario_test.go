package fake

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

const example = `
shops:
  - name: Casa Norte
    login: es1000001
    country: ES
    currency: EUR
    key: "500001"
    secret: fake-secret-1
    token: fake-token-1
    simplify: flat
    orders:
      - buyer: {login: br0001, first: Ana, last: Souza, country: BR, city: Recife}
        product: Desk lamp
        price: 112.50 BRL
        dollars: 20.10 USD
        quantity: 1
        sent_days_ago: 20
        tracking: LP00123456789
        scans:
          - {days_ago: 18, code: PU_PICKUP_SUCCESS, text: Picked up, place: Shenzhen}
        issue:
          reason: not received
          text: O pacote não chegou
          opened_hours_ago: 30
          temper: {accepts_from: 60, rounds: 1, then: escalate, after_hours: 6, sends_back_days: 4}
          ruling: {percent: 50}
      - buyer: {login: br0002}
        product: Wrench
        price: 10.00 BRL
        sent_days_ago: 30
        issue: {opened_hours_ago: 200}
`

func TestScenarioFile(t *testing.T) {
	platform := New(Options{})
	must(t, platform.Load(strings.NewReader(example)))
	shop := platform.Shops()[0]
	expect(t, "key", shop.Key, "500001")
	expect(t, "issues", len(shop.issues), 2)
	expect(t, "lapsed in the past", shop.issues[0].status, finished)
	expect(t, "still open", shop.issues[1].due.Sub(platform.Now()), 5*24*time.Hour-30*time.Hour)
}

func TestScenarioErrors(t *testing.T) {
	for text, want := range map[string]string{
		"shops: [{country: ES}]":                                                   "has no name",
		"shops: [{name: A, colour: red}]":                                          "colour",
		"shops: [{name: A, orders: [{}]}]":                                         "needs buyer.login",
		"shops: [{name: A, orders: [{buyer: {login: a}, product: x, price: 12}]}]": "not a sum",
	} {
		err := New(Options{}).Load(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestMainServesUntilTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Main(ctx, "127.0.0.1:0", strings.NewReader(example), writer, time.Now) }()
	lines := bufio.NewScanner(reader)
	lines.Scan()
	address, found := strings.CutPrefix(lines.Text(), "listening on ")
	expect(t, "first line", found, true)
	lines.Scan()
	if !strings.Contains(lines.Text(), "app_secret=fake-secret-1 access_token=fake-token-1") {
		t.Errorf("second line %q", lines.Text())
	}
	answer, err := http.Get(address + "/kf/broken-lamp.png")
	must(t, err)
	expect(t, "picture", answer.StatusCode, http.StatusOK)
	cancel()
	must(t, <-ended)
	if err := Main(t.Context(), "127.0.0.1:999999", nil, io.Discard, time.Now); err == nil {
		t.Error("an impossible address was taken")
	}
}
