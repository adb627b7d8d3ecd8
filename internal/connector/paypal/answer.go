package paypal

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"parley/internal/fault"
)

// judged reads an answer by its status: a good body, or the fault of a bad one.
func judged(r *http.Response, body []byte, acting bool) (answer, error) {
	v, err := parse(body)
	got := answer{v, body}
	status := strconv.Itoa(r.StatusCode)
	switch {
	case r.StatusCode == http.StatusNoContent:
		return got, nil
	case r.StatusCode < 300 && (err != nil || !v.object()):
		return got, garbled(err, acting)
	case r.StatusCode < 300:
		return got, nil
	case r.StatusCode < 400:
		return got, &fault.Fault{Kind: fault.Invalid, Key: "fault.paypal.elsewhere", Field: "address", Params: map[string]string{"code": status}}
	case r.StatusCode < 500:
		return got, complaint(r, v)
	case acting:
		return got, fault.New(fault.Unknown, "fault.paypal.busy", "code", status)
	}
	return got, fault.New(fault.Unavailable, "fault.paypal.busy", "code", status)
}

// stayAway is how long we keep away after a 429 that does not say for how long.
const stayAway = time.Minute

// complaint turns an error of PayPal's (name, message, details; or OAuth's error and error_description) into a fault.
func complaint(r *http.Response, v value) error {
	switch r.StatusCode {
	case http.StatusTooManyRequests:
		after := stayAway
		if n, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil && n > 0 && n < 1e6 {
			after = time.Duration(n) * time.Second
		}
		return &fault.Fault{Kind: fault.Limited, Key: "fault.limited", After: after}
	case http.StatusUnauthorized:
		return said(v, fault.Unauthorised, unauthorised(v), "client_secret")
	case http.StatusForbidden:
		return said(v, fault.Unauthorised, "fault.paypal.permission", "client_id")
	case http.StatusNotFound:
		return said(v, fault.NotFound, "fault.paypal.not_found", "")
	}
	return said(v, fault.Refused, "fault.paypal.refused", "")
}

// unauthorised tells wrong credentials from a token that ended.
func unauthorised(v value) string {
	if v.get("error").text() == "invalid_client" {
		return "fault.paypal.credentials"
	}
	return "fault.paypal.token"
}

// said is a fault with PayPal's own words: the issue of the first detail is what a developer looks up, its description what a person
// reads; debug_id is what PayPal's support asks for.
func said(v value, kind fault.Kind, key, field string) *fault.Fault {
	detail := v.get("details").first()
	f := fault.New(kind, key,
		"code", firstOf(detail.get("issue").text(), v.get("name").text(), v.get("error").text()),
		"message", shortened(firstOf(detail.get("description").text(), v.get("message").text(), v.get("error_description").text()), 300),
		"request", v.get("debug_id").text())
	f.Field = field
	return f
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// garbled is an answer that is no answer. After an act it says nothing about the effect.
func garbled(cause error, acting bool) *fault.Fault {
	kind := fault.Garbled
	if acting {
		kind = fault.Unknown
	}
	return fault.New(kind, "fault.paypal.unreadable").Because(cause)
}

// failed tells what a failure on the way means. The cause is kept without the address.
func failed(ctx context.Context, err error, perhapsDone bool) error {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	if perhapsDone {
		return fault.New(fault.Unknown, "fault.paypal.no_answer").Because(err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := fault.Of(err); f != nil {
		return f
	}
	return fault.New(fault.Unavailable, "fault.paypal.unreachable").Because(err)
}

// kept is an answer as JSON to keep: what is no JSON is kept as a JSON text.
func kept(raw []byte) json.RawMessage {
	if len(raw) == 0 || json.Valid(raw) {
		return raw
	}
	text, _ := json.Marshal(string(raw))
	return text
}
