package aftership

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"parley/internal/fault"
	"parley/internal/shipment"
	"parley/internal/tracker"
)

// session is an open way to one account.
type session struct{ way *tracker.Way }

// envelope is what every call answers.
type envelope struct {
	Meta struct {
		Code    int          `json:"code"`
		Message tracker.Text `json:"message"`
	} `json:"meta"`
	Data json.RawMessage `json:"data"`
}

// Codes of errors that mean something to the desk (aftership.com/docs/tracking/quickstart/request-errors).
const (
	exists     = 4003
	unknown    = 4004
	badID      = 4015
	watched    = 4013 // only what is not watched can be taken up again
	notFound   = 404
	mostListed = "200"
)

func (s *session) call(ctx context.Context, method, path string, query url.Values, body any) (envelope, error) {
	answer, err := s.way.Call(ctx, method, path, query, body)
	if err != nil {
		return envelope{}, err
	}
	var e envelope
	if err := json.Unmarshal(answer.Body, &e); err != nil {
		return e, s.way.Garbled(err)
	}
	switch {
	case answer.Status < 300 && (e.Meta.Code == 0 || e.Meta.Code < 300):
		return e, nil
	case e.Meta.Code == unknown, e.Meta.Code == badID, e.Meta.Code == notFound:
		return e, s.way.Missing()
	case e.Meta.Code == 0:
		return e, s.way.Garbled(errors.New("status " + strconv.Itoa(answer.Status)))
	}
	return e, s.way.Refused(strconv.Itoa(e.Meta.Code), string(e.Meta.Message))
}

// Check lists one parcel, which costs nothing. The service does not tell what is left of a plan.
func (s *session) Check(ctx context.Context) (tracker.Quota, error) {
	_, err := s.call(ctx, http.MethodGet, "/trackings", url.Values{"limit": {"1"}}, nil)
	return tracker.Quota{Total: -1, Left: -1}, err
}

// creation is the body of a registration.
type creation struct {
	Number      string `json:"tracking_number"`
	Slug        string `json:"slug,omitempty"`
	Shipped     string `json:"tracking_ship_date,omitempty"` // ISO date
	Destination string `json:"destination_country_region,omitempty"`
}

// Register registers parcels one by one. One that is registered already counts as done.
func (s *session) Register(ctx context.Context, parcels []tracker.Parcel) ([]tracker.Registered, error) {
	out := make([]tracker.Registered, len(parcels))
	for i, p := range parcels {
		out[i].Ref.Number = shipment.Number(p.Number)
	}
	err := s.each(len(parcels), func(i int) (err error) {
		out[i].Ref, err = s.register(ctx, parcels[i])
		return err
	}, func(i int, err error) { out[i].Err = err })
	return out, err
}

func (s *session) register(ctx context.Context, p tracker.Parcel) (tracker.Ref, error) {
	body := creation{Number: shipment.Number(p.Number), Slug: slug(p), Destination: alpha3(p.To)}
	if !p.ShippedAt.IsZero() {
		body.Shipped = p.ShippedAt.UTC().Format("2006-01-02")
	}
	ref := tracker.Ref{Number: body.Number, Carrier: body.Slug}
	e, err := s.call(ctx, http.MethodPost, "/trackings", nil, body)
	if err != nil && e.Meta.Code != exists {
		return ref, err
	}
	r := readRecord(e.Data)
	if r == nil || r.ID == "" { // the refusal of a known one names it, by most versions of the interface
		return s.find(ctx, ref)
	}
	return tracker.Ref{Number: body.Number, Carrier: string(r.Slug), ID: string(r.ID)}, nil
}

// find looks for a parcel that is registered already.
func (s *session) find(ctx context.Context, ref tracker.Ref) (tracker.Ref, error) {
	found, err := s.list(ctx, []string{ref.Number})
	if err != nil {
		return ref, err
	}
	if r := found.of(ref); r != nil {
		ref.ID, ref.Carrier = string(r.ID), string(r.Slug)
	}
	return ref, nil
}

// each does one parcel after the other. What concerns one parcel is its own error; anything else ends the work, and the rest goes to left.
func (s *session) each(n int, do func(i int) error, left func(i int, err error)) error {
	for i := range n {
		err := do(i)
		if err == nil {
			continue
		}
		left(i, err)
		if fault.Is(err, fault.Refused) || fault.Is(err, fault.NotFound) {
			continue
		}
		for j := i + 1; j < n; j++ {
			left(j, err)
		}
		return err
	}
	return nil
}

