// Package trackertest is what every tracker and its simulator must pass. A tracker's own test gives a fresh service and calls Run.
package trackertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/simulator"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/tracker"
	"parley/internal/webclient"
)

// Service is a tracker with the simulated service it talks to.
type Service struct {
	Tracker  tracker.Tracker
	Handler  http.Handler
	Settings map[string]string // good ones; the address is filled in
	Now      func() time.Time
	Gate     *simulator.Gate
	// Scan lets a carrier tell that a parcel was "accepted", "delivered", or something "strange" that nobody has a word for.
	Scan    func(number, what string)
	Watched func() []string
	Advance func(time.Duration)
	Revoke  func()
	// Delivery gives the oldest call that waits to go to the desk; false = none.
	Delivery func() (connector.Delivery, bool)
	// Signed is a body as the service would send it now.
	Signed func(body []byte) connector.Delivery
}

// World is what a session may use in tests: loopback, and waits that take no time.
func World(now func() time.Time) connector.World {
	return connector.World{
		HTTP: webclient.New(webclient.Options{AllowPrivate: true, Now: now, Total: 10 * time.Second}), Now: now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

// Run checks a tracker.
func Run(t *testing.T, start func(t *testing.T) *Service) {
	for name, test := range map[string]func(*testing.T, *stage){
		"a parcel from registration to delivery": fromRegistrationToDelivery,
		"many parcels in few calls":              many,
		"repeating changes nothing":              repeating,
		"one bad parcel among good ones":         oneBad,
		"an unknown code is kept":                strange,
		"the service stops by itself":            quiet,
		"troubles on the way":                    troubles,
		"a key that is good no more":             revoked,
		"deliveries":                             deliveries,
		"settings":                               settings,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t, start(t))) })
	}
}

type stage struct {
	*Service
	session tracker.Session
	about   tracker.About
}

func open(t *testing.T, s *Service) *stage {
	t.Helper()
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	s.Settings["address"], s.Settings["calls_per_second"] = server.URL, "0"
	session, err := s.Tracker.Open(tracker.Account{ID: 1, Settings: s.Settings}, World(s.Now))
	if err != nil {
		t.Fatal(err)
	}
	return &stage{s, session, s.Tracker.About()}
}

// number gives numbers of registered mail that differ; their check digits do not matter to a service.
func number(n int) string { return fmt.Sprintf("RR%09dCN", 100000000+n) }

func (s *stage) register(t *testing.T, numbers ...string) []tracker.Ref {
	t.Helper()
	parcels := make([]tracker.Parcel, len(numbers))
	for i, n := range numbers {
		parcels[i] = tracker.Parcel{Number: n, To: "ES", ShippedAt: s.Now().AddDate(0, 0, -5)}
	}
	got, err := s.session.Register(t.Context(), parcels)
	if err != nil || len(got) != len(numbers) {
		t.Fatalf("register: %d results, %v", len(got), err)
	}
	refs := make([]tracker.Ref, len(got))
	for i, r := range got {
		if r.Err != nil {
			t.Fatalf("register %s: %v", numbers[i], r.Err)
		}
		refs[i] = r.Ref
	}
	return refs
}

func (s *stage) fetch(t *testing.T, ref tracker.Ref) tracker.Report {
	t.Helper()
	got, err := s.session.Fetch(t.Context(), []tracker.Ref{ref})
	if err != nil || len(got) != 1 || got[0].Err != nil {
		t.Fatalf("fetch: %+v, %v", got, err)
	}
	return got[0]
}

func statuses(events []dispute.Scan) (out []string) {
	for _, e := range events {
		out = append(out, e.Status)
	}
	return out
}

func fromRegistrationToDelivery(t *testing.T, s *stage) {
	if _, err := s.session.Check(t.Context()); err != nil {
		t.Fatalf("check: %v", err)
	}
	ref := s.register(t, "rr 100000001 cn")[0]
	if ref.Number != "RR100000001CN" {
		t.Errorf("the number is %q", ref.Number)
	}
	if got := s.fetch(t, ref); len(got.Events) != 0 || got.Stopped {
		t.Errorf("before any scan: %+v", got)
	}
	s.Scan(ref.Number, "accepted")
	s.Advance(48 * time.Hour)
	s.Scan(ref.Number, "delivered")
	got := s.fetch(t, ref)
	if !slices.Equal(statuses(got.Events), []string{"accepted", "delivered"}) {
		t.Fatalf("events %+v", got.Events)
	}
	for _, e := range got.Events {
		if e.Via != s.about.Kind || e.Raw == "" || e.At.Location() != time.UTC {
			t.Errorf("event %+v", e)
		}
	}
	if len(got.Raw) == 0 {
		t.Error("what was received is not kept")
	}
	if errs, err := s.session.Stop(t.Context(), []tracker.Ref{ref}); err != nil || errs[0] != nil || len(s.Watched()) != 0 {
		t.Errorf("stop: %v, %v, watched %v", errs, err, s.Watched())
	}
}

