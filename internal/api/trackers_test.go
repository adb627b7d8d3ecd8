package api_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/internal/store/storetest"
	"parley/internal/tracker"
	"parley/internal/tracker/seventeentrack"
	"parley/internal/tracker/seventeentrack/fake"
)

// TestTrackersOverTheInterface: kinds, adding, testing, a delivery, health, removing; secrets come back nowhere.
func TestTrackersOverTheInterface(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.desk.Trackers = map[string]tracker.Tracker{"seventeentrack": seventeentrack.New()}
	service := fake.New(fake.Options{Now: h.clock.Now})
	account := service.AddAccount(fake.AccountSpec{})
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	mine, others := h.shop("Casa Norte"), h.shop("Casa Sur")
	h.member("lead", []int64{mine})
	h.member("agent", []int64{others})

	input := map[string]any{"company": "Casa Norte", "kind": "seventeentrack", "name": "Parcels", "settings": map[string]string{
		"api_key": account.Key, "address": server.URL, "allow_private": "true",
	}}
	h.call("agent", "POST", "/api/v1/trackers", input).wantProblem(403, "fault.role")
	input["company"] = "Casa Sur"
	h.call("lead", "POST", "/api/v1/trackers", input).want(422)
	input["company"] = "Casa Norte"
	made := h.call("lead", "POST", "/api/v1/trackers", input).want(201)
	if strings.Contains(string(made.body), account.Key) || !strings.Contains(string(made.body), "/hooks/trackers/1") {
		t.Errorf("%s", made.body)
	}
	if list := h.call("lead", "GET", "/api/v1/trackers", nil).want(200); !strings.Contains(string(list.body), `"service":"17TRACK"`) || strings.Contains(string(list.body), account.Key) {
		t.Errorf("%s", list.body)
	}
	if list := h.call("agent", "GET", "/api/v1/trackers", nil).want(200); strings.Contains(string(list.body), "17TRACK") {
		t.Errorf("somebody without a store of the company sees %s", list.body)
	}
	if got := h.call("lead", "POST", "/api/v1/trackers/1/test", nil).want(200); !strings.Contains(string(got.body), `"quota_left":200`) {
		t.Errorf("%s", got.body)
	}
	if kinds := h.call("agent", "GET", "/api/v1/tracker-kinds", nil).want(200); !strings.Contains(string(kinds.body), `"quiet_days":30`) {
		t.Errorf("%s", kinds.body)
	}

	body := `{"event":"TRACKING_UPDATED","data":{"number":"RR123456785CN"}}`
	anothers := `{"trackings":[{"metadata":{"generatedAt":"2026-03-02T16:00:00Z"},"tracker":{"trackingNumber":"RR123456785CN"}}]}`
	nameless := `{"event":"TRACKING_UPDATED","data":{"numbers":["RR123456785CN"]}}`
	for _, c := range []struct {
		path, sign, body string
		want             int
	}{
		{"/hooks/trackers/1", fake.Sign(account.Key, []byte(body)), body, 200},
		{"/hooks/trackers/1", fake.Sign(account.Key, []byte(body)), body, 200},
		{"/hooks/trackers/1", fake.Sign("another", []byte(body)), body, 401},
		{"/hooks/trackers/1", fake.Sign(account.Key, []byte("[]")), "[]", 400},
		{"/hooks/trackers/1", fake.Sign(account.Key, []byte(anothers)), anothers, 400},
		{"/hooks/trackers/1", fake.Sign(account.Key, []byte(nameless)), nameless, 400},
		{"/hooks/trackers/99", fake.Sign(account.Key, []byte(body)), body, 404},
		{"/hooks/trackers/x", "", body, 404},
		{"/hooks/trackers/1", "", strings.Repeat("x", 3<<20), 400},
	} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+c.path, bytes.NewReader([]byte(c.body)))
		h.must(err)
		q.Header.Set("sign", c.sign)
		got, err := http.DefaultClient.Do(q)
		h.must(err)
		said, err := io.ReadAll(got.Body)
		h.must(err)
		h.must(got.Body.Close())
		if c.want == 400 && len(c.body) < 1<<20 && !strings.Contains(string(said), "Unknown tracker format") {
			t.Errorf("%.30s: %s", c.body, said)
		}
		if got.StatusCode != c.want {
			t.Errorf("%s %.30s: %d, want %d", c.path, c.body, got.StatusCode, c.want)
		}
	}

	account.Revoke()
	h.call("lead", "POST", "/api/v1/trackers/1/test", nil).wantProblem(401, "fault.tracker.key")
	h.call("agent", "DELETE", "/api/v1/trackers/1", nil).wantProblem(403, "fault.role")
	h.call("lead", "DELETE", "/api/v1/trackers/1", nil).want(204)
	h.call("lead", "POST", "/api/v1/trackers/1/test", nil).wantProblem(404, "fault.tracker_not_found")
	if strings.Contains(h.log.String(), account.Key) {
		t.Error("the key stands in the log")
	}
}
