package fake

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// asked is a question for a list, as understood.
type asked struct {
	since, until, created time.Time
	states                []string
	payment               string
	size, from, overlap   int
}

var states = []string{"REQUIRED_ACTION", "REQUIRED_OTHER_PARTY_ACTION", "UNDER_PAYPAL_REVIEW", "RESOLVED", "OPEN_INQUIRIES", "APPEALABLE"}

// farBack is how far back the list can be asked for.
const farBack = 180 * 24 * time.Hour

// list answers with one page, latest creation first. An empty page has no items: the specification wants at least one where there are any.
func (p *Platform) list(q *request) (members, *problem) {
	ask, refused := p.understand(q.URL.Query())
	if refused != nil {
		return nil, refused
	}
	now := p.now()
	var rows []members
	for _, d := range slices.Backward(q.account.disputes) {
		if !ask.wants(d, now) {
			continue
		}
		rows = append(rows, p.shown(d.row(q.base, now)))
		if p.twice {
			rows = append(rows, rows[len(rows)-1])
		}
	}
	page := rows[min(ask.from, len(rows)):min(ask.from+ask.size, len(rows))]
	m := members{"links": pageLinks(q, ask, len(rows))}
	list(m, "items", page)
	return m, nil
}

func (a asked) wants(d *Dispute, now time.Time) bool {
	switch {
	case a.payment != "" && d.spec.Transaction != a.payment:
	case !a.since.IsZero() && !d.updated.After(a.since):
	case !a.until.IsZero() && !d.updated.Before(a.until):
	case !a.created.IsZero() && d.created.Before(a.created):
	case len(a.states) > 0 && !slices.Contains(a.states, d.state(now)):
	default:
		return true
	}
	return false
}

func pageLinks(q *request, a asked, total int) []link {
	with := func(token string) string {
		v := q.URL.Query()
		v.Del("next_page_token")
		if token != "" {
			v.Set("next_page_token", token)
		}
		return q.base + disputesPath + "?" + v.Encode()
	}
	out := []link{{with(q.URL.Query().Get("next_page_token")), "self", "GET"}, {with(""), "first", "GET"}}
	if next := a.from + a.size; next < total {
		out = append(out, link{with(base64.StdEncoding.EncodeToString([]byte("from " + strconv.Itoa(next-a.overlap)))), "next", "GET"})
	}
	return out
}

func (p *Platform) understand(v url.Values) (asked, *problem) {
	a := asked{size: 10, overlap: p.overlap, payment: v.Get("disputed_transaction_id")}
	if text := v.Get("page_size"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 50 {
			return a, invalid("page_size", text, "query", "INVALID_PAGE_SIZE", "The page size must be between 1 and 50.")
		}
		a.size = n
	}
	if a.payment != "" && v.Get("start_time") != "" {
		return a, invalid("start_time", v.Get("start_time"), "query", "MUTUALLY_EXCLUSIVE", "Either start_time or disputed_transaction_id.")
	}
	for name, into := range map[string]*time.Time{"update_time_after": &a.since, "update_time_before": &a.until, "start_time": &a.created} {
		if refused := p.instant(name, v.Get(name), into); refused != nil {
			return a, refused
		}
	}
	if text := v.Get("dispute_state"); text != "" {
		a.states = strings.Split(text, ",")
		for _, s := range a.states {
			if !slices.Contains(states, s) {
				return a, invalid("dispute_state", s, "query", "INVALID_DISPUTE_STATE", "The dispute state is not known.")
			}
		}
	}
	return a, a.page(v.Get("next_page_token"))
}

func (p *Platform) instant(name, text string, into *time.Time) *problem {
	if text == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return invalid(name, text, "query", "INVALID_DATE_TIME", "The date and time is not in Internet date and time format.")
	}
	if p.now().Sub(t) > farBack {
		return invalid(name, text, "query", "INVALID_DATE_RANGE", "The date and time must be within the last 180 days.")
	}
	*into = t
	return nil
}

func (a *asked) page(token string) *problem {
	if token == "" {
		return nil
	}
	text, err := base64.StdEncoding.DecodeString(token)
	n, err2 := strconv.Atoi(strings.TrimPrefix(string(text), "from "))
	if err != nil || err2 != nil || n < 0 {
		return invalid("next_page_token", token, "query", "INVALID_PAGE_TOKEN", "The page token is not known.")
	}
	a.from = n
	return nil
}
