package fake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// news waits to be told. What it says is fixed when it happens.
type news struct {
	body  []byte
	due   time.Time
	tries int
}

// again is how long after a failed try the next one is made; after the last the news is dropped.
var again = []time.Duration{10 * time.Minute, 30 * time.Minute, time.Hour}

func (a *Account) happened(event string, t *track) {
	data := object{"number": t.parcel.Number, "carrier": t.carrier, "tag": nil}
	if event == "TRACKING_UPDATED" {
		data = t.json(a.s.now())
	}
	if body, err := json.Marshal(object{"event": event, "data": data}); err == nil {
		a.news = append(a.news, &news{body: body, due: a.s.now()})
	}
}

// Sign gives the header "sign" of a body.
func Sign(key string, body []byte) string {
	sum := sha256.Sum256([]byte(string(body) + "/" + key))
	return hex.EncodeToString(sum[:])
}

// Pending are the bodies that wait to be told, oldest first.
func (a *Account) Pending() (out [][]byte) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.s.settle()
	for _, n := range a.news {
		out = append(out, n.body)
	}
	return out
}

// Deliver tells what is due. What is not answered with 200 is told again after 10, 30 and 60 minutes and then dropped. It gives the number
// of deliveries that arrived.
func (s *Service) Deliver(ctx context.Context) (int, error) {
	s.mu.Lock()
	s.settle()
	type one struct {
		a *Account
		n *news
	}
	var due []one
	for _, a := range s.accounts {
		for _, n := range a.news {
			if a.WebhookURL != "" && s.out != nil && !n.due.After(s.now()) {
				due = append(due, one{a, n})
			}
		}
	}
	s.mu.Unlock()
	told := 0
	var failures []error
	for _, d := range due {
		err := s.send(ctx, d.a, d.n)
		if failures = append(failures, err); err == nil {
			told++
		}
	}
	return told, errors.Join(failures...)
}

func (s *Service) send(ctx context.Context, a *Account, n *news) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, a.WebhookURL, bytes.NewReader(n.body))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("sign", Sign(a.Key, n.body))
	answer, err := s.out.Do(q)
	if err == nil {
		err = answer.Body.Close()
	}
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("the hook answered %d", answer.StatusCode)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && n.tries < len(again) {
		n.due = s.now().Add(again[n.tries])
		n.tries++
		return err
	}
	a.news = slices.DeleteFunc(a.news, func(o *news) bool { return o == n })
	return err
}
