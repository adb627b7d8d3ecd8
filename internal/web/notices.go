package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/web/page"
)

// Notices are what people are told, where and when.
type Notices interface {
	Notices(ctx context.Context, who desk.Who, before int64) ([]desk.NoticeView, error)
	SeeNotices(ctx context.Context, who desk.Who, upTo int64) error
	SeeCase(ctx context.Context, who desk.Who, caseID int64) error
	Ways() []notify.About
	ChannelList(ctx context.Context, who desk.Who, installation bool) ([]desk.ChannelView, error)
	AddChannel(ctx context.Context, who desk.Who, installation bool, in desk.ChannelInput) (desk.ChannelView, error)
	UpdateChannel(ctx context.Context, who desk.Who, id int64, in desk.ChannelInput) (desk.ChannelView, error)
	DropChannel(ctx context.Context, who desk.Who, id int64) error
	TestChannel(ctx context.Context, who desk.Who, id int64) error
	Shared(ctx context.Context, who desk.Who, kind string) (map[string]string, error)
	SetShared(ctx context.Context, who desk.Who, kind string, typed map[string]string) error
	PushKey(ctx context.Context, who desk.Who) (string, error)
	NoticePlan(ctx context.Context, who desk.Who) (desk.Plan, error)
	SetNoticePlan(ctx context.Context, who desk.Who, p desk.Plan) error
	Duty(ctx context.Context, who desk.Who, storeID int64) ([]int64, error)
	SetDuty(ctx context.Context, who desk.Who, storeID int64, members []int64) error
	Heartbeat(ctx context.Context, who desk.Who) (string, error)
	SetHeartbeat(ctx context.Context, who desk.Who, address string) error
}

// fullList is from how many notices on there may be older ones.
const fullList = 50

func (c *call) notices() error {
	before, _ := strconv.ParseInt(c.r.URL.Query().Get("before"), 10, 64) // anything else = the newest
	list, err := c.Desk.Notices(c.r.Context(), c.who, max(before, 0))
	if err != nil {
		return err
	}
	n := page.Notices{Frame: c.frame(c.text.T("notices.title")), List: list}
	n.Live = before == 0
	if len(list) >= fullList {
		n.More = list[len(list)-1].ID
	}
	return c.show(http.StatusOK, page.NoticesPage(n))
}

func (c *call) seeNotices() error {
	upTo, err := strconv.ParseInt(c.r.PostFormValue("up_to"), 10, 64)
	if err != nil || upTo <= 0 {
		return fault.Input("up_to", c.r.PostFormValue("up_to"), c.text.T("allowed.number"))
	}
	if err := c.Desk.SeeNotices(c.r.Context(), c.who, upTo); err != nil {
		return err
	}
	return c.back("/notices", "notices_seen")
}

// ring is what an open page shows as a notification of the browser: unseen notices whose time to ring has come.
type ring struct {
	ID    int64  `json:"id"`
	Title string `json:"title"`
	Body  string `json:"body"`
	Link  string `json:"link"`
}

func (c *call) rings() error {
	after, _ := strconv.ParseInt(c.r.URL.Query().Get("after"), 10, 64) // anything else = from the first
	list, err := c.Desk.Notices(c.r.Context(), c.who, 0)
	if err != nil {
		return err
	}
	frame := c.bare("")
	out := []ring{}
	for _, v := range list {
		if v.ID <= after || !v.SeenAt.IsZero() || v.RingAt.After(c.now) {
			continue
		}
		r := ring{ID: v.ID, Title: frame.Saying().Headline(v.Item), Body: strings.Join(frame.Saying().Details(v.Item), "\n"), Link: "/notices"}
		if v.Item.CaseID != 0 {
			r.Link = "/cases/" + strconv.FormatInt(v.Item.CaseID, 10)
		}
		out = append(out, r)
	}
	c.w.Header().Set("Content-Type", "application/json")
	return ignore(json.NewEncoder(c.w).Encode(map[string]any{"items": out}))
}

func (c *call) noticeSettings() error {
	return c.noticeSettingsWith(page.NoticeSettings{}, http.StatusOK)
}

