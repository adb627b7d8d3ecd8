package store

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"parley/internal/fault"
)

// order is one way through the open or the ended cases: by a group (or none), a key and the id, along an index that has
// exactly this order.
type order struct {
	sort  string
	group string // column
	whole bool   // the group is a number
	key   string // column
	desc  bool
	open  bool
	of    func(*Case) (group string, key int64)
}

func (o order) name() string { return o.sort + "/" + o.group }

// takes tells whether a place fits: a group that is a number must be one.
func (o order) takes(p *place) bool {
	if o.group == "" {
		return p.Group == ""
	}
	_, err := strconv.ParseInt(p.Group, 10, 64)
	return !o.whole || err == nil
}

func (o order) place(c *Case) place {
	group, key := o.of(c)
	return place{o.name(), group, key, c.ID}
}

func cursorOf(c *Case, legs []order) Cursor {
	for _, leg := range legs {
		if leg.open == c.Open {
			return leg.place(c).cursor()
		}
	}
	return ""
}

const sorts = "deadline, money, opened, changed, ended"

func byDue(c *Case) (string, int64) { return "", dueMicros(c.DueAt) }

// openOrder gives the order of the open cases for a sort.
func openOrder(sort string) (order, bool) {
	switch sort {
	case "", "deadline", "ended":
		return order{sort: "deadline", key: "due_at", open: true, of: byDue}, true
	case "money":
		return order{sort: sort, key: "stake_ref", desc: true, open: true, of: func(c *Case) (string, int64) { return "", c.StakeRef.Minor }}, true
	case "opened":
		return order{sort: sort, key: "opened_at", desc: true, open: true, of: func(c *Case) (string, int64) { return "", micros(c.OpenedAt) }}, true
	case "changed":
		return order{sort: sort, key: "changed_at", desc: true, open: true, of: func(c *Case) (string, int64) { return "", micros(c.ChangedAt) }}, true
	}
	return order{}, false
}

func endedOrder() order {
	return order{sort: "ended", key: "ended_at", desc: true, of: func(c *Case) (string, int64) { return "", micros(c.EndedAt) }}
}

// groupOrder gives the order of the open cases by a group, then by deadline.
func groupOrder(group string) (order, bool) {
	value := map[string]func(*Case) string{
		"store":       func(c *Case) string { return itoa(c.StoreID) },
		"assignee":    func(c *Case) string { return itoa(c.AssigneeID) },
		"connector":   func(c *Case) string { return c.Connector },
		"ask":         func(c *Case) string { return c.Ask },
		"recommended": func(c *Case) string { return c.Recommended },
		"class":       func(c *Case) string { return c.Class },
	}[group]
	o := order{sort: "deadline", group: group, key: "due_at", open: true}
	if group == "store" || group == "assignee" {
		o.group, o.whole = group+"_id", true
	}
	o.of = func(c *Case) (string, int64) { return value(c), dueMicros(c.DueAt) }
	return o, value != nil
}

// legs gives the orders that a list consists of, one after the other.
func (q Query) legs() ([]order, error) {
	open, ok := openOrder(q.Sort)
	if !ok {
		return nil, fault.Input("sort", q.Sort, sorts)
	}
	if q.Group != "" {
		if open.sort != "deadline" || (q.Open != nil && !*q.Open) {
			return nil, fault.Input("group", q.Group, "none, unless open cases are sorted by deadline")
		}
		if open, ok = groupOrder(q.Group); !ok {
			return nil, fault.Input("group", q.Group, "store, connector, ask, recommended, assignee, class")
		}
	}
	switch {
	case q.Open == nil && q.DueBefore.IsZero():
		return []order{open, endedOrder()}, nil
	case q.Open == nil || *q.Open:
		return []order{open}, nil
	}
	return []order{endedOrder()}, nil
}

// walk reads at most limit cases of one leg, beyond a place (nil = from its edge), forwards or backwards.
func (r reader) walk(ctx context.Context, q Query, o order, from *place, back bool, limit int) ([]Case, error) {
	if (q.Stores != nil && len(q.Stores) == 0) || (!o.open && !q.DueBefore.IsZero()) {
		return nil, nil
	}
	if from == nil {
		from = o.edge(back)
	}
	text, args := r.dialect.branches(q, o, from, back, limit)
	found, err := all(ctx, r, readCase, text, args...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b Case) int { return o.compare(&a, &b, back) })
	return found, nil
}

// edge is the place before the first case, or after the last one.
func (o order) edge(back bool) *place {
	if o.desc == back {
		p := &place{Key: math.MinInt64, ID: math.MinInt64}
		if o.whole {
			p.Group = itoa(math.MinInt64)
		}
		return p
	}
	p := &place{Key: math.MaxInt64, ID: math.MaxInt64, Group: "\U0010FFFF"}
	if o.whole {
		p.Group = itoa(math.MaxInt64)
	}
	return p
}

