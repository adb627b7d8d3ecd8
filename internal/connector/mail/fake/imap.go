package fake

import (
	"errors"
	"io"
	"log"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
)

func (p *Platform) imapServer() *imapserver.Server {
	return imapserver.New(&imapserver.Options{
		TLSConfig: p.onDemand(), InsecureAuth: p.tls == nil, Logger: log.New(io.Discard, "", 0),
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapESearch: {}, imap.CapNamespace: {}, imap.CapMove: {}},
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			if p.made() == Down {
				return nil, nil, &imap.Error{Type: imap.StatusResponseTypeBye, Code: imap.ResponseCodeUnavailable, Text: "come back later"}
			}
			return &visit{p: p}, nil, nil
		},
	})
}

// visit is one connection to the IMAP server.
type visit struct {
	*imapmemserver.UserSession
	p *Platform
}

// Close ends it, signed in or not.
func (v *visit) Close() error {
	if v.UserSession == nil {
		return nil
	}
	return v.UserSession.Close()
}

// Login lets in who has the password, unless there is trouble.
func (v *visit) Login(user, password string) error {
	return v.enter(func(a *Account) bool { return a.User == user && a.Password == password })
}

func (v *visit) enter(is func(*Account) bool) error {
	switch v.p.made() {
	case Revoked:
		return imapserver.ErrAuthFailed
	case Limited:
		return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeLimit, Text: "too many simultaneous connections"}
	}
	a := v.p.find(is)
	if a == nil {
		return imapserver.ErrAuthFailed
	}
	v.UserSession = imapmemserver.NewUserSession(a.user)
	return nil
}

// AuthenticateMechanisms are the ways in beside LOGIN.
func (v *visit) AuthenticateMechanisms() []string { return []string{"XOAUTH2"} }

// Authenticate reads a token.
func (v *visit) Authenticate(mechanism string) (sasl.Server, error) {
	if mechanism != "XOAUTH2" {
		return nil, errors.New("no such mechanism")
	}
	return bearer(func(user, token string) error {
		return v.enter(func(a *Account) bool { return a.User == user && a.Token != "" && a.Token == token })
	}), nil
}

// bearer is the server's side of XOAUTH2.
type bearer func(user, token string) error

// Next reads "user=…\x01auth=Bearer …\x01\x01".
func (b bearer) Next(response []byte) ([]byte, bool, error) {
	if response == nil {
		return []byte{}, false, nil
	}
	fields := strings.Split(string(response), "\x01")
	if len(fields) < 2 {
		return nil, true, imapserver.ErrAuthFailed
	}
	return nil, true, b(strings.TrimPrefix(fields[0], "user="), strings.TrimPrefix(fields[1], "auth=Bearer "))
}

// Append stamps a mail with the provider's own clock, as servers do that are told no time.
func (v *visit) Append(folder string, r imap.LiteralReader, options *imap.AppendOptions) (*imap.AppendData, error) {
	stamped := *options
	if stamped.Time.IsZero() {
		stamped.Time = v.p.now()
	}
	return v.UserSession.Append(folder, r, &stamped)
}
