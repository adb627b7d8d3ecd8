package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"parley/internal/connector/simulator"
)

type object = map[string]any

// item is one parcel of a call. Members the service does not know are refused, as it refuses wrong types.
type item struct {
	Number   string `json:"number"`
	Carrier  int    `json:"carrier"`
	Final    int    `json:"final_carrier"`
	Auto     *bool  `json:"auto_detection"`
	Ordered  string `json:"order_time"`
	OrderNo  string `json:"order_no"`
	Tag      string `json:"tag"`
	Lang     string `json:"lang"`
	Param    string `json:"param"`
	Remark   string `json:"remark"`
	Email    string `json:"email"`
	Accounts string `json:"account"`
}

const most = 40

var shape = regexp.MustCompile(`^[0-9A-Za-z]{5,50}$`)

type call func(a *Account, it item) (object, *refusal)

type refusal struct {
	code    int
	message string
}

func (s *Service) routes() http.Handler {
	mux := http.NewServeMux()
	for name, do := range map[string]call{
		"register": register, "gettrackinfo": info, "stoptrack": stop, "retrack": retrack, "deletetrack": drop,
	} {
		mux.HandleFunc("POST /track/v2.2/"+name, func(w http.ResponseWriter, r *http.Request) { s.each(w, r, do) })
	}
	mux.HandleFunc("POST /track/v2.2/getquota", s.quota)
	return mux
}

// enter finds the account and takes the call's turn.
func (s *Service) enter(w http.ResponseWriter, r *http.Request) *Account {
	a := s.account(r)
	if a == nil {
		write(w, http.StatusUnauthorized, failed(refusal{-18010002, "Invalid security key."}))
		return nil
	}
	if now := s.now(); s.enforce {
		s.recent = slices.DeleteFunc(s.recent, func(at time.Time) bool { return now.Sub(at) >= time.Second })
		if len(s.recent) >= 3 {
			refuse(w, r, simulator.Limited, time.Second)
			return nil
		}
		s.recent = append(s.recent, now)
	}
	s.settle()
	return a
}

func (s *Service) each(w http.ResponseWriter, r *http.Request, do call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.enter(w, r)
	if a == nil {
		return
	}
	var items []item
	if err := json.NewDecoder(r.Body).Decode(&items); err != nil {
		write(w, http.StatusOK, failed(refusal{-18010013, "Submitted data is invalid."}))
		return
	}
	if len(items) == 0 || len(items) > most {
		write(w, http.StatusOK, failed(refusal{-18010014, "Tracking numbers exceed the 40 limit."}))
		return
	}
	accepted, rejected := []object{}, []object{}
	for _, it := range items {
		if !shape.MatchString(it.Number) {
			rejected = append(rejected, no(it, &refusal{-18010012, fmt.Sprintf("The format of '%s' is invalid.", it.Number)}))
			continue
		}
		if o, f := do(a, it); f != nil {
			rejected = append(rejected, no(it, f))
		} else {
			accepted = append(accepted, o)
		}
	}
	write(w, http.StatusOK, object{"code": 0, "data": object{"accepted": accepted, "rejected": rejected}})
}

func no(it item, f *refusal) object {
	return object{"number": it.Number, "error": object{"code": f.code, "message": f.message}}
}

func failed(f refusal) object {
	return object{"code": f.code, "data": object{"errors": []object{{"code": f.code, "message": f.message}}}}
}

func (a *Account) track(it item) *track {
	for _, t := range a.tracks {
		if t.parcel.Number == it.Number && (it.Carrier == 0 || it.Carrier == t.carrier) {
			return t
		}
	}
	return nil
}

func unregistered(it item) *refusal {
	return &refusal{-18019902, fmt.Sprintf("The tracking number '%s' does not register, please register first.", it.Number)}
}

func register(a *Account, it item) (object, *refusal) {
	if a.track(it) != nil {
		return nil, &refusal{-18019901, fmt.Sprintf("The tracking number '%s' has been registered, don't need to repeat registration.", it.Number)}
	}
	if a.used >= a.Quota {
		return nil, &refusal{-18019908, "Quota has been used up."}
	}
	p, origin := a.s.parcel(it.Number), 2
	carrier := it.Carrier
	if carrier == 0 {
		carrier, origin = p.Carrier, 1
	}
	if carrier == 0 || p.refused {
		return nil, &refusal{-18019903, "The carrier can not be detected."}
	}
	p.Carrier = carrier
	a.used++
	a.tracks = append(a.tracks, &track{parcel: p, carrier: carrier, registered: a.s.now()})
	if len(p.events) > 0 {
		a.happened("TRACKING_UPDATED", a.tracks[len(a.tracks)-1])
	}
	return object{"origin": origin, "number": it.Number, "tag": it.Tag, "carrier": carrier}, nil
}

func stop(a *Account, it item) (object, *refusal) {
	t := a.track(it)
	if t == nil {
		return nil, unregistered(it)
	}
	if !t.stopped.IsZero() {
		return nil, &refusal{-18019906, "Only the tracking numbers that are being tracked can be stopped."}
	}
	t.stopped = a.s.now()
	return object{"number": it.Number, "carrier": t.carrier}, nil
}

func retrack(a *Account, it item) (object, *refusal) {
	t := a.track(it)
	switch {
	case t == nil:
		return nil, unregistered(it)
	case t.stopped.IsZero():
		return nil, &refusal{-18019904, "Retrack is not allowed. You can only retrack stopped number."}
	case t.retracked:
		return nil, &refusal{-18019905, "Retrack is not allowed. You can only retrack each number once."}
	}
	t.stopped, t.retracked, t.registered = time.Time{}, true, a.s.now()
	return object{"number": it.Number, "carrier": t.carrier}, nil
}

func drop(a *Account, it item) (object, *refusal) {
	t := a.track(it)
	if t == nil {
		return nil, unregistered(it)
	}
	a.tracks = slices.DeleteFunc(a.tracks, func(o *track) bool { return o == t })
	return object{"number": it.Number, "carrier": t.carrier}, nil
}

func info(a *Account, it item) (object, *refusal) {
	t := a.track(it)
	if t == nil {
		return nil, unregistered(it)
	}
	if len(t.seen()) == 0 && a.s.now().Sub(t.registered) < time.Minute {
		return nil, &refusal{-18019909, "No tracking information at this time."}
	}
	return t.json(a.s.now()), nil
}

func (s *Service) quota(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.enter(w, r)
	if a == nil {
		return
	}
	write(w, http.StatusOK, object{"code": 0, "data": object{
		"quota_total": a.Quota, "quota_used": a.used, "quota_remain": a.Quota - a.used, "today_used": a.used, "max_track_daily": 0, "free_email_quota": 0, "free_email_quotaused": 0,
	}})
}

// refuse writes the refusals that the gate makes.
func refuse(w http.ResponseWriter, _ *http.Request, what simulator.Trouble, wait time.Duration) {
	if what == simulator.Limited {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		http.Error(w, "", http.StatusTooManyRequests)
		return
	}
	write(w, http.StatusUnauthorized, failed(refusal{-18010002, "Invalid security key."}))
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
