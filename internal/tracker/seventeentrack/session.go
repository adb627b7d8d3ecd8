package seventeentrack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"parley/internal/fault"
	"parley/internal/shipment"
	"parley/internal/tracker"
)

// session is an open way to one account.
type session struct{ way *tracker.Way }

// envelope is what every call answers.
type envelope struct {
	Code int `json:"code"`
	Data struct {
		Accepted tracker.List[json.RawMessage] `json:"accepted"`
		Rejected tracker.List[rejection]       `json:"rejected"`
		Errors   tracker.List[complaint]       `json:"errors"`
	} `json:"data"`
}

type rejection struct {
	Number tracker.Text `json:"number"`
	Error  complaint    `json:"error"`
}

type complaint struct {
	Code    int          `json:"code"`
	Message tracker.Text `json:"message"`
}

// Codes of errors that mean something to the desk (help.17track.net, "Error Codes and Troubleshooting").
const (
	ipNotAllowed  = -18010001
	wrongKey      = -18010002
	serviceError  = -18010003
	disabled      = -18010004
	unauthorised  = -18010005
	registered    = -18019901
	notRegistered = -18019902
	notStopped    = -18019904 // only a stopped number can be taken up again
	notWatched    = -18019906 // only a watched number can be stopped
	dayUsedUp     = -18019907
	quotaUsedUp   = -18019908
	noNews        = -18019909
)

// call sends one list and gives what was accepted and rejected.
func (s *session) call(ctx context.Context, path string, list any) (envelope, error) {
	answer, err := s.way.Call(ctx, http.MethodPost, "/"+path, nil, list)
	if err != nil {
		return envelope{}, err
	}
	var e envelope
	if err := json.Unmarshal(answer.Body, &e); err != nil {
		return e, s.way.Garbled(err)
	}
	if answer.Status != http.StatusOK && e.Code == 0 && len(e.Data.Errors) == 0 {
		return e, s.way.Garbled(errors.New("status " + strconv.Itoa(answer.Status)))
	}
	c := complaint{Code: e.Code}
	if len(e.Data.Errors) > 0 {
		c = e.Data.Errors[0]
	}
	return e, s.whole(c)
}

// whole is the fault of an error that concerns the call and not single parcels.
func (s *session) whole(c complaint) error {
	switch c.Code {
	case 0:
		return nil
	case ipNotAllowed, wrongKey, disabled, unauthorised:
		return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.tracker.key", Field: "settings.api_key", Params: map[string]string{"tracker": name}}
	case serviceError:
		return fault.New(fault.Unavailable, "fault.tracker.busy", "tracker", name, "code", strconv.Itoa(c.Code))
	}
	return s.single(c)
}

// single is the fault of one parcel.
func (s *session) single(c complaint) error {
	switch c.Code {
	case notRegistered:
		return s.way.Missing()
	case quotaUsedUp, dayUsedUp:
		return s.way.Spent()
	}
	return s.way.Refused(strconv.Itoa(c.Code), string(c.Message))
}

// Check asks for the account's quota, which costs nothing.
func (s *session) Check(ctx context.Context) (tracker.Quota, error) {
	answer, err := s.way.Call(ctx, http.MethodPost, "/getquota", nil, []struct{}{})
	if err != nil {
		return tracker.Quota{}, err
	}
	var e struct {
		Code int `json:"code"`
		Data struct {
			Total  *int                    `json:"quota_total"`
			Left   *int                    `json:"quota_remain"`
			Errors tracker.List[complaint] `json:"errors"`
		} `json:"data"`
	}
	if err := json.Unmarshal(answer.Body, &e); err != nil {
		return tracker.Quota{}, s.way.Garbled(err)
	}
	c := complaint{Code: e.Code}
	if len(e.Data.Errors) > 0 {
		c = e.Data.Errors[0]
	}
	if err := s.whole(c); err != nil {
		return tracker.Quota{}, err
	}
	return tracker.Quota{Total: orMinus(e.Data.Total), Left: orMinus(e.Data.Left)}, nil
}

