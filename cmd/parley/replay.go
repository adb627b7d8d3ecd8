package main

import (
	"encoding/json"
	"fmt"
	"time"

	"parley/internal/app"
	"parley/internal/desk"
)

type policyReplay struct {
	Pack      string           `placeholder:"NAME@VERSION" help:"${help_policy_replay_pack}"`
	Parameter map[string]int64 `placeholder:"NAME=VALUE" mapsep:"none" help:"${help_policy_replay_parameter}"`
	Limit     int              `default:"0" help:"${help_policy_replay_limit}"`
}

// Run prints each case that would come out differently as soon as it is found, and how many there are.
func (v *policyReplay) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		out := replayed{t: t}
		total, err := a.Desk.Replay(t.ctx, who, desk.ReplayInput{Pack: v.Pack, Parameters: v.Parameter, Limit: v.Limit}, out.add)
		if err != nil {
			return err
		}
		return out.end(total)
	})
}

// replayed prints while cases are being found: there may be more of them than fit into memory.
type replayed struct {
	t *terminal
	n int
}

func (p *replayed) add(r desk.Replayed) error {
	p.n++
	if p.t.JSON {
		return p.json(r)
	}
	var rows [][]string
	if p.n == 1 {
		rows = append(rows, p.t.head("case", "order", "store", "at", "what", "before", "after"))
	}
	for _, c := range r.Changes {
		rows = append(rows, []string{number(r.CaseID), r.OrderNo, r.Store, r.At.UTC().Format(time.RFC3339), c.What, or(c.Before, "–"), or(c.After, "–")})
	}
	return p.t.table(rows)
}

func (p *replayed) json(r desk.Replayed) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	before := ",\n"
	if p.n == 1 {
		before = "{\"items\": [\n"
	}
	_, err = fmt.Fprintf(p.t.out, "%s  %s", before, data)
	return err
}

func (p *replayed) end(total desk.ReplayTotal) error {
	if p.t.JSON {
		before := "\n], "
		if p.n == 0 {
			before = "{\"items\": [], "
		}
		_, err := fmt.Fprintf(p.t.out, "%s\"looked\": %d, \"changed\": %d, \"more\": %t}\n", before, total.Looked, total.Changed, total.More)
		return err
	}
	p.t.say("cli.replayed", "looked", fmt.Sprint(total.Looked), "changed", fmt.Sprint(total.Changed))
	if total.More {
		p.t.say("cli.replayed_more")
	}
	return nil
}

func or(text, empty string) string {
	if text == "" {
		return empty
	}
	return text
}
