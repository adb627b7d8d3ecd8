package stripe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/stripe"
	"parley/internal/connector/stripe/fake"
	"parley/internal/dispute"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

const warningText = `{"object":"radar.early_fraud_warning","id":"issfr_1","actionable":true,"charge":{"id":"ch_1","amount":5,"currency":"eur"},"created":1793577600,"fraud_type":"misc"}`

// sane holds what every snapshot must keep whatever came.
func sane(t *testing.T, snap connector.Snapshot) {
	t.Helper()
	text, err := json.Marshal(snap.Facts)
	if err != nil || strings.Contains(string(text), `\u0000`) {
		t.Fatalf("facts hold NUL or cannot be written: %v", err)
	}
	if snap.Problem == nil && (snap.Facts.Case == nil || snap.Fingerprint == "" || snap.Ref.ID == "" || snap.Facts.Case.Reported.Ended == snap.Open) {
		t.Fatalf("%+v", snap)
	}
	for _, p := range snap.Facts.Ledger {
		if !p.Amount.Known() || p.Source == "" {
			t.Fatalf("payment %+v", p)
		}
	}
	last := time.Time{}
	for _, a := range snap.Facts.History {
		if a.At.Before(last) {
			t.Fatalf("history runs backwards: %+v", snap.Facts.History)
		}
		last = a.At
	}
	for _, u := range snap.Facts.Unknown {
		if len([]rune(u.Value)) > 500 || u == (dispute.Unknown{}) {
			t.Fatalf("unknown %+v", u)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add(written(f, nil))
	f.Add([]byte(`{"object":"list","data":[` + string(written(f, map[string]any{"charge": map[string]any{"id": "ch_1", "refunds": map[string]any{"data": []any{}}}})) + `]}`))
	f.Add([]byte(warningText))
	f.Add([]byte(`{"object":"event","data":{"object":{"object":"dispute","id":"\u0000","status":"\u202e","created":"1e9","amount":1e30}}}`))
	f.Add([]byte(strings.Repeat("[", 100) + strings.Repeat("]", 100)))
	c := stripe.New()
	f.Fuzz(func(t *testing.T, data []byte) {
		snaps, err := c.Import(data, time.UTC)
		if (err == nil) == (len(snaps) == 0) {
			t.Fatalf("%d snapshots and %v", len(snaps), err)
		}
		for _, snap := range snaps {
			sane(t, snap)
		}
	})
}

func FuzzReceive(f *testing.F) {
	body := `{"id":"evt_1","type":"charge.dispute.created","data":{"object":{"id":"dp_1","charge":"ch_1"}}}`
	f.Add([]byte(body), fake.Sign(secret, now, []byte(body)))
	f.Add([]byte(`{"id":"evt_1","type":"charge.refunded","data":null}`), "t=1,v1=ab,v1=,v0=x,,=")
	f.Add([]byte("\x00{"), "t=99999999999999999999,v1="+strings.Repeat("0", 64))
	account := connector.Account{Settings: map[string]string{"webhook_secret": secret}}
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		delivery := connector.Delivery{Header: http.Header{"Stripe-Signature": {header}}, Body: body}
		if _, err := stripe.New().Receive(account, delivery, now); err == nil && header != fake.Sign(secret, now, body) && !strings.Contains(header, fake.Sign(secret, now, body)[13:]) {
			t.Fatalf("%q is taken for a signature of %q", header, body)
		}
		delivery.Header.Set("Stripe-Signature", fake.Sign(secret, now, body))
		if push, err := stripe.New().Receive(account, delivery, now); err == nil && push.ID == "" {
			t.Fatal("a delivery without a number")
		}
	})
}

// always gives every call one answer.
type always struct {
	status int
	body   []byte
}

func (a always) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r}, nil
}

// FuzzAnswers gives every call the same answer and looks that reading and acting come to an end and say something sensible.
func FuzzAnswers(f *testing.F) {
	f.Add(200, written(f, nil))
	f.Add(200, []byte(`{"object":"list","data":[`+string(written(f, nil))+`,5,null],"has_more":true}`))
	f.Add(400, []byte(`{"error":{"type":"card_error","message":"\u0000","code":5}}`))
	f.Add(429, []byte(`{`))
	f.Add(200, []byte(strings.Repeat(`{"a":`, 500)))
	f.Fuzz(func(t *testing.T, code int, body []byte) {
		world := worldAt(func() time.Time { return now })
		world.HTTP = &http.Client{Transport: always{200 + max(0, code-200)%399, body}} // no network: fuzzing needs the same way each time
		session, err := stripe.New().Open(connector.Account{StoreID: 1, Settings: map[string]string{"api_key": "rk_test_1234", "calls_per_second": "0"}}, world)
		must(t, err)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		at := connector.Ref{Kind: "dispute", ID: "dp_1", Order: "pi_1"}
		_, _ = session.Pull(ctx, `{"at":5,"open":{"dispute/dp_9":4}}`, nil, func(all []connector.Snapshot) error {
			for _, snap := range all {
				sane(t, snap)
			}
			return nil
		})
		snap, err := session.Fetch(ctx, at)
		if err == nil {
			sane(t, snap)
		}
		act := connector.Effect{ID: "e", Do: "accept", Ref: at}
		receipt, err := session.Execute(ctx, act)
		if len(receipt.Raw) > 0 && !json.Valid(receipt.Raw) {
			t.Fatalf("receipt %q", receipt.Raw)
		}
		if err == nil && receipt.ID == "" {
			t.Fatal("done, without a number")
		}
		session.Compare(act, snap, snap)
		if ctx.Err() != nil {
			t.Fatal("no end")
		}
	})
}
