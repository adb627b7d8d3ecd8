package gallery

import (
	"context"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/notify"
)

// Notices gives what the sample member was told.
func (d *Desk) Notices(context.Context, desk.Who, int64) ([]desk.NoticeView, error) {
	defer d.lock()()
	if err := d.gone(); err != nil {
		return nil, err
	}
	told := func(id int64, ago time.Duration, it notify.Item) desk.NoticeView {
		return desk.NoticeView{ID: id, At: Now.Add(-ago), RingAt: Now.Add(-ago), Item: it}
	}
	list := []desk.NoticeView{
		told(9, 12*time.Minute, notify.Item{Reason: notify.Left6h, CaseID: 1, Store: "Luz Hogar", Title: "LED strip <5 m>", Order: "3034771", Stake: eur(2390), DueKind: "seller_response", DueAt: Now.Add(72 * time.Minute), Advice: "accept", Level: 1, Nobody: []string{"Jun Wei"}}),
		told(8, 20*time.Minute, notify.Item{Reason: notify.Doubt, CaseID: 2, Store: "Luz Hogar", Title: "灯带", Order: "3034772", Do: "counter_amount", Fault: "fault.no_trace"}),
		told(7, 3*time.Hour, notify.Item{Reason: notify.Store, Store: "Casa Norte", Since: Now.Add(-4 * time.Hour), Fault: "fault.timeout"}),
		told(6, 13*time.Hour, notify.Item{Reason: notify.Digest, Count: 5, Items: []notify.Item{{Reason: notify.Line, CaseID: 1, Title: "LED strip", DueKind: "seller_response", DueAt: Now.Add(72 * time.Minute)}}}),
		told(5, 26*time.Hour, notify.Item{Reason: notify.Broken, Title: "Telegram", Fault: "fault.notify.rejected", Params: notify.Params{"status": "403"}}),
		told(4, 27*time.Hour, notify.Item{Reason: notify.Assigned, CaseID: 4, Store: "Luz Hogar", Title: "Phone case", By: "Jun Wei"}),
	}
	for i := 3; i < len(list); i++ {
		list[i].SeenAt = Now.Add(-time.Hour)
	}
	return list, nil
}

// SeeNotices keeps up to where the list was seen.
func (d *Desk) SeeNotices(_ context.Context, _ desk.Who, upTo int64) error {
	defer d.lock()()
	d.SeenTo = upTo
	return nil
}

// SeeCase keeps which case was looked at.
func (d *Desk) SeeCase(_ context.Context, _ desk.Who, id int64) error {
	defer d.lock()()
	d.Looked = append(d.Looked, id)
	return nil
}

// Ways gives four kinds of channels.
func (d *Desk) Ways() []notify.About {
	return []notify.About{
		{Kind: "mail", Settings: []notify.Setting{{Name: "address"}}, Shared: []notify.Setting{{Name: "server", Secret: true}, {Name: "from"}}},
		{Kind: "push", Own: true, Settings: []notify.Setting{{Name: "endpoint", Secret: true}}},
		{Kind: "telegram", Settings: []notify.Setting{{Name: "token", Secret: true}, {Name: "chat"}}},
		{Kind: "webhook", Settings: []notify.Setting{{Name: "url"}, {Name: "secret", Secret: true, Made: true}}, Events: true},
	}
}

// ChannelList gives channels in their states.
func (d *Desk) ChannelList(_ context.Context, _ desk.Who, installation bool) ([]desk.ChannelView, error) {
	defer d.lock()()
	if installation {
		return []desk.ChannelView{{ID: 4, Version: 1, Kind: "webhook", Name: "ERP", Shown: "https://erp.example.com/hooks/parley", LastOKAt: Now.Add(-time.Minute), Events: []string{"decided", "effect_confirmed", "case_ended"}, Stores: []int64{1}}}, d.gone()
	}
	return []desk.ChannelView{
		{ID: 1, Version: 1, Kind: "mail", Shown: "lucia@example.com", LastOKAt: Now.Add(-12 * time.Minute)},
		{ID: 2, Version: 3, Kind: "telegram", Name: "Telegram", Shown: "-1001234567890", FailingSince: Now.Add(-26 * time.Hour), FaultKey: "fault.notify.rejected", Params: desk.Params{"status": "403"}, Reasons: []string{notify.Left6h, notify.Left1h}},
		{ID: 3, Version: 1, Kind: "push", Name: "Linux", Shown: "push.example.com", Paused: true},
	}, d.gone()
}

