package main

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/notify"
	"parley/internal/notify/notifytest"
)

// aDesk is a data folder with an owner.
func aDesk(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "desk")
	a, err := app.New(t.Context(), app.Config{Data: data})
	if err == nil {
		err = a.Desk.CreateOwner(t.Context(), "ana@example.com", "Ana", "a fair breeze at four")
	}
	if err == nil {
		err = a.Stop()
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestChannelsFromTheCommandLine(t *testing.T) {
	data := aDesk(t)
	box := notifytest.NewPostbox(t, "")
	kinds := into[struct{ Items []notify.About }](t, must(t, "notify", "kinds", "--json", "--data", data))
	if len(kinds.Items) != 10 || !strings.Contains(must(t, "notify", "kinds", "--data", data), "telegram") {
		t.Errorf("%+v", kinds)
	}
	must(t, "notify", "share", "mail", "--set", "server="+box.URL, "--set", "from=desk@parley.test", "--data", data)
	added := into[desk.ChannelView](t, must(t, "notify", "add", "mail", "--set", "address=leo@shop.test", "--name", "Leo", "--json", "--data", data))
	id := strconv.FormatInt(added.ID, 10)
	must(t, "notify", "test", id, "--data", data)
	if got := box.Mails(); len(got) != 1 || got[0].To != "leo@shop.test" {
		t.Errorf("%+v", got)
	}
	if out := must(t, "notify", "list", "--data", data); !strings.Contains(out, "leo@shop.test") || !strings.Contains(out, "Leo") {
		t.Errorf("%s", out)
	}
	box.Refuse(550)
	if status, _, errs := parley(t, "notify", "test", id, "--data", data); status != 1 || errs == "" {
		t.Errorf("refused: %d %s", status, errs)
	}
	if out := must(t, "notify", "list", "--json", "--data", data); !strings.Contains(out, "failing_since") {
		t.Errorf("%s", out)
	}
	must(t, "notify", "drop", id, "--data", data)
	if status, _, _ := parley(t, "notify", "drop", id, "--data", data); status != 1 {
		t.Errorf("dropped twice: %d", status)
	}
}

func TestAProgramThatListensFromTheCommandLine(t *testing.T) {
	data := aDesk(t)
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
	hook := notifytest.NewReceiver(t, secret)
	c := into[desk.ChannelView](t, must(t, "notify", "add", "webhook", "--set", "url="+hook.URL, "--set", "secret="+secret, "--programs", "--json", "--data", data))
	must(t, "notify", "test", strconv.FormatInt(c.ID, 10), "--allow-private", "--data", data)
	if got := hook.Deliveries(); len(got) != 1 || got[0].Type != "notice.test" || hook.Forged() != 0 {
		t.Errorf("%+v, forged %d", got, hook.Forged())
	}
	hears := into[desk.ChannelView](t, must(t, "notify", "add", "webhook", "--set", "url="+hook.URL, "--programs", "--events", "decided,case_ended", "--reasons", "doubt", "--json", "--data", data))
	if !slices.Equal(hears.Events, []string{"decided", "case_ended"}) || !slices.Equal(hears.Reasons, []string{"doubt"}) {
		t.Errorf("%+v", hears)
	}
	if out := must(t, "notify", "list", "--programs", "--data", data); !strings.Contains(out, "decided") {
		t.Errorf("%s", out)
	}
	if status, _, errs := parley(t, "notify", "add", "webhook", "--set", "url="+hook.URL, "--programs", "--events", "*", "--stores", "99", "--data", data); status != 1 || !strings.Contains(errs, "stores") {
		t.Errorf("a store there is not: %d %s", status, errs)
	}
	if status, _, _ := parley(t, "notify", "test", strconv.FormatInt(c.ID, 10), "--data", data); status != 1 {
		t.Errorf("into the own network without leave: %d", status)
	}
	if mine := must(t, "notify", "list", "--data", data); strings.Contains(mine, hook.URL) {
		t.Errorf("it stands among the member's own: %s", mine)
	}
	if out := must(t, "notify", "list", "--programs", "--data", data); !strings.Contains(out, hook.URL) || strings.Contains(out, secret) {
		t.Errorf("%s", out)
	}
	if out := must(t, "notify", "add", "webhook", "--set", "url="+hook.URL, "--programs", "--data", data); !strings.Contains(out, "whsec_") {
		t.Errorf("the secret that was made is not shown: %s", out)
	}
}

func TestTheOutsideWatcherFromTheCommandLine(t *testing.T) {
	data := aDesk(t)
	must(t, "notify", "heartbeat", "https://hc.example.com/ping/key", "--data", data)
	must(t, "notify", "heartbeat", "--data", data) // none
	if status, _, _ := parley(t, "notify", "heartbeat", "nowhere", "--data", data); status != 1 {
		t.Errorf("an address that is none: %d", status)
	}
}
