package desk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	market "parley/internal/connector/aliexpress/fake"
	"parley/internal/connector/simulator"
	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/tracker"
	"parley/internal/tracker/aftership"
	aftershipfake "parley/internal/tracker/aftership/fake"
	"parley/internal/tracker/seventeentrack"
	"parley/internal/tracker/seventeentrack/fake"
)

// watched is a desk whose company has an account at a simulated 17TRACK.
type watched struct {
	*scene
	service *fake.Service
	account *fake.Account
	address string
	tracker desk.TrackerView
}

const lamp = "LP00112233445566" // the parcel of every dispute of a scene

func watch(s *scene, quota int) *watched {
	s.t.Helper()
	w := &watched{scene: s, service: fake.New(fake.Options{Now: s.clock.Now})}
	w.account = w.service.AddAccount(fake.AccountSpec{Quota: quota})
	server := httptest.NewServer(w.service)
	s.t.Cleanup(server.Close)
	w.address = server.URL
	s.Trackers = map[string]tracker.Tracker{"seventeentrack": seventeentrack.New(), "aftership": aftership.New()}
	return w
}

func (w *watched) input() desk.TrackerInput {
	return desk.TrackerInput{Company: "norte sl", Kind: "seventeentrack", Name: "Parcels", Settings: map[string]string{
		"api_key": w.account.Key, "address": w.address, "allow_private": "true", "calls_per_second": "0",
	}}
}

func (w *watched) add() {
	w.t.Helper()
	var err error
	w.tracker, err = w.AddTracker(context.Background(), w.owner, w.input())
	w.must(err)
	w.must(w.Settle(context.Background()))
}

// push hands the desk every delivery that waits, as the service would.
func (w *watched) push() {
	w.t.Helper()
	for _, body := range w.account.Pending() {
		w.must(w.ReceiveTracking(context.Background(), w.tracker.ID, connector.Delivery{Header: http.Header{"Sign": {fake.Sign(w.account.Key, body)}}, Body: body}))
	}
	w.must(w.Settle(context.Background()))
}

func (w *watched) view() desk.TrackerView {
	w.t.Helper()
	v, err := w.TrackerOf(context.Background(), w.owner, w.tracker.ID)
	w.must(err)
	return v
}

// TestATrackerSaysThatItWasDelivered: the marketplace's own tracking stands still, the tracker knows more, and the case becomes another one.
func TestATrackerSaysThatItWasDelivered(t *testing.T) {
	onEach(t, func(s *scene) {
		t := s.t
		w := watch(s, 0)
		issue := s.dispute(nil)
		s.platform.Scan(issue.Order(), market.Scan{At: start.AddDate(0, 0, -19), Code: "GWMS_OUTBOUND", Place: "Shenzhen"})
		s.platform.Scan(issue.Order(), market.Scan{At: start.AddDate(0, 0, -16), Code: "LH_DEPART", Place: "Shenzhen"})
		s.sync()
		before := s.queue(desk.QueueQuery{})[0]
		if before.Class != "logistics.transit_stale" {
			t.Fatalf("without a tracker it is %s", before.Class)
		}
		w.add()
		if got := w.account.Watched(); !slices.Equal(got, []string{lamp}) {
			t.Fatalf("watched %v", got)
		}
		parcel := w.service.Parcel(lamp)
		parcel.Scan(fake.Event{SubStatus: "InTransit_Arrival", Country: "ES", Place: "Madrid", At: s.clock.Now().Add(-50 * time.Hour)})
		parcel.Scan(fake.Event{SubStatus: "Delivered_Other", Country: "ES", Place: "Getafe", Description: "Entregado", At: s.clock.Now().Add(-2 * time.Hour)})
		parcel.Relabel("PQ6F7E0412345670128006K")
		w.push()
		after := s.queue(desk.QueueQuery{})[0]
		if after.Class != "logistics.delivered_not_received" || after.Version == before.Version {
			t.Errorf("then it is %s", after.Class)
		}
		page := s.page(after.ID)
		last := page.Facts.Shipment.Events[len(page.Facts.Shipment.Events)-1]
		if last.Status != "delivered" || last.Via != "seventeentrack" || last.Place != "Getafe" || !slices.Contains(page.Facts.Shipment.Numbers, "PQ6F7E0412345670128006K") {
			t.Errorf("last scan %+v, numbers %v", last, page.Facts.Shipment.Numbers)
		}
		calls := w.service.Gate().Count()
		w.push() // the same deliveries once more
		if n := w.service.Gate().Count(); n != calls {
			t.Errorf("a repeated delivery made %d calls", n-calls)
		}
		if v := w.view(); v.Watched != 1 || v.QuotaLeft != 199 || v.FaultKey != "" || v.Hook != "http://desk.test/hooks/trackers/1" {
			t.Errorf("tracker %+v", v)
		}
	})
}

