package taobao

import (
	"errors"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// unwrapped reads an answer: what stands inside "…_response", or the fault of an error. acting tells that the call was a write, for which
// an unclear end is not the same as no end.
func unwrapped(body []byte, acting bool) (wire.Value, error) {
	v, err := wire.Parse(body)
	if err != nil || !v.IsObject() {
		return wire.Value{}, garbled(err, acting)
	}
	if e := v.Get("error_response"); e.Exists() {
		return wire.Value{}, refusal(e, acting)
	}
	inner := v.Unwrapped()
	if inner == v && !v.Get("request_id").Exists() {
		return wire.Value{}, garbled(errors.New("neither a response nor an error"), acting)
	}
	return inner, nil
}

// garbled is an answer that is no answer. After a write it says nothing about the effect.
func garbled(cause error, acting bool) *fault.Fault {
	if acting {
		return fault.New(fault.Unknown, "fault.taobao.answer_unreadable").Because(cause)
	}
	return fault.New(fault.Garbled, "fault.taobao.answer_unreadable").Because(cause)
}

// complaint is one error of the platform.
type complaint struct {
	code, sub, message, request string
	acting                      bool
}

// refusal turns an error envelope into a fault that says what to do.
func refusal(e wire.Value, acting bool) *fault.Fault {
	c := complaint{
		code: text(e, "code"), sub: text(e, "sub_code"), message: html.UnescapeString(first(text(e, "sub_msg"), text(e, "msg"))),
		request: text(e, "request_id"), acting: acting,
	}
	if limits[c.code] || strings.HasPrefix(c.sub, "accesscontrol.limited") {
		f := c.fault(fault.Limited, "fault.limited")
		f.After = banned(text(e, "sub_msg"))
		return f
	}
	if row, known := complaints[c.code]; known {
		f := c.fault(row.kind, row.key)
		f.Field = row.field
		return f
	}
	return c.byOrigin()
}

// limits are the codes for too many calls: by user, session, partner, app, and too fast.
var limits = map[string]bool{"4": true, "5": true, "6": true, "7": true, "8": true}

// banSeconds finds the length of a ban: "This ban will last for 31062 more seconds".
var banSeconds = regexp.MustCompile(`(\d{1,9}) (?:more )?second`)

func banned(message string) time.Duration {
	m := banSeconds.FindStringSubmatch(message)
	if m == nil {
		return time.Second
	}
	n, _ := strconv.Atoi(m[1]) // at most nine digits
	return max(time.Second, time.Duration(n)*time.Second)
}

// what says how a code is understood: kind, text key and the setting a person has to look at.
type what struct {
	kind  fault.Kind
	key   string
	field string
}

var (
	noPermission   = what{fault.Unauthorised, "fault.taobao.permission", ""}
	wrongSignature = what{fault.Unauthorised, "fault.taobao.signature", "app_secret"}
	wrongSession   = what{fault.Unauthorised, "fault.taobao.session", "session_key"}
	wrongKey       = what{fault.Unauthorised, "fault.taobao.app_key", "app_key"}
	wrongClock     = what{fault.Invalid, "fault.taobao.clock", ""}
	wrongGateway   = what{fault.Invalid, "fault.taobao.gateway", "address"}
	wrongArguments = what{fault.Refused, "fault.taobao.refused", ""}
)

// complaints maps the codes of the gateway itself (open.alitrip.com articleId=108426). 3, 10 and 15 are judged by whose fault it is.
var complaints = map[string]what{
	"9": wrongGateway, "11": noPermission, "12": noPermission, "13": noPermission, "21": wrongGateway, "22": wrongGateway, "23": wrongGateway,
	"24": wrongSignature, "25": wrongSignature, "26": wrongSession, "27": wrongSession, "28": wrongKey, "29": wrongKey,
	"30": wrongClock, "31": wrongClock, "32": wrongGateway, "33": wrongGateway, "34": wrongGateway,
	"40": wrongArguments, "41": wrongArguments, "42": wrongArguments, "43": wrongArguments,
}

// missing finds the sub-codes by which the platform's services say that there is no such record.
var missing = regexp.MustCompile(`(?i)not[-_]?(exist|found)`)

// byOrigin judges by who is at fault: "isv." means the caller, "isp." and the rest the platform, where a read may be repeated and a write
// may have happened.
func (c complaint) byOrigin() *fault.Fault {
	switch {
	case missing.MatchString(c.sub) && !c.acting:
		return c.fault(fault.NotFound, "fault.taobao.missing")
	case strings.HasPrefix(c.sub, "isv.permission"):
		return c.fault(noPermission.kind, noPermission.key)
	case strings.HasPrefix(c.sub, "isv."):
		return c.fault(fault.Refused, "fault.taobao.refused")
	case c.acting:
		return c.fault(fault.Unknown, "fault.taobao.busy")
	}
	return c.fault(fault.Unavailable, "fault.taobao.busy")
}

func (c complaint) fault(kind fault.Kind, key string) *fault.Fault {
	message := c.message
	if r := []rune(message); len(r) > 300 {
		message = string(r[:300])
	}
	return fault.New(kind, key, "code", strings.TrimSpace(c.code+" "+c.sub), "message", message, "request", c.request)
}