func (c *call) noticeSettingsWith(n page.NoticeSettings, code int) error {
	ctx := c.r.Context()
	var err error
	if n.Channels, err = c.Desk.ChannelList(ctx, c.who, false); err != nil {
		return err
	}
	if n.Plan, err = c.Desk.NoticePlan(ctx, c.who); err != nil {
		return err
	}
	if n.Push, err = c.Desk.PushKey(ctx, c.who); err != nil {
		return err
	}
	if c.who.May(desk.Lead) {
		if n.Duty, err = c.duties(); err != nil {
			return err
		}
	}
	if c.who.May(desk.Own) {
		if err := c.installation(&n); err != nil {
			return err
		}
	}
	n.Ways = c.Desk.Ways()
	n.Frame = c.frame(c.text.T("notices.settings"))
	return c.show(code, page.NoticeSettingsPage(n))
}

func (c *call) installation(n *page.NoticeSettings) (err error) {
	ctx := c.r.Context()
	if n.Programs, err = c.Desk.ChannelList(ctx, c.who, true); err != nil {
		return err
	}
	if n.Stores, err = c.Desk.StoreList(ctx, c.who); err != nil {
		return err
	}
	if n.Mail, err = c.Desk.Shared(ctx, c.who, "mail"); err != nil {
		return err
	}
	n.Watcher, err = c.Desk.Heartbeat(ctx, c.who)
	return err
}

func (c *call) duties() ([]page.Duty, error) {
	stores, err := c.Desk.StoreList(c.r.Context(), c.who)
	if err != nil {
		return nil, err
	}
	people := c.people()
	var out []page.Duty
	for _, s := range stores {
		on, err := c.Desk.Duty(c.r.Context(), c.who, s.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Duty{Store: s, People: people, On: on})
	}
	return out, nil
}

// wrongNotice shows the settings again with what is wrong and what was typed, but no secrets.
func (c *call) wrongNotice(err error) error {
	f := fault.Of(err)
	if f == nil || status(err) >= 500 || f.Kind == fault.NotFound {
		return err
	}
	typed := map[string]string{"kind": c.r.PostFormValue("kind"), "installation": c.r.PostFormValue("installation")}
	for _, w := range c.Desk.Ways() {
		for _, s := range w.Settings {
			if !s.Secret && w.Kind == typed["kind"] {
				typed["set."+s.Name] = c.r.PostFormValue("set." + s.Name)
			}
		}
	}
	n := page.NoticeSettings{Error: c.detail(err), Field: f.Field, Typed: typed}
	if in, err := c.channelTyped(); err == nil && typed["installation"] != "" {
		n.Draft = desk.ChannelView{Name: in.Name, Reasons: in.Reasons, Events: in.Events, Stores: in.Stores}
	}
	return c.noticeSettingsWith(n, status(err))
}

func (c *call) setPlan() error {
	if err := c.r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "fault.form").Because(err)
	}
	get := c.r.PostFormValue
	p := desk.Plan{
		Days: c.r.PostForm["day"], From: get("from"), Until: get("until"), QuietFrom: get("quiet_from"), QuietUntil: get("quiet_until"),
		Digest: get("digest"), Evening: get("evening"),
	}
	if len(p.Days) == len(page.Weekdays) {
		p.Days = nil
	}
	if err := c.Desk.SetNoticePlan(c.r.Context(), c.who, p); err != nil {
		return c.wrongNotice(err)
	}
	return c.back("/me/notices", "notices_kept")
}

// channelTyped reads the form of a channel. Every reason ticked is the same as none: further ones that come later are told too.
func (c *call) channelTyped() (desk.ChannelInput, error) {
	if err := c.r.ParseForm(); err != nil {
		return desk.ChannelInput{}, fault.New(fault.Invalid, "fault.form").Because(err)
	}
	in := desk.ChannelInput{
		Kind: c.r.PostFormValue("kind"), Name: c.r.PostFormValue("name"), Settings: settingsTyped(c.r.PostForm), Reasons: c.r.PostForm["reason"],
		Paused: c.r.PostFormValue("paused") != "",
	}
	var err error
	if in.Stores, err = numbers(c.r.PostForm, "store"); err != nil {
		return in, err
	}
	if in.Events = c.r.PostForm["event"]; len(in.Reasons) == len(notify.Reasons()) && len(in.Events) == 0 {
		in.Reasons = nil
	}
	in.Version, _ = strconv.ParseInt(c.r.PostFormValue("version"), 10, 64) // none = a new one
	return in, nil
}

