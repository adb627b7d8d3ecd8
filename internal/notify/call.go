package notify

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/internal/fault"
)

// CheckURL takes an address of the web; http is for the own network.
func CheckURL(field, text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || len(text) > 2000 {
		return nil, fault.Input(field, "", "https://example.com/path") // the value may hold a secret
	}
	return u, nil
}

// mostAnswer is how much of an answer is read.
const mostAnswer = 64 << 10

// Call makes one call that says something and sorts how it went: nil for an answer of 2xx, whose body it gives; otherwise a fault that
// tells whether the message surely did not arrive (see Channel.Send). The address is not told: it may hold a secret.
func Call(client *http.Client, r *http.Request) ([]byte, error) {
	answer, err := client.Do(r)
	if err != nil {
		return nil, lost(r.URL.Host, err)
	}
	defer func() { _ = answer.Body.Close() }()                     // read to its end or given up
	body, _ := io.ReadAll(io.LimitReader(answer.Body, mostAnswer)) // the status tells whether it arrived, not the body
	return body, said(answer)
}

// Beat calls the address of an outside watcher, which tells people when it is not called for a while.
func Beat(ctx context.Context, client *http.Client, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return fault.Input("url", "", "https://example.com/path").Because(plain(err))
	}
	_, err = Call(client, r)
	return err
}

func said(answer *http.Response) error {
	code := answer.StatusCode
	status := strconv.Itoa(code)
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		f := fault.New(fault.Limited, "fault.notify.limited")
		if s, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && s > 0 {
			f.After = min(time.Duration(s)*time.Second, 24*time.Hour)
		}
		return f
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return fault.New(fault.Unauthorised, "fault.notify.rejected", "status", status)
	case code >= 300 && code < 500:
		return fault.New(fault.Refused, "fault.notify.rejected", "status", status)
	}
	return fault.New(fault.Unknown, "fault.notify.rejected", "status", status)
}

// lost sorts a call without an answer: one that never got a connection surely did not arrive.
func lost(host string, err error) error {
	if f := fault.Of(err); f != nil {
		return f
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return fault.New(fault.Unavailable, "fault.notify.unreachable", "host", host).Because(plain(err))
	}
	return fault.New(fault.Unknown, "fault.notify.perhaps").Because(plain(err))
}

// plain takes the address out of an error.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
