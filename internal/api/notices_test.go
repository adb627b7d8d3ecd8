package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/notify"
	"parley/internal/notify/chat"
	"parley/internal/notify/mail"
	"parley/internal/notify/notifytest"
	"parley/internal/notify/push"
	"parley/internal/notify/webhook"
	"parley/internal/store/storetest"
	"parley/internal/webclient"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

// told is a house whose desk has real channels.
func told(t *testing.T) *house {
	t.Helper()
	h := newHouse(t, storetest.SQLite(t))
	client := webclient.New(webclient.Options{AllowPrivate: true, Now: h.clock.Now})
	h.desk.Channels = chat.All(client, h.clock.Now)
	h.desk.Channels["mail"], h.desk.Channels["webhook"], h.desk.Channels["push"] = mail.New(5*time.Second), webhook.New(client, h.clock.Now), push.New(client)
	for _, role := range []string{"owner", "agent", "viewer"} {
		h.member(role, nil)
	}
	return h
}

func TestKindsOfChannelsSayWhatTheyNeed(t *testing.T) {
	h := told(t)
	var kinds struct{ Items []notify.About }
	h.get("viewer", "/api/v1/channel-kinds").want(http.StatusOK).into(&kinds)
	i := slices.IndexFunc(kinds.Items, func(a notify.About) bool { return a.Kind == "telegram" })
	if len(kinds.Items) != 10 || i < 0 || kinds.Items[i].Settings[0].Name != "token" || !kinds.Items[i].Settings[0].Secret {
		t.Errorf("%+v", kinds)
	}
	h.get("", "/api/v1/channel-kinds").wantProblem(http.StatusUnauthorized, "fault.token.unknown")
}

func TestAChannelOverTheInterface(t *testing.T) {
	h := told(t)
	r := notifytest.NewReceiver(t, hookSecret)
	in := desk.ChannelInput{Kind: "webhook", Name: "ERP", Settings: map[string]string{"url": r.URL}, Reasons: []string{"left_6h"}}
	var c desk.ChannelView
	h.call("agent", "POST", "/api/v1/channels", in).want(http.StatusCreated).into(&c)
	if !strings.HasPrefix(c.Secret, "whsec_") || c.ID == 0 || c.Shown != r.URL {
		t.Fatalf("%+v", c)
	}
	at := fmt.Sprintf("/api/v1/channels/%d", c.ID)
	h.call("agent", "POST", at+"/test", nil).wantProblem(http.StatusUnprocessableEntity, "fault.notify.rejected") // signed with a secret the receiver does not know; the caller's own token is right
	in.Settings["secret"], in.Version = hookSecret, c.Version
	var changed desk.ChannelView
	h.call("agent", "PUT", at, in).want(http.StatusOK).into(&changed)
	if changed.Version <= c.Version || changed.Secret != "" || changed.Name != "ERP" {
		t.Errorf("%+v", changed)
	}
	h.call("agent", "PUT", at, in).wantProblem(http.StatusConflict, "fault.changed_meanwhile") // somebody changed it since
	h.call("agent", "POST", at+"/test", nil).want(http.StatusNoContent)
	if got := r.Deliveries(); len(got) != 1 || got[0].Type != "notice.test" {
		t.Errorf("%+v", got)
	}
	var list struct{ Items []desk.ChannelView }
	raw := h.get("agent", "/api/v1/channels").want(http.StatusOK)
	raw.into(&list)
	if len(list.Items) != 1 || list.Items[0].LastOKAt.IsZero() || !list.Items[0].FailingSince.IsZero() || strings.Contains(string(raw.body), "whsec_") {
		t.Errorf("%s", raw.body)
	}
	h.call("owner", "POST", at+"/test", nil).wantProblem(http.StatusNotFound, "fault.not_found") // another's does not exist
	h.call("owner", "DELETE", at, nil).wantProblem(http.StatusNotFound, "fault.not_found")
	h.call("agent", "DELETE", at, nil).want(http.StatusNoContent)
	h.call("agent", "DELETE", at, nil).wantProblem(http.StatusNotFound, "fault.not_found")
}

