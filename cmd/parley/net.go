package main

import (
	"encoding/json"
	"fmt"
	"time"

	"parley/internal/api"
	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
)

type netVerbs struct {
	Show   netShow   `cmd:"" help:"${help_net_show}"`
	Set    netSet    `cmd:"" help:"${help_net_set}"`
	Replay netReplay `cmd:"" help:"${help_net_replay}"`
}

type netShow struct {
	Store string `arg:"" help:"${help_net_store}"`
}

// Run prints the rules of a store's safety net.
func (v *netShow) Run(t *terminal) error {
	return t.onStore(v.Store, func(a *app.App, who desk.Who, st desk.StoreView) error {
		rules, err := a.Desk.Net(t.ctx, who, st.ID)
		if err != nil {
			return err
		}
		return t.net(rules)
	})
}

type netSet struct {
	Store string `arg:"" help:"${help_net_store}"`
	File  string `arg:"" type:"path" help:"${help_net_file}"`
}

// Run replaces the rules by those of a file.
func (v *netSet) Run(t *terminal) error {
	rules, err := readNet(v.File)
	if err != nil {
		return err
	}
	return t.onStore(v.Store, func(a *app.App, who desk.Who, st desk.StoreView) error {
		if err := a.Desk.SetNet(t.ctx, who, st.ID, rules); err != nil {
			return err
		}
		return t.net(rules)
	})
}

type netReplay struct {
	Store string `arg:"" help:"${help_net_store}"`
	File  string `arg:"" optional:"" type:"path" help:"${help_net_replay_file}"`
	Days  int    `default:"90" help:"${help_net_days}"`
}

// Run tells what a safety net would have done over the last days.
func (v *netReplay) Run(t *terminal) error {
	return t.onStore(v.Store, func(a *app.App, who desk.Who, st desk.StoreView) error {
		rules, err := a.Desk.Net(t.ctx, who, st.ID)
		if err == nil && v.File != "" {
			rules, err = readNet(v.File)
		}
		if err != nil {
			return err
		}
		out, err := a.Desk.ReplayNet(t.ctx, who, st.ID, rules, v.Days)
		if err != nil {
			return err
		}
		return t.replayedNet(out)
	})
}

// onStore opens the desk and finds a store by number or name.
func (t *terminal) onStore(name string, do func(*app.App, desk.Who, desk.StoreView) error) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		all, err := a.Desk.StoreList(t.ctx, who)
		if err != nil {
			return err
		}
		st, err := storeNamed(all, name)
		if err != nil {
			return err
		}
		return do(a, who, st)
	})
}

// readNet reads rules as "net show --json" prints them.
func readNet(path string) ([]desk.NetRule, error) {
	data, err := readFile(path, 1<<20)
	if err != nil {
		return nil, err
	}
	var in api.Net
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fault.Input("file", path, `{"rules": [{"class": "logistics.*", "do": "accept", "margin": 120}]}`).Because(err)
	}
	return in.Rules, nil
}

func (t *terminal) net(rules []desk.NetRule) error {
	if t.JSON {
		return t.data(api.Net{Rules: append([]desk.NetRule{}, rules...)})
	}
	if len(rules) == 0 {
		t.say("net.none")
		return nil
	}
	rows := [][]string{t.head("class", "act", "margin", "most", "percent", "days")}
	for _, n := range rules {
		rows = append(rows, []string{or(n.Class, "*"), t.words.T("net.act." + n.Do), t.words.Span(time.Duration(n.Margin) * time.Minute),
			t.words.Money(n.Most), some(n.Percent), some(n.Days)})
	}
	return t.table(rows)
}

func some(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

func (t *terminal) replayedNet(out desk.NetReplay) error {
	if t.JSON {
		return t.data(out)
	}
	rows := [][]string{t.head("case", "order", "at", "act", "cost", "answered")}
	for _, d := range out.Acted {
		answered := t.words.T("net.never")
		if !d.Answered.IsZero() {
			answered = d.Answered.UTC().Format(time.RFC3339)
		}
		does := t.words.T("net.act." + d.Do)
		if d.Why != "" {
			does += " (" + t.words.T(d.Why) + ")"
		}
		rows = append(rows, []string{number(d.CaseID), d.OrderNo, d.At.UTC().Format(time.RFC3339), does, t.words.Money(d.Cost), answered})
	}
	if err := t.table(rows); err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.words.N("net.dry_acted", int64(len(out.Acted)), "looked", fmt.Sprint(out.Looked), "days", fmt.Sprint(out.Days)))
	t.say("net.dry_cost", "amount", t.sums(out.Cost))
	fmt.Fprintln(t.out, t.words.N("net.dry_unheard", int64(out.Unheard)))
	if out.Capped {
		t.say("net.dry_capped")
	}
	return nil
}

// sums joins sums of several currencies.
func (t *terminal) sums(list []money.Amount) string {
	text := ""
	for _, a := range list {
		if text != "" {
			text += " + "
		}
		text += t.words.Money(a)
	}
	return or(text, "–")
}
