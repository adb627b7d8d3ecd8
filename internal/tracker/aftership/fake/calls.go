package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/simulator"
)

type object = map[string]any

type refusal struct {
	status, code int
	kind         string
	message      string
	data         any
}

func bad(code int, message string) *refusal {
	return &refusal{status: 400, code: code, kind: "BadRequest", message: message}
}

var gone = &refusal{status: 404, code: 4004, kind: "BadRequest", message: "Tracking does not exist."}

type call func(a *Account, r *http.Request) (int, any, *refusal)

// limits are calls a second by path (aftership.com/docs/tracking/quickstart/rate-limit).
var limits = map[string]int{"POST trackings": 20, "GET trackings": 6, "GET one": 5, "DELETE one": 5, "POST retrack": 5}

func (s *Service) routes() http.Handler {
	mux := http.NewServeMux()
	base := "/tracking/" + Version + "/trackings"
	for pattern, c := range map[string]struct {
		name string
		do   call
	}{
		"POST " + base:                   {"POST trackings", create},
		"GET " + base:                    {"GET trackings", list},
		"GET " + base + "/{id}":          {"GET one", get},
		"DELETE " + base + "/{id}":       {"DELETE one", drop},
		"POST " + base + "/{id}/retrack": {"POST retrack", retrack},
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, c.name, c.do) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, &refusal{status: 404, code: 404, kind: "NotFound", message: "The URI requested is invalid or the resource requested does not exist."})
	})
	return mux
}

func (s *Service) answer(w http.ResponseWriter, r *http.Request, name string, do call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.accounts, func(a *Account) bool { return a.Key == r.Header.Get("as-api-key") && !a.revoked })
	if i < 0 {
		s.refuse(w, r, simulator.Revoked, 0)
		return
	}
	if now := s.now(); s.enforce {
		s.recent[name] = slices.DeleteFunc(s.recent[name], func(at time.Time) bool { return now.Sub(at) >= time.Second })
		if len(s.recent[name]) >= limits[name] {
			s.refuse(w, r, simulator.Limited, time.Second)
			return
		}
		s.recent[name] = append(s.recent[name], now)
	}
	s.settle()
	status, data, f := do(s.accounts[i], r)
	if f != nil {
		fail(w, f)
		return
	}
	write(w, status, object{"meta": object{"code": status}, "data": data})
}

var shape = regexp.MustCompile(`^[0-9A-Za-z_-]{4,100}$`)

func create(a *Account, r *http.Request) (int, any, *refusal) {
	var in struct {
		Number      *string `json:"tracking_number"`
		Slug        string  `json:"slug"`
		Shipped     string  `json:"tracking_ship_date"`
		Destination string  `json:"destination_country_region"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return 0, nil, bad(4001, "Invalid JSON data.")
	}
	if in.Number == nil {
		return 0, nil, bad(4007, "tracking_number is required.")
	}
	if !shape.MatchString(*in.Number) {
		return 0, nil, bad(4005, "The value of tracking_number is invalid.")
	}
	if in.Destination != "" && len(in.Destination) != 3 {
		return 0, nil, bad(4008, "The value of destination_country_region is invalid.")
	}
	p := a.s.parcel(*in.Number)
	slug := in.Slug
	if slug == "" {
		slug = p.Slug
	}
	if slug == "" {
		return 0, nil, bad(4012, "Unable to import shipment as we don’t recognize the carrier from this tracking number.")
	}
	for _, t := range a.tracks {
		if t.parcel == p && t.slug == slug {
			f := bad(4003, "Tracking already exists.")
			f.data = object{"id": t.id, "tracking_number": p.Number, "slug": t.slug}
			return 0, nil, f
		}
	}
	a.s.next++
	t := &track{id: fmt.Sprintf("%032x", a.s.next), parcel: p, slug: slug, created: a.s.now(), begun: a.s.now()}
	a.tracks = append(a.tracks, t)
	if len(p.events) > 0 {
		a.happened(t)
	}
	return http.StatusCreated, t.json(), nil
}

func list(a *Account, r *http.Request) (int, any, *refusal) {
	limit := 100
	if l := r.URL.Query().Get("limit"); l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 1 || n > 200 {
			return 0, nil, bad(4008, "The value of limit is invalid.")
		}
		limit = n
	}
	numbers := strings.FieldsFunc(r.URL.Query().Get("tracking_numbers"), func(r rune) bool { return r == ',' })
	found := []object{}
	for _, t := range slices.Backward(a.tracks) {
		if len(found) < limit && (len(numbers) == 0 || slices.Contains(numbers, t.parcel.Number)) {
			found = append(found, t.json())
		}
	}
	return 200, object{"pagination": object{"total": len(found), "next_cursor": "", "has_next_page": false}, "trackings": found}, nil
}

func (a *Account) track(r *http.Request) (*track, *refusal) {
	for _, t := range a.tracks {
		if t.id == r.PathValue("id") {
			return t, nil
		}
	}
	return nil, gone
}

func get(a *Account, r *http.Request) (int, any, *refusal) {
	t, f := a.track(r)
	if f != nil {
		return 0, nil, f
	}
	return 200, t.json(), nil
}

func drop(a *Account, r *http.Request) (int, any, *refusal) {
	t, f := a.track(r)
	if f != nil {
		return 0, nil, f
	}
	a.tracks = slices.DeleteFunc(a.tracks, func(o *track) bool { return o == t })
	return 200, object{"id": t.id, "tracking_number": t.parcel.Number, "slug": t.slug}, nil
}

func retrack(a *Account, r *http.Request) (int, any, *refusal) {
	t, f := a.track(r)
	switch {
	case f != nil:
		return 0, nil, f
	case t.stopped.IsZero():
		return 0, nil, bad(4013, "Retrack is not allowed. You can only retrack an inactive tracking.")
	case t.retracked >= mostRetrack:
		return 0, nil, bad(4016, "Retrack is not allowed. You can only retrack each shipment three times.")
	}
	t.retracked++
	t.stopped, t.begun = time.Time{}, a.s.now()
	return 200, object{"id": t.id, "tracking_number": t.parcel.Number, "slug": t.slug, "active": true}, nil
}

func fail(w http.ResponseWriter, f *refusal) {
	data := f.data
	if data == nil {
		data = object{}
	}
	write(w, f.status, object{"meta": object{"code": f.code, "type": f.kind, "message": f.message}, "data": data})
}

// refuse writes the refusals that the gate makes.
func (s *Service) refuse(w http.ResponseWriter, _ *http.Request, what simulator.Trouble, wait time.Duration) {
	if what == simulator.Limited {
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(s.clock().Add(wait).Unix(), 10))
		w.Header().Set("X-RateLimit-Remaining", "0")
		fail(w, &refusal{status: 429, code: 429, kind: "TooManyRequests", message: "You have exceeded the API call rate limit."})
		return
	}
	fail(w, &refusal{status: 401, code: 401, kind: "Unauthorized", message: "Invalid API key."})
}

func write(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // whoever went away misses it
}
