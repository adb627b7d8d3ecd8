package main

import (
	"strings"

	"parley/internal/app"
	"parley/internal/desk"
)

type serveVerb struct {
	Addr              string `default:"127.0.0.1:8080" env:"PARLEY_ADDR" placeholder:"HOST:PORT" help:"${help_serve_addr}"`
	OwnerEmail        string `env:"PARLEY_OWNER_EMAIL" placeholder:"EMAIL" help:"${help_serve_owner_email}"`
	OwnerPasswordFile string `env:"PARLEY_OWNER_PASSWORD_FILE" type:"path" placeholder:"FILE" help:"${help_serve_owner_password_file}"`
}

// Run serves until it is told to stop.
func (v *serveVerb) Run(t *terminal) error {
	c := t.config()
	c.Addr = v.Addr
	a, err := app.New(t.ctx, c)
	if err != nil {
		return err
	}
	if err := v.start(t, a); err != nil {
		_ = a.Stop() // the first failure is the one to tell
		return err
	}
	<-t.ctx.Done()
	return a.Stop()
}

func (v *serveVerb) start(t *terminal, a *app.App) error {
	if v.OwnerEmail != "" {
		if err := v.owner(t, a); err != nil {
			return err
		}
	}
	if err := a.Start(t.ctx); err != nil {
		return err
	}
	t.say("cli.listening", "url", a.LocalURL())
	if a.PublicURL != "" {
		t.say("cli.public", "url", a.PublicURL)
	}
	secret, needed, err := a.Desk.FirstStart(t.ctx)
	if err == nil && needed {
		t.say("cli.first_start", "link", a.URL()+desk.InvitePath+secret)
	}
	if t.ctx.Err() != nil {
		return nil // it was told to stop before it could say so
	}
	return err
}

func (v *serveVerb) owner(t *terminal, a *app.App) error {
	password, err := readFile(v.OwnerPasswordFile, 1<<10)
	if err != nil {
		return err
	}
	return a.Desk.CreateOwner(t.ctx, v.OwnerEmail, "", strings.TrimRight(string(password), "\r\n"))
}
