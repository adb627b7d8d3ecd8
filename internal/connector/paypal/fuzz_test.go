package paypal_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/paypal"
	"parley/internal/connector/paypal/fake"
	"parley/internal/fault"
)

// FuzzImport: whatever a file holds, it is disputes or a clear refusal, and what comes out can be stored.
func FuzzImport(f *testing.F) {
	s := newScene(f)
	d := s.dispute(fake.DisputeSpec{Temper: fake.Temper{Answers: time.Hour}})
	snap, err := s.open(f).Fetch(f.Context(), ref(d))
	must(f, err)
	f.Add([]byte(snap.Raw))
	f.Add([]byte(resolvedDispute))
	f.Add([]byte(strangeDispute))
	f.Add([]byte(`{"items":[{"dispute_id":"PP-1","status":"OPEN","links":null}],"links":[]}`))
	f.Add([]byte(`{"items":[{"dispute_id":"PP-2","status":null},{"dispute_id":"PP-3","status":"RESOLVED"}]}`))
	f.Add([]byte(`[{"resource":{"dispute_id":"PP-1","status":"NEW"}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		snaps, err := paypal.New().Import(data, time.UTC)
		if err != nil {
			if !fault.Is(err, fault.Invalid) || len(snaps) != 0 {
				t.Errorf("%v with %d snapshots", err, len(snaps))
			}
			return
		}
		for _, snap := range snaps {
			if snap.Ref.ID == "" || (snap.Facts.Case == nil && snap.Problem == nil) || !json.Valid(snap.Raw) {
				t.Errorf("snapshot %+v", snap.Ref)
			}
			if _, err := json.Marshal(snap.Facts); err != nil {
				t.Error(err)
			}
		}
	})
}

// FuzzReceive: nothing unsigned gets through, and nothing crashes.
func FuzzReceive(f *testing.F) {
	s := newScene(f)
	now := s.platform.Now()
	f.Add("t1", now.Format(time.RFC3339), "SHA256withRSA", "c2ln", []byte(`{"event_type":"CUSTOMER.DISPUTE.CREATED"}`))
	f.Fuzz(func(t *testing.T, id, at, algorithm, signature string, body []byte) {
		h := http.Header{}
		h.Set("PAYPAL-TRANSMISSION-ID", id)
		h.Set("PAYPAL-TRANSMISSION-TIME", at)
		h.Set("PAYPAL-AUTH-ALGO", algorithm)
		h.Set("PAYPAL-TRANSMISSION-SIG", signature)
		if _, err := s.connector.Receive(s.store, connector.Delivery{Header: h, Body: body}, now); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("got through: %v", err)
		}
	})
}
