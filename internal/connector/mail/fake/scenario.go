package fake

import (
	"bytes"
	"context"
	_ "embed" // the example is a file
	"fmt"
	"io"
	"net"
	"time"

	"parley/internal/connector/simulator"
)

//go:embed example.yaml
var example []byte

// Example is the scenario of a provider that runs alone without one.
func Example() io.Reader { return bytes.NewReader(example) }

// scene is a scenario file: mailboxes with what came in and what was sent. Times are how long ago.
type scene struct{ Mailboxes []sceneBox }

type sceneBox struct {
	User, Password, Token, Address string
	Mails                          []sceneMail
}

type sceneMail struct {
	ID, From, Name, To, Subject, Text, HTML string

	InReplyTo string   `yaml:"in_reply_to"`
	Header    []string // further lines
	Ago       string   // such as 36h
	Sent      bool     // a person of the shop wrote it
}

// Load fills the provider from a scenario file.
func (p *Platform) Load(r io.Reader) error {
	var s scene
	if err := simulator.Scenario(r, &s); err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	for _, b := range s.Mailboxes {
		a, err := p.AddAccount(b.User, b.Password, b.Token, b.Address)
		if err != nil {
			return err
		}
		for _, m := range b.Mails {
			if err := a.load(m); err != nil {
				return fmt.Errorf("mail %q: %w", m.Subject, err)
			}
		}
	}
	return nil
}

func (a *Account) load(m sceneMail) error {
	ago, err := time.ParseDuration(m.Ago)
	if err != nil {
		return err
	}
	one := Mail{ID: m.ID, From: m.From, Name: m.Name, To: m.To, Subject: m.Subject, Text: m.Text, HTML: m.HTML, InReplyTo: m.InReplyTo, Header: m.Header, Ago: ago}
	if m.Sent {
		_, err = a.Sends(one)
	} else {
		_, err = a.Receive(one)
	}
	return err
}

// Main runs a provider filled from a scenario file until the context ends; without one it has one mailbox with a few mails. IMAP answers
// at the address, SMTP at a free port of the same host.
func Main(ctx context.Context, address string, scenario io.Reader, out io.Writer, now func() time.Time) error {
	if scenario == nil {
		scenario = Example()
	}
	p := New(Options{Now: now})
	if err := p.Load(scenario); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if err := p.Start(ctx, address, net.JoinHostPort(host, "0")); err != nil {
		return err
	}
	if err := p.announce(out); err != nil {
		return err
	}
	<-ctx.Done()
	return p.Close()
}

func (p *Platform) announce(out io.Writer) error {
	if _, err := fmt.Fprintf(out, "listening on imap://%s\nlistening on smtp://%s\n", p.IMAP(), p.SMTP()); err != nil {
		return err
	}
	for _, a := range p.accounts {
		if _, err := fmt.Fprintf(out, "mailbox %s user=%s password=%s (no TLS: imap_security and smtp_security none, allow_private true)\n", a.Address, a.User, a.Password); err != nil {
			return err
		}
	}
	return nil
}