func many(t *testing.T, s *stage) {
	n := s.about.Batch + 5
	numbers := make([]string, n)
	for i := range numbers {
		numbers[i] = number(i)
	}
	refs := s.register(t, numbers...)
	s.Scan(numbers[n-1], "delivered")
	before := s.Gate.Count()
	got, err := s.session.Fetch(t.Context(), refs)
	if err != nil || len(got) != n {
		t.Fatalf("%d reports, %v", len(got), err)
	}
	if calls := s.Gate.Count() - before; calls > 2 {
		t.Errorf("%d calls for %d parcels", calls, n)
	}
	for i, r := range got {
		if want := i == n-1; r.Err != nil || r.Ref.Number != numbers[i] || (len(r.Events) > 0) != want {
			t.Errorf("report %d: %+v", i, r)
		}
	}
}

func repeating(t *testing.T, s *stage) {
	ref := s.register(t, number(1))[0]
	again := s.register(t, number(1))[0]
	if len(s.Watched()) != 1 {
		t.Errorf("watched %v", s.Watched())
	}
	s.Scan(ref.Number, "accepted")
	if got := s.fetch(t, again); len(got.Events) != 1 {
		t.Errorf("by the second registration: %+v", got)
	}
	for range 2 {
		if errs, err := s.session.Stop(t.Context(), []tracker.Ref{ref}); err != nil || errs[0] != nil {
			t.Errorf("stop: %v %v", errs, err)
		}
	}
	if errs, err := s.session.Stop(t.Context(), []tracker.Ref{{Number: number(99)}}); err != nil || errs[0] != nil {
		t.Errorf("stopping what is not watched: %v %v", errs, err)
	}
}

func oneBad(t *testing.T, s *stage) {
	parcels := []tracker.Parcel{{Number: number(1)}, {Number: "x!"}, {Number: number(3)}}
	got, err := s.session.Register(t.Context(), parcels)
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Err != nil || !fault.Is(got[1].Err, fault.Refused) || got[2].Err != nil || len(s.Watched()) != 2 {
		t.Errorf("%+v, watched %v", got, s.Watched())
	}
	reports, err := s.session.Fetch(t.Context(), []tracker.Ref{got[0].Ref, {Number: number(77)}, got[2].Ref})
	if err != nil || reports[0].Err != nil || !fault.Is(reports[1].Err, fault.NotFound) || reports[2].Err != nil {
		t.Errorf("%+v, %v", reports, err)
	}
}

func strange(t *testing.T, s *stage) {
	ref := s.register(t, number(1))[0]
	s.Scan(ref.Number, "accepted")
	s.Advance(time.Hour)
	s.Scan(ref.Number, "strange")
	got := s.fetch(t, ref)
	if !slices.Equal(statuses(got.Events), []string{"accepted", "unknown"}) || got.Events[1].Raw == "" {
		t.Errorf("%+v", got.Events)
	}
}

func quiet(t *testing.T, s *stage) {
	ref := s.register(t, number(1))[0]
	s.Scan(ref.Number, "accepted")
	for range s.about.Resumes {
		s.Advance(s.about.Quiet + 24*time.Hour)
		if got := s.fetch(t, ref); !got.Stopped || len(s.Watched()) != 0 {
			t.Fatalf("not stopped: %+v, watched %v", got, s.Watched())
		}
		if errs, err := s.session.Resume(t.Context(), []tracker.Ref{ref}); err != nil || errs[0] != nil || len(s.Watched()) != 1 {
			t.Fatalf("resume: %v, %v, watched %v", errs, err, s.Watched())
		}
	}
	if errs, err := s.session.Resume(t.Context(), []tracker.Ref{ref}); err != nil || errs[0] != nil {
		t.Errorf("resuming what is watched: %v, %v", errs, err)
	}
	s.Advance(s.about.Quiet + 24*time.Hour)
	s.Scan(ref.Number, "delivered")
	if got := s.fetch(t, ref); len(got.Events) != 1 {
		t.Errorf("a stopped parcel has news: %+v", got.Events)
	}
	if errs, err := s.session.Resume(t.Context(), []tracker.Ref{ref}); err != nil || !fault.Is(errs[0], fault.Refused) {
		t.Errorf("resumed too often: %v, %v", errs, err)
	}
}

