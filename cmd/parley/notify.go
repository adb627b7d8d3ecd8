package main

import (
	"slices"

	"parley/internal/app"
	"parley/internal/desk"
)

type notifyVerbs struct {
	Kinds     notifyKinds     `cmd:"" help:"${help_notify_kinds}"`
	List      notifyList      `cmd:"" help:"${help_notify_list}"`
	Add       notifyAdd       `cmd:"" help:"${help_notify_add}"`
	Test      notifyTest      `cmd:"" help:"${help_notify_test}"`
	Drop      notifyDrop      `cmd:"" help:"${help_notify_drop}"`
	Share     notifyShare     `cmd:"" help:"${help_notify_share}"`
	Heartbeat notifyHeartbeat `cmd:"" help:"${help_notify_heartbeat}"`
}

type notifyKinds struct{}

// Run prints the kinds of channels and what each needs.
func (notifyKinds) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, _ desk.Who) error {
		if t.JSON {
			return t.data(map[string]any{"items": a.Desk.Ways()})
		}
		rows := [][]string{t.head("kind", "settings", "shared")}
		for _, w := range a.Desk.Ways() {
			var own, shared []string
			for _, s := range w.Settings {
				own = append(own, s.Name)
			}
			for _, s := range w.Shared {
				shared = append(shared, s.Name)
			}
			rows = append(rows, []string{w.Kind, joined(own), joined(shared)})
		}
		return t.table(rows)
	})
}

type notifyList struct {
	Programs bool `help:"${help_notify_programs}"`
}

// Run prints the channels of the member, or of the programs that listen.
func (v *notifyList) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		all, err := a.Desk.ChannelList(t.ctx, who, v.Programs)
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(map[string]any{"items": all})
		}
		rows := [][]string{t.head("channel", "kind", "name", "address", "hears", "state")}
		for _, c := range all {
			state := t.words.T("cli.notify.works")
			switch {
			case c.Paused:
				state = t.words.T("notices.paused")
			case !c.FailingSince.IsZero():
				state = t.words.T("cli.notify.failing") + ": " + t.words.P(c.FaultKey, c.Params)
			}
			rows = append(rows, []string{number(c.ID), c.Kind, c.Name, c.Shown, joined(append(slices.Clone(c.Reasons), c.Events...)), state})
		}
		return t.table(rows)
	})
}

type notifyAdd struct {
	Kind     string            `arg:"" help:"${help_notify_kind}"`
	Set      map[string]string `placeholder:"NAME=VALUE" help:"${help_notify_set}"`
	Name     string            `help:"${help_notify_name}"`
	Programs bool              `help:"${help_notify_programs}"`
	Reasons  []string          `help:"${help_notify_reasons}"`
	Events   []string          `help:"${help_notify_events}"`
	Stores   []int64           `help:"${help_notify_stores}"`
}

// Run adds a channel and prints a secret that was made, this once.
func (v *notifyAdd) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		c, err := a.Desk.AddChannel(t.ctx, who, v.Programs, desk.ChannelInput{
			Kind: v.Kind, Name: v.Name, Settings: v.Set, Reasons: v.Reasons, Events: v.Events, Stores: v.Stores,
		})
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(c)
		}
		t.say("cli.notify.added", "id", number(c.ID))
		if c.Secret != "" {
			t.say("cli.notify.secret", "secret", c.Secret)
		}
		return nil
	})
}

type notifyTest struct {
	ID int64 `arg:"" help:"${help_notify_id}"`
}

// Run sends a test and tells how that went.
func (v *notifyTest) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		if err := a.Desk.TestChannel(t.ctx, who, v.ID); err != nil {
			return err
		}
		t.say("cli.notify.tested")
		return nil
	})
}

type notifyDrop struct {
	ID int64 `arg:"" help:"${help_notify_id}"`
}

// Run removes a channel.
func (v *notifyDrop) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error { return a.Desk.DropChannel(t.ctx, who, v.ID) })
}

type notifyShare struct {
	Kind string            `arg:"" help:"${help_notify_kind}"`
	Set  map[string]string `required:"" placeholder:"NAME=VALUE" help:"${help_notify_set}"`
}

// Run sets what all channels of a kind share, such as the mail server.
func (v *notifyShare) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error { return a.Desk.SetShared(t.ctx, who, v.Kind, v.Set) })
}

type notifyHeartbeat struct {
	URL string `arg:"" optional:"" help:"${help_notify_url}"`
}

// Run sets the outside watcher; without an address nobody is called.
func (v *notifyHeartbeat) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error { return a.Desk.SetHeartbeat(t.ctx, who, v.URL) })
}
