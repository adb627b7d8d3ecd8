package main

import (
	"maps"
	"strings"

	"parley/internal/app"
	"parley/internal/desk"
)

type trackerVerbs struct {
	Add  trackerAdd  `cmd:"" help:"${help_tracker_add}"`
	List trackerList `cmd:"" help:"${help_tracker_list}"`
	Test trackerTest `cmd:"" help:"${help_tracker_test}"`

	Unknown trackerUnknown `cmd:"" help:"${help_tracker_unknown}"`
}

type trackerAdd struct {
	Kind    string            `arg:"" help:"${help_tracker_kind}"`
	Company string            `required:"" placeholder:"NAME" help:"${help_store_company}"`
	Name    string            `placeholder:"NAME" help:"${help_tracker_name}"`
	Set     map[string]string `placeholder:"NAME=VALUE" mapsep:"none" help:"${help_store_set}"`
	SetFile map[string]string `placeholder:"NAME=FILE" mapsep:"none" help:"${help_store_set_file}"`
}

// Run adds an account after a harmless call with its settings.
func (v *trackerAdd) Run(t *terminal) error {
	in := desk.TrackerInput{Kind: v.Kind, Company: v.Company, Name: v.Name, Settings: map[string]string{}}
	maps.Copy(in.Settings, v.Set)
	for name, path := range v.SetFile {
		value, err := readFile(path, 64<<10)
		if err != nil {
			return err
		}
		in.Settings[name] = strings.TrimSpace(string(value))
	}
	return t.desk(true, func(a *app.App, who desk.Who) error {
		v, err := a.Desk.AddTracker(t.ctx, who, in)
		if err != nil {
			return err
		}
		return t.trackers([]desk.TrackerView{v})
	})
}

type trackerList struct{}

// Run prints the accounts and how they are doing.
func (trackerList) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		all, err := a.Desk.TrackerList(t.ctx, who)
		if err != nil {
			return err
		}
		return t.trackers(all)
	})
}

func (t *terminal) trackers(all []desk.TrackerView) error {
	if t.JSON {
		return t.data(map[string]any{"items": all})
	}
	rows := [][]string{t.head("tracker", "company", "service", "name", "watched", "stopped", "quota", "state")}
	for _, v := range all {
		rows = append(rows, []string{number(v.ID), v.Company, v.Service, v.Name, number(v.Watched), number(v.Stopped), t.quota(v.QuotaLeft), t.trackerState(v)})
	}
	return t.table(rows)
}

func (t *terminal) quota(left int) string {
	if left < 0 {
		return t.words.T("trackers.quota_untold")
	}
	return number(int64(left))
}

func (t *terminal) trackerState(v desk.TrackerView) string {
	if v.FaultKey == "" {
		return t.words.T("cli.tracker.works")
	}
	return t.words.T(v.FaultKey, pairs(v.Params)...)
}

// pairs are parameters of a text, one after the other.
func pairs(p desk.Params) (out []string) {
	for k, v := range p {
		out = append(out, k, v)
	}
	return out
}

type trackerTest struct {
	ID int64 `arg:"" help:"${help_tracker_id}"`
}

// Run makes a harmless call with the settings an account has.
func (v *trackerTest) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		got, err := a.Desk.CheckTracker(t.ctx, who, v.ID)
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(got)
		}
		t.say("trackers.tested", "left", t.quota(got.Left))
		return nil
	})
}
