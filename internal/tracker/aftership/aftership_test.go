package aftership_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/tracker"
	"parley/internal/tracker/aftership"
	"parley/internal/tracker/aftership/fake"
	"parley/internal/tracker/trackertest"
)

const key = "asat_0123456789abcdef"

func service(*testing.T) *trackertest.Service {
	s := fake.New(fake.Options{})
	a := s.AddAccount(fake.AccountSpec{})
	scans := map[string]string{"accepted": "InTransit_002", "delivered": "Delivered_001", "strange": "Teleported_001"}
	return &trackertest.Service{
		Tracker: aftership.New(), Handler: s, Settings: map[string]string{"api_key": a.Key, "webhook_secret": a.WebhookSecret}, Now: s.Now, Gate: s.Gate(),
		Scan: func(n, what string) {
			s.Parcel(n).Scan(fake.Checkpoint{Subtag: scans[what], Message: what, Country: "CHN"})
		},
		Watched: a.Watched, Advance: s.Advance, Revoke: a.Revoke,
		Signed: func(body []byte) connector.Delivery {
			return connector.Delivery{Header: http.Header{"Aftership-Hmac-Sha256": {fake.Sign(a.WebhookSecret, body)}}, Body: body}
		},
		Delivery: func() (connector.Delivery, bool) {
			all := a.Pending()
			if len(all) == 0 {
				return connector.Delivery{}, false
			}
			return connector.Delivery{Header: http.Header{"Aftership-Hmac-Sha256": {fake.Sign(a.WebhookSecret, all[0])}}, Body: all[0]}, true
		},
	}
}

func TestConformance(t *testing.T) { trackertest.Run(t, service) }

func TestTheSignatureIsThatOfTheManual(t *testing.T) {
	body := []byte(`{"event":"tracking_update","event_id":"00000000-0000-4000-8000-000000000001","msg":{"id":"composed0001","tracking_number":"LB123456785CN","slug":"china-post","tag":"Exception","subtag":"Exception_010","subtag_message":"Returning to sender","signed_by":null,"checkpoints":[{"slug":"china-post","checkpoint_time":"2026-08-30T09:00:00+02:00","country_iso3":"ESP","message":"Unclaimed, return to sender","tag":"Exception","subtag":"Exception_010"}]},"ts":1788000000}`)
	d := connector.Delivery{Header: http.Header{"Aftership-Hmac-Sha256": {"fJUOExp9j0enGCFOZyu7nxHKDgp0/y/WK5P/E1DYxz0="}}, Body: body}
	push, err := aftership.New().Receive(tracker.Account{Settings: map[string]string{"webhook_secret": "whsec_composed"}}, d)
	if err != nil || push.ID != "00000000-0000-4000-8000-000000000001" || !slices.Equal(push.Numbers, []string{"LB123456785CN"}) {
		t.Errorf("%+v, %v", push, err)
	}
}

// canned answers every call with one text.
type canned string

func (c canned) ServeHTTP(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(c)) }

func read(t testing.TB, tracking string) tracker.Report {
	t.Helper()
	s := trackertest.Serve(t, aftership.New(), canned(`{"meta":{"code":200},"data":{"trackings":[`+tracking+`]}}`), map[string]string{"api_key": key})
	got, err := s.Fetch(t.Context(), []tracker.Ref{{Number: "1Z5R89390357567127", ID: "a1"}})
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	return got[0]
}

// TestHowWellADeliveryIsProved by what stands beside it.
func TestHowWellADeliveryIsProved(t *testing.T) {
	tracking := func(subtag, rest string) string {
		return `{"id":"a1","tracking_number":"1Z5R89390357567127","slug":"ups","tag":"Delivered","active":false` + rest + `,"checkpoints":[
			{"checkpoint_time":"2026-08-01T10:00:00-05:00","subtag":"InTransit_002","country_region":"USA"},
			{"checkpoint_time":"2026-08-04T10:10:00","subtag":"` + subtag + `","country_region":"USA","message":"left","location":"Boston"}]}`
	}
	for _, c := range []struct {
		subtag, rest string
		proof        int
	}{
		{"Delivered_001", "", 0}, {"Delivered_003", "", 4}, {"Delivered_005", "", 3},
		{"Delivered_001", `,"signed_by":"ORTEGA"`, 4}, {"Delivered_001", `,"proof_of_delivery":[{"type":"image","url":"https://x.test/1.png"}]`, 5},
	} {
		got := read(t, tracking(c.subtag, c.rest))
		last := got.Events[len(got.Events)-1]
		if last.Status != "delivered" || last.Proof != c.proof || last.Country != "US" || !got.Stopped {
			t.Errorf("%s%s: %+v", c.subtag, c.rest, last)
		}
	}
}

