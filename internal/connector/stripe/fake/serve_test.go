package fake_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/stripe/fake"
)

func TestThePlatformRunsAlone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	out, lines := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- fake.Main(ctx, "127.0.0.1:0", nil, lines, time.Now) }()
	said := bufio.NewScanner(out)
	said.Scan()
	address := strings.TrimPrefix(said.Text(), "listening on ")
	said.Scan()
	_, rest, _ := strings.Cut(said.Text(), "api_key=")
	key, _, _ := strings.Cut(rest, " ")
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/v1/disputes", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.SetBasicAuth(key, "")
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || strings.Count(string(body), `"object": "dispute"`) != 4 {
		t.Errorf("%d, %v: %.300s", answer.StatusCode, err, body)
	}
	if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestAWrongScenarioIsSaidToBeWrong(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown word":   "accounts: [{name: A, colour: blue}]",
		"a wrong duration":  "accounts: [{name: A, charges: [{amount: 5, ago: soon}]}]",
		"a wrong end":       "accounts: [{name: A, charges: [{amount: 5, dispute: {ends: drawn}}]}]",
		"too much refunded": "accounts: [{name: A, charges: [{amount: 5, refunded: 6}]}]",
		"no YAML":           "{",
	} {
		if err := fake.New(fake.Options{}).Load(strings.NewReader(text)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// TestTimeDoesItsWork: silence loses, an old inquiry ends, a bank decides.
func TestTimeDoesItsWork(t *testing.T) {
	p := fake.New(fake.Options{})
	shop := p.AddAccount(fake.AccountSpec{})
	open := func(spec fake.DisputeSpec) *fake.Dispute {
		return shop.Dispute(shop.Pay(fake.ChargeSpec{Amount: 100}), spec)
	}
	silent, inquiry := open(fake.DisputeSpec{Answer: 48 * time.Hour}), open(fake.DisputeSpec{CaseType: "inquiry", Answer: 48 * time.Hour})
	raised := open(fake.DisputeSpec{CaseType: "inquiry"})
	if err := raised.Escalate(); err != nil || raised.See().Status != "needs_response" {
		t.Errorf("raised: %v", err)
	}
	if err := silent.Escalate(); err == nil {
		t.Error("a chargeback can be raised once more")
	}
	p.Advance(47 * time.Hour)
	if silent.See().Status != "needs_response" {
		t.Error("lost before its time")
	}
	p.Advance(2 * time.Hour)
	if silent.See().Status != "lost" || inquiry.See().Status != "warning_needs_response" {
		t.Errorf("silent %s, inquiry %s", silent.See().Status, inquiry.See().Status)
	}
	p.Advance(120 * 24 * time.Hour)
	if inquiry.See().Status != "warning_closed" {
		t.Errorf("an old inquiry is %s", inquiry.See().Status)
	}
}
