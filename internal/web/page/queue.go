package page

import (
	"slices"
	"time"

	"parley/internal/desk"
	"parley/internal/policy"
)

// Queue is the list of cases with its filters, figures and the case beside it.
type Queue struct {
	Frame
	Query    Query
	Ask      desk.QueueQuery
	Page     desk.QueuePage
	Groups   []Group
	Selected *desk.CasePage // nil = the list is empty
	People   []desk.MemberRef
	Stores   []desk.StoreRef
}

// Group is a run of rows under one heading.
type Group struct {
	Title string
	Rows  []desk.Row
}

// Views are the tabs of the list, in their order.
var Views = []string{"to_answer", "waiting_buyer", "returns", "before_shipping", "platform", "watching", "mine", "unassigned", "open", "ended"}

// Sorts and Groupings are what the list can be ordered and grouped by.
var (
	Sorts     = []string{"deadline", "money", "opened", "changed", "ended"}
	Groupings = []string{"time", "money", "connector", "store", "ask", "recommended", "assignee", "class"}
)

// GroupRows cuts the rows into runs of the same heading.
func (f Frame) GroupRows(rows []desk.Row, by string) []Group {
	var out []Group
	for _, r := range rows {
		title := f.heading(r, by)
		if len(out) == 0 || out[len(out)-1].Title != title {
			out = append(out, Group{Title: title})
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, r)
	}
	return out
}

func (f Frame) heading(r desk.Row, by string) string {
	switch by {
	case "money":
		return f.T("group.money." + band(r.StakeRef.Minor))
	case "connector":
		return f.Word("connector", r.Store.Connector)
	case "store":
		return r.Store.Name
	case "ask":
		return f.Word("ask", r.Ask)
	case "recommended":
		return f.orNone(f.Word("option", r.Recommended), "group.no_recommendation")
	case "assignee":
		if r.Assignee == nil {
			return f.T("assign.nobody")
		}
		return r.Assignee.Name
	case "class":
		return f.orNone(f.Word("class", r.Class), "class.undecided")
	case "time":
		return f.T("group.time." + f.dueBand(r))
	}
	return f.T("group.all")
}

func (f Frame) orNone(text, key string) string {
	if text == "" {
		return f.T(key)
	}
	return text
}

// band sorts money at stake into four ranges, in minor units of the reference currency.
func band(minor int64) string {
	switch {
	case minor >= 20_000:
		return "over_200"
	case minor >= 5_000:
		return "over_50"
	case minor >= 2_000:
		return "over_20"
	}
	return "below_20"
}

func (f Frame) dueBand(r desk.Row) string {
	switch left := r.DueAt.Sub(f.Now); {
	case !r.Open:
		return "ended"
	case r.DueAt.IsZero():
		return "none"
	case left <= 0:
		return "lapsed"
	case left <= 4*time.Hour:
		return "hours_4"
	case left <= 48*time.Hour:
		return "days_2"
	case left <= 7*24*time.Hour:
		return "week"
	}
	return "later"
}

// title is the first line of a row: what it is, and the product.
func (f Frame) title(r desk.Row) string {
	class := f.T("class.undecided")
	if r.Class != "" {
		class = f.Word("class", r.Class)
	}
	return class
}

// because is the short reason beside a recommendation; empty where the rules have no sentence for it.
func (f Frame) because(w *policy.Why) string {
	if w == nil {
		return ""
	}
	if text := f.Reason(*w); text != w.Rule {
		return text
	}
	return ""
}

// Filtered tells whether the list is narrowed by more than its view.
func (q Queue) Filtered() bool {
	for _, k := range []string{"store", "connector", "class", "ask", "recommended", "assignee", "q"} {
		if q.Query.Get(k) != "" {
			return true
		}
	}
	return false
}

// ticked tells whether a filter holds a value.
func (q Queue) ticked(name, value string) bool { return slices.Contains(q.Query.Values[name], value) }

// connectors are the kinds of marketplaces among the stores.
func (q Queue) connectors() []string {
	var out []string
	for _, s := range q.Stores {
		if !slices.Contains(out, s.Connector) {
			out = append(out, s.Connector)
		}
	}
	slices.Sort(out)
	return out
}

// pick gives the present value of a filter, or what it is without one.
func (q Queue) pick(name, normally string) string {
	if v := q.Query.Get(name); v != "" {
		return v
	}
	return normally
}

func (q Queue) selected(id int64) bool { return q.Selected != nil && q.Selected.ID == id }

func (q Queue) views() []string {
	var out []string
	for _, v := range Views {
		if v != "before_shipping" && v != "watching" || q.Around != nil && q.Around.Views[v] > 0 || q.pick("view", "") == v {
			out = append(out, v)
		}
	}
	return out
}

func (q Queue) count(view string) (int64, bool) {
	if q.Around == nil {
		return 0, false
	}
	if view == "open" {
		return q.Around.Open, true
	}
	n, ok := q.Around.Views[view]
	return n, ok
}
