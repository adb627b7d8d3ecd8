package fake

import (
	"bytes"
	"io"
	"log"
	"net"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

func (p *Platform) smtpServer() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		if p.made() == Down {
			return nil, &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "come back later"}
		}
		return &handIn{p: p, conn: c.Conn()}, nil
	}))
	s.TLSConfig = p.onDemand()
	s.Domain, s.AllowInsecureAuth, s.ErrorLog, s.MaxMessageBytes = "mail.test", p.tls == nil, log.New(io.Discard, "", 0), 25<<20
	return s
}

// handIn is one connection to the SMTP server.
type handIn struct {
	p        *Platform
	conn     net.Conn
	account  *Account
	from, to string
}

// AuthMechanisms are the ways to sign in.
func (h *handIn) AuthMechanisms() []string { return []string{sasl.Plain, "XOAUTH2"} }

// Auth signs in.
func (h *handIn) Auth(mechanism string) (sasl.Server, error) {
	if mechanism == "XOAUTH2" {
		return bearer(func(user, token string) error {
			return h.enter(func(a *Account) bool { return a.User == user && a.Token != "" && a.Token == token })
		}), nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error {
		return h.enter(func(a *Account) bool { return a.User == user && a.Password == password })
	}), nil
}

func (h *handIn) enter(is func(*Account) bool) error {
	switch h.p.made() {
	case Revoked:
		return smtp.ErrAuthFailed
	case Limited:
		return &smtp.SMTPError{Code: 454, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "too many login attempts"}
	}
	if h.account = h.p.find(is); h.account == nil {
		return smtp.ErrAuthFailed
	}
	return nil
}

// Mail begins a mail. Nobody sends in another's name.
func (h *handIn) Mail(from string, _ *smtp.MailOptions) error {
	if h.account == nil {
		return smtp.ErrAuthRequired
	}
	if !strings.EqualFold(from, h.account.Address) {
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not your address"}
	}
	h.from = from
	return nil
}

// Rcpt names the reader. Mailboxes that begin with "gone" are no more.
func (h *handIn) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "gone") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	h.to = to
	return nil
}

// Data takes the text.
func (h *handIn) Data(r io.Reader) error {
	if h.p.made() == CutBefore {
		_ = h.conn.Close() // that is the trouble
		return nil
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if h.p.made() == BusyData {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
	}
	if err := h.deliver(raw); err != nil {
		return err
	}
	switch h.p.made() {
	case CutAfter:
		_ = h.conn.Close() // that is the trouble
	case GarbledData:
		_, _ = h.conn.Write([]byte("\x00\x01 what {\r\n"))
		_ = h.conn.Close()
	}
	return nil
}

func (h *handIn) deliver(raw []byte) error {
	h.p.mu.Lock()
	h.p.delivered = append(h.p.delivered, Delivery{h.p.now(), h.from, h.to, raw})
	h.p.mu.Unlock()
	if h.p.keeps {
		if err := h.account.put(Sent, raw, imap.FlagSeen); err != nil {
			return err
		}
	}
	reader := h.p.find(func(a *Account) bool { return strings.EqualFold(a.Address, h.to) })
	if reader == nil {
		return nil
	}
	return reader.put(Inbox, raw)
}

// Reset begins anew.
func (h *handIn) Reset() { h.from, h.to = "", "" }

// Logout ends it.
func (h *handIn) Logout() error { return nil }

// literal is a mail as the IMAP server takes it.
type literal struct{ *bytes.Reader }

// Size is its length in bytes.
func (l literal) Size() int64 { return l.Reader.Size() }
