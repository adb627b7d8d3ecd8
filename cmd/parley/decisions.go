package main

import (
	"time"

	"parley/internal/app"
	"parley/internal/desk"
)

type decisionVerbs struct {
	List    decisionList    `cmd:"" help:"${help_decisions_list}"`
	Sign    decisionSign    `cmd:"" help:"${help_decisions_sign}"`
	Decline decisionDecline `cmd:"" help:"${help_decisions_decline}"`
}

type decisionList struct{}

// Run prints the decisions that wait for a signature or for the safety net.
func (v *decisionList) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		all, err := a.Desk.Waiting(t.ctx, who)
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(map[string]any{"items": append([]desk.Pending{}, all...)})
		}
		if len(all) == 0 {
			t.say("waiting.none")
			return nil
		}
		rows := [][]string{t.head("decision", "case", "state", "what", "cost", "member", "since")}
		for _, p := range all {
			rows = append(rows, []string{p.ID, number(p.CaseID), t.code("effect", p.State, "cli.nobody"), t.code("option", p.Choice.Option, "cli.nobody"),
				t.words.Money(p.Cost), p.By.Name, p.At.UTC().Format(time.RFC3339)})
		}
		return t.table(rows)
	})
}

type decisionSign struct {
	ID string `arg:"" help:"${help_decisions_id}"`
}

// Run signs a decision, or sends a prepared one now.
func (v *decisionSign) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		done, err := a.Desk.Release(t.ctx, who, v.ID)
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(done)
		}
		t.say("cli.decision.signed", "case", number(done.CaseID))
		return nil
	})
}

type decisionDecline struct {
	ID     string `arg:"" help:"${help_decisions_id}"`
	Reason string `required:"" placeholder:"TEXT" help:"${help_decisions_reason}"`
}

// Run refuses to sign a decision, or takes back one's own.
func (v *decisionDecline) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		if err := a.Desk.Decline(t.ctx, who, v.ID, v.Reason); err != nil {
			return err
		}
		done, err := a.Desk.Decision(t.ctx, who, v.ID)
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(done)
		}
		t.say("done.declined")
		return nil
	})
}

type caseErase struct {
	ID     int64  `arg:"" help:"${help_case_id}"`
	Reason string `required:"" placeholder:"TEXT" help:"${help_case_erase_reason}"`
}

// Run takes out of an ended case what it tells of people.
func (v *caseErase) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		if err := a.Desk.Erase(t.ctx, who, v.ID, v.Reason); err != nil {
			return err
		}
		if t.JSON {
			return t.data(map[string]any{"case_id": v.ID, "erased": true})
		}
		t.say("done.erased")
		return nil
	})
}