func TestAChannelThatCannotWorkNamesTheField(t *testing.T) {
	h := told(t)
	for field, in := range map[string]desk.ChannelInput{
		"kind":           {Kind: "pigeon", Settings: map[string]string{}},
		"settings.url":   {Kind: "webhook", Settings: map[string]string{"url": "ftp://x"}},
		"settings.token": {Kind: "telegram", Settings: map[string]string{"chat": "1"}},
		"reasons":        {Kind: "webhook", Settings: map[string]string{"url": "https://x.test/"}, Reasons: []string{"left_99h"}},
	} {
		a := h.call("agent", "POST", "/api/v1/channels", in)
		if a.code != http.StatusUnprocessableEntity && a.code != http.StatusBadRequest || !strings.Contains(string(a.body), field) {
			t.Errorf("%s: %d %s", field, a.code, a.body)
		}
	}
}

func TestProgramsThatListenBelongToOwners(t *testing.T) {
	h := told(t)
	in := desk.ChannelInput{Kind: "webhook", Settings: map[string]string{"url": "https://erp.example.com/parley"}}
	h.call("agent", "POST", "/api/v1/channels?installation=true", in).wantProblem(http.StatusForbidden, "fault.role")
	h.get("agent", "/api/v1/channels?installation=true").wantProblem(http.StatusForbidden, "fault.role")
	h.call("owner", "POST", "/api/v1/channels?installation=true", in).want(http.StatusCreated)
	in.Events, in.Stores = []string{"decided"}, []int64{h.shop("Casa Norte")}
	h.call("agent", "POST", "/api/v1/channels", in).wantProblem(http.StatusUnprocessableEntity, "fault.notify.no_events")
	var hears desk.ChannelView
	h.call("owner", "POST", "/api/v1/channels?installation=true", in).want(http.StatusCreated).into(&hears)
	if !slices.Equal(hears.Events, in.Events) || !slices.Equal(hears.Stores, in.Stores) {
		t.Errorf("%+v", hears)
	}
	in.Events = []string{"thought"}
	if a := h.call("owner", "POST", "/api/v1/channels?installation=true", in); a.code < 400 || a.code >= 500 || !strings.Contains(string(a.body), "case_opened") {
		t.Errorf("%d %s", a.code, a.body)
	}
	h.call("owner", "DELETE", fmt.Sprintf("/api/v1/channels/%d", hears.ID), nil).want(http.StatusNoContent)
	var mine, all struct{ Items []desk.ChannelView }
	h.get("owner", "/api/v1/channels").want(http.StatusOK).into(&mine)
	h.get("owner", "/api/v1/channels?installation=true").want(http.StatusOK).into(&all)
	if len(mine.Items) != 0 || len(all.Items) != 1 {
		t.Errorf("%d of the owner, %d of programs", len(mine.Items), len(all.Items))
	}
}

func TestHoursOverTheInterface(t *testing.T) {
	h := told(t)
	var p desk.Plan
	h.get("agent", "/api/v1/me/notice-plan").want(http.StatusOK).into(&p)
	if p.Digest != "08:30" || p.QuietFrom != "22:00" {
		t.Errorf("usual plan %+v", p)
	}
	p = desk.Plan{Days: []string{"mon", "fri"}, From: "09:00", Until: "18:00", QuietFrom: "22:00", QuietUntil: "07:00", Digest: "08:00"}
	h.call("agent", "PUT", "/api/v1/me/notice-plan", p).want(http.StatusNoContent)
	var got desk.Plan
	h.get("agent", "/api/v1/me/notice-plan").into(&got)
	if !slices.Equal(got.Days, p.Days) || got.From != "09:00" || got.Digest != "08:00" || got.Evening != "" {
		t.Errorf("%+v", got)
	}
	p.From = "25:00"
	if a := h.call("agent", "PUT", "/api/v1/me/notice-plan", p); a.code < 400 || a.code >= 500 || !strings.Contains(string(a.body), "from") {
		t.Errorf("%d %s", a.code, a.body)
	}
}

func TestWhatWasToldIsListedAndSeen(t *testing.T) {
	h := told(t)
	shop := h.shop("Casa Norte")
	ids := h.cases(shop, 1) // due in an hour
	h.must(h.desk.Settle(context.Background()))
	var mine struct{ Items []desk.NoticeView }
	h.get("agent", "/api/v1/notices").want(http.StatusOK).into(&mine)
	if len(mine.Items) != 1 || mine.Items[0].Item.Reason != "left_1h" || mine.Items[0].Item.CaseID != ids[0] || !mine.Items[0].SeenAt.IsZero() {
		t.Fatalf("%+v", mine)
	}
	var others struct{ Items []desk.NoticeView }
	if h.get("viewer", "/api/v1/notices").into(&others); len(others.Items) != 0 {
		t.Errorf("a viewer was told %+v", others)
	}
	h.call("agent", "POST", "/api/v1/notices/seen", map[string]int64{"up_to": mine.Items[0].ID}).want(http.StatusNoContent)
	h.get("agent", "/api/v1/notices").into(&mine)
	if mine.Items[0].SeenAt.IsZero() {
		t.Errorf("not seen: %+v", mine)
	}
	var of struct{ Items []desk.Told }
	h.get("viewer", fmt.Sprintf("/api/v1/cases/%d/notices", ids[0])).want(http.StatusOK).into(&of)
	if len(of.Items) != 1 || of.Items[0].Channel != "list" || of.Items[0].Member.ID != h.ids["agent"] || of.Items[0].SeenAt.IsZero() {
		t.Errorf("%+v", of)
	}
	h.get("agent", "/api/v1/cases/999999/notices").wantProblem(http.StatusNotFound, "fault.not_found")
}

