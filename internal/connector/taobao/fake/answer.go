package fake

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/simulator"
)

// object is one record of an answer.
type object = map[string]any

// refusal is an error of the gateway or of a service behind it.
type refusal struct {
	code           int
	msg, sub, sub2 string // sub2 is sub_msg
}

func (n *refusal) body() object {
	inner := object{"code": n.code, "msg": n.msg, "request_id": "16ecr2nklz7h4"}
	if n.sub != "" {
		inner["sub_code"] = n.sub
	}
	if n.sub2 != "" {
		inner["sub_msg"] = n.sub2
	}
	return object{"error_response": inner}
}

// service is a refusal of the service behind the gateway: code 15 with a sub-code of its own.
func service(sub, words string) *refusal {
	return &refusal{code: 15, msg: "Remote service error", sub: sub, sub2: words}
}

func missing(name string) *refusal {
	return &refusal{code: 40, msg: "Missing required arguments:" + name, sub: "isv.missing-parameter:" + name}
}

func invalid(name string) *refusal {
	return &refusal{code: 41, msg: "Invalid arguments:" + name, sub: "isv.invalid-parameter:" + name}
}

// refuse is what the gate says for the platform.
func refuse(w http.ResponseWriter, r *http.Request, what simulator.Trouble, wait time.Duration) {
	no := &refusal{code: 27, msg: "Invalid session", sub: "session-expired", sub2: "session key has expired"}
	if what == simulator.Limited {
		no = &refusal{code: 7, msg: "App Call Limited", sub: "accesscontrol.limited-by-api-access-count",
			sub2: fmt.Sprintf("This ban will last for %d more seconds", int(wait.Seconds()))}
	}
	write(w, "json", no.body())
}

// serve answers one call.
func (p *Platform) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/router/rest" {
		http.NotFound(w, r)
		return
	}
	c, no := readCall(w, r)
	p.mu.Lock()
	p.lapse()
	now := p.now()
	var body object
	if no == nil {
		no = p.admit(c)
	}
	if no == nil {
		body, no = methods[c.params["method"]].answer(p, c)
	}
	p.mu.Unlock()
	w.Header().Set("Date", now.Format(http.TimeFormat))
	format := or(c.params["format"], "xml")
	if no != nil {
		write(w, format, no.body())
		return
	}
	body["request_id"] = "16ecr2nklz7h4"
	if c.params["simplify"] == "true" && format == "json" {
		write(w, format, flat(body).(object))
		return
	}
	write(w, format, object{wrapper(c.params["method"]): body})
}

// wrapper names an answer after its method, without the leading taobao_.
func wrapper(method string) string {
	return strings.TrimPrefix(strings.ReplaceAll(method, ".", "_"), "taobao_") + "_response"
}

// element is a list under the name of its elements.
func element(name string, all []object) any {
	if len(all) == 0 {
		return object{}
	}
	return object{name: all}
}

// flat takes the names of elements out again, as simplify=true does.
func flat(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for name, inner := range v {
			if wrapped, ok := inner.(object); ok && len(wrapped) == 1 {
				for _, all := range wrapped {
					if many, ok := all.([]object); ok {
						inner = many
					}
				}
			}
			out[name] = flat(inner)
		}
		return out
	case []object:
		out := make([]any, len(v))
		for n, one := range v {
			out[n] = flat(one)
		}
		return out
	}
	return v
}

// chosen keeps only the fields that were asked for.
func chosen(all object, fields string) object {
	out := object{}
	for name := range strings.SplitSeq(fields, ",") {
		if v, ok := all[strings.TrimSpace(name)]; ok && v != nil && v != "" {
			out[strings.TrimSpace(name)] = v
		}
	}
	return out
}

func write(w http.ResponseWriter, format string, body object) {
	if format == "json" {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		_ = json.NewEncoder(w).Encode(body) // the caller may be gone
		return
	}
	w.Header().Set("Content-Type", "text/xml;charset=utf-8")
	var b strings.Builder
	b.WriteString(xml.Header)
	elements(&b, body)
	_, _ = w.Write([]byte(b.String())) // the caller may be gone
}

// elements writes an answer as XML, names in order.
func elements(b *strings.Builder, body object) {
	names := make([]string, 0, len(body))
	for name := range body {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		many, ok := body[name].([]object)
		if !ok {
			one(b, name, body[name])
		}
		for _, v := range many {
			one(b, name, v)
		}
	}
}

func one(b *strings.Builder, name string, v any) {
	b.WriteString("<" + name + ">")
	if inner, ok := v.(object); ok {
		elements(b, inner)
	} else {
		_ = xml.EscapeText(b, fmt.Append(nil, v)) // a Builder takes everything
	}
	b.WriteString("</" + name + ">")
}

// yuan writes fen as the platform writes money.
func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// stamp writes a time as the platform does; nothing for none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.In(beijing).Format(time.DateTime)
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
