package app_test

import (
	"testing"
	"time"

	"parley/internal/app"
)

// TestTheDemoHearsMessagesOverAConnection: the shops at Taobao say that their messages come at once.
func TestTheDemoHearsMessagesOverAConnection(t *testing.T) {
	d, err := app.NewDemo(t.Context(), app.Config{Addr: "127.0.0.1:0"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	}()
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner, err := d.Desk.Operator(t.Context(), d.Email)
	if err != nil {
		t.Fatal(err)
	}
	hear := func() (n int) {
		around, err := d.Desk.Around(t.Context(), owner)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range around.Freshness {
			if !f.HeardSince.IsZero() {
				n++
			}
		}
		return n
	}
	limit, tick := time.After(30*time.Second), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for hear() < 2 {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%d stores hear messages, want two", hear())
		}
	}
}
