package app_test

import (
	"testing"

	"parley/internal/app"
	"parley/internal/desk"
)

// The mailbox of the demo has buyers who wait, and the one who was answered is not among them.
func TestTheDemoHasAMailbox(t *testing.T) {
	d, err := app.NewDemo(t.Context(), app.Config{Addr: "127.0.0.1:0"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	}()
	owner, err := d.Desk.Operator(t.Context(), d.Email)
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.Desk.Queue(t.Context(), owner, desk.QueueQuery{Connectors: []string{"mail"}, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	orders := map[string]bool{}
	for _, row := range page.Rows {
		orders[row.OrderNo] = true
		t.Log(row.OrderNo, row.Class, row.State, row.DueAt, row.DueKind)
	}
	for _, want := range []string{"1042", "1043", "1051", "1038", "1029", "1033", "1047", ""} {
		if !orders[want] {
			t.Errorf("nobody asks about %q", want)
		}
	}
	if len(page.Rows) != 8 || orders["1018"] {
		t.Errorf("%d wait: %v", len(page.Rows), orders)
	}
}
