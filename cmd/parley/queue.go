package main

import (
	"strconv"

	"parley/internal/api"
	"parley/internal/app"
	"parley/internal/desk"
)

type queueVerb struct {
	Search []string `arg:"" optional:"" help:"${help_queue_search}"`
	View   string   `placeholder:"VIEW" help:"${help_queue_view}"`
	Order  string   `placeholder:"ORDER" help:"${help_queue_order}"`
	Group  string   `placeholder:"GROUP" help:"${help_queue_group}"`
	Store  []int64  `placeholder:"ID" help:"${help_queue_store}"`
	Limit  int      `default:"50" placeholder:"N" help:"${help_queue_limit}"`
	Cursor string   `placeholder:"CURSOR" help:"${help_queue_cursor}"`
}

// Run prints a page of the queue, in the order the web and the JSON interface show.
func (v *queueVerb) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		page, err := a.Desk.Queue(t.ctx, who, desk.QueueQuery{
			View: v.View, Sort: v.Order, Group: v.Group, Stores: v.Store, Limit: v.Limit, Cursor: v.Cursor, Search: joined(v.Search),
		})
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(api.CaseList{Items: page.Rows, Next: page.Next, Prev: page.Prev, Capped: page.Capped})
		}
		if len(page.Rows) == 0 {
			t.say("cli.queue.empty")
			return nil
		}
		if err := t.table(t.rows(page.Rows, a.Desk.Now())); err != nil {
			return err
		}
		if page.Next != "" {
			t.say("cli.queue.more", "cursor", page.Next)
		}
		return nil
	})
}

func (t *terminal) head(names ...string) []string {
	for i, name := range names {
		names[i] = t.words.T("cli.head." + name)
	}
	return names
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