func TestWeightLastMileAndStrangeTimes(t *testing.T) {
	got := read(t, `{"id":"a1","tracking_number":"1Z5R89390357567127","slug":"ups","shipment_weight":{"unit":"lb","value":2.5},"last_mile":{"tracking_number":"9205 5"},
		"checkpoints":[{"checkpoint_time":"yesterday","subtag":"InTransit_001"},{"checkpoint_time":"2026-08-01T10:00:00+02:00","tag":"InTransit"},5]}`)
	if got.WeightG != 1134 || !slices.Equal(got.Next, []string{"92055"}) || len(got.Events) != 1 || got.Events[0].Status != "in_transit" || len(got.Unknown) != 1 {
		t.Errorf("%+v", got)
	}
}

// TestAParcelTheListLeavesOutIsAskedForByItself: lists reach back only so far.
func TestAParcelTheListLeavesOutIsAskedForByItself(t *testing.T) {
	s := trackertest.Serve(t, aftership.New(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/trackings") {
			_, _ = w.Write([]byte(`{"meta":{"code":200},"data":{"trackings":[]}}`))
			return
		}
		_, _ = w.Write([]byte(`{"meta":{"code":200},"data":{"id":"a1","tracking_number":"X1","checkpoints":[{"checkpoint_time":"2026-08-01T10:00:00Z","subtag":"Delivered_001"}]}}`))
	}), map[string]string{"api_key": key})
	got, err := s.Fetch(t.Context(), []tracker.Ref{{Number: "X1", ID: "a1"}})
	if err != nil || len(got[0].Events) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatIsToldAtRegistration(t *testing.T) {
	var sent map[string]any
	s := trackertest.Serve(t, aftership.New(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = nil
		_ = json.NewDecoder(r.Body).Decode(&sent)
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"meta":{"code":201},"data":{"id":"a1","slug":"china-post"}}`))
	}), map[string]string{"api_key": key})
	got, err := s.Register(t.Context(), []tracker.Parcel{{Number: "RR123456785CN", To: "ES"}})
	if err != nil || got[0].Ref.ID != "a1" || sent["slug"] != "china-post" || sent["destination_country_region"] != "ESP" || len(sent) != 3 {
		t.Errorf("%+v, %v, sent %v", got, err, sent)
	}
}

func TestARefusalIsToldInTheServicesWords(t *testing.T) {
	f := fake.New(fake.Options{})
	a := f.AddAccount(fake.AccountSpec{})
	s := trackertest.Serve(t, aftership.New(), f, map[string]string{"api_key": a.Key})
	got, err := s.Register(t.Context(), []tracker.Parcel{{Number: "987654"}})
	if f := fault.Of(got[0].Err); err != nil || f == nil || f.Kind != fault.Refused || f.Params["code"] != "4012" {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(`{"meta":{"code":200},"data":{"trackings":[{"id":"a1","tracking_number":"1Z5R89390357567127","checkpoints":[{"checkpoint_time":"2026-08-01T10:00:00-05:00","subtag":"InTransit_002"}]}]}}`)
	f.Add(`{"meta":{"code":4004},"data":{}}`)
	f.Add(`{"meta":[],"data":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		s := trackertest.Serve(t, aftership.New(), canned(text), map[string]string{"api_key": key})
		got, err := s.Fetch(t.Context(), []tracker.Ref{{Number: "1Z5R89390357567127", ID: "a1"}})
		if len(got) != 1 || (err != nil && fault.Of(err) == nil) {
			t.Errorf("%+v, %v", got, err)
		}
		for _, e := range got[0].Events {
			if e.Status == "" || e.At.IsZero() {
				t.Errorf("%+v", e)
			}
		}
	})
}

func FuzzReceive(f *testing.F) {
	f.Add([]byte(`{"event":"tracking_update","event_id":"1","msg":{"tracking_number":"RR123456785CN"}}`))
	f.Add([]byte(`{"event":{},"msg":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d := connector.Delivery{Header: http.Header{"Aftership-Hmac-Sha256": {fake.Sign("secret", body)}}, Body: body}
		if _, err := aftership.New().Receive(tracker.Account{Settings: map[string]string{"webhook_secret": "secret"}}, d); err != nil && !fault.Is(err, fault.Garbled) {
			t.Error(err)
		}
	})
}
