package seventeentrack_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/shipment"
	"parley/internal/tracker"
	"parley/internal/tracker/seventeentrack"
	"parley/internal/tracker/seventeentrack/fake"
	"parley/internal/tracker/trackertest"
)

func service(*testing.T) *trackertest.Service {
	s := fake.New(fake.Options{})
	a := s.AddAccount(fake.AccountSpec{})
	scans := map[string]string{"accepted": "InTransit_PickedUp", "delivered": "Delivered_Other", "strange": "Teleported_Twice"}
	return &trackertest.Service{
		Tracker: seventeentrack.New(), Handler: s, Settings: map[string]string{"api_key": a.Key}, Now: s.Now, Gate: s.Gate(),
		Scan: func(n, what string) {
			s.Parcel(n).Scan(fake.Event{SubStatus: scans[what], Description: what, Country: "CN"})
		},
		Watched: a.Watched, Advance: s.Advance, Revoke: a.Revoke,
		Signed: func(body []byte) connector.Delivery {
			return connector.Delivery{Header: http.Header{"Sign": {fake.Sign(a.Key, body)}}, Body: body}
		},
		Delivery: func() (connector.Delivery, bool) {
			all := a.Pending()
			if len(all) == 0 {
				return connector.Delivery{}, false
			}
			return connector.Delivery{Header: http.Header{"Sign": {fake.Sign(a.Key, all[0])}}, Body: all[0]}, true
		},
	}
}

func TestConformance(t *testing.T) { trackertest.Run(t, service) }

func TestTheSignatureIsThatOfTheManual(t *testing.T) {
	body := []byte(`{"event":"TRACKING_STOPPED","data":{"number":"RR123456785CN","carrier":3011,"tag":null}}`)
	d := connector.Delivery{Header: http.Header{"Sign": {"f350d6b41fd16831c228ba344672d1f3886031aa9dec50acb6f1d1f63cdc9390"}}, Body: body}
	push, err := seventeentrack.New().Receive(tracker.Account{Settings: map[string]string{"api_key": "abc123"}}, d)
	if err != nil || !slices.Equal(push.Numbers, []string{"RR123456785CN"}) {
		t.Errorf("%+v, %v", push, err)
	}
	garbled := []byte("[]")
	d = connector.Delivery{Header: http.Header{"Sign": {fake.Sign("abc123", garbled)}}, Body: garbled}
	if _, err := seventeentrack.New().Receive(tracker.Account{Settings: map[string]string{"api_key": "abc123"}}, d); !fault.Is(err, fault.Garbled) {
		t.Errorf("%v", err)
	}
}

// canned answers every call with one text.
type canned string

func (c canned) ServeHTTP(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(c)) }

func read(t testing.TB, answer string) tracker.Report {
	t.Helper()
	s := trackertest.Serve(t, seventeentrack.New(), canned(answer), map[string]string{"api_key": "0123456789ABCDEF0123456789AB0001"})
	got, err := s.Fetch(t.Context(), []tracker.Ref{{Number: "RR123456785CN"}})
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	return got[0]
}

func event(at, sub, stage, country string) string {
	return `{"time_iso":"` + at + `","time_utc":null,"description":"d","location":"Madrid","stage":` + stage + `,"sub_status":` + sub + `,"address":{"country":"` + country + `"}}`
}

func answer(info string) string {
	return `{"code":0,"data":{"accepted":[{"number":"RR123456785CN","carrier":3011,"track_info":` + info + `}],"rejected":[]}}`
}

func providers(lists ...string) string {
	for i, l := range lists {
		lists[i] = `{"provider":{"key":3011},"events":[` + l + `]}`
	}
	return `{"latest_status":{"status":"InTransit","sub_status":"InTransit_Other"},"misc_info":{"weight_kg":"0.21","local_number":"PQ000000000000000A"},"tracking":{"providers":[` +
		strings.Join(lists, ",") + `]}}`
}

// TestOriginAndDestinationAreOneJourney: two carriers tell of one parcel, some of it twice, newest first.
func TestOriginAndDestinationAreOneJourney(t *testing.T) {
	origin := event("2026-08-16T09:00:00-03:00", `"InTransit_CustomsProcessing"`, "null", "BR") + "," + event("2026-08-09T21:00:00+08:00", `"InTransit_Departure"`, "null", "CN") +
		"," + event("2026-08-06T10:00:00+08:00", `"InTransit_CustomsProcessing"`, "null", "CN") + "," + event("2026-08-05T10:00:00+08:00", `"InTransit_PickedUp"`, "null", "CN")
	there := event("2026-08-20T09:00:00-03:00", `"InTransit_CustomsRequiringInformation"`, "null", "BR") + "," + event("2026-08-16T12:01:00Z", `"InTransit_CustomsProcessing"`, "null", "BR")
	got := read(t, answer(providers(origin, there)))
	var have []string
	for _, e := range got.Events {
		have = append(have, e.Status)
	}
	if want := strings.Fields("accepted export_customs departed_origin import_customs import_customs"); !slices.Equal(have, want) {
		t.Errorf("%v, want %v", have, want)
	}
	if got.WeightG != 210 || !slices.Equal(got.Next, []string{"PQ000000000000000A"}) {
		t.Errorf("weight %d, next %v", got.WeightG, got.Next)
	}
	p := shipment.Fold(&dispute.Shipment{Events: got.Events}, "BR")
	if !p.Exported || !p.Arrived || !p.NeedsBuyer {
		t.Errorf("%+v", p)
	}
}