// AddChannel refuses an address that is none, and makes a secret.
func (d *Desk) AddChannel(_ context.Context, _ desk.Who, installation bool, in desk.ChannelInput) (desk.ChannelView, error) {
	defer d.lock()()
	d.Channel, d.Installed = in, installation
	if in.Kind == "mail" && in.Settings["address"] == "nobody" {
		f := fault.Input("settings.address", "nobody", "name@example.com")
		return desk.ChannelView{}, f
	}
	if in.Settings["url"] == "nowhere" {
		return desk.ChannelView{}, fault.Input("settings.url", "", "https://example.com/path")
	}
	v := desk.ChannelView{ID: 9, Kind: in.Kind}
	if in.Kind == "webhook" {
		v.Secret = "whsec_sample"
	}
	return v, nil
}

// UpdateChannel keeps what was typed.
func (d *Desk) UpdateChannel(_ context.Context, _ desk.Who, _ int64, in desk.ChannelInput) (desk.ChannelView, error) {
	defer d.lock()()
	d.Channel = in
	return desk.ChannelView{}, nil
}

// DropChannel drops nothing.
func (d *Desk) DropChannel(context.Context, desk.Who, int64) error { return nil }

// TestChannel works for mail only.
func (d *Desk) TestChannel(_ context.Context, _ desk.Who, id int64) error {
	if id != 1 {
		return fault.New(fault.Refused, "fault.notify.rejected", "status", "403")
	}
	return nil
}

// Shared gives a mail server.
func (d *Desk) Shared(context.Context, desk.Who, string) (map[string]string, error) {
	return map[string]string{"server": "•••", "from": "Parley <desk@example.com>"}, nil
}

// SetShared wants a server.
func (d *Desk) SetShared(_ context.Context, _ desk.Who, _ string, typed map[string]string) error {
	if typed["server"] == "nowhere" {
		return fault.Input("settings.server", "", "smtp://…")
	}
	return nil
}

// PushKey gives a key.
func (d *Desk) PushKey(context.Context, desk.Who) (string, error) { return "BNNL5ZaTfK81", nil }

// NoticePlan gives an office.
func (d *Desk) NoticePlan(context.Context, desk.Who) (desk.Plan, error) {
	return desk.Plan{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", Until: "18:00", QuietFrom: "22:00", QuietUntil: "07:00", Digest: "08:30"}, nil
}

// SetNoticePlan keeps it.
func (d *Desk) SetNoticePlan(_ context.Context, _ desk.Who, p desk.Plan) error {
	defer d.lock()()
	d.Plan = p
	if p.From == "25:00" {
		return fault.Input("from", p.From, "00:00 … 23:59")
	}
	return nil
}

// Duty has one on duty.
func (d *Desk) Duty(context.Context, desk.Who, int64) ([]int64, error) { return []int64{2}, nil }

// SetDuty keeps nothing.
func (d *Desk) SetDuty(context.Context, desk.Who, int64, []int64) error { return nil }

// Heartbeat names a watcher.
func (d *Desk) Heartbeat(context.Context, desk.Who) (string, error) { return "watch.example.com", nil }

// SetHeartbeat wants an address.
func (d *Desk) SetHeartbeat(_ context.Context, _ desk.Who, address string) error {
	if address == "nowhere" {
		return fault.Input("url", "", "https://example.com/path")
	}
	return nil
}
