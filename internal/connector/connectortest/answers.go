package connectortest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
)

// Answering is what is needed to let a session hear anything.
type Answering struct {
	New     func() connector.Connector // afresh for each answer, as limits are kept
	Account connector.Account
	Now     time.Time
	Cursor  string // one that is good
	Acts    []connector.Effect
	// Own answers a call itself, such as the one for a token; nil = the answer is everybody's.
	Own func(r *http.Request) []byte
}

// Answers is a fuzz target: every call gets one and the same answer. Reading and acting must come to an end, and what comes of them can
// be stored. The corpus is added by the caller: status, body, and the cursor a pull begins with.
func Answers(f *testing.F, a Answering) {
	f.Add(200, []byte(strings.Repeat(`{"a":`, 500)), a.Cursor)
	f.Add(200, []byte("\x00{"), `{"at":-1}`)
	f.Add(429, []byte(`{`), "")
	f.Add(503, []byte(`<html>`), "null")
	f.Fuzz(func(t *testing.T, status int, body []byte, cursor string) {
		session, err := a.New().Open(a.Account, a.world(200+max(0, status-200)%399, body))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		_, _ = session.Check(ctx)
		_, _ = session.Pull(ctx, connector.Cursor(cursor), nil, func(all []connector.Snapshot) error {
			for _, snap := range all {
				storable(t, snap)
			}
			return nil
		})
		for _, act := range a.Acts {
			carried(ctx, t, session, act)
		}
		if ctx.Err() != nil {
			t.Fatal("no end")
		}
	})
}

// carried reads the record of an act, does it, and compares.
func carried(ctx context.Context, t *testing.T, session connector.Session, act connector.Effect) {
	t.Helper()
	snap, err := session.Fetch(ctx, act.Ref)
	if err == nil {
		storable(t, snap)
	}
	if o, err := session.Order(ctx, act.Ref); err == nil {
		storable(t, connector.Snapshot{Raw: o.Raw})
	}
	receipt, _ := session.Execute(ctx, act)
	if len(receipt.Raw) > 0 && !json.Valid(receipt.Raw) || len(receipt.Request) > 0 && !json.Valid(receipt.Request) {
		t.Fatalf("receipt %q of %q", receipt.Raw, receipt.Request)
	}
	session.Compare(act, snap, snap)
}

// storable: a store takes text without NUL, and JSON.
func storable(t *testing.T, snap connector.Snapshot) {
	t.Helper()
	text, err := json.Marshal(snap.Facts)
	if err != nil || bytes.Contains(text, []byte(`\u0000`)) {
		t.Fatalf("facts hold NUL or cannot be written: %v, %s", err, text)
	}
	if len(snap.Raw) > 0 && !json.Valid(snap.Raw) {
		t.Fatalf("raw %q", snap.Raw)
	}
}

// world has no network: an answer comes at once, and the same way each time.
func (a Answering) world(status int, body []byte) connector.World {
	return connector.World{
		HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			code, text := status, body
			if a.Own != nil {
				if own := a.Own(r); own != nil {
					code, text = http.StatusOK, own
				}
			}
			return &http.Response{StatusCode: code, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(text)), Request: r}, nil
		})},
		Now:   func() time.Time { return a.Now },
		Log:   slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
