// Package fake is a mail provider that lives in memory: an IMAP server and an SMTP server over the same mailboxes, as foreign mail programs
// see them. It knows nothing of the rest of the project.
//
// The IMAP side is go-imap's own server behind a wrapper that counts connections and makes troubles (imap.go), the SMTP side is go-smtp's
// (smtp.go). stage.go lets people write, answer and delete; scenario.go runs a provider alone.
package fake

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// Trouble is a way in which a mail provider or the network before it fails.
type Trouble string

// The troubles.
const (
	Down        Trouble = "down"         // turns every connection away for now
	Garbled     Trouble = "garbled"      // speaks something that is neither IMAP nor SMTP
	Limited     Trouble = "limited"      // refuses to be signed in to because of too many connections
	Revoked     Trouble = "revoked"      // the password is good no more
	CutAfter    Trouble = "cut_after"    // takes a mail, then the connection ends without an answer
	CutBefore   Trouble = "cut_before"   // the connection ends when a mail's text begins; nothing is taken
	GarbledData Trouble = "garbled_data" // takes a mail and answers something unreadable
	BusyData    Trouble = "busy_data"    // refuses a mail for now, after its text
)

// Options shape a provider.
type Options struct {
	Now func() time.Time
	// KeepsCopies: what is sent by SMTP lies in the folder Sent by itself, as with Gmail.
	KeepsCopies bool
	// TLS is the certificate; nil = neither server encrypts. StartTLS: encryption begins on demand instead of with the first byte.
	TLS      *tls.Config
	StartTLS bool
}

// Platform is the provider.
type Platform struct {
	now     func() time.Time
	keeps   bool
	tls     *tls.Config
	start   bool
	imap    *imapserver.Server
	smtp    *smtp.Server
	servers []net.Listener

	mu        sync.Mutex
	accounts  []*Account
	trouble   Trouble
	calls     int
	delivered []Delivery
	written   int // mails made here, for their Message-IDs
}

// Delivery is a mail that was handed in by SMTP and taken.
type Delivery struct {
	At       time.Time
	From, To string
	Raw      []byte
}

// New makes a provider without mailboxes.
func New(o Options) *Platform {
	p := &Platform{now: o.Now, keeps: o.KeepsCopies, tls: o.TLS, start: o.StartTLS}
	p.imap, p.smtp = p.imapServer(), p.smtpServer()
	return p
}

// Start listens at both addresses; port 0 takes a free one.
func (p *Platform) Start(ctx context.Context, imapAddress, smtpAddress string) error {
	for _, one := range []struct {
		address string
		serve   func(net.Listener) error
	}{{imapAddress, p.imap.Serve}, {smtpAddress, p.smtp.Serve}} {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", one.address)
		if err != nil {
			return errors.Join(err, p.Close())
		}
		p.servers = append(p.servers, l)
		go func() { _ = one.serve(p.secured(counted{l, p})) }() // ends with Close
	}
	return nil
}

// secured speaks TLS from the first byte, where that is asked for.
func (p *Platform) secured(l net.Listener) net.Listener {
	if p.tls == nil || p.start {
		return l
	}
	return tls.NewListener(l, p.tls)
}

// onDemand is the certificate for STARTTLS; nil = there is none.
func (p *Platform) onDemand() *tls.Config {
	if !p.start {
		return nil
	}
	return p.tls
}

// IMAP is the address of the IMAP server as host:port, SMTP that of the other.
func (p *Platform) IMAP() string { return p.servers[0].Addr().String() }

// SMTP is where mail is handed in, as host:port.
func (p *Platform) SMTP() string { return p.servers[1].Addr().String() }

// Close ends both servers.
func (p *Platform) Close() error {
	err := errors.Join(p.imap.Close(), p.smtp.Close())
	for _, l := range p.servers {
		_ = l.Close() // closed by its server already, unless it never served
	}
	return err
}

// counted counts connections, and speaks nonsense when told to.
type counted struct {
	net.Listener
	p *Platform
}

// Accept takes a connection.
func (c counted) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c.p.call() != Garbled {
			return conn, nil
		}
		go nonsense(conn)
	}
}

// nonsense answers whatever comes, and ends.
func nonsense(conn net.Conn) {
	_, _ = conn.Write([]byte("\x00<html>{\"a\":[[[[[(((\r\n* 999 WHAT {99\r\n")) // whoever listens may be gone
	_, _ = conn.Read(make([]byte, 1<<10))
	_ = conn.Close()
}

func (p *Platform) call() Trouble {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	return p.trouble
}

// Calls is how many connections came in so far, to both servers.
func (p *Platform) Calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

// Make makes a trouble from now on.
func (p *Platform) Make(t Trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = t
}

// Peace ends all trouble.
func (p *Platform) Peace() { p.Make("") }

func (p *Platform) made() Trouble {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trouble
}

// Delivered are the mails that were handed in and taken.
func (p *Platform) Delivered() []Delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Delivery{}, p.delivered...)
}

// Account is one mailbox.
type Account struct {
	User, Password, Token, Address string

	p    *Platform
	user *imapmemserver.User
}

// Folders every mailbox has.
const (
	Inbox = "INBOX"
	Sent  = "Sent"
)

// AddAccount makes a mailbox. The token is another proof beside the password (XOAUTH2); empty = none.
func (p *Platform) AddAccount(user, password, token, address string) (*Account, error) {
	a := &Account{User: user, Password: password, Token: token, Address: address, p: p, user: imapmemserver.NewUser(user, password)}
	for _, folder := range []string{Inbox, Sent, "Archive"} {
		if err := a.user.Create(folder, nil); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accounts = append(p.accounts, a)
	return a, nil
}

// find gives the account for which is true.
func (p *Platform) find(is func(*Account) bool) *Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.accounts {
		if is(a) {
			return a
		}
	}
	return nil
}
