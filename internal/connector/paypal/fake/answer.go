package fake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/simulator"
)

// problem is an error of PayPal's: its status and the first of its details.
type problem struct {
	status                       int
	field, sent, location, issue string
	description                  string
}

func (p *problem) Error() string { return p.issue }

// names are the names and messages of PayPal's errors, to the letter of its specification.
var names = map[int][2]string{
	400: {"INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."},
	401: {"AUTHENTICATION_FAILURE", "Authentication failed due to missing authorization header, or invalid authentication credentials."},
	403: {"NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."},
	404: {"RESOURCE_NOT_FOUND", "The specified resource does not exist."},
	405: {"METHOD_NOT_SUPPORTED", "The server does not implement the requested HTTP method."},
	409: {"RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."},
	415: {"UNSUPPORTED_MEDIA_TYPE", "The server does not support the request payload's media type."},
	422: {"UNPROCESSABLE_ENTITY", "The requested action could not be performed, semantically incorrect, or failed business validation."},
	429: {"RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."},
}

func (p *problem) body(number int) []byte {
	name := names[p.status]
	m := members{"name": name[0], "message": name[1], "debug_id": strings.ToLower(made("debug", number)[:13]), "links": []link{}}
	if p.issue != "" {
		detail := members{"issue": p.issue}
		detail.set("field", p.field)
		detail.set("value", p.sent)
		detail.set("location", p.location)
		detail.set("description", p.description)
		m["details"] = []members{detail}
	}
	return encoded(m)
}

func encoded(of any) []byte {
	text, err := json.Marshal(of)
	if err != nil {
		panic(err) // our own types can be written
	}
	return text
}

func invalid(field, sent, location, issue, description string) *problem {
	return &problem{400, field, sent, location, issue, description}
}

func unprocessable(field, sent, issue, description string) *problem {
	return &problem{422, field, sent, "body", issue, description}
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may be gone
}

// refuse is how PayPal says "too many calls" and "who are you".
func refuse(w http.ResponseWriter, r *http.Request, what simulator.Trouble, wait time.Duration) {
	if what == simulator.Limited {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		write(w, 429, (&problem{status: 429}).body(429))
		return
	}
	if r.URL.Path == tokenPath {
		write(w, 401, encoded(badClient))
		return
	}
	write(w, 401, (&problem{status: 401}).body(401))
}

var badClient = members{"error": "invalid_client", "error_description": "Client Authentication failed"}