// Resume lets the service go on with what it stopped; three times at most.
func (s *session) Resume(ctx context.Context, refs []tracker.Ref) ([]error, error) {
	out := make([]error, len(refs))
	err := s.each(len(refs), func(i int) error {
		e, err := s.onOne(ctx, http.MethodPost, refs[i], "/retrack")
		if e.Meta.Code == watched {
			return nil
		}
		return err
	}, func(i int, err error) { out[i] = err })
	return out, err
}

// Stop deletes parcels there. What is not there is fine.
func (s *session) Stop(ctx context.Context, refs []tracker.Ref) ([]error, error) {
	out := make([]error, len(refs))
	err := s.each(len(refs), func(i int) error {
		_, err := s.onOne(ctx, http.MethodDelete, refs[i], "")
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	}, func(i int, err error) { out[i] = err })
	return out, err
}

// onOne makes a call about one parcel, whose id is looked for where it is not known.
func (s *session) onOne(ctx context.Context, method string, ref tracker.Ref, rest string) (envelope, error) {
	if ref.ID == "" {
		var err error
		if ref, err = s.find(ctx, ref); err != nil {
			return envelope{}, err
		}
		if ref.ID == "" {
			return envelope{}, s.way.Missing()
		}
	}
	return s.call(ctx, method, "/trackings/"+url.PathEscape(ref.ID)+rest, nil, nil)
}

// Fetch reads parcels, fifty to a call. One that the list leaves out is asked for by itself.
func (s *session) Fetch(ctx context.Context, refs []tracker.Ref) ([]tracker.Report, error) {
	out := make([]tracker.Report, len(refs))
	for i, ref := range refs {
		out[i].Ref = ref
	}
	for from := 0; from < len(refs); from += batch {
		to := min(from+batch, len(refs))
		if err := s.fetch(ctx, refs[from:to], out[from:to]); err != nil {
			for i := from; i < len(refs); i++ {
				if out[i].Raw == nil && out[i].Err == nil {
					out[i].Err = err
				}
			}
			return out, err
		}
	}
	return out, nil
}

func (s *session) fetch(ctx context.Context, refs []tracker.Ref, out []tracker.Report) error {
	numbers := make([]string, len(refs))
	for i, ref := range refs {
		numbers[i] = ref.Number
	}
	found, err := s.list(ctx, numbers)
	if err != nil {
		return err
	}
	for i, ref := range refs {
		r := found.of(ref)
		if r == nil {
			if r, out[i].Err = s.one(ctx, ref); out[i].Err != nil && !fault.Is(out[i].Err, fault.NotFound) {
				return out[i].Err
			}
		}
		if r != nil {
			out[i] = r.report(ref)
		}
	}
	return nil
}

func (s *session) one(ctx context.Context, ref tracker.Ref) (*record, error) {
	if ref.ID == "" {
		return nil, s.way.Missing()
	}
	e, err := s.call(ctx, http.MethodGet, "/trackings/"+url.PathEscape(ref.ID), nil, nil)
	if err != nil {
		return nil, err
	}
	r := readRecord(e.Data)
	if r == nil {
		return nil, s.way.Garbled(errors.New("no tracking in the answer"))
	}
	return r, nil
}

// records are parcels of one answer.
type records []*record

func (s *session) list(ctx context.Context, numbers []string) (records, error) {
	e, err := s.call(ctx, http.MethodGet, "/trackings", url.Values{"tracking_numbers": {strings.Join(numbers, ",")}, "limit": {mostListed}}, nil)
	if err != nil {
		return nil, err
	}
	var data struct {
		Trackings tracker.List[json.RawMessage] `json:"trackings"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, s.way.Garbled(err)
	}
	var out records
	for _, raw := range data.Trackings {
		if r := readRecord(raw); r != nil {
			out = append(out, r)
		}
	}
	return out, nil
}

// of finds a parcel: by its id, else by its number, with its carrier where that is known. A number may be registered with two carriers.
func (rs records) of(ref tracker.Ref) (best *record) {
	for _, r := range rs {
		switch {
		case ref.ID != "" && string(r.ID) == ref.ID:
			return r
		case shipment.Number(string(r.Number)) != ref.Number:
		case best == nil || string(r.Slug) == ref.Carrier:
			best = r
		}
	}
	return best
}
