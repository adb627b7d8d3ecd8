package mirakl

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/internal/fault"
)

// garbled is an answer that is no answer. After a write it says nothing about the effect.
func garbled(cause error, acting bool) *fault.Fault {
	kind := fault.Garbled
	if acting {
		kind = fault.Unknown
	}
	return fault.New(kind, "fault.mirakl.answer_unreadable").Because(cause)
}

// failed tells what a failure on the way means. The cause is kept without the address.
func failed(ctx context.Context, err error, perhapsDone bool) error {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	if perhapsDone {
		return fault.New(fault.Unknown, "fault.mirakl.no_answer").Because(err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := fault.Of(err); f != nil {
		return f
	}
	return fault.New(fault.Unavailable, "fault.mirakl.unreachable").Because(err)
}

// statusFault judges an HTTP status: Mirakl answers with plain ones and promises no body; a member "message" is shown where it is there.
func (g *gateway) statusFault(r *http.Response, body []byte, acting bool) error {
	status := r.StatusCode
	if status < 300 {
		return nil
	}
	told := []string{"code", strconv.Itoa(status), "message", g.message(body)}
	switch {
	case status < 400:
		return &fault.Fault{Kind: fault.Invalid, Key: "fault.mirakl.address", Field: "address", Params: map[string]string{"code": strconv.Itoa(status)}}
	case status == http.StatusUnauthorized:
		return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.mirakl.key", Field: "api_key"}
	case status == http.StatusForbidden:
		return fault.New(fault.Unauthorised, "fault.mirakl.permission", told...)
	case status == http.StatusTooManyRequests:
		return &fault.Fault{Kind: fault.Limited, Key: "fault.limited", After: retryAfter(r.Header.Get("Retry-After"), g.world.Now())}
	case status == http.StatusNotFound && !acting:
		return fault.New(fault.NotFound, "fault.mirakl.not_found", told...)
	case status < 500:
		return fault.New(fault.Refused, "fault.mirakl.refused", told...)
	case acting:
		return fault.New(fault.Unknown, "fault.mirakl.busy", told[:2]...)
	}
	return fault.New(fault.Unavailable, "fault.mirakl.busy", told[:2]...)
}

// retryAfter reads seconds, or an HTTP date; a minute where nothing is told.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(text); err == nil {
		return max(time.Second, time.Duration(min(n, 7*24*3600))*time.Second)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(time.Second, at.Sub(now))
	}
	return time.Minute
}

// message is the platform's own sentence about a refusal, shortened, without the key should it stand in it.
func (g *gateway) message(body []byte) string {
	v, err := parse(body)
	if err != nil {
		return ""
	}
	message := strings.ReplaceAll(v.text("message"), g.key, "***")
	if r := []rune(message); len(r) > 300 {
		message = string(r[:300])
	}
	return message
}
