package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/web/page"
)

func (c *call) home() error {
	http.Redirect(c.w, c.r, "/queue", http.StatusSeeOther)
	return nil
}

// asked reads the list's address. Unknown words are refused by the desk, so that a wrong address is not taken for an empty list.
func (c *call) asked(v url.Values) (desk.QueueQuery, error) {
	q := desk.QueueQuery{
		View: v.Get("view"), Sort: v.Get("sort"), Group: v.Get("group"), Search: v.Get("q"), Cursor: v.Get("cursor"),
		Connectors: words(v, "connector"), Classes: words(v, "class"), Asks: words(v, "ask"), Recommended: words(v, "recommended"), Limit: 50,
	}
	switch {
	case q.View == "open":
		q.View = ""
	case q.View == "" && q.Search == "":
		q.View = "to_answer"
	}
	if v.Get("due") != "" {
		span, err := time.ParseDuration(v.Get("due"))
		if err != nil || span <= 0 {
			return q, fault.Input("due", v.Get("due"), "4h")
		}
		q.DueBefore = c.now.Add(span)
	}
	var err error
	if q.Stores, err = numbers(v, "store"); err != nil {
		return q, err
	}
	if list, err := numbers(v, "assignee"); err != nil || len(list) > 0 {
		if err != nil {
			return q, err
		}
		q.Assignee = &list[0]
	}
	return q, nil
}

func words(v url.Values, name string) []string {
	var out []string
	for _, s := range v[name] {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func numbers(v url.Values, name string) ([]int64, error) {
	var out []int64
	for _, s := range words(v, name) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return nil, fault.Input(name, s, "0, 1, 2 …")
		}
		out = append(out, n)
	}
	return out, nil
}

func (c *call) queue() error {
	v := c.r.URL.Query()
	ask, err := c.asked(v)
	if err != nil {
		return err
	}
	rows, err := c.Desk.Queue(c.r.Context(), c.who, ask)
	if err != nil {
		return err
	}
	f := c.frame(c.text.T("queue.title"))
	f.Live = true
	q := page.Queue{Frame: f, Query: page.Query{Values: v}, Ask: ask, Page: rows, People: c.people()}
	q.Groups = f.GroupRows(rows.Rows, grouping(ask))
	if f.Around != nil {
		for _, s := range f.Around.Freshness {
			q.Stores = append(q.Stores, s.Store)
		}
	}
	if q.Selected, err = c.beside(rows.Rows, v.Get("case")); err != nil {
		return err
	}
	return c.show(http.StatusOK, page.QueuePage(q))
}

// grouping is what the rows are grouped by: by time where they come by deadline, unless something else is asked.
func grouping(q desk.QueueQuery) string {
	if q.Group == "" && (q.Sort == "" || q.Sort == "deadline") {
		return "time"
	}
	if q.Group == "" {
		return "none"
	}
	return q.Group
}

// beside is the case in the side panel: the one asked for if it is on the page, else the first.
func (c *call) beside(rows []desk.Row, wanted string) (*desk.CasePage, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	id := rows[0].ID
	if n, err := strconv.ParseInt(wanted, 10, 64); err == nil && slices.ContainsFunc(rows, func(r desk.Row) bool { return r.ID == n }) {
		id = n
	}
	side, err := c.Desk.Peek(c.r.Context(), c.who, id)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return &side, err
}

// peek is the side panel alone, for the keyboard.
func (c *call) peek() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	side, err := c.Desk.Peek(c.r.Context(), c.who, id)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, page.Side(c.bare(""), side))
}

func (c *call) bulkAssign() error {
	ids, err := c.ids("case")
	if err != nil {
		return err
	}
	member, err := strconv.ParseInt(c.r.PostFormValue("member"), 10, 64)
	if err != nil {
		return fault.Input("member", c.r.PostFormValue("member"), c.text.T("allowed.number"))
	}
	if err := c.Desk.Assign(c.r.Context(), c.who, ids, member); err != nil {
		return err
	}
	return c.back(c.r.PostFormValue("back"), "assigned")
}

func (c *call) bulkNote() error {
	ids, err := c.ids("case")
	if err != nil {
		return err
	}
	if err := c.Desk.Note(c.r.Context(), c.who, ids, c.r.PostFormValue("text")); err != nil {
		return err
	}
	return c.back(c.r.PostFormValue("back"), "noted")
}

func (c *call) saveView() error {
	query := c.r.PostFormValue("query")
	if err := c.Desk.SaveView(c.r.Context(), c.who, c.r.PostFormValue("name"), query); err != nil {
		return err
	}
	return c.back("/queue?"+query, "view_saved")
}

func (c *call) dropView() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	if err := c.Desk.DropView(c.r.Context(), c.who, id); err != nil {
		return err
	}
	return c.back("/queue", "view_dropped")
}
