// Package notifytest holds the other side of the ways out, as tests need them: a mail server and a receiver of webhooks on loopback,
// which keep what arrived and can be told to fail.
package notifytest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is one mail that arrived.
type Mail struct {
	From, To, Subject, MessageID, Text string
	Header                             mail.Header
}

// Postbox is a mail server.
type Postbox struct {
	URL string // for the setting server

	mu       sync.Mutex
	mails    []Mail
	refuse   *smtp.SMTPError
	hangUp   int // so many mails are taken and then not answered
	password string
}

// NewPostbox starts a mail server on loopback that ends with the test. A password makes it ask for user desk.
func NewPostbox(t testing.TB, password string) *Postbox {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Postbox{URL: "smtp://" + listener.Addr().String() + "?tls=none", password: password}
	if password != "" {
		p.URL = "smtp://desk:" + password + "@" + listener.Addr().String() + "?tls=none"
	}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &delivery{box: p, conn: c.Conn()}, nil }))
	server.Domain, server.AllowInsecureAuth = "localhost", true
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

// Mails gives what arrived.
func (p *Postbox) Mails() []Mail {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Mail{}, p.mails...)
}

// Refuse answers every mail with this code from now on; 0 = no longer.
func (p *Postbox) Refuse(code int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = nil
	if code != 0 {
		p.refuse = &smtp.SMTPError{Code: code, Message: "not today"}
	}
}

// HangUp takes the next n mails and hangs up without an answer.
func (p *Postbox) HangUp(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hangUp = n
}

// delivery is one connection.
type delivery struct {
	box  *Postbox
	conn net.Conn
	m    Mail
}

// Mail begins a mail.
func (d *delivery) Mail(from string, _ *smtp.MailOptions) error {
	d.m = Mail{From: from}
	return nil
}

// Rcpt names the reader.
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	if d.box.refuse != nil {
		return d.box.refuse
	}
	d.m.To = to
	return nil
}

// Data takes the text.
func (d *delivery) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	letter, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	d.m.Header, d.m.MessageID = letter.Header, letter.Header.Get("Message-Id")
	if d.m.Subject, err = new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject")); err != nil {
		return err
	}
	body := letter.Body
	if strings.EqualFold(letter.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	d.m.Text = string(text)
	return errors.Join(err, d.keep())
}

func (d *delivery) keep() error {
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	d.box.mails = append(d.box.mails, d.m)
	if d.box.hangUp > 0 {
		d.box.hangUp--
		return d.conn.Close()
	}
	return nil
}

// Reset forgets the mail under way.
func (d *delivery) Reset() {}

// Logout ends the connection.
func (d *delivery) Logout() error { return nil }

// AuthMechanisms are the ways to sign in.
func (d *delivery) AuthMechanisms() []string {
	if d.box.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth checks user and password.
func (d *delivery) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "desk" || password != d.box.password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong user or password"}
		}
		return nil
	}), nil
}