// TestWhatATrackerToldStaysAfterItStoppedWatching and after the account was removed.
func TestWhatATrackerToldStaysAfterItStoppedWatching(t *testing.T) {
	onEach(t, func(s *scene) {
		t := s.t
		w := watch(s, 0)
		s.dispute(nil)
		s.sync()
		w.add()
		w.service.Parcel(lamp).Scan(fake.Event{SubStatus: "Delivered_Other", Country: "ES", At: s.clock.Now().Add(-time.Hour)})
		w.push()
		id := s.queue(desk.QueueQuery{})[0].ID
		count := func() (n int) {
			for _, e := range s.page(id).Facts.Shipment.Events {
				if e.Via == "seventeentrack" {
					n++
				}
			}
			return n
		}
		if count() != 1 {
			t.Fatalf("%d scans", count())
		}
		trackings, err := s.DB.TrackingsOfCases(context.Background(), []int64{id})
		s.must(err)
		snaps, err := s.DB.TrackingSnapshots(context.Background(), trackings[id].ID)
		s.must(err)
		if len(snaps) != 1 || !strings.Contains(string(snaps[0].Raw), "Delivered_Other") || len(snaps[0].Hash) != 64 {
			t.Errorf("snapshots %+v", snaps)
		}
		s.must(s.RemoveTracker(context.Background(), s.owner, w.tracker.ID))
		s.sync()
		if count() != 1 {
			t.Errorf("%d scans after the account was removed", count())
		}
		if list, err := s.TrackerList(context.Background(), s.owner); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// enduring is a case whose platform never ends it: what came by a file about the lamp's parcel.
func (w *watched) enduring() int64 {
	w.t.Helper()
	st, err := w.AddStore(context.Background(), w.owner, desk.StoreInput{Company: "Norte SL", Connector: "sheet", Name: "Files", Zone: "Europe/Madrid", Settings: map[string]string{"marketplace": "own_shop"}})
	w.must(err)
	now := w.clock.Now()
	ids, err := w.TakeIn(context.Background(), st.ID, []connector.Snapshot{{
		Ref: connector.Ref{Kind: "dispute", ID: "D1", Order: "O1"}, Open: true, ChangedAt: now, Fingerprint: "1",
		Facts: dispute.Facts{Case: &dispute.Case{OpenedAt: now, Via: "marketplace", Reason: "not_received"}, Shipment: &dispute.Shipment{Number: "lp 0011 2233 4455 66", ShippedAt: now.AddDate(0, 0, -20)}},
	}})
	w.must(err)
	return ids[0]
}

// TestDailyReconciliation finds what no delivery told, and takes a parcel up again once that the service gave up.
func TestDailyReconciliation(t *testing.T) {
	onEach(t, func(s *scene) {
		t := s.t
		w := watch(s, 0)
		id := w.enduring()
		w.add()
		s.pass(6 * time.Minute) // the first look
		w.service.Parcel(lamp).Scan(fake.Event{SubStatus: "InTransit_Arrival", Country: "ES"})
		s.pass(25 * time.Hour) // nobody pushed
		if e := s.page(id).Facts.Shipment.Events; len(e) != 1 || e[0].Status != "arrived_destination" {
			t.Fatalf("events %+v", e)
		}
		for range 2 {
			s.pass(32 * 24 * time.Hour)
			s.pass(25 * time.Hour)
			if v := w.view(); v.Stopped == 0 && len(w.account.Watched()) != 1 {
				t.Errorf("not taken up again: %+v, watched %v", v, w.account.Watched())
			}
		}
		if v := w.view(); v.Stopped != 1 || len(w.account.Watched()) != 0 {
			t.Errorf("given up for good: %+v, watched %v", v, w.account.Watched())
		}
		if e := s.page(id).Facts.Shipment.Events; len(e) != 1 {
			t.Errorf("what was known is gone: %+v", e)
		}
	})
}

// TestOneRegistrationForOneParcel: two cases about one number, one registration; it ends with the last of them.
func TestOneRegistrationForOneParcel(t *testing.T) {
	onEach(t, func(s *scene) {
		t := s.t
		w := watch(s, 0)
		s.dispute(nil)
		s.dispute(nil)
		s.sync()
		w.add()
		if w.account.Left() != 199 {
			t.Fatalf("%d registrations", 200-w.account.Left())
		}
		w.service.Parcel(lamp).Scan(fake.Event{SubStatus: "Delivered_Other", Country: "ES"})
		w.push()
		for _, r := range s.queue(desk.QueueQuery{}) {
			if r.Class != "logistics.delivered_not_received" {
				t.Errorf("case %d is %s", r.ID, r.Class)
			}
		}
		for i := range 2 {
			id := s.queue(desk.QueueQuery{})[0].ID
			s.decide(id, desk.Choice{Option: "accept", Basis: s.page(id).Basis})
			s.pass(2 * time.Minute)
			if got := len(w.account.Watched()); got != 1-i {
				t.Errorf("after %d ended cases %d parcels are watched", i+1, got)
			}
		}
	})
}

// TestTroublesOfATracker are said and hold nothing else.
func TestTroublesOfATracker(t *testing.T) {
	onEach(t, func(s *scene) {
		t := s.t
		w := watch(s, 1)
		s.dispute(nil)
		s.sync()
		wrong := w.input()
		wrong.Settings["api_key"] = strings.Repeat("9", 32)
		if _, err := s.AddTracker(context.Background(), s.owner, wrong); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("a wrong key: %v", err)
		}
		wrong = w.input()
		wrong.Company = "Nobody"
		if _, err := s.AddTracker(context.Background(), s.owner, wrong); fault.Of(err) == nil || fault.Of(err).Field != "company" {
			t.Errorf("a company that is not there: %v", err)
		}
		agent := s.owner
		agent.Role = "agent"
		if _, err := s.AddTracker(context.Background(), agent, w.input()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an agent: %v", err)
		}
		w.add()
		w.service.Gate().Add(simulator.Fault{Do: simulator.Down})
		s.pass(25 * time.Hour)
		if v := w.view(); v.FaultKey != "fault.tracker.busy" || v.FailingSince.IsZero() {
			t.Errorf("down: %+v", v)
		}
		if h := s.Health(context.Background()); len(h.Trackers) != 1 || !h.Trackers[0].Failing || h.Database != nil {
			t.Errorf("health %+v", h.Trackers)
		}
		w.service.Gate().Peace()
		s.pass(25 * time.Hour)
		if v := w.view(); v.FaultKey != "" || !v.FailingSince.IsZero() {
			t.Errorf("well again: %+v", v)
		}
		body := []byte(`{"event":"TRACKING_UPDATED","data":{"number":"` + lamp + `"}}`)
		forged := connector.Delivery{Header: http.Header{"Sign": {fake.Sign("another", body)}}, Body: body}
		if err := s.ReceiveTracking(context.Background(), w.tracker.ID, forged); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("a forged delivery: %v", err)
		}
		if err := s.ReceiveTracking(context.Background(), 99, forged); !fault.Is(err, fault.NotFound) {
			t.Errorf("an account that is not there: %v", err)
		}
	})
}

// TestNoQuotaIsLeft: the parcel waits, it is said, and the next account of the company may not be robbed of its own work.
func TestNoQuotaIsLeft(t *testing.T) {
	onEach(t, func(s *scene) {
		t := s.t
		w := watch(s, 1)
		session, err := seventeentrack.New().Open(tracker.Account{ID: 9, Settings: w.input().Settings}, s.World)
		s.must(err)
		_, err = session.Register(context.Background(), []tracker.Parcel{{Number: "RR100000001CN"}})
		s.must(err)
		s.dispute(nil)
		s.sync()
		w.add()
		if v := w.view(); v.FaultKey != "fault.tracker.quota" || v.QuotaLeft != 0 || v.Watched != 0 {
			t.Errorf("%+v", v)
		}
	})
}

// TestTheNextAccountTakesWhatTheFirstRefuses.
func TestTheNextAccountTakesWhatTheFirstRefuses(t *testing.T) {
	onEach(t, func(s *scene) {
		t := s.t
		w := watch(s, 0)
		other := aftershipfake.New(aftershipfake.Options{Now: s.clock.Now})
		account := other.AddAccount(aftershipfake.AccountSpec{})
		server := httptest.NewServer(other)
		t.Cleanup(server.Close)
		w.service.Refuse(lamp)
		s.dispute(nil)
		s.sync()
		w.add()
		if len(w.account.Watched()) != 0 {
			t.Fatal("the first one took it")
		}
		_, err := s.AddTracker(context.Background(), s.owner, desk.TrackerInput{Company: "Norte SL", Kind: "aftership", Settings: map[string]string{
			"api_key": account.Key, "webhook_secret": account.WebhookSecret, "address": server.URL, "allow_private": "true", "calls_per_second": "0",
		}})
		s.must(err)
		s.must(s.Settle(context.Background()))
		if got := account.Watched(); !slices.Equal(got, []string{lamp}) {
			t.Fatalf("watched %v", got)
		}
		other.Parcel(lamp).Scan(aftershipfake.Checkpoint{Subtag: "Delivered_003", Country: "ESP"})
		s.pass(25 * time.Hour)
		row := s.queue(desk.QueueQuery{})[0]
		if row.Class != "logistics.delivered_not_received" {
			t.Errorf("%s", row.Class)
		}
		if e := s.page(row.ID).Facts.Shipment.Events; e[len(e)-1].Proof != 4 {
			t.Errorf("%+v", e[len(e)-1])
		}
	})
}
