package stripe

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"parley/internal/fault"
)

// complaint is Stripe's error envelope (docs.stripe.com/api/errors).
type complaint struct {
	Error struct {
		Type    text `json:"type"`
		Code    text `json:"code"`
		Message text `json:"message"`
		Param   text `json:"param"`
	} `json:"error"`
}

// judged gives the fault of an answer; nil for a good one. acting tells that the call was a write, for which an unclear
// end is not the same as no end.
func judged(r *http.Response, body []byte, acting bool) error {
	if r.StatusCode < 300 {
		if !json.Valid(body) {
			return garbled(errors.New("no JSON"), acting)
		}
		return nil
	}
	var c complaint
	envelope := json.Unmarshal(body, &c) == nil && c.Error.Type != ""
	switch {
	case r.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
		return &fault.Fault{Kind: fault.Limited, Key: "fault.limited", After: max(time.Second, time.Duration(min(seconds, 86400))*time.Second)}
	case r.StatusCode == http.StatusUnauthorized:
		return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.stripe.key", Field: "api_key"}
	case r.StatusCode == http.StatusForbidden:
		return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.stripe.permission", Field: "api_key", Params: map[string]string{"path": r.Request.URL.Path}}
	case r.StatusCode >= 500, r.StatusCode == http.StatusConflict:
		return unclear(r.StatusCode, acting)
	case !envelope:
		return &fault.Fault{Kind: fault.Invalid, Key: "fault.stripe.address", Field: "address", Params: map[string]string{"code": strconv.Itoa(r.StatusCode)}}
	case r.StatusCode == http.StatusNotFound:
		return fault.New(fault.NotFound, "fault.stripe.missing", "message", c.words())
	}
	return fault.New(fault.Refused, "fault.stripe.refused", "message", c.words(), "code", c.code())
}

// words is Stripe's own sentence, shortened.
func (c complaint) words() string { return shortened(string(c.Error.Message), 300) }

func (c complaint) code() string {
	switch {
	case c.Error.Code == "":
		return string(c.Error.Type)
	case c.Error.Param != "":
		return string(c.Error.Code + " " + c.Error.Param)
	}
	return string(c.Error.Code)
}

// unclear is a failure of Stripe's own, or a call with the same key that is still under way (409): a read may be
// repeated, a write may have happened.
func unclear(status int, acting bool) error {
	if acting {
		return fault.New(fault.Unknown, "fault.stripe.busy", "code", strconv.Itoa(status))
	}
	return fault.New(fault.Unavailable, "fault.stripe.busy", "code", strconv.Itoa(status))
}

// garbled is an answer that is no answer. After a write it says nothing about the effect.
func garbled(cause error, acting bool) error {
	if acting {
		return fault.New(fault.Unknown, "fault.stripe.answer_unreadable").Because(cause)
	}
	return fault.New(fault.Garbled, "fault.stripe.answer_unreadable").Because(cause)
}
