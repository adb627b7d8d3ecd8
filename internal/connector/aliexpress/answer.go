package aliexpress

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// unwrapped reads an answer: the body of a good one, whichever shape it has, or the fault of a bad one. acting tells
// that the call was a write, for which an unclear end is not the same as no end.
func unwrapped(body []byte, acting bool) (wire.Value, error) {
	v, err := wire.Parse(body)
	if err != nil || !v.IsObject() {
		return wire.Value{}, garbled(err, acting)
	}
	if e := v.Get("error_response"); e.Exists() {
		return wire.Value{}, refusal(e, acting)
	}
	if inner := v.Unwrapped(); inner != v {
		return inner, nil
	}
	// Path calls put the error at the root; their success has code "0".
	if code := v.Get("code").Text(); code != "" && code != "0" && (v.Get("message").Exists() || v.Get("msg").Exists() || v.Get("type").Exists()) {
		return wire.Value{}, refusal(v, acting)
	}
	return v, nil
}

// garbled is an answer that is no answer. After a write it says nothing about the effect.
func garbled(cause error, acting bool) *fault.Fault {
	if acting {
		return fault.New(fault.Unknown, "fault.aliexpress.answer_unreadable").Because(cause)
	}
	return fault.New(fault.Garbled, "fault.aliexpress.answer_unreadable").Because(cause)
}

// complaint is one error of the platform, from either envelope.
type complaint struct {
	code, sub, side string // side is the IOP type: ISV, ISP, SYSTEM
	message         string
	request         string
	acting          bool
}

// refusal turns an error envelope into a fault that says what to do.
func refusal(e wire.Value, acting bool) *fault.Fault {
	c := complaint{code: text(e, "code"), sub: text(e, "sub_code"), side: text(e, "type"), request: text(e, "request_id"), acting: acting}
	for _, field := range []string{"sub_msg", "msg", "message"} {
		if c.message == "" {
			c.message = html.UnescapeString(text(e, field))
		}
	}
	if waits(c) {
		f := c.fault(fault.Limited, "fault.limited")
		f.After = banned(text(e, "sub_msg") + " " + text(e, "msg") + " " + text(e, "message"))
		return f
	}
	if row, known := complaints[c.code]; known && !(c.code == "15" && c.sub != "") {
		return c.named(row)
	}
	return c.byOrigin()
}

func waits(c complaint) bool {
	switch c.code {
	case "4", "5", "6", "7", "8":
		return true
	}
	return strings.Contains(c.code, "CallLimit") || strings.HasPrefix(c.sub, "accesscontrol.limited")
}

// banSeconds finds the length of a ban: "this ban will last 1 seconds", "This ban will last for 31062 more seconds".
var banSeconds = regexp.MustCompile(`(\d{1,9}) (?:more )?second`)

func banned(message string) time.Duration {
	m := banSeconds.FindStringSubmatch(message)
	if m == nil {
		return time.Second
	}
	n, _ := strconv.Atoi(m[1])
	return max(time.Second, time.Duration(n)*time.Second)
}

// what says how a code is understood: kind, text key and the setting a person has to look at.
type what struct {
	kind  fault.Kind
	key   string
	field string
}

var (
	wrongSignature = what{fault.Unauthorised, "fault.aliexpress.signature", "app_secret"}
	wrongKey       = what{fault.Unauthorised, "fault.aliexpress.app_key", "app_key"}
	wrongToken     = what{fault.Unauthorised, "fault.aliexpress.token", "token"}
	wrongRefresh   = what{fault.Unauthorised, "fault.aliexpress.refresh_token", "token"}
	wrongCode      = what{fault.Unauthorised, "fault.aliexpress.code", "code"}
	noPermission   = what{fault.Unauthorised, "fault.aliexpress.permission", ""}
	wrongGateway   = what{fault.Invalid, "fault.aliexpress.gateway", "gateway"}
	wrongClock     = what{fault.Invalid, "fault.aliexpress.clock", ""}
	wrongArguments = what{fault.Refused, "fault.aliexpress.arguments", ""}
	busy           = what{fault.Unavailable, "fault.aliexpress.busy", ""}
)

// complaints maps the codes of the gateways themselves: numbers on TOP, names on IOP.
var complaints = map[string]what{
	"3": busy, "9": wrongGateway, "10": busy,
	"11": noPermission, "12": noPermission, "13": noPermission, "InsufficientPermission": noPermission,
	"21": wrongGateway, "22": wrongGateway, "23": wrongGateway, "InvalidApiPath": wrongGateway, "InvalidApi": wrongGateway,
	"24": wrongSignature, "25": wrongSignature, "IncompleteSignature": wrongSignature, "InvalidSignature": wrongSignature,
	"26": wrongToken, "27": wrongToken, "IllegalAccessToken": wrongToken, "MissingAccessToken": wrongToken,
	"IllegalRefreshToken": wrongRefresh, "InvalidCode": wrongCode,
	"28": wrongKey, "29": wrongKey, "InvalidAppKey": wrongKey, "MissingAppKey": wrongKey,
	"30": wrongClock, "31": wrongClock, "IllegalTimestamp": wrongClock, "InvalidTimestamp": wrongClock,
	"32": wrongGateway, "33": wrongGateway, "34": wrongGateway,
	"40": wrongArguments, "41": wrongArguments, "43": wrongArguments, "MissingParameter": wrongArguments, "InvalidParameter": wrongArguments,
	"15": busy, "UnknownRuntimeException": busy, "InternalError": busy, "ServiceUnavailable": busy, "ServiceTimeout": busy,
}

// named gives the fault of a known code.
func (c complaint) named(w what) *fault.Fault {
	if w == busy {
		return c.unclear()
	}
	f := c.fault(w.kind, w.key)
	f.Field = w.field
	return f
}

// byOrigin judges by who is at fault: "isv." and ISV mean the caller, "isp.", ISP and SYSTEM the platform.
func (c complaint) byOrigin() *fault.Fault {
	switch {
	case strings.HasPrefix(c.sub, "isv.permission"):
		return c.named(noPermission)
	case strings.HasPrefix(c.sub, "isp."), strings.HasPrefix(c.code, "isp."):
		return c.unclear()
	case strings.HasPrefix(c.sub, "isv."), strings.HasPrefix(c.code, "isv."), c.side == "ISV", c.code == "42", c.code == "50":
		return c.fault(fault.Refused, "fault.aliexpress.refused")
	}
	return c.unclear()
}

// unclear is a failure of the platform's own: a read may be repeated, a write may have happened.
func (c complaint) unclear() *fault.Fault {
	if c.acting {
		return c.fault(fault.Unknown, "fault.aliexpress.busy")
	}
	return c.fault(fault.Unavailable, "fault.aliexpress.busy")
}

func (c complaint) fault(kind fault.Kind, key string) *fault.Fault {
	message := c.message
	if r := []rune(message); len(r) > 300 {
		message = string(r[:300])
	}
	code := c.code
	if c.sub != "" {
		code += " " + c.sub
	}
	return fault.New(kind, key, "code", code, "message", message, "request", c.request)
}
