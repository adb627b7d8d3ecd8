package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"parley/internal/desk"
)

// Demo is a desk beside simulated marketplaces, all on this machine.
type Demo struct {
	*App
	Email, Password, Token string

	servers []io.Closer
	remove  string // folder that goes when the demo ends; empty = it was given and stays
}

// demoSync is how often the demo reads a store, in time of the machine.
const demoSync = 5 * time.Second

// NewDemo fills simulated platforms, starts each on a free loopback port, and builds a desk that has their shops as stores. Data may be
// empty: then everything lies in a temporary folder that Stop removes. A folder with a desk in it is refused: the simulated shops of
// an earlier demo are gone.
func NewDemo(ctx context.Context, c Config, speed float64) (*Demo, error) {
	d := &Demo{}
	if err := d.folder(&c); err != nil {
		return nil, err
	}
	c.Clock, c.AllowPrivate = RealClock(), true
	if speed != 1 {
		c.Clock = FastClock(speed)
	}
	c.SyncEvery = time.Duration(float64(demoSync) * max(speed, 1))
	stores, err := d.simulate(c.Clock)
	if err != nil {
		return nil, errors.Join(err, d.clear())
	}
	if d.App, err = New(ctx, c); err != nil {
		return nil, errors.Join(err, d.clear())
	}
	if err := d.fill(ctx, stores); err != nil {
		return nil, errors.Join(err, d.Stop())
	}
	return d, nil
}

func (d *Demo) folder(c *Config) (err error) {
	if c.Data == "" {
		c.Data, err = os.MkdirTemp("", "parley-demo-*")
		d.remove = c.Data
		return err
	}
	if _, err := os.Stat(c.Data + "/parley.db"); err == nil {
		return fmt.Errorf("there is a desk in %s already: give the demo an empty folder, or none", c.Data)
	}
	return nil
}

// serve answers for a platform on a free loopback port.
func (d *Demo) serve(platform http.Handler) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: platform, ReadHeaderTimeout: 10 * time.Second}
	d.servers = append(d.servers, server)
	go func() { _ = server.Serve(listener) }() // ends with Close
	return "http://" + listener.Addr().String(), nil
}

// demoTeam works beside the visitor, who is the owner.
var demoTeam = []struct{ name, email, role string }{
	{"Lucía Moreno", "lucia@demo.example", "lead"}, {"王伟", "wang.wei@demo.example", "agent"}, {"James Wright", "james@demo.example", "agent"},
}

func (d *Demo) fill(ctx context.Context, stores []desk.StoreInput) error {
	d.Email, d.Password = "owner@demo.example", secretWord(16)
	if err := d.Desk.CreateOwner(ctx, d.Email, "Demo Owner", d.Password); err != nil {
		return err
	}
	owner, err := d.Desk.Operator(ctx, d.Email)
	if err != nil {
		return err
	}
	if err := d.Desk.SetPreferences(ctx, owner, desk.Preferences{Name: "Demo Owner", Locale: "en", Zone: "Europe/Madrid"}); err != nil {
		return err
	}
	if d.Token, _, err = d.Desk.NewToken(ctx, owner, "demo"); err != nil {
		return err
	}
	for _, m := range demoTeam {
		if err := d.join(ctx, owner, m.name, m.email, m.role); err != nil {
			return err
		}
	}
	for _, in := range stores {
		if _, err := d.Desk.AddStore(ctx, owner, in); err != nil {
			return fmt.Errorf("store %s: %w", in.Name, err)
		}
	}
	if err := d.trade(ctx, owner); err != nil {
		return err
	}
	if err := d.follow(ctx, owner); err != nil {
		return err
	}
	if err := d.guard(ctx, owner); err != nil {
		return err
	}
	return d.Desk.Settle(ctx)
}

// join invites a member of the team and accepts the invitation in his place.
func (d *Demo) join(ctx context.Context, owner desk.Who, name, email, role string) error {
	link, err := d.Desk.Invite(ctx, owner, desk.InviteInput{Email: email, Name: name, Role: role, AllStores: true})
	if err != nil {
		return err
	}
	secret := link[strings.LastIndex(link, "/")+1:]
	_, _, err = d.Desk.AcceptInvite(ctx, secret, name, secretWord(16), "en", "Europe/Madrid")
	return err
}

func secretWord(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))[:n]
}

// Stop ends the desk and the marketplaces and removes what was made for them.
func (d *Demo) Stop() error {
	return errors.Join(d.App.Stop(), d.clear())
}

func (d *Demo) clear() error {
	var err error
	for _, server := range d.servers {
		err = errors.Join(err, server.Close())
	}
	if d.remove != "" {
		err = errors.Join(err, os.RemoveAll(d.remove))
	}
	return err
}

// Welcome tells the visitor where the desk is and how to get in.
func (d *Demo) Welcome() {
	d.Say("listening on %s", d.LocalURL())
	d.Say("")
	d.Say("  sign in   %s", d.Email)
	d.Say("  password  %s", d.Password)
	d.Say("  API token %s", d.Token)
	d.Say("")
	d.Say("Everything is simulated and stays on this machine. Ctrl-C ends it.")
}
