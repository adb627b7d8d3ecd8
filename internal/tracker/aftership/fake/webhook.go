package fake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
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

// mostTries is how often news is told; the pauses between double from 30 seconds.
const mostTries = 14

func (a *Account) happened(t *track) {
	a.s.next++
	body, err := json.Marshal(object{
		"event": "tracking_update", "event_id": fmt.Sprintf("00000000-0000-4000-8000-%012x", a.s.next), "is_tracking_first_tag": false,
		"msg": t.json(), "ts": a.s.now().Unix(),
	})
	if err == nil {
		a.news = append(a.news, &news{body: body, due: a.s.now()})
	}
}

// Sign gives the header "aftership-hmac-sha256" of a body.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
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

// Deliver tells what is due. What is not answered with 2xx is told again, 14 times at most. It gives the number of deliveries that arrived.
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
	q.Header.Set("aftership-hmac-sha256", Sign(a.WebhookSecret, n.body))
	answer, err := s.out.Do(q)
	if err == nil {
		err = answer.Body.Close()
	}
	if err == nil && answer.StatusCode/100 != 2 {
		err = fmt.Errorf("the hook answered %d", answer.StatusCode)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n.tries++
	if err != nil && n.tries < mostTries {
		n.due = s.now().Add(30 * time.Second << (n.tries - 1))
		return err
	}
	a.news = slices.DeleteFunc(a.news, func(o *news) bool { return o == n })
	return err
}
