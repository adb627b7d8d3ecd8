package main

import (
	"fmt"

	"parley/internal/app"
	"parley/internal/desk"
)

type memberVerbs struct {
	Add  memberAdd  `cmd:"" help:"${help_member_add}"`
	List memberList `cmd:"" help:"${help_member_list}"`
}

type memberAdd struct {
	Email  string  `arg:"" help:"${help_member_email}"`
	Name   string  `placeholder:"NAME" help:"${help_member_name}"`
	Role   string  `default:"agent" enum:"owner,lead,agent,viewer" placeholder:"ROLE" help:"${help_member_role}"`
	Stores []int64 `placeholder:"ID" help:"${help_member_stores}"`
}

// Run invites somebody and prints the one-time link.
func (v *memberAdd) Run(t *terminal) error {
	return t.desk(true, func(a *app.App, who desk.Who) error {
		link, err := a.Desk.Invite(t.ctx, who, desk.InviteInput{Email: v.Email, Name: v.Name, Role: v.Role, AllStores: len(v.Stores) == 0, Stores: v.Stores})
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(map[string]string{"link": link})
		}
		t.say("cli.member.link", "link", link)
		return nil
	})
}

type memberList struct{}

// Run prints who works at the desk.
func (memberList) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		all, err := a.Desk.Members(t.ctx, who)
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(map[string]any{"items": all})
		}
		rows := [][]string{t.head("member", "name", "email", "role", "state")}
		for _, m := range all {
			rows = append(rows, []string{number(m.ID), m.Name, m.Email, m.Role, m.State})
		}
		return t.table(rows)
	})
}

type tokenVerbs struct {
	New tokenNew `cmd:"" help:"${help_token_new}"`
}

type tokenNew struct {
	Name string `arg:"" help:"${help_token_name}"`
}

// Run makes an access token for the member of --as, or the first owner, and prints its secret this once.
func (v *tokenNew) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		secret, view, err := a.Desk.NewToken(t.ctx, who, v.Name)
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(map[string]any{"id": view.ID, "name": view.Name, "secret": secret})
		}
		_, err = fmt.Fprintln(t.out, secret)
		return err
	})
}
