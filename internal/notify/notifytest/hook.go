package notifytest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Delivery is one webhook that arrived with a right signature.
type Delivery struct {
	ID   string
	Type string
	Data json.RawMessage
	Body []byte
}

// Receiver is a program that takes webhooks and checks them with the library of the standard.
type Receiver struct {
	URL string

	t      testing.TB
	check  *standard.Webhook
	mu     sync.Mutex
	got    []Delivery
	forged int
	answer func(n int, d Delivery, w http.ResponseWriter)
}

// NewReceiver starts a receiver on loopback for a secret, with the time of the signatures unchecked, as tests have clocks of their own.
func NewReceiver(t testing.TB, secret string) *Receiver {
	t.Helper()
	check, err := standard.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	r := &Receiver{t: t, check: check, answer: func(_ int, _ Delivery, w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }}
	server := httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(server.Close)
	r.URL = server.URL + "/hook"
	return r
}

// Answer says how the nth delivery (from 1 on) is answered, after it was kept.
func (r *Receiver) Answer(with func(n int, w http.ResponseWriter)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(n int, _ Delivery, w http.ResponseWriter) { with(n, w) }
}

// AnswerTo says how a delivery is answered by what it says, after it was kept.
func (r *Receiver) AnswerTo(with func(d Delivery, w http.ResponseWriter)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(_ int, d Delivery, w http.ResponseWriter) { with(d, w) }
}

// Deliveries gives what arrived, repetitions too.
func (r *Receiver) Deliveries() []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Delivery{}, r.got...)
}

// Forged counts what arrived with a wrong signature.
func (r *Receiver) Forged() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.forged
}

func (r *Receiver) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err == nil {
		err = r.check.VerifyIgnoringTimestamp(body, req.Header)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	d := Delivery{ID: req.Header.Get(standard.HeaderWebhookID), Body: body}
	var event struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err != nil || json.Unmarshal(body, &event) != nil {
		r.forged++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	d.Type, d.Data = event.Type, event.Data
	r.got = append(r.got, d)
	r.answer(len(r.got), d, w)
}
