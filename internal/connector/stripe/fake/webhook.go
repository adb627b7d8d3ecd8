package fake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// event is something that happened in an account.
type event struct {
	id, kind string
	at       time.Time
	about    object
	told     bool
	tries    int
}

// happened notes an event; Deliver tells it. What has long left the list of events is forgotten, told or not.
func (a *Account) happened(kind string, at time.Time, about object) {
	for len(a.events) > 0 && at.Sub(a.events[0].at) > 2*eventsKept {
		a.events = a.events[1:]
	}
	a.events = append(a.events, &event{id: a.p.id("evt"), kind: kind, at: at, about: clone(about)})
}

func (e *event) json() object {
	return object{
		"id": e.id, "object": "event", "api_version": Version, "created": e.at.Unix(), "data": object{"object": e.about}, "livemode": false,
		"pending_webhooks": 1, "request": object{"id": nil, "idempotency_key": nil}, "type": e.kind,
	}
}

// eventsKept is how long the list of events goes back.
const eventsKept = 30 * 24 * time.Hour

// kept are the events, what happened last first, whatever the clock said then.
func (a *Account) kept() (out []*event) {
	for _, e := range slices.Backward(a.events) {
		if a.p.now().Sub(e.at) < eventsKept {
			out = append(out, e)
		}
	}
	return out
}

func listEvents(c *call) (any, *refusal) {
	kinds := append(c.form["types[]"], c.form["type"]...)
	all := only(c.account.kept(), func(e *event) bool { return len(kinds) == 0 || slices.Contains(kinds, e.kind) })
	return page(c, "/v1/events", all, func(e *event) string { return e.id }, func(e *event) int64 { return e.at.Unix() },
		func(e *event) any { return e.json() })
}

func getEvent(c *call) (any, *refusal) {
	for _, e := range c.account.kept() {
		if e.id == c.PathValue("id") {
			return e.json(), nil
		}
	}
	return nil, missing("event", c.PathValue("id"))
}

// Delivery is one webhook as it goes out.
type Delivery struct {
	ID        string
	Body      []byte
	Signature string // Stripe-Signature
	url       string
	event     *event
}

// Sign gives the Stripe-Signature of a body at an instant.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Pending are the events that wait to be told, in no promised order: the newest first.
func (a *Account) Pending() ([]Delivery, error) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	var out []Delivery
	for _, e := range slices.Backward(a.events) {
		if e.told {
			continue
		}
		body, err := json.Marshal(e.json())
		if err != nil {
			return nil, err
		}
		out = append(out, Delivery{ID: e.id, Body: body, Signature: Sign(a.WebhookSecret, a.p.now(), body), url: a.WebhookURL, event: e})
	}
	return out, nil
}

// Deliver tells every account's hook what happened. What is not answered with 2xx stays for the next time. It gives the number of
// events told.
func (p *Platform) Deliver(ctx context.Context) (int, error) {
	p.mu.Lock()
	accounts := slices.Clone(p.accounts)
	p.mu.Unlock()
	told := 0
	var failures []error
	for _, a := range accounts {
		all, err := a.Pending()
		if err != nil || len(all) == 0 || all[0].url == "" || p.out == nil {
			failures = append(failures, err)
			continue
		}
		for _, d := range all {
			if err := p.send(ctx, d); err != nil {
				failures = append(failures, err)
				continue
			}
			told++
		}
	}
	return told, errors.Join(failures...)
}

func (p *Platform) send(ctx context.Context, d Delivery) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(d.Body))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json; charset=utf-8")
	q.Header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	q.Header.Set("Stripe-Signature", d.Signature)
	answer, err := p.out.Do(q)
	p.mu.Lock()
	defer p.mu.Unlock()
	d.event.tries++
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the hook answered event %s with %d", d.ID, answer.StatusCode)
	}
	d.event.told = true
	return nil
}