func TestEventsWithoutAStateOfTheirOwn(t *testing.T) {
	got := read(t, answer(providers(event("2026-08-07T10:00:00Z", "null", "null", "ES")+","+event("2026-08-06T10:00:00Z", "null", `"AvailableForPickup"`, "ES")+
		","+event("2026-08-05T10:00:00Z", "null", "null", "CN")+`,{"time_iso":"soon","description":"?"},7,null`)))
	var have []string
	for _, e := range got.Events {
		have = append(have, e.Status)
	}
	if !slices.Equal(have, []string{"in_transit", "available_for_pickup", "in_transit"}) {
		t.Errorf("%v", have)
	}
	if len(got.Unknown) == 0 || !strings.Contains(got.Unknown[0].Value, "soon") {
		t.Errorf("the unreadable time is not told: %+v", got.Unknown)
	}
}

func TestQuota(t *testing.T) {
	f := fake.New(fake.Options{})
	a := f.AddAccount(fake.AccountSpec{Quota: 2})
	s := trackertest.Serve(t, seventeentrack.New(), f, map[string]string{"api_key": a.Key})
	var parcels []tracker.Parcel
	for i := range 3 {
		parcels = append(parcels, tracker.Parcel{Number: "RR10000000" + strconv.Itoa(i) + "CN"})
	}
	got, err := s.Register(t.Context(), parcels)
	if err != nil || got[1].Err != nil || !fault.Is(got[2].Err, fault.Limited) || fault.Of(got[2].Err).After < time.Hour {
		t.Errorf("%+v, %v", got, err)
	}
	if q, err := s.Check(t.Context()); err != nil || q.Left != 0 || q.Total != 2 {
		t.Errorf("%+v, %v", q, err)
	}
	if got, err := s.Register(t.Context(), []tracker.Parcel{{Number: "12345678"}}); err != nil || fault.Of(got[0].Err) == nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTheCarrierIsToldWhereThereIsNoDoubt and left to the service where there is.
func TestTheCarrierIsToldWhereThereIsNoDoubt(t *testing.T) {
	var sent []map[string]any
	s := trackertest.Serve(t, seventeentrack.New(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&sent)
		_, _ = w.Write([]byte(`{"code":0,"data":{}}`))
	}), map[string]string{"api_key": "0123456789ABCDEF0123456789AB0001"})
	parcels := []tracker.Parcel{{Number: "RR123456785CN"}, {Number: "EB000000005CN"}, {Number: "1Z5R89390357567127"}, {Number: "123456789012"}, {Number: "99", Carrier: "Correos Express"}}
	got, err := s.Register(t.Context(), parcels)
	if err != nil || !fault.Is(got[0].Err, fault.Garbled) {
		t.Errorf("an answer that names nobody: %+v, %v", got, err)
	}
	for i, want := range []any{3011.0, 3013.0, 100002.0, nil, 100048.0} {
		if sent[i]["carrier"] != want {
			t.Errorf("%s: %v, want %v", parcels[i].Number, sent[i]["carrier"], want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(answer(providers(event("2026-08-16T09:00:00-03:00", `"InTransit_Other"`, "null", "BR"))))
	f.Add(`{"code":0,"data":{"accepted":[{"number":"RR123456785CN","track_info":{"latest_status":5,"tracking":{"providers":{}}}}]}}`)
	f.Add(`{"code":-18019908,"data":{"errors":[{"code":-18019908,"message":"\u202e"}]}}`)
	f.Add(`{"data":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s := trackertest.Serve(t, seventeentrack.New(), canned(text), map[string]string{"api_key": "0123456789ABCDEF0123456789AB0001"})
		got, err := s.Fetch(t.Context(), []tracker.Ref{{Number: "RR123456785CN"}})
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
	f.Add([]byte(`{"event":"TRACKING_UPDATED","data":{"number":"RR123456785CN"}}`))
	f.Add([]byte(`{"event":[],"data":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d := connector.Delivery{Header: http.Header{"Sign": {fake.Sign("abc", body)}}, Body: body}
		if _, err := seventeentrack.New().Receive(tracker.Account{Settings: map[string]string{"api_key": "abc"}}, d); err != nil && !fault.Is(err, fault.Garbled) {
			t.Error(err)
		}
	})
}
