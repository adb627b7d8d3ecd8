package tracker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// Way does the calls of one account: in turn, with a key in a header, JSON both ways.
type Way struct {
	Name      string // of the service, for the texts of faults
	Base      string // address without a slash at the end
	Header    string // that carries the key
	Key       string
	Account   string // whose calls are counted together
	PerSecond float64
	Limits    *webclient.Limits
	World     connector.World
}

// Calls are tried again after a limit that ends soon and after a failure of the service's own: all of them may be repeated.
const (
	triesLimited = 5
	triesDown    = 3
)

// Answer is what came back.
type Answer struct {
	Status int
	Body   []byte
}

// Call sends a body (nil = none) and gives the answer of any status but those that mean the same everywhere: 401 and 403 are Unauthorised,
// 429 Limited, 5xx Unavailable.
func (w *Way) Call(ctx context.Context, method, path string, query url.Values, body any) (Answer, error) {
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return Answer{}, err
		}
	}
	address := w.Base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var limited, down int
	for {
		answer, err := w.once(ctx, method, address, sent)
		switch f := fault.Of(err); {
		case f == nil:
			return answer, err
		case f.Kind == fault.Limited && f.After <= webclient.LongestHold && limited < triesLimited:
			limited++ // the wait is in once: everybody is held back
		case f.Kind == fault.Unavailable && down < triesDown-1:
			down++
			if err := w.World.Pause(ctx, time.Duration(down)*time.Second); err != nil {
				return answer, err
			}
		default:
			return answer, err
		}
	}
}

func (w *Way) once(ctx context.Context, method, address string, body []byte) (Answer, error) {
	clock := webclient.Clock{Now: w.World.Now, Pause: w.World.Pause}
	if err := w.Limits.Wait(ctx, clock, w.Account, w.PerSecond); err != nil {
		return Answer{}, err
	}
	q, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fault.Input("settings.address", "", "https://host").Because(errors.New("the address cannot be read"))
	}
	q.Header.Set(w.Header, w.Key)
	q.Header.Set("Accept", "application/json")
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	answer, err := w.send(q)
	if f := fault.Of(err); f != nil && f.Kind == fault.Limited {
		f.After = w.Limits.Complained(w.World.Now(), w.Account, f.After)
		return answer, f
	}
	if err == nil {
		w.Limits.Worked(w.World.Now(), w.Account)
	}
	return answer, err
}

func (w *Way) send(q *http.Request) (Answer, error) {
	response, err := w.World.HTTP.Do(q)
	if err != nil {
		return Answer{}, w.failed(q.Context(), err)
	}
	defer func() { _ = response.Body.Close() }() // everything was read or given up
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, w.failed(q.Context(), err)
	}
	return Answer{response.StatusCode, body}, w.judged(response)
}

// failed tells what a failure on the way means.
func (w *Way) failed(ctx context.Context, err error) error {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := fault.Of(err); f != nil {
		return f
	}
	return fault.New(fault.Unavailable, "fault.tracker.unreachable", "tracker", w.Name).Because(err)
}

func (w *Way) judged(r *http.Response) error {
	switch {
	case r.StatusCode == http.StatusTooManyRequests:
		return &fault.Fault{Kind: fault.Limited, Key: "fault.limited", After: w.after(r.Header)}
	case r.StatusCode == http.StatusUnauthorized, r.StatusCode == http.StatusForbidden:
		return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.tracker.key", Field: "settings.api_key", Params: map[string]string{"tracker": w.Name}}
	case r.StatusCode >= 500:
		return fault.New(fault.Unavailable, "fault.tracker.busy", "tracker", w.Name, "code", strconv.Itoa(r.StatusCode))
	}
	return nil
}

// after is how long to stay away: Retry-After in seconds, or x-ratelimit-reset as an instant in Unix seconds; a second where neither says.
func (w *Way) after(h http.Header) time.Duration {
	if n, err := strconv.Atoi(h.Get("Retry-After")); err == nil && n > 0 {
		return time.Duration(min(n, 86400)) * time.Second
	}
	if n, err := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64); err == nil {
		if wait := time.Unix(n, 0).Sub(w.World.Now()); wait > time.Second && wait < 24*time.Hour {
			return wait
		}
	}
	return time.Second
}

// Garbled is an answer that cannot be read.
func (w *Way) Garbled(cause error) error {
	return fault.New(fault.Garbled, "fault.tracker.answer_unreadable", "tracker", w.Name).Because(cause)
}

// Refused is the service's no about one parcel.
func (w *Way) Refused(code, message string) error {
	return fault.New(fault.Refused, "fault.tracker.refused", "tracker", w.Name, "code", code, "message", Shortened(message, 300))
}

// Missing says that the service does not watch a parcel.
func (w *Way) Missing() error {
	return fault.New(fault.NotFound, "fault.tracker.not_watched", "tracker", w.Name)
}

// quotaPause is how long nobody asks again after an account had nothing left.
const quotaPause = 12 * time.Hour

// Spent says that the account may register nothing more for now.
func (w *Way) Spent() error {
	return &fault.Fault{Kind: fault.Limited, Key: "fault.tracker.quota", After: quotaPause, Params: map[string]string{"tracker": w.Name}}
}

// Shortened cuts a text to at most n characters.
func Shortened(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
