package paypal_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
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

// FuzzAnswers: whatever PayPal answers, and whatever cursor was kept; the token is always given.
func FuzzAnswers(f *testing.F) {
	cursor := `{"newest":1772000000000,"open":{"PP-1":5}}`
	for _, text := range []string{resolvedDispute, strangeDispute, `{"links":[{"href":"https://pp.example.com/v1/customer/disputes?next_page_token=x","rel":"next","method":"GET"}],"items":[` + resolvedDispute + `]}`,
		`{"name":"RESOURCE_NOT_FOUND","details":[{"issue":5}],"links":[{"rel":"accept_claim","href":"://"}]}`} {
		f.Add(200, []byte(text), cursor)
		f.Add(422, []byte(text), "")
	}
	at := connector.Ref{Kind: "dispute", ID: "PP-1", Order: "TX1"}
	connectortest.Answers(f, connectortest.Answering{
		New: func() connector.Connector { return paypal.New() },
		Account: connector.Account{StoreID: 1, Settings: map[string]string{"address": "https://pp.example.com", "client_id": "client-of-a-shop-0001", "client_secret": "secret-of-a-shop-00001", "calls_per_second": "0",
			"return_street": "Calle Mayor 1", "return_city": "Murcia", "return_postal_code": "30001", "return_country": "ES"}},
		Now: time.Date(2026, 11, 5, 9, 0, 0, 0, time.UTC), Cursor: cursor,
		Acts: []connector.Effect{{ID: "a", Do: "accept", Ref: at, Text: "x"}, {ID: "b", Do: "counter_amount", Ref: at, Amount: eur(100), Text: "x"},
			{ID: "c", Do: "contest_with_evidence", Ref: at, Text: "x", Tracking: "PQ1", Carrier: "SEUR"}},
		Own: func(r *http.Request) []byte {
			if strings.HasSuffix(r.URL.Path, "/oauth2/token") {
				return []byte(`{"access_token":"t","token_type":"Bearer","expires_in":32400}`)
			}
			return nil
		},
	})
}
