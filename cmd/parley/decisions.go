package main

import (
	"time"

	"parley/internal/api"
	"parley/internal/app"
	"parley/internal/desk"
)

type decisionVerbs struct {
	List    decisionList    `cmd:"" help:"${help_decisions_list}"`
	Sign    decisionSign    `cmd:"" help:"${help_decisions_sign}"`
	Decline decisionDecline `cmd:"" help:"${help_decisions_decline}"`
}

type decisionList struct {
	Outdated bool   `help:"${help_decisions_outdated}"`
	Limit    int    `default:"50" placeholder:"N" help:"${help_queue_limit}"`
	Cursor   string `placeholder:"CURSOR" help:"${help_queue_cursor}"`
}

// Run prints the decisions that wait for a signature or for the safety net.
func (v *decisionList) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		page, err := a.Desk.Waiting(t.ctx, who, desk.WaitingQuery{Outdated: v.Outdated, Limit: v.Limit, Cursor: v.Cursor})
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(api.WaitingListOf(page))
		}
		if len(page.Rows) == 0 && page.Next == "" {
			t.say("waiting.none")
			return nil
		}
		if err := t.table(t.waiting(page.Rows)); err != nil {
			return err
		}
		if page.Next != "" {
			t.say("cli.queue.more", "cursor", page.Next)
		}
		return nil
	})
}

func (t *terminal) waiting(all []desk.Pending) [][]string {
	rows := [][]string{t.head("decision", "case", "state", "what", "cost", "member", "since")}
	for _, p := range all {
		state := t.code("effect", p.State, "cli.nobody")
		if p.Outdated {
			state += " (" + t.words.T("waiting.mark") + ")"
		}
		rows = append(rows, []string{p.ID, number(p.CaseID), state, t.code("option", p.Choice.Option, "cli.nobody"),
			t.words.Money(p.Cost), p.By.Name, p.At.UTC().Format(time.RFC3339)})
	}
	return rows
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