func TestWhoIsOnDutyIsToldFirst(t *testing.T) {
	h := told(t)
	h.member("lead", nil)
	shop := h.shop("Casa Norte")
	at := fmt.Sprintf("/api/v1/stores/%d/duty", shop)
	h.call("agent", "PUT", at, map[string]any{"members": []int64{h.ids["agent"]}}).wantProblem(http.StatusForbidden, "fault.role")
	if a := h.call("lead", "PUT", at, map[string]any{"members": []int64{99}}); a.code < 400 || a.code >= 500 {
		t.Errorf("nobody is on duty: %d", a.code)
	}
	h.call("lead", "PUT", at, map[string]any{"members": []int64{h.ids["lead"]}}).want(http.StatusNoContent)
	h.cases(shop, 1)
	h.must(h.desk.Settle(context.Background()))
	var lead, agent struct{ Items []desk.NoticeView }
	h.get("lead", "/api/v1/notices").into(&lead)
	h.get("agent", "/api/v1/notices").into(&agent)
	if len(lead.Items) != 1 || len(agent.Items) != 0 {
		t.Errorf("the lead was told %d things, the agent %d", len(lead.Items), len(agent.Items))
	}
}

func TestWhatAllChannelsOfAKindShare(t *testing.T) {
	h := told(t)
	box := notifytest.NewPostbox(t, "")
	in := map[string]any{"settings": map[string]string{"server": box.URL, "from": "Parley <desk@parley.test>"}}
	h.call("agent", "PUT", "/api/v1/installation/channels/mail", in).wantProblem(http.StatusForbidden, "fault.role")
	h.call("owner", "PUT", "/api/v1/installation/channels/mail", in).want(http.StatusNoContent)
	var mine struct{ Items []desk.ChannelView }
	h.get("agent", "/api/v1/channels").into(&mine)
	if len(mine.Items) != 1 || mine.Items[0].Kind != "mail" {
		t.Fatalf("once mail can be sent everybody has it: %+v", mine)
	}
	h.call("agent", "POST", fmt.Sprintf("/api/v1/channels/%d/test", mine.Items[0].ID), nil).want(http.StatusNoContent)
	if got := box.Mails(); len(got) != 1 || got[0].To != "agent@shop.test" {
		t.Errorf("%+v", got)
	}
	bad := map[string]any{"settings": map[string]string{"server": "http://x", "from": "x"}}
	if a := h.call("owner", "PUT", "/api/v1/installation/channels/mail", bad); a.code < 400 || a.code >= 500 || !strings.Contains(string(a.body), "settings.server") {
		t.Errorf("%d %s", a.code, a.body)
	}
}

func TestTheOutsideWatcherIsSetByOwners(t *testing.T) {
	h := told(t)
	const path = "/api/v1/installation/heartbeat"
	h.call("agent", "PUT", path, map[string]string{"url": "https://hc.example.com/ping/secret"}).wantProblem(http.StatusForbidden, "fault.role")
	h.call("owner", "PUT", path, map[string]string{"url": "https://hc.example.com/ping/secret"}).want(http.StatusNoContent)
	host, err := h.desk.Heartbeat(context.Background(), desk.Who{Role: "owner", AllStores: true})
	if h.must(err); host != "hc.example.com" {
		t.Errorf("host %q", host)
	}
	if a := h.call("owner", "PUT", path, map[string]string{"url": "nowhere"}); a.code < 400 || a.code >= 500 {
		t.Errorf("%d", a.code)
	}
	if text, err := h.db.Setting(context.Background(), "notify.heartbeat"); err != nil || strings.Contains(text, "ping") {
		t.Errorf("the address lies open: %q %v", text, err)
	}
}
