package simulator_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/simulator"
)

// counter is a platform that does one thing: it counts what it was told to do.
type counter struct{ done int }

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.done++
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"did":"`+string(body)+`"}`)
}

func stage(t *testing.T) (*counter, *simulator.Gate, string) {
	t.Helper()
	refuse := func(w http.ResponseWriter, _ *http.Request, what simulator.Trouble, wait time.Duration) {
		w.Header().Set("Retry-After", wait.String())
		w.WriteHeader(map[simulator.Trouble]int{simulator.Limited: 429, simulator.Revoked: 401}[what])
	}
	c := &counter{}
	gate := simulator.NewGate(func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }, refuse)
	server := httptest.NewServer(gate.Wrap(c))
	t.Cleanup(server.Close)
	return c, gate, server.URL
}

func post(t *testing.T, url string) (int, string, error) {
	t.Helper()
	// A fresh connection each time: the usual client repeats a request by itself when a kept connection is cut.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Post(url+"/v1/acts", "text/plain", strings.NewReader("refund"))
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

func TestTroubles(t *testing.T) {
	for _, c := range []struct {
		do     simulator.Trouble
		done   int
		status int
		fails  bool
	}{
		{simulator.Drop, 0, 0, true},
		{simulator.LostAnswer, 1, 0, true},
		{simulator.Down, 0, 503, false},
		{simulator.ErrorAfter, 1, 500, false},
		{simulator.Limited, 0, 429, false},
		{simulator.Revoked, 0, 401, false},
		{simulator.Garbled, 1, 200, false},
		{simulator.Truncated, 1, 200, false},
		{simulator.Twice, 2, 200, false},
	} {
		t.Run(string(c.do), func(t *testing.T) {
			platform, gate, url := stage(t)
			gate.Add(simulator.Fault{Do: c.do, Method: "POST", Times: 1})
			status, body, err := post(t, url)
			if platform.done != c.done || status != c.status || (err != nil) != c.fails {
				t.Errorf("done %d times, status %d, error %v", platform.done, status, err)
			}
			if whole := body == `{"did":"refund"}`; whole != (c.do == simulator.Twice) {
				t.Errorf("body %.60q", body)
			}
			if calls := gate.Calls("POST", "/v1"); len(calls) != 1 || calls[0].Made != c.do || calls[0].Status != c.status {
				t.Errorf("calls %+v", calls)
			}
			if status, body, err := post(t, url); err != nil || status != 200 || body != `{"did":"refund"}` {
				t.Errorf("afterwards %d %q %v", status, body, err)
			}
		})
	}
}

func TestARuleMatchesTheNthCallOfAPath(t *testing.T) {
	platform, gate, url := stage(t)
	gate.Add(simulator.Fault{Do: simulator.Down, Path: "/v2"})
	gate.Add(simulator.Fault{Do: simulator.Down, Path: "/v1/acts", Nth: 2})
	var seen []int
	for range 3 {
		status, _, err := post(t, url)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, status)
	}
	if seen[0] != 200 || seen[1] != 503 || seen[2] != 200 || platform.done != 2 {
		t.Errorf("answers %v, %d done", seen, platform.done)
	}
	gate.Peace()
	gate.Forget()
	if gate.Count() != 0 {
		t.Errorf("%d calls after forgetting", gate.Count())
	}
}

func TestServeTellsWhereItIs(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	in, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- simulator.Serve(ctx, "platform", "127.0.0.1:0", &counter{}, out, "key=abc") }()
	lines := bufio.NewScanner(in)
	lines.Scan()
	address, ok := strings.CutPrefix(lines.Text(), "listening on ")
	if lines.Scan(); !ok || lines.Text() != "key=abc" {
		t.Fatalf("address %q, then %q", address, lines.Text())
	}
	if status, _, err := post(t, address); err != nil || status != 200 {
		t.Errorf("answer %d, %v", status, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := simulator.Serve(t.Context(), "platform", "nowhere:x", nil, io.Discard); err == nil {
		t.Error("an address that cannot be was taken")
	}
}