func orMinus(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

// item names one parcel in a call.
type item struct {
	Number  string `json:"number"`
	Carrier int    `json:"carrier,omitempty"`
	Auto    bool   `json:"auto_detection,omitempty"`
	Ordered string `json:"order_time,omitempty"` // ISO date; helps to tell a number from an older one that was the same
}

// Register registers parcels, 40 to a call. One that is registered already counts as done.
func (s *session) Register(ctx context.Context, parcels []tracker.Parcel) ([]tracker.Registered, error) {
	out := make([]tracker.Registered, len(parcels))
	items := make([]item, len(parcels))
	for i, p := range parcels {
		items[i] = item{Number: shipment.Number(p.Number), Carrier: carrier(p), Auto: true}
		if !p.ShippedAt.IsZero() {
			items[i].Ordered = p.ShippedAt.UTC().Format("2006-01-02")
		}
		out[i].Ref.Number = items[i].Number
	}
	err := s.each(ctx, "register", items, func(i int, accepted *record, refused complaint) {
		switch {
		case accepted != nil:
			out[i].Ref.Carrier = accepted.carrier()
		case refused.Code != registered:
			out[i].Err = s.single(refused)
		}
	}, func(i int, err error) { out[i].Err = err })
	return out, err
}

// Resume takes up stopped numbers, each once in its life.
func (s *session) Resume(ctx context.Context, refs []tracker.Ref) ([]error, error) {
	return s.act(ctx, "retrack", refs, notStopped)
}

// Stop ends the watching. What is not watched is fine.
func (s *session) Stop(ctx context.Context, refs []tracker.Ref) ([]error, error) {
	return s.act(ctx, "stoptrack", refs, notRegistered, notWatched)
}

func (s *session) act(ctx context.Context, path string, refs []tracker.Ref, fine ...int) ([]error, error) {
	out := make([]error, len(refs))
	err := s.each(ctx, path, itemsOf(refs), func(i int, accepted *record, refused complaint) {
		if accepted == nil && !slices.Contains(fine, refused.Code) {
			out[i] = s.single(refused)
		}
	}, func(i int, err error) { out[i] = err })
	return out, err
}

// Fetch reads parcels, 40 to a call.
func (s *session) Fetch(ctx context.Context, refs []tracker.Ref) ([]tracker.Report, error) {
	out := make([]tracker.Report, len(refs))
	for i, ref := range refs {
		out[i].Ref = ref
	}
	err := s.each(ctx, "gettrackinfo", itemsOf(refs), func(i int, accepted *record, refused complaint) {
		switch {
		case accepted != nil:
			out[i] = accepted.report(refs[i])
		case refused.Code != noNews:
			out[i].Err = s.single(refused)
		}
	}, func(i int, err error) { out[i].Err = err })
	return out, err
}

func itemsOf(refs []tracker.Ref) []item {
	items := make([]item, len(refs))
	for i, ref := range refs {
		n, _ := strconv.Atoi(ref.Carrier) // 0: the service knows which one it registered
		items[i] = item{Number: ref.Number, Carrier: n}
	}
	return items
}

// each sends the items in lists the service takes and hands every answer to done. After a failure of a call the rest goes to left.
func (s *session) each(ctx context.Context, path string, items []item, done func(i int, accepted *record, refused complaint), left func(i int, err error)) error {
	for from := 0; from < len(items); from += batch {
		part := items[from:min(from+batch, len(items))]
		e, err := s.call(ctx, path, part)
		if err != nil {
			for i := from; i < len(items); i++ {
				left(i, err)
			}
			return err
		}
		s.sort(part, &e, from, done, left)
	}
	return nil
}

// sort gives each item its answer. Answers name the number; one that is named nowhere was not understood.
func (s *session) sort(part []item, e *envelope, from int, done func(int, *record, complaint), left func(int, error)) {
	accepted, refused := map[string]*record{}, map[string]complaint{}
	for _, raw := range e.Data.Accepted {
		if r := readRecord(raw); r != nil {
			accepted[shipment.Number(string(r.Number))] = r
		}
	}
	for _, r := range e.Data.Rejected {
		refused[shipment.Number(string(r.Number))] = r.Error
	}
	for i, it := range part {
		r, yes := accepted[it.Number]
		c, no := refused[it.Number]
		switch {
		case yes:
			done(from+i, r, complaint{})
		case no:
			done(from+i, nil, c)
		default:
			left(from+i, s.way.Garbled(errors.New("the answer does not name the number")))
		}
	}
}
