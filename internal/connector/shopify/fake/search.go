package fake

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"
)

// term is one comparison of a search: key, comparator ("", ">", ">=", "<", "<="), value, and whether it is turned around.
type term struct {
	key, comparator string
	values          []string  // of which one has to be it
	at              time.Time // the value as an instant; zero where it is none
	not             bool
}

// searched reads a query of the search syntax: alternatives (OR) of terms that all must hold (AND, or side by side). Nesting with
// brackets is not simulated.
func searched(query string) [][]term {
	var out [][]term
	var all []term
	not := false
	for _, word := range split(query) {
		switch strings.ToUpper(word) {
		case "OR":
			out, all = append(out, all), nil
			continue
		case "AND":
			continue
		case "NOT":
			not = true
			continue
		}
		t := term{not: not}
		not = false
		if rest, ok := strings.CutPrefix(word, "-"); ok {
			t.not, word = true, rest
		}
		var value string
		t.key, value, _ = strings.Cut(word, ":")
		for _, c := range []string{">=", "<=", ">", "<"} {
			if rest, ok := strings.CutPrefix(value, c); ok {
				t.comparator, value = c, rest
				break
			}
		}
		value = unquoted(value)
		t.values = strings.Split(value, ",")
		t.at, _ = time.Parse(time.RFC3339, value) // zero then
		all = append(all, t)
	}
	return append(out, all)
}

// split cuts at spaces outside quotes.
func split(query string) (out []string) {
	var b strings.Builder
	quote, escaped := rune(0), false
	for _, c := range query {
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0 && c == ' ':
			if b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
			}
			continue
		}
		b.WriteRune(c)
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

func unquoted(v string) string {
	if n := len(v); n >= 2 && (v[0] == '\'' || v[0] == '"') && v[n-1] == v[0] {
		v = v[1 : n-1]
	}
	return strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`).Replace(v)
}

// fields gives the text or the instant that a record has under a key; nil where nobody knows the key.
type fields func(key string) any

// search is a query that was read.
type search [][]term

func searchOf(args map[string]any) search {
	query, _ := args["query"].(string)
	if strings.TrimSpace(query) == "" {
		return nil
	}
	return searched(query)
}

// finds tells whether a record answers the query. A key nobody knows is left out of account, as on the platform.
func (s search) finds(of fields) bool {
	if s == nil {
		return true
	}
	return slices.ContainsFunc(s, func(all []term) bool {
		return !slices.ContainsFunc(all, func(t term) bool { return !t.holds(of) })
	})
}

func (t term) holds(of fields) bool {
	switch have := of(t.key).(type) {
	case string:
		yes := slices.ContainsFunc(t.values, func(v string) bool { return strings.EqualFold(v, have) })
		return yes != t.not
	case time.Time:
		return t.within(have) != t.not
	}
	return true
}

func (t term) within(have time.Time) bool {
	if t.at.IsZero() {
		return true
	}
	switch t.comparator {
	case ">":
		return have.After(t.at)
	case ">=":
		return !have.Before(t.at)
	case "<":
		return have.Before(t.at)
	case "<=":
		return !have.After(t.at)
	}
	return have.Equal(t.at)
}

func (s *Shop) orderList(args map[string]any) any {
	query := searchOf(args)
	out := []any{}
	for _, o := range s.sorted(args["sortKey"], query) {
		if query.finds(o.field) {
			out = append(out, lazy(func() object { return s.order(o) }))
		}
	}
	if args["reverse"] == true {
		slices.Reverse(out)
	}
	return s.listed(out)
}

// sorted are the orders by the time they were placed, or last changed; of the latter those that changed too early for a query may be missing.
func (s *Shop) sorted(by any, query search) []*Order {
	if by != "UPDATED_AT" {
		orders := slices.Clone(s.orders)
		slices.SortStableFunc(orders, func(a, b *Order) int { return a.Placed.Compare(b.Placed) })
		return orders
	}
	changed := func(a, b *Order) int { return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.ID, b.ID)) }
	if !slices.IsSortedFunc(s.updated, changed) {
		slices.SortFunc(s.updated, changed)
	}
	since := query.since("updated_at")
	first := sort.Search(len(s.updated), func(i int) bool { return !s.updated[i].UpdatedAt.Before(since) })
	return s.updated[first:]
}

// since is an instant before which no record can have a key's value and answer the query; zero where there is none.
func (s search) since(key string) (at time.Time) {
	if len(s) != 1 {
		return at
	}
	for _, t := range s[0] {
		if t.key == key && !t.not && strings.HasPrefix(t.comparator, ">") && t.at.After(at) {
			at = t.at
		}
	}
	return at
}

// field is what an order can be searched by.
func (o *Order) field(key string) any {
	switch key {
	case "name":
		return o.Name
	case "updated_at":
		return o.UpdatedAt.Truncate(time.Second)
	case "created_at", "processed_at":
		return o.Placed
	case "return_status":
		return o.returning()
	case "fulfillment_status":
		return map[string]string{"FULFILLED": "shipped", "UNFULFILLED": "unshipped"}[o.sent()]
	case "financial_status":
		return o.paid()
	}
	return nil
}

func (s *Shop) disputeList(args map[string]any) any {
	query := searchOf(args)
	out := []any{}
	for _, d := range s.disputes {
		if query.finds(func(key string) any { return map[string]any{"status": d.Status, "initiated_at": d.At}[key] }) {
			out = append(out, s.dispute(d))
		}
	}
	return s.listed(out)
}

func (s *Shop) fulfilmentList(args map[string]any) any {
	query := searchOf(args)
	closed, _ := args["includeClosed"].(bool)
	out := []any{}
	for _, o := range s.orders {
		status := o.fulfilling()
		if (closed || status != "CLOSED") && query.finds(func(key string) any { return map[string]any{"status": status, "updated_at": o.UpdatedAt}[key] }) {
			out = append(out, s.fulfilmentOrder(o))
		}
	}
	return s.listed(out)
}
