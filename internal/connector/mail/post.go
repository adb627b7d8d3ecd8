package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"parley/internal/connector"
	"parley/internal/fault"
)

// postTime bounds each exchange with the SMTP server.
const postTime = 60 * time.Second

// reply is an answer, ready to go out.
type reply struct {
	msg *mail.Msg
	id  string // Message-ID without brackets
	to  string
	raw []byte // as laid into the folder with what was sent
}

// ownID is the Message-ID of an act: always the same for the same act, so that a repeat is told apart, and not to be guessed from outside.
func (k *config) ownID(effect string) string {
	_, domain, _ := strings.Cut(k.from.Address, "@")
	return "parley." + short("effect", effect) + "@" + first(domain, "parley.invalid")
}

// mostNamed is how many Message-IDs an answer names: the first and the last ones.
const mostNamed = 20

// compose writes the answer to a letter.
func (s *Session) compose(act connector.Effect, t *thread, at time.Time) (*reply, error) {
	to, last := t.addressee()
	r := &reply{msg: mail.NewMsg(mail.WithNoDefaultUserAgent()), id: s.ownID(act.ID), to: to}
	r.msg.FromMailAddress(&s.from)
	if err := r.msg.To(to); err != nil {
		return nil, fault.New(fault.Refused, "fault.mail.address").Because(err)
	}
	base, _ := topic(last.Subject)
	r.msg.Subject("Re: " + base)
	r.msg.SetDateWithValue(at)
	r.msg.SetMessageIDWithValue(r.id)
	refs := append(append([]string{}, last.Refs...), last.ID)
	if len(refs) > mostNamed {
		refs = append(refs[:1], refs[len(refs)-mostNamed+1:]...)
	}
	r.msg.SetGenHeaderPreformatted("In-Reply-To", "<"+header8(last.ID)+">")
	r.msg.SetGenHeaderPreformatted("References", bracketed(refs))
	r.msg.SetBodyString(mail.TypeTextPlain, act.Text)
	r.msg.SetBoundary("parley-" + short("boundary", act.ID))
	if err := attach(r.msg, act); err != nil {
		return nil, err
	}
	var raw bytes.Buffer
	if _, err := r.msg.WriteTo(&raw); err != nil {
		return nil, fault.Input("text", "", "a text").Because(err)
	}
	r.raw = raw.Bytes()
	return r, nil
}

// addressee is where the buyer wants the answer, and the letter of the buyer that is answered. Nobody else who wrote into the thread gets
// it.
func (t *thread) addressee() (string, *letter) {
	for i := len(t.letters) - 1; i >= 0; i-- {
		if l := &t.letters[i]; l.From == t.ref.Buyer && l.waits() {
			return first(l.ReplyTo, l.From), l
		}
	}
	last := &t.letters[len(t.letters)-1]
	return t.ref.Buyer, last
}

// header8 keeps what stands in somebody else's Message-ID from making fields of its own.
func header8(id string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '<' || r == '>' {
			return -1
		}
		return r
	}, id)
}

// bracketed lists Message-IDs, one to a line: lines of a mail are bounded (RFC 5322, 2.1.1).
func bracketed(ids []string) string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, "<"+header8(id)+">")
	}
	return strings.Join(out, "\r\n ")
}

func attach(msg *mail.Msg, act connector.Effect) error {
	files := act.Files
	if act.File != nil {
		files = append(files, act.File)
	}
	for _, f := range files {
		if f == nil || len(f.Bytes) == 0 {
			return fault.Input("file", "", "a file")
		}
		if err := msg.AttachReader(oneLine(f.Name), bytes.NewReader(f.Bytes), mail.WithFileContentType(mail.ContentType(f.Type))); err != nil {
			return fault.Input("file", f.Name, "a file").Because(err)
		}
	}
	return nil
}

// post is a connection over which mail is handed in.
func (s *Session) post(ctx context.Context) (*mail.Client, func(), error) {
	if err := s.turn(ctx, "smtp"); err != nil {
		return nil, nil, err
	}
	client, err := s.client()
	if err != nil {
		return nil, nil, fault.Input("smtp_host", s.smtp.host, "host of the SMTP server").Because(err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		return nil, nil, s.noted("smtp", unposted(ctx, untrusted(err, s.smtp.host)))
	}
	return client, func() { _ = client.Close() }, s.noted("smtp", nil) // what was handed in stays so
}

func (s *Session) client() (*mail.Client, error) {
	port, _ := strconv.Atoi(s.smtp.port) // digits, by its pattern
	options := []mail.Option{
		mail.WithPort(port), mail.WithTimeout(postTime), mail.WithoutNoop(), mail.WithoutRset(), mail.WithHELO("localhost"), mail.WithTLSPolicy(mail.NoTLS),
		mail.WithTLSConfig(&tls.Config{ServerName: s.smtp.host, MinVersion: tls.VersionTLS12}),
		mail.WithDialContextFunc(func(ctx context.Context, _, _ string) (net.Conn, error) { return s.dial(ctx, s.smtp) }),
		mail.WithUsername(s.user), mail.WithPassword(first(s.token, s.password)), s.proof(),
	}
	switch s.smtp.security {
	case "starttls":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case "tls":
		options = append(options, mail.WithSSL()) // the connection handed over speaks TLS already
	}
	return mail.NewClient(s.smtp.host, options...)
}

// proof: without TLS the password goes in the clear, which only happens in the own network.
func (s *Session) proof() mail.Option {
	switch {
	case s.token != "":
		return mail.WithSMTPAuth(mail.SMTPAuthXOAUTH2)
	case s.smtp.security == "none":
		return mail.WithSMTPAuth(mail.SMTPAuthPlainNoEnc)
	}
	return mail.WithOpportunisticSMTPAuth(mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthCramMD5)
}

// greet signs in and leaves again.
func (s *Session) greet(ctx context.Context) error {
	_, end, err := s.post(ctx)
	if err == nil {
		end()
	}
	return err
}