// settingsTyped takes the fields "set.NAME" that hold something.
func settingsTyped(form map[string][]string) map[string]string {
	out := map[string]string{}
	for field, values := range form {
		if name, ok := strings.CutPrefix(field, "set."); ok && len(values) > 0 && values[0] != "" {
			out[name] = values[0]
		}
	}
	return out
}

func (c *call) addChannel() error {
	in, err := c.channelTyped()
	if err != nil {
		return err
	}
	v, err := c.Desk.AddChannel(c.r.Context(), c.who, c.r.PostFormValue("installation") != "", in)
	if err != nil {
		return c.wrongNotice(err)
	}
	if v.Secret != "" {
		return c.noticeSettingsWith(page.NoticeSettings{Made: &v}, http.StatusOK)
	}
	return c.back("/me/notices", "channel_added")
}

func (c *call) updateChannel() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	in, err := c.channelTyped()
	if err != nil {
		return err
	}
	if _, err := c.Desk.UpdateChannel(c.r.Context(), c.who, id, in); err != nil {
		return c.wrongNotice(err)
	}
	return c.back("/me/notices", "notices_kept")
}

func (c *call) dropChannel() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	if err := c.Desk.DropChannel(c.r.Context(), c.who, id); err != nil {
		return err
	}
	return c.back("/me/notices", "channel_dropped")
}

// testChannel sends a message now and shows how that went on the same page.
func (c *call) testChannel() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	tested, err := c.channelShown(id)
	if err != nil {
		return err
	}
	verdict := ""
	if err := c.Desk.TestChannel(c.r.Context(), c.who, id); err != nil {
		f := fault.Of(err)
		if f == nil || f.Kind == fault.NotFound {
			return err
		}
		verdict = c.detail(err)
	}
	return c.noticeSettingsWith(page.NoticeSettings{Tested: &tested, Verdict: verdict}, http.StatusOK)
}

func (c *call) channelShown(id int64) (desk.ChannelView, error) {
	for _, installation := range []bool{false, true} {
		if installation && !c.who.May(desk.Own) {
			break
		}
		list, err := c.Desk.ChannelList(c.r.Context(), c.who, installation)
		if err != nil {
			return desk.ChannelView{}, err
		}
		for _, v := range list {
			if v.ID == id {
				return v, nil
			}
		}
	}
	return desk.ChannelView{}, fault.New(fault.NotFound, "fault.not_found", "what", "channel")
}

func (c *call) setMail() error {
	if err := c.r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "fault.form").Because(err)
	}
	if err := c.Desk.SetShared(c.r.Context(), c.who, "mail", settingsTyped(c.r.PostForm)); err != nil {
		return c.wrongNotice(err)
	}
	return c.back("/me/notices", "notices_kept")
}

func (c *call) setHeartbeat() error {
	if err := c.Desk.SetHeartbeat(c.r.Context(), c.who, strings.TrimSpace(c.r.PostFormValue("url"))); err != nil {
		return c.wrongNotice(err)
	}
	return c.back("/me/notices", "notices_kept")
}

func (c *call) setDuty() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	if err := c.r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "fault.form").Because(err)
	}
	members, err := numbers(c.r.PostForm, "member")
	if err == nil {
		err = c.Desk.SetDuty(c.r.Context(), c.who, id, members)
	}
	if err != nil {
		return c.wrongNotice(err)
	}
	return c.back("/me/notices", "notices_kept")
}

// worker is the script that shows what comes while no page is open. It stands at the root, because it may only serve what lies below it.
func (c *call) worker() error {
	data, err := assetFiles.ReadFile("assets/worker.js")
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, err = c.w.Write(data)
	return ignore(err)
}

// lookedAt notes that the member opened a case. A page that reads itself again does not count: nobody may be sitting there.
func (c *call) lookedAt(caseID int64) {
	if mode := c.r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return
	}
	if err := c.Desk.SeeCase(c.r.Context(), c.who, caseID); err != nil {
		c.Log.Warn("a look at a case could not be noted", "case", caseID, "error", err) // the page is shown all the same
	}
}
