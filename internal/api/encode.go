package api

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/desk"
	"parley/internal/money"
	"parley/internal/policy"
)

// jsonFormat writes lists of cases by hand, since they are asked for far more than anything else, and everything else as
// encoding/json does. A test holds the two to the same bytes.
func jsonFormat() huma.Format {
	pool := &sync.Pool{New: func() any { return new([]byte) }}
	return huma.Format{Unmarshal: json.Unmarshal, Marshal: func(w io.Writer, v any) error {
		l, ok := v.(CaseList)
		if !ok {
			return plainJSON(w, v)
		}
		b := pool.Get().(*[]byte)
		defer pool.Put(b)
		*b = append(appendList((*b)[:0], &l), '\n')
		_, err := w.Write(*b)
		return err
	}}
}

func plainJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func appendList(b []byte, l *CaseList) []byte {
	b = append(b, `{"items":[`...)
	for i := range l.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendRow(b, &l.Items[i])
	}
	b = append(b, ']')
	b = optionalText(b, `,"next":`, l.Next)
	b = optionalText(b, `,"prev":`, l.Prev)
	if l.Capped {
		b = append(b, `,"capped":true`...)
	}
	return append(b, '}')
}

func appendRow(b []byte, r *desk.Row) []byte {
	b = appendInt(append(b, `{"id":`...), r.ID)
	b = appendInt(append(b, `,"version":`...), r.Version)
	b = appendStore(append(b, `,"store":`...), &r.Store)
	b = appendText(append(b, `,"order":`...), r.OrderNo)
	b = strconv.AppendBool(append(b, `,"open":`...), r.Open)
	b = appendText(append(b, `,"view":`...), r.View)
	b = appendText(append(b, `,"title":`...), r.Title)
	b = appendText(append(b, `,"buyer":`...), r.Buyer)
	b = optionalText(b, `,"country":`, r.Country)
	b = optionalText(b, `,"language":`, r.Language)
	b = optionalText(b, `,"reason":`, r.Reason)
	b = appendText(append(b, `,"class":`...), r.Class)
	b = appendText(append(b, `,"state":`...), r.State)
	b = appendText(append(b, `,"owner":`...), r.Owner)
	b = appendText(append(b, `,"ask":`...), r.Ask)
	b = optionalText(b, `,"recommended":`, r.Recommended)
	b = optionalText(b, `,"advice":`, r.Advice)
	b = appendWhy(b, r.Why)
	b = optionalInstant(b, `,"due_at":`, r.DueAt)
	b = optionalText(b, `,"due_kind":`, r.DueKind)
	b = appendText(append(b, `,"level":`...), r.Level)
	b = appendMoney(append(b, `,"stake":`...), r.Stake)
	b = appendMoney(append(b, `,"stake_reference":`...), r.StakeRef)
	return append(appendRest(b, r), '}')
}

// appendRest is the second half of a row.
func appendRest(b []byte, r *desk.Row) []byte {
	if r.Assignee != nil {
		b = appendInt(append(b, `,"assignee":{"id":`...), r.Assignee.ID)
		b = append(appendText(append(b, `,"name":`...), r.Assignee.Name), '}')
	}
	if len(r.Alerts) > 0 {
		b = append(b, `,"alerts":[`...)
		for i, a := range r.Alerts {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(b, a)
		}
		b = append(b, ']')
	}
	if r.Unknown != 0 {
		b = appendInt(append(b, `,"unknown":`...), int64(r.Unknown))
	}
	b = optionalText(b, `,"effect":`, r.Effect)
	b = optionalText(b, `,"pending":`, r.Pending)
	b = strconv.AppendBool(append(b, `,"counts":`...), r.Counts)
	b = appendInstant(append(b, `,"opened_at":`...), r.OpenedAt)
	b = appendInstant(append(b, `,"changed_at":`...), r.ChangedAt)
	return optionalInstant(b, `,"ended_at":`, r.EndedAt)
}

func appendStore(b []byte, s *desk.StoreRef) []byte {
	b = appendInt(append(b, `{"id":`...), s.ID)
	b = appendText(append(b, `,"name":`...), s.Name)
	b = appendText(append(b, `,"connector":`...), s.Connector)
	b = appendText(append(b, `,"mark":`...), s.Mark)
	return append(appendText(append(b, `,"zone":`...), s.Zone), '}')
}

func appendWhy(b []byte, w *policy.Why) []byte {
	if w == nil {
		return b
	}
	b = appendText(append(b, `,"why":{"rule":`...), w.Rule)
	b = appendText(append(b, `,"pack":`...), w.Pack)
	if len(w.Params) > 0 {
		b = append(b, `,"params":{`...)
		for i, name := range slices.Sorted(maps.Keys(w.Params)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(append(appendText(b, name), ':'), w.Params[name])
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendMoney(b []byte, m money.Amount) []byte {
	b = appendInt(append(b, `{"minor":`...), m.Minor)
	return append(appendText(append(b, `,"currency":`...), m.Currency), '}')
}

func appendInt(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }

func appendInstant(b []byte, t time.Time) []byte {
	return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

func optionalInstant(b []byte, name string, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	return appendInstant(append(b, name...), t)
}

func optionalText(b []byte, name, s string) []byte {
	if s == "" {
		return b
	}
	return appendText(append(b, name...), s)
}

// appendText quotes a text; one with anything to escape takes the slower way of encoding/json.
func appendText(b []byte, s string) []byte {
	if simple(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	var quoted bytes.Buffer
	if err := plainJSON(&quoted, s); err != nil {
		return append(b, `""`...) // a text always encodes
	}
	return append(b, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}

func simple(s string) bool {
	wide := false
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
		wide = wide || c >= utf8.RuneSelf
	}
	return !wide || (utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029"))
}
