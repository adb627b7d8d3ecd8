package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"parley/internal/app"
	"parley/internal/fault"
	"parley/internal/sim"
)

type simVerb struct {
	Seed      string   `default:"1" placeholder:"N|A..B" help:"${help_sim_seed}"`
	Days      int      `default:"30" placeholder:"N" help:"${help_sim_days}"`
	Stores    int      `default:"6" placeholder:"N" help:"${help_sim_stores}"`
	Cases     int      `placeholder:"N" help:"${help_sim_cases}"`
	Nodes     int      `default:"1" placeholder:"N" help:"${help_sim_nodes}"`
	Faults    string   `default:"all" placeholder:"all|none|LIST" help:"${help_sim_faults}"`
	Platforms []string `placeholder:"LIST" help:"${help_sim_platforms}"`
	First     bool     `help:"${help_sim_first}"`
	Script    string   `type:"existingfile" placeholder:"FILE" help:"${help_sim_script}"`
	Shrink    string   `type:"path" placeholder:"FILE" help:"${help_sim_shrink}"`
}

// simTotals are the sums over all seeds, beside the report of each.
type simTotals struct {
	Cases          int          `json:"cases"`
	Deadlines      int          `json:"deadlines"`
	Lapsed         int          `json:"lapsed"`
	PaidTwice      int          `json:"paid_twice"`
	Lost           int          `json:"effects_lost"`
	ToldTwice      int          `json:"told_twice"`
	LedgerBalanced bool         `json:"ledger_balanced"`
	VirtualDays    int          `json:"virtual_days"`
	WallSeconds    float64      `json:"wall_seconds"`
	Good           bool         `json:"good"` // every invariant held in every run
	Runs           []sim.Report `json:"runs"`
}

// Run lives through simulated time, once for each seed, and fails where an invariant did not hold.
func (v *simVerb) Run(t *terminal) error {
	o, err := v.options(t)
	if err != nil {
		return err
	}
	seeds, err := seedsOf(v.Seed)
	if err != nil {
		return err
	}
	if o.Script != nil {
		seeds = []uint64{o.Script.Seed}
	}
	sum := simTotals{LedgerBalanced: true, Good: true}
	for _, seed := range seeds {
		o.Seed = seed
		r, err := app.Simulate(t.ctx, o)
		if err != nil {
			return err
		}
		sum.add(r)
		if !t.JSON {
			t.sayRun(r)
		}
		if !r.Good() && v.Shrink != "" {
			if err := v.shrink(t, o, r); err != nil {
				return err
			}
		}
	}
	if t.JSON {
		err = t.data(sum)
	}
	if !sum.Good {
		err = errors.Join(err, errSaid)
	}
	return err
}

func (v *simVerb) options(t *terminal) (sim.Options, error) {
	o := sim.Options{Days: v.Days, Stores: v.Stores, Cases: v.Cases, Nodes: v.Nodes, First: v.First, Kinds: v.Platforms, DB: t.DB, Log: t.config().Log}
	switch v.Faults {
	case "all":
		o.Faults = sim.Kinds()
	case "none", "":
	default:
		o.Faults = strings.Split(v.Faults, ",")
		for _, f := range o.Faults {
			if !slices.Contains(sim.Kinds(), f) {
				return o, fault.Input("faults", f, "all, none, "+strings.Join(sim.Kinds(), ", "))
			}
		}
	}
	if o.Nodes > 1 && o.DB == "" {
		return o, fault.Input("nodes", strconv.Itoa(o.Nodes), "1, or --db postgres://…")
	}
	if v.Script == "" {
		return o, nil
	}
	raw, err := os.ReadFile(v.Script)
	if err != nil {
		return o, err
	}
	o.Script = &sim.Script{}
	if err := json.Unmarshal(raw, o.Script); err != nil {
		return o, fault.Input("script", v.Script, "a file that --shrink wrote").Because(err)
	}
	return o, nil
}

func seedsOf(text string) ([]uint64, error) {
	first, last, ranged := strings.Cut(text, "..")
	if !ranged {
		last = first
	}
	a, err := strconv.ParseUint(first, 10, 32)
	b, err2 := strconv.ParseUint(last, 10, 32)
	if err != nil || err2 != nil || b < a || b-a > 10_000 {
		return nil, fault.Input("seed", text, "a number, or two such as 1..20")
	}
	var out []uint64
	for s := a; s <= b; s++ {
		out = append(out, s)
	}
	return out, nil
}

func (s *simTotals) add(r sim.Report) {
	s.Cases += r.Cases
	s.Deadlines += r.Deadlines
	s.Lapsed += r.Lapsed
	s.PaidTwice += r.PaidTwice
	s.Lost += r.Lost
	s.ToldTwice += r.ToldTwice
	s.LedgerBalanced = s.LedgerBalanced && r.LedgerBalanced
	s.VirtualDays += r.VirtualDays
	s.WallSeconds += r.WallSeconds
	s.Good = s.Good && r.Good()
	s.Runs = append(s.Runs, r)
}

// sayRun prints a run for people, with the first violation and its trace.
func (t *terminal) sayRun(r sim.Report) {
	t.say("cli.sim.run", "seed", strconv.FormatUint(r.Seed, 10), "cases", strconv.Itoa(r.Cases), "deadlines", strconv.Itoa(r.Deadlines),
		"lapsed", strconv.Itoa(r.Lapsed), "twice", strconv.Itoa(r.PaidTwice), "lost", strconv.Itoa(r.Lost), "told", strconv.Itoa(r.ToldTwice),
		"crashes", strconv.Itoa(r.Crashes), "seconds", fmt.Sprintf("%.1f", r.WallSeconds))
	for _, v := range r.Violations {
		t.say("cli.sim.violation", "invariant", v.Invariant, "at", v.At.Format("2006-01-02 15:04:05"), "text", v.Text)
		for _, l := range v.Trace {
			_, _ = fmt.Fprintln(t.out, "    "+l)
		}
	}
}

// shrink writes the shortest script that still fails.
func (v *simVerb) shrink(t *terminal, o sim.Options, r sim.Report) error {
	script, err := app.ShrinkSimulation(t.ctx, o, r)
	if err != nil {
		return err
	}
	if script == nil {
		t.complain("cli.sim.not_again")
		return nil
	}
	raw, err := json.MarshalIndent(script, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(v.Shrink, append(raw, '\n'), 0o600); err != nil {
		return err
	}
	t.complain("cli.sim.shrunk", "file", v.Shrink, "matters", strconv.Itoa(max(len(script.Matters), 0)), "incidents", strconv.Itoa(len(script.Incidents)))
	return nil
}
