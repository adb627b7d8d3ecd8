// Package mail sends messages by SMTP through the mail server that the installation names. The Message-ID is made from the message's
// own ID, so that a repeated sending is the same mail.
package mail

import (
	"context"
	"errors"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"parley/internal/fault"
	"parley/internal/notify"
)

// Channel is the way out by mail. Settings of the installation: server (smtp://user:password@host:587, smtps://… for TLS from the
// first byte, with ?tls=none for a server in the own network that speaks no TLS) and from.
type Channel struct{ timeout time.Duration }

// New makes the channel. timeout bounds each exchange with the server.
func New(timeout time.Duration) Channel { return Channel{timeout} }

// About tells what people fill in.
func (Channel) About() notify.About {
	return notify.About{Kind: "mail", Repeats: true, Settings: []notify.Setting{{Name: "address"}}, Shared: []notify.Setting{{Name: "server", Secret: true}, {Name: "from"}}}
}

// Check refuses what is no mail address.
func (Channel) Check(t notify.Target) (string, error) {
	a, err := netmail.ParseAddress(t["address"])
	if err != nil || a.Name != "" || len(t["address"]) > 254 {
		return "", fault.Input("address", t["address"], "name@example.com")
	}
	return a.Address, nil
}

// CheckShared refuses a server or a sender that cannot be.
func (Channel) CheckShared(t notify.Target) error {
	if _, err := serverOf(t["server"]); err != nil {
		return err
	}
	if _, err := netmail.ParseAddress(t["from"]); err != nil {
		return fault.Input("from", t["from"], "Parley <desk@example.com>")
	}
	return nil
}

// server is where mail is handed in.
type server struct {
	host     string
	port     int
	user     string
	password string
	whole    bool           // TLS from the first byte
	tls      mail.TLSPolicy // otherwise
}

const schemes = "smtp://user:password@host:587, smtps://user:password@host:465, smtp://host:25?tls=none"

func serverOf(text string) (server, error) {
	wrong := fault.Input("server", "", schemes) // the value may hold a password
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return server{}, wrong
	}
	s := server{host: u.Hostname(), port: 587, whole: u.Scheme == "smtps", tls: mail.TLSMandatory, user: u.User.Username()}
	s.password, _ = u.User.Password()
	if s.whole {
		s.port = 465
	}
	if p := u.Port(); p != "" {
		if s.port, err = net.LookupPort("tcp", p); err != nil {
			return server{}, wrong
		}
	}
	switch u.Query().Get("tls") {
	case "":
	case "none":
		s.tls = mail.NoTLS
	case "try":
		s.tls = mail.TLSOpportunistic
	default:
		return server{}, wrong
	}
	return s, nil
}

// Send hands the message in.
func (c Channel) Send(ctx context.Context, t notify.Target, m notify.Message) error {
	if t["server"] == "" {
		return fault.New(fault.Unavailable, "fault.notify.mail_server")
	}
	s, err := serverOf(t["server"])
	if err != nil {
		return err
	}
	letter, err := compose(t, m)
	if err != nil {
		return err
	}
	client, err := c.client(s)
	if err != nil {
		return fault.New(fault.Invalid, "fault.notify.unreadable").Because(err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		return undelivered(s.host, err)
	}
	defer func() { _ = client.Close() }() // the mail is handed in by then, or it failed
	return told(client.Send(letter))
}

func (c Channel) client(s server) (*mail.Client, error) {
	options := []mail.Option{mail.WithPort(s.port), mail.WithTimeout(c.timeout), mail.WithoutNoop(), mail.WithoutRset(), mail.WithHELO("localhost")}
	if s.whole {
		options = append(options, mail.WithSSL())
	} else {
		options = append(options, mail.WithTLSPolicy(s.tls))
	}
	if s.user != "" {
		options = append(options, mail.WithSMTPAuth(s.auth()), mail.WithUsername(s.user), mail.WithPassword(s.password))
	}
	return mail.NewClient(s.host, options...)
}

// auth: without TLS the password goes in the clear, which only happens where the owner wrote tls=none.
func (s server) auth() mail.SMTPAuthType {
	if !s.whole && s.tls == mail.NoTLS {
		return mail.SMTPAuthPlainNoEnc
	}
	return mail.SMTPAuthAutoDiscover
}

func compose(t notify.Target, m notify.Message) (*mail.Msg, error) {
	letter := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := letter.From(t["from"]); err != nil {
		return nil, fault.Input("from", t["from"], "Parley <desk@example.com>").Because(err)
	}
	if err := letter.To(t["address"]); err != nil {
		return nil, fault.Input("address", t["address"], "name@example.com").Because(err)
	}
	letter.Subject(m.Subject)
	letter.SetDateWithValue(m.At)
	letter.SetMessageIDWithValue(m.ID + "@" + domain(t["from"]))
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers, please
	letter.SetGenHeader("Content-Language", m.Lang)
	letter.SetBodyString(mail.TypeTextPlain, m.Text)
	return letter, nil
}

func domain(from string) string {
	if a, err := netmail.ParseAddress(from); err == nil {
		if _, host, ok := strings.Cut(a.Address, "@"); ok {
			return host
		}
	}
	return "parley.invalid"
}

// undelivered sorts what goes wrong before the mail is handed in. Nothing arrived in any of these cases.
func undelivered(host string, err error) error {
	if text := err.Error(); strings.Contains(text, "535") || errors.Is(err, mail.ErrNoSupportedAuthDiscovered) {
		return fault.New(fault.Unauthorised, "fault.notify.mail_login", "host", host).Because(err)
	}
	return fault.New(fault.Unavailable, "fault.notify.unreachable", "host", host).Because(err)
}

// told sorts what the server said. Only between the end of the text and the server's answer to it nobody knows what happened.
func told(err error) error {
	var f *mail.SendError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &f):
		return fault.New(fault.Unknown, "fault.notify.perhaps").Because(err)
	case f.ErrorCode() >= 500:
		return fault.New(fault.Refused, "fault.notify.rejected", "status", strconv.Itoa(f.ErrorCode())).Because(err)
	case f.ErrorCode() >= 400:
		return fault.New(fault.Unavailable, "fault.notify.rejected", "status", strconv.Itoa(f.ErrorCode())).Because(err)
	case f.Reason == mail.ErrSMTPDataClose:
		return fault.New(fault.Unknown, "fault.notify.perhaps").Because(err)
	}
	return fault.New(fault.Unavailable, "fault.notify.rejected", "status", "–").Because(err)
}
