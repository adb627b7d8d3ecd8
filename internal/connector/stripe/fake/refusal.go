package fake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"parley/internal/connector/simulator"
)

const (
	invalidRequest = "invalid_request_error"
	idempotency    = "idempotency_error"
)

// refusal is one error of Stripe's.
type refusal struct {
	status         int
	kind, code     string
	param, message string
}

func invalid(param, code, message string) *refusal {
	return &refusal{status: 400, kind: invalidRequest, code: code, param: param, message: message}
}

func missing(what, id string) *refusal {
	return &refusal{status: 404, kind: invalidRequest, code: "resource_missing", param: what, message: "No such " + what + ": '" + id + "'"}
}

func (f *refusal) body() map[string]any {
	inner := map[string]any{"type": f.kind, "message": f.message}
	if f.code != "" {
		inner["code"] = f.code
		inner["doc_url"] = "https://stripe.com/docs/error-codes/" + f.code
	}
	if f.param != "" {
		inner["param"] = f.param
	}
	return map[string]any{"error": inner}
}

// refuse writes the refusals that the gate makes.
func refuse(w http.ResponseWriter, _ *http.Request, what simulator.Trouble, wait time.Duration) {
	switch what {
	case simulator.Limited:
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		write(w, 429, (&refusal{kind: invalidRequest, code: "rate_limit", message: "Request rate limit exceeded."}).body())
	default:
		write(w, 401, (&refusal{kind: invalidRequest, code: "api_key_expired", message: "Expired API Key provided: rk_test_****"}).body())
	}
}

// write answers as Stripe does, laid out for people.
func write(w http.ResponseWriter, status int, body any) { give(w, status, body, "  ") }

// give answers with each level of JSON set in by indent; without one there are no spaces.
func give(w http.ResponseWriter, status int, body any, indent string) {
	encode := json.Marshal
	if indent != "" {
		encode = func(v any) ([]byte, error) { return json.MarshalIndent(v, "", indent) }
	}
	text, err := encode(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Stripe-Version", Version)
	w.WriteHeader(status)
	_, _ = w.Write(text) // whoever went away misses it
}
