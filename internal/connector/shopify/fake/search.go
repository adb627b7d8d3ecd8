package fake

import (
	"slices"
	"strings"
	"time"
)

// term is one comparison of a search: key, comparator ("", ">", ">=", "<", "<="), value, and whether it is turned around.
type term struct {
	key, comparator, value string
	not                    bool
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
		t.key, t.value, _ = strings.Cut(word, ":")
		for _, c := range []string{">=", "<=", ">", "<"} {
			if rest, ok := strings.CutPrefix(t.value, c); ok {
				t.comparator, t.value = c, rest
				break
			}
		}
		t.value = unquoted(t.value)
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

// matches tells whether fields (text or instant, by key) answer a query. A key nobody knows is left out of account, as on the platform.
func matches(query string, fields map[string]any) bool {
	if strings.TrimSpace(query) == "" {
		return true
	}
	return slices.ContainsFunc(searched(query), func(all []term) bool {
		return !slices.ContainsFunc(all, func(t term) bool { return !t.holds(fields) })
	})
}

func (t term) holds(fields map[string]any) bool {
	have, known := fields[t.key]
	if !known {
		return true
	}
	var yes bool
	switch have := have.(type) {
	case string:
		yes = slices.ContainsFunc(strings.Split(t.value, ","), func(v string) bool { return strings.EqualFold(v, have) })
	case time.Time:
		yes = t.within(have)
	}
	return yes != t.not
}

func (t term) within(have time.Time) bool {
	want, err := time.Parse(time.RFC3339, t.value)
	if err != nil {
		return true
	}
	switch t.comparator {
	case ">":
		return have.After(want)
	case ">=":
		return !have.Before(want)
	case "<":
		return have.Before(want)
	case "<=":
		return !have.After(want)
	}
	return have.Equal(want)
}

func (s *Shop) orderList(args map[string]any) any {
	query, _ := args["query"].(string)
	orders := slices.Clone(s.orders)
	key := func(o *Order) time.Time { return o.Placed }
	if args["sortKey"] == "UPDATED_AT" {
		key = func(o *Order) time.Time { return o.UpdatedAt }
	}
	slices.SortStableFunc(orders, func(a, b *Order) int { return key(a).Compare(key(b)) })
	if args["reverse"] == true {
		slices.Reverse(orders)
	}
	out := []any{}
	for _, o := range orders {
		if matches(query, map[string]any{
			"name": o.Name, "updated_at": o.UpdatedAt.Truncate(time.Second), "created_at": o.Placed, "processed_at": o.Placed, "return_status": o.returning(),
			"fulfillment_status": map[string]string{"FULFILLED": "shipped", "UNFULFILLED": "unshipped"}[o.sent()], "financial_status": o.paid(),
		}) {
			out = append(out, s.order(o))
		}
	}
	return out
}

func (s *Shop) disputeList(args map[string]any) any {
	query, _ := args["query"].(string)
	out := []any{}
	for _, d := range s.disputes {
		if matches(query, map[string]any{"status": d.Status, "initiated_at": d.At}) {
			out = append(out, s.dispute(d))
		}
	}
	return out
}

func (s *Shop) fulfilmentList(args map[string]any) any {
	query, _ := args["query"].(string)
	closed, _ := args["includeClosed"].(bool)
	out := []any{}
	for _, o := range s.orders {
		v := s.fulfilmentOrder(o)
		status, _ := v["status"].(string)
		if (closed || status != "CLOSED") && matches(query, map[string]any{"status": status, "updated_at": o.UpdatedAt}) {
			out = append(out, v)
		}
	}
	return out
}
