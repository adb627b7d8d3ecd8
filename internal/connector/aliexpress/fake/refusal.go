package fake

import (
	"strconv"
	"time"
)

// refusal is one way in which the platform says no, in the words of both generations of its gateways.
type refusal struct {
	top    int    // code of the old gateway
	topMsg string // its text
	iop    string // code of the new gateway
	iopMsg string
	sub    string // sub_code
	subMsg string
}

var (
	noMethod    = refusal{top: 21, topMsg: "Missing Method", iop: "MissingParameter", iopMsg: `The input parameter "method" that is mandatory for processing this request is not supplied`}
	badMethod   = refusal{top: 22, topMsg: "Invalid Method", iop: "InvalidApiPath", iopMsg: "The specified API path is invalid", sub: "isv.invalid-method"}
	noSignature = refusal{top: 24, topMsg: "Missing Signature", iop: "MissingParameter", iopMsg: `The input parameter "sign" that is mandatory for processing this request is not supplied`}
	badSign     = refusal{top: 25, topMsg: "Invalid signature", iop: "IncompleteSignature", iopMsg: "The request signature does not conform to platform standards"}
	noSession   = refusal{top: 26, topMsg: "Missing Session", iop: "IllegalAccessToken", iopMsg: "The specified access token is invalid or expired"}
	badSession  = refusal{top: 27, topMsg: "Invalid session", iop: "IllegalAccessToken", iopMsg: "The specified access token is invalid or expired", sub: "invalid-sessionkey", subMsg: "Invalid session key"}
	oldSession  = refusal{top: 27, topMsg: "Invalid session", iop: "IllegalAccessToken", iopMsg: "The specified access token is invalid or expired", sub: "session-expired", subMsg: "Session has expired"}
	noAppKey    = refusal{top: 28, topMsg: "Missing App Key", iop: "MissingParameter", iopMsg: `The input parameter "app_key" that is mandatory for processing this request is not supplied`}
	badAppKey   = refusal{top: 29, topMsg: "Invalid app Key", iop: "InvalidAppKey", iopMsg: "The specified App Key is invalid", sub: "isv.appkey-not-exists"}
	noStamp     = refusal{top: 30, topMsg: "Missing Timestamp", iop: "MissingParameter", iopMsg: `The input parameter "timestamp" that is mandatory for processing this request is not supplied`}
	badStamp    = refusal{top: 31, topMsg: "Invalid Timestamp", iop: "InvalidTimestamp", iopMsg: "The timestamp is outside the allowed window", sub: "isv.invalid-timestamp"}
	badFormat   = refusal{top: 23, topMsg: "Invalid Format", iop: "InvalidFormat", iopMsg: "The specified format is invalid"}
	badHTTP     = refusal{top: 9, topMsg: "Http Action Not Allowed", iop: "UnsupportedHttpMethod", iopMsg: "The HTTP method is not allowed"}
	badBody     = refusal{top: 43, topMsg: "Parameter Error", iop: "InvalidParameter", iopMsg: "The request cannot be read"}
	noUpload    = refusal{top: 3, topMsg: "Upload Fail", iop: "15", iopMsg: "Upload Fail", sub: "isv.image-upload-fail"}
	badCode     = refusal{iop: "InvalidCode", iopMsg: "Invalid authorization code"}
	badRefresh  = refusal{iop: "IllegalRefreshToken", iopMsg: "The specified refresh token is invalid or expired"}
)

// missing says that a required argument was not given.
func missing(name string) *refusal {
	return &refusal{top: 40, topMsg: "Missing required arguments:" + name, iop: "MissingParameter",
		iopMsg: `The input parameter "` + name + `" that is mandatory for processing this request is not supplied`,
		sub:    "isv.missing-parameter:" + name}
}

// invalid says that an argument cannot be read or is outside its range.
func invalid(name string) *refusal {
	return &refusal{top: 41, topMsg: "Invalid arguments:" + name, iop: "InvalidParameter",
		iopMsg: `The specified value of parameter "` + name + `" is not valid`, sub: "isv.invalid-parameter:" + name}
}

// business is a no of the business behind the gateway. The sub codes are not published.
func business(sub, text string) *refusal {
	return &refusal{top: 15, topMsg: "Remote service error", iop: "15", iopMsg: "Remote service error", sub: sub, subMsg: text}
}

// limited says how long the caller is locked out.
func limited(wait time.Duration, everything bool) *refusal {
	seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	sub := "accesscontrol.limited-by-api-access-count"
	if everything {
		sub = "accesscontrol.limited-by-app-access-count"
	}
	return &refusal{top: 7, topMsg: "App Call Limited", iop: "ApiCallLimit",
		iopMsg: "Api access frequency exceeds the limit. this ban will last " + seconds + " seconds",
		sub:    sub, subMsg: "This ban will last for " + seconds + " more seconds"}
}

// write writes the envelope of the gateway the request came through.
func (r *refusal) write(w *writer, through gate, requestID string) {
	if through == gateREST {
		w.bracket('{')
		r.newGateway(w, "message", requestID)
		w.bracket('}')
		return
	}
	if w.xml {
		w.buf = append(w.buf, `<?xml version="1.0" encoding="utf-8" ?>`...)
		w.object("error_response", func() { r.oldGateway(w, requestID) })
		return
	}
	w.bracket('{')
	w.object("error_response", func() {
		if through == gateTOP {
			r.oldGateway(w, requestID)
			return
		}
		r.newGateway(w, "msg", requestID)
		w.text("_trace_id_", requestID+"00")
	})
	w.bracket('}')
}

func (r *refusal) oldGateway(w *writer, requestID string) {
	w.number("code", int64(r.top))
	w.text("msg", r.topMsg)
	r.detail(w)
	w.text("request_id", requestID)
}

func (r *refusal) newGateway(w *writer, message, requestID string) {
	w.text("type", "ISV")
	w.text("code", r.iop)
	w.text(message, r.iopMsg)
	if r.iop == "15" {
		r.detail(w)
	}
	w.text("request_id", requestID)
}

func (r *refusal) detail(w *writer) {
	if r.sub != "" {
		w.text("sub_code", r.sub)
	}
	if r.subMsg != "" {
		w.text("sub_msg", r.subMsg)
	}
}
