package fake_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/tracker/seventeentrack/fake"
)

func TestTheServiceRunsAlone(t *testing.T) {
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
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/track/v2.2/getquota", strings.NewReader("[]"))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("17token", key)
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), `"quota_remain":200`) {
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
		"an unknown word":  "accounts: [{colour: blue}]",
		"a wrong duration": "parcels: [{number: A, events: [{ago: soon}]}]",
		"no YAML":          "{",
	} {
		if err := fake.New(fake.Options{}).Load(strings.NewReader(text)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// TestNewsIsToldAgainAndThenDropped as the service's manual says.
func TestNewsIsToldAgainAndThenDropped(t *testing.T) {
	s := fake.New(fake.Options{HTTP: http.DefaultClient})
	calls := 0
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.WriteHeader(http.StatusInternalServerError)
	}))
	defer hook.Close()
	a := s.AddAccount(fake.AccountSpec{WebhookURL: hook.URL})
	register(t, s, a)
	s.Parcel("RR123456785CN").Scan(fake.Event{SubStatus: "InTransit_Other"})
	for range 200 {
		_, _ = s.Deliver(t.Context()) // the hook always fails
		s.Advance(time.Hour)
	}
	if left := len(a.Pending()); left != 0 || calls != 4 {
		t.Errorf("%d tries, %d left", calls, left)
	}
}

func register(t *testing.T, s *fake.Service, a *fake.Account) {
	t.Helper()
	q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/track/v2.2/register", strings.NewReader(`[{"number":"RR123456785CN"}]`))
	q.Header.Set("17token", a.Key)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, q)
	if w.Code/100 != 2 || len(a.Watched()) != 1 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}