func troubles(t *testing.T, s *stage) {
	ref := s.register(t, number(1))[0]
	for _, c := range []struct {
		fault simulator.Fault
		kind  fault.Kind // empty = it goes well after all
	}{
		{simulator.Fault{Do: simulator.Down, Times: 1}, ""},
		{simulator.Fault{Do: simulator.Limited, For: time.Second, Times: 1}, ""},
		{simulator.Fault{Do: simulator.Down}, fault.Unavailable},
		{simulator.Fault{Do: simulator.ErrorAfter}, fault.Unavailable},
		{simulator.Fault{Do: simulator.Drop}, fault.Unavailable},
		{simulator.Fault{Do: simulator.Garbled}, fault.Garbled},
		{simulator.Fault{Do: simulator.Truncated}, fault.Garbled},
		{simulator.Fault{Do: simulator.Limited, For: time.Hour}, fault.Limited},
	} {
		s.Gate.Add(c.fault)
		got, err := s.session.Fetch(t.Context(), []tracker.Ref{ref})
		s.Gate.Peace()
		if c.kind == "" && (err != nil || got[0].Err != nil) {
			t.Errorf("%s once: %v", c.fault.Do, err)
		}
		if c.kind != "" && (!fault.Is(err, c.kind) || len(got) != 1 || got[0].Err == nil) {
			t.Errorf("%s: %v, want %s; %+v", c.fault.Do, err, c.kind, got)
		}
		if err != nil && strings.Contains(err.Error(), s.Settings["api_key"]) {
			t.Errorf("%s: the key stands in the error", c.fault.Do)
		}
	}
}

func revoked(t *testing.T, s *stage) {
	refs := s.register(t, number(1), number(2))
	s.Revoke()
	got, err := s.session.Fetch(t.Context(), refs)
	if !fault.Is(err, fault.Unauthorised) || !fault.Is(got[1].Err, fault.Unauthorised) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.session.Check(t.Context()); !fault.Is(err, fault.Unauthorised) || fault.Of(err).Field == "" {
		t.Errorf("check: %v", err)
	}
}

func deliveries(t *testing.T, s *stage) {
	ref := s.register(t, number(1))[0]
	s.Scan(ref.Number, "accepted")
	d, ok := s.Delivery()
	if ok != s.about.Pushes {
		t.Fatalf("a delivery: %v", ok)
	}
	account := tracker.Account{ID: 1, Settings: s.Settings}
	push, err := s.Tracker.Receive(account, d)
	if err != nil || push.ID == "" || !slices.Equal(push.Numbers, []string{ref.Number}) {
		t.Fatalf("%+v, %v", push, err)
	}
	if again, err := s.Tracker.Receive(account, d); err != nil || again.ID != push.ID {
		t.Errorf("the same one again: %+v, %v", again, err)
	}
	if push.Unknown != "" || push.Topic == "" {
		t.Errorf("a known kind of news gives %+v", push)
	}
	unheard := s.Signed(bytes.ReplaceAll(d.Body, []byte(push.Topic), []byte("moon_phase")))
	if got, err := s.Tracker.Receive(account, unheard); err != nil || got.Unknown != connector.UnknownTopic || got.Topic != "moon_phase" || len(got.Numbers) != 1 {
		t.Errorf("an unknown kind of news gives %+v, %v", got, err)
	}
	for _, body := range []string{"", "<x/>", `[]`, `{"event":"moon_phase"}`} {
		if _, err := s.Tracker.Receive(account, s.Signed([]byte(body))); !fault.Is(err, fault.Garbled) {
			t.Errorf("%q, rightly signed, gives %v", body, err)
		}
	}
	forged := connector.Delivery{Header: d.Header, Body: append(slices.Clone(d.Body), ' ')}
	unsigned := connector.Delivery{Header: http.Header{}, Body: d.Body}
	for name, bad := range map[string]connector.Delivery{"forged": forged, "unsigned": unsigned} {
		if _, err := s.Tracker.Receive(account, bad); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Tracker.Receive(tracker.Account{}, d); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("without a secret: %v", err)
	}
}

func settings(t *testing.T, s *stage) {
	for field, value := range map[string]string{"api_key": "", "address": "ftp://x", "calls_per_second": "many", "allow_private": "maybe"} {
		set := map[string]string{}
		for k, v := range s.Settings {
			set[k] = v
		}
		set[field] = value
		_, err := s.Tracker.Open(tracker.Account{Settings: set}, World(s.Now))
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Field != "settings."+field {
			t.Errorf("%s=%q: %v", field, value, err)
		}
	}
	if s.about.Kind == "" || s.about.Name == "" || s.about.Batch < 1 || s.about.Quiet <= 0 {
		t.Errorf("about %+v", s.about)
	}
}

// Serve opens a session at any handler, for tests of single answers.
func Serve(t testing.TB, tr tracker.Tracker, handler http.Handler, settings map[string]string) tracker.Session {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	set := map[string]string{"address": server.URL, "calls_per_second": "0"}
	for k, v := range settings {
		set[k] = v
	}
	now := func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }
	session, err := tr.Open(tracker.Account{ID: 1, Settings: set}, World(now))
	if err != nil {
		t.Fatal(err)
	}
	return session
}