func (o order) compare(a, b *Case, back bool) int {
	groupA, keyA := o.of(a)
	groupB, keyB := o.of(b)
	c := strings.Compare(groupA, groupB)
	if o.whole {
		c = cmp.Compare(number(groupA), number(groupB))
	}
	c = cmp.Or(c, cmp.Compare(keyA, keyB), cmp.Compare(a.ID, b.ID))
	if o.desc != back {
		return -c
	}
	return c
}

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // of our own making, or checked by takes
	return n
}

// maxBranches is up to how many values of a filter are walked side by side, each along its own index, and merged. For
// more values one walk along the whole order, leaving out what does not fit, is cheaper.
const maxBranches = 16

// branches makes the sentence of one leg. Where a filter has few values, the walks along the index of each value are
// merged by the engine; it reads no further than the page needs.
func (d dialect) branches(q Query, o order, from *place, back bool, limit int) (string, []any) {
	filters := q.filters(o)
	driver := slices.IndexFunc(filters, func(f filter) bool { return f.drives && len(f.values) <= maxBranches })
	if driver < 0 {
		text, args := d.branch(caseList, filters, nil, nil, q, o, from, back)
		return text + o.orderBy("c.", back) + " LIMIT ? + 0", append(args, limit)
	}
	f := filters[driver]
	rest := slices.Delete(slices.Clone(filters), driver, driver+1)
	var parts []string
	var args []any
	columns := "c." + o.key + ", c.id"
	if len(f.values) == 1 {
		columns = caseList
	}
	for _, value := range f.values {
		text, values := d.branch(columns, rest, &f, value, q, o, from, back)
		parts = append(parts, text)
		args = append(args, values...)
	}
	if len(parts) == 1 {
		return parts[0] + o.orderBy("c.", back) + " LIMIT ? + 0", append(args, limit)
	}
	text := "SELECT " + caseList + " FROM (" + strings.Join(parts, " UNION ALL ") + o.orderBy("", back) + " LIMIT ? + 0) k JOIN case_ c ON c.id = k.id"
	return text, append(args, limit)
}

// branch is one walk: the cases of a value of the driving filter (nil = all), beyond the place.
func (d dialect) branch(columns string, filters []filter, driver *filter, value any, q Query, o order, from *place, back bool) (string, []any) {
	var args []any
	text := "SELECT " + columns + " FROM case_ c WHERE c.open = " + itoa(flag(o.open))
	if driver != nil {
		text += " AND c." + driver.column + " = ?"
		args = append(args, value)
	}
	if !q.DueBefore.IsZero() {
		text += " AND c.due_at < ?"
		args = append(args, micros(q.DueBefore))
	}
	for _, f := range filters {
		list, values := marks(f.values)
		text += " AND " + d.beside("c."+f.column) + " IN (" + list + ")"
		args = append(args, values...)
	}
	beyond, place := o.beyond(from, back)
	return text + " AND " + beyond, append(args, place...)
}

func (o order) beyond(from *place, back bool) (string, []any) {
	sign := " > "
	if o.desc != back {
		sign = " < "
	}
	switch {
	case o.group == "":
		return "(c." + o.key + ", c.id)" + sign + "(?, ?)", []any{from.Key, from.ID}
	case o.whole:
		return "(c." + o.group + ", c." + o.key + ", c.id)" + sign + "(?, ?, ?)", []any{number(from.Group), from.Key, from.ID}
	}
	return "(c." + o.group + ", c." + o.key + ", c.id)" + sign + "(?, ?, ?)", []any{from.Group, from.Key, from.ID}
}

func (o order) orderBy(alias string, back bool) string {
	way := ""
	if o.desc != back {
		way = " DESC"
	}
	text := " ORDER BY "
	if o.group != "" {
		text += alias + o.group + way + ", "
	}
	return text + alias + o.key + way + ", " + alias + "id" + way
}

// filter is a column that must have one of some values. It drives if there is an index that begins with the column and
// goes on in the order of the list.
type filter struct {
	column string
	values []any
	drives bool
}

// filters gives the filters of a query, the most selective kind first.
func (q Query) filters(o order) []filter {
	due := o.key == "due_at" && o.group == ""
	var some []filter
	add := func(column string, values []any, drives bool) {
		if len(values) > 0 {
			some = append(some, filter{column, values, drives})
		}
	}
	if q.Assignee != nil && *q.Assignee != 0 {
		add("assignee_id", []any{*q.Assignee}, due)
	}
	add("store_id", anys(q.Stores), due || (!o.open && o.key == "ended_at"))
	add("class", anys(q.Classes), due)
	add("recommended", anys(q.Recommended), due)
	add("ask", anys(q.Asks), due)
	add("view", anys(q.Views), due)
	add("connector", anys(q.Connectors), due)
	if q.Assignee != nil && *q.Assignee == 0 {
		add("assignee_id", []any{int64(0)}, due)
	}
	return some
}

// anys gives the values once each.
func anys[T comparable](values []T) []any {
	var out []any
	for _, v := range values {
		if !slices.Contains(out, any(v)) {
			out = append(out, v)
		}
	}
	return out
}
