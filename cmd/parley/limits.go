package main

import (
	"parley/internal/app"
	"parley/internal/desk"
)

type limitsVerbs struct {
	Show limitsShow `cmd:"" help:"${help_limits_show}"`
	Set  limitsSet  `cmd:"" help:"${help_limits_set}"`
}

type limitsShow struct{}

// Run prints what one person may pay back.
func (v *limitsShow) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error { return t.limits(a, who) })
}

type limitsSet struct {
	Agent  string `placeholder:"SUMS" help:"${help_limits_agent}"`
	Lead   string `placeholder:"SUMS" help:"${help_limits_lead}"`
	Owner  string `placeholder:"SUMS" help:"${help_limits_owner}"`
	Second string `placeholder:"SUMS" help:"${help_limits_second}"`
}

// Run replaces the limits by those named; what is not named has none.
func (v *limitsSet) Run(t *terminal) error {
	var l desk.Limits
	for _, role := range []struct{ name, sums string }{{"agent", v.Agent}, {"lead", v.Lead}, {"owner", v.Owner}} {
		sums, err := desk.ParseSums(role.name, role.sums)
		if err != nil {
			return err
		}
		for _, a := range sums {
			l.Ceilings = append(l.Ceilings, desk.Ceiling{Role: role.name, Amount: a})
		}
	}
	var err error
	if l.Second, err = desk.ParseSums("second", v.Second); err != nil {
		return err
	}
	return t.desk(false, func(a *app.App, who desk.Who) error {
		if err := a.Desk.SetLimits(t.ctx, who, l); err != nil {
			return err
		}
		return t.limits(a, who)
	})
}

func (t *terminal) limits(a *app.App, who desk.Who) error {
	l, err := a.Desk.Limits(t.ctx, who)
	if err != nil {
		return err
	}
	if t.JSON {
		return t.data(l)
	}
	for _, c := range l.Ceilings {
		t.say("cli.limits.ceiling", "role", t.words.T("role."+c.Role), "amount", t.words.Money(c.Amount))
	}
	for _, s := range l.Second {
		t.say("cli.limits.second", "amount", t.words.Money(s))
	}
	if len(l.Ceilings)+len(l.Second) == 0 {
		t.say("cli.limits.none")
	}
	return nil
}
