package main

import (
	"fmt"
	"time"

	"parley/internal/api"
	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
)

type caseVerbs struct {
	Show   caseShow   `cmd:"" help:"${help_case_show}"`
	Record caseRecord `cmd:"" help:"${help_case_record}"`
	Erase  caseErase  `cmd:"" help:"${help_case_erase}"`
}

type caseShow struct {
	ID int64 `arg:"" help:"${help_case_id}"`
}

// Run prints one case.
func (v *caseShow) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error { return v.print(t, a, who) })
}

func (v *caseShow) print(t *terminal, a *app.App, who desk.Who) error {
	c, err := a.Desk.Peek(t.ctx, who, v.ID)
	if err != nil {
		return err
	}
	if t.JSON {
		return t.data(api.CaseOf(c))
	}
	if err := t.table(t.rows([]desk.Row{c.Row}, a.Desk.Now())); err != nil {
		return err
	}
	t.options(a, c)
	return t.timeline(c, a.Desk.Now(), who.Zone)
}

type caseRecord struct {
	ID        int64     `arg:"" help:"${help_case_id}"`
	Did       string    `arg:"" help:"${help_case_did}"`
	At        time.Time `placeholder:"INSTANT" help:"${help_case_at}"`
	Via       string    `placeholder:"CHANNEL" help:"${help_case_via}"`
	Reference string    `placeholder:"TEXT" help:"${help_case_reference}"`
	Note      string    `placeholder:"TEXT" help:"${help_case_note}"`
	Amount    string    `placeholder:"AMOUNT" help:"${help_case_amount}"`
}

// Run puts on record what happened outside the desk.
func (v *caseRecord) Run(t *terminal) error {
	in := desk.RecordInput{Did: v.Did, At: v.At, Via: v.Via, Reference: v.Reference, Note: v.Note}
	if v.Amount != "" {
		amount, err := money.Parse(v.Amount)
		if err != nil {
			return fault.Input("amount", v.Amount, "12.40 EUR").Because(err)
		}
		in.Amount = amount
	}
	return t.desk(true, func(a *app.App, who desk.Who) error {
		if err := a.Desk.Record(t.ctx, who, v.ID, in); err != nil {
			return err
		}
		return (&caseShow{ID: v.ID}).print(t, a, who)
	})
}

// options prints what may be done, the recommended first, and why.
func (t *terminal) options(a *app.App, c desk.CasePage) {
	for _, w := range c.Verdict.Why {
		if says := a.Desk.Library.Sentence(w.Rule, t.words.Lang, w.Params); says != "" {
			fmt.Fprintln(t.out, "  "+plain(says))
		}
	}
	for _, o := range c.Options {
		mark := " "
		if o.Best {
			mark = "*"
		}
		if o.Open {
			fmt.Fprintf(t.out, "%s %-24s %s\n", mark, o.Code, t.code("option", o.Code, "class.undecided"))
		}
	}
	for _, o := range c.Options {
		if !o.Open {
			fmt.Fprintf(t.out, "- %-24s %s: %s\n", o.Code, t.words.T("option.closed"), plain(t.closed(a, o.Option)))
		}
	}
}

// closed says why an option is not open, in the words of the desk or of its rules; where neither has any, by the key.
func (t *terminal) closed(a *app.App, o policy.Option) string {
	params := map[string]string{}
	for name, value := range o.Params {
		params[name] = value
		if sum, err := money.Parse(value); err == nil {
			params[name] = t.words.Money(sum)
		}
	}
	if t.words.Has(o.Reason) {
		return t.words.P(o.Reason, params)
	}
	if text, ok := a.Desk.Library.Text(o.Reason, t.words.Lang); ok {
		return text
	}
	return o.Reason
}

// timeline prints what happened, oldest first, in the member's zone.
func (t *terminal) timeline(c desk.CasePage, now time.Time, zone string) error {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	var rows [][]string
	for _, l := range c.Timeline {
		who := l.Name
		if who == "" {
			who = t.code("actor", l.Who, "cli.nobody")
		}
		rows = append(rows, []string{t.words.Instant(l.At.In(loc), now), who, t.what(l), t.words.Money(l.Amount), shown(l.Text, 80)})
	}
	return t.table(rows)
}

func (t *terminal) what(l desk.Line) string {
	for _, group := range []string{l.Kind, "act", "event", "scan", "effect"} {
		if word, known := t.words.Code(group, l.Code); known {
			return word
		}
	}
	return l.Code
}
