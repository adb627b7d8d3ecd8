package mail_test

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/mail"
	"parley/internal/connector/mail/fake"
	"parley/internal/fault"
	"parley/internal/webclient"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const password = "s3cret/:@ñ-4711"

// stage is a running provider with one mailbox and the settings that lead there.
type stage struct {
	t        testing.TB
	clock    *clock
	theirs   *clock
	provider *fake.Platform
	box      *fake.Account
	settings map[string]string
	world    connector.World
}

func newStage(t testing.TB, keeps bool) *stage { return stageOf(t, fake.Options{KeepsCopies: keeps}) }

func stageOf(t testing.TB, o fake.Options) *stage {
	s := &stage{t: t, clock: &clock{now: noon}, theirs: &clock{now: noon}}
	o.Now = s.theirs.Now
	s.provider = fake.New(o)
	must(t, s.provider.Start(context.Background(), "127.0.0.1:0", "127.0.0.1:0"))
	t.Cleanup(func() { _ = s.provider.Close() })
	var err error
	s.box, err = s.provider.AddAccount("help@shop.test", password, "tok-en.4712", "help@shop.test")
	must(t, err)
	imapHost, imapPort, _ := net.SplitHostPort(s.provider.IMAP())
	smtpHost, smtpPort, _ := net.SplitHostPort(s.provider.SMTP())
	s.settings = map[string]string{
		"imap_host": imapHost, "imap_port": imapPort, "imap_security": "none", "smtp_host": smtpHost, "smtp_port": smtpPort, "smtp_security": "none",
		"user": "help@shop.test", "password": password, "from": "Casa Norte <help@shop.test>", "allow_private": "true",
	}
	way := webclient.Options{AllowPrivate: true, Total: 10 * time.Second}
	s.world = connector.World{
		HTTP: webclient.New(way), Dial: webclient.NewDial(way), Now: s.clock.Now, Log: slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return s
}

func (s *stage) receive(m fake.Mail) string {
	s.t.Helper()
	id, err := s.box.Receive(m)
	must(s.t, err)
	return id
}

func (s *stage) sends(m fake.Mail) string {
	s.t.Helper()
	id, err := s.box.Sends(m)
	must(s.t, err)
	return id
}

func (s *stage) open(change ...string) connector.Session {
	s.t.Helper()
	set := map[string]string{}
	for k, v := range s.settings {
		set[k] = v
	}
	for i := 0; i+1 < len(change); i += 2 {
		set[change[i]] = change[i+1]
	}
	session, err := mail.New().Open(connector.Account{StoreID: 1, Settings: set}, s.world)
	must(s.t, err)
	return session
}

// pull reads everything once and gives the snapshots by the address of the buyer.
func (s *stage) pull(session connector.Session, from connector.Cursor, m connectortest.Memory) (connector.Pulled, []connector.Snapshot) {
	s.t.Helper()
	var got []connector.Snapshot
	p, err := session.Pull(s.t.Context(), from, m.Known, func(b []connector.Snapshot) error {
		got = append(got, b...)
		return m.Take(b)
	})
	must(s.t, err)
	return p, got
}

// by finds the snapshot of a buyer.
func by(t testing.TB, all []connector.Snapshot, buyer string) connector.Snapshot {
	t.Helper()
	for _, s := range all {
		if s.Ref.Buyer == buyer {
			return s
		}
	}
	t.Fatalf("no thread of %s among %d", buyer, len(all))
	return connector.Snapshot{}
}

// stores numbers the stages: a server that wants to be left alone is left alone by its own store only.
var stores atomic.Int64

func suiteStage(t *testing.T) *connectortest.Stage {
	s := newStage(t, false)
	first := s.receive(fake.Mail{From: "ana@buyer.test", Name: "Ana Ruiz", Subject: "Pedido 1001: no ha llegado", Text: "¿Dónde está?", Ago: 50 * time.Hour})
	second := s.receive(fake.Mail{From: "bo@buyer.test", Subject: "Order #1002", Text: "It is broken.", Ago: 40 * time.Hour})
	s.receive(fake.Mail{From: "gone@buyer.test", Subject: "Order 1003", Text: "Hello?", Ago: 30 * time.Hour})
	last := s.receive(fake.Mail{From: "cy@buyer.test", Subject: "Bestellung 1004", Text: "Wo bleibt sie?", Ago: 20 * time.Hour})
	done := s.receive(fake.Mail{From: "di@buyer.test", Subject: "Order 1005", Text: "Thanks?", Ago: 90 * time.Hour})
	s.sends(fake.Mail{To: "di@buyer.test", Subject: "Re: Order 1005", Text: "You are welcome.", InReplyTo: done, Ago: 80 * time.Hour})
	ref := func(buyer string) connector.Ref {
		m := connectortest.Memory{}
		_, all := s.pull(s.open(), "", m)
		return by(t, all, buyer).Ref
	}
	effect := func(buyer string) connector.Effect {
		return connector.Effect{ID: "eff_1", Do: "send_message", Ref: ref(buyer), Text: "We are looking into it."}
	}
	troubles := map[connectortest.Trouble]fake.Trouble{
		connectortest.Down: fake.Down, connectortest.Garbled: fake.Garbled, connectortest.Limited: fake.Limited, connectortest.Revoked: fake.Revoked,
		connectortest.LostAnswer: fake.CutAfter,
	}
	return &connectortest.Stage{
		Account: connector.Account{StoreID: stores.Add(1), Settings: s.settings}, World: s.world, Secrets: []string{password}, Open: 4,
		Change: func() connector.Ref {
			s.receive(fake.Mail{From: "bo@buyer.test", Subject: "Re: Order #1002", Text: "And the box is wet.", InReplyTo: second})
			return ref("bo@buyer.test")
		},
		End: func() connector.Ref {
			s.sends(fake.Mail{To: "cy@buyer.test", Subject: "AW: Bestellung 1004", Text: "Sie kommt morgen.", InReplyTo: last})
			return ref("cy@buyer.test")
		},
		Act:     func() connector.Effect { return effect("ana@buyer.test") },
		Foolish: func() connector.Effect { return effect("gone@buyer.test") },
		Calls:   s.provider.Calls,
		Trouble: func(w connectortest.Trouble) { s.provider.Make(troubles[w]) },
		Peace:   s.provider.Peace,
		Further: connectortest.Further{
			Strange: func() (connector.Ref, string) {
				must(t, s.box.ReceiveRaw([]byte("From: Ana <ana@buyer.test>\r\nTo: help@shop.test\r\nSubject: Re: Pedido 1001\r\nMessage-ID: <strange@buyer.test>\r\nIn-Reply-To: <"+first+
					">\r\nContent-Type: text/plain; charset=x-martian\r\n\r\nhello\r\n")))
				return ref("ana@buyer.test"), "x-martian"
			},
			Vanish: func() connector.Ref {
				r := ref("ana@buyer.test")
				must(t, s.box.Delete(fake.Inbox, first))
				return r
			},
			Repeat: func() {
				// The same mail lies in the inbox twice, as after a restored backup.
				s.receive(fake.Mail{ID: first, From: "ana@buyer.test", Name: "Ana Ruiz", Subject: "Pedido 1001: no ha llegado", Text: "¿Dónde está?", Ago: 50 * time.Hour})
			},
			Skew:   s.theirs.advance,
			Surely: map[connectortest.Trouble]fault.Kind{connectortest.Down: fault.Unavailable, connectortest.Garbled: fault.Unavailable},
			// One connection reads and lays the copy down, the other hands the mail in.
			ActCalls: 2,
			Nobody:   map[string]string{"imap_host": "127.0.0.1", "imap_port": "1", "smtp_host": "127.0.0.1", "smtp_port": "1"},
		},
	}
}

func TestConnector(t *testing.T) {
	connectortest.Run(t, connectortest.Harness{Connector: mail.New(), Start: suiteStage})
}
