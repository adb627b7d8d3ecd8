package mail_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"parley/internal/blob"
	"parley/internal/connector"
	"parley/internal/connector/mail"
	"parley/internal/connector/mail/fake"
	"parley/internal/desk"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/vault"
	"parley/packs"
	"parley/templates"
)

// Wait makes the clock one of a desk: nothing is waited for.
func (c *clock) Wait(ctx context.Context, _ time.Time, wake <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-wake:
	}
}

// office is a real desk with one mailbox.
type office struct {
	*desk.Desk
	*stage
	owner desk.Who
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{stage: newStage(t, false)}
	library, err := policy.Load(packs.Files)
	must(t, err)
	letters, err := reply.LoadTemplates(templates.Files)
	must(t, err)
	key := filepath.Join(t.TempDir(), "key")
	must(t, vault.Create(key))
	ring, err := vault.Open(key)
	must(t, err)
	blobs, err := blob.Dir(filepath.Join(t.TempDir(), "files"), 1<<20)
	must(t, err)
	o.Desk = desk.New(desk.Options{
		DB: storetest.Open(t, storetest.SQLite(t), o.clock.Now), Library: library, Templates: letters, Connectors: map[string]connector.Connector{"mail": mail.New()},
		Vault: ring, Blobs: blobs, World: o.world, Private: &o.world, Clock: o.clock, Log: o.world.Log, PublicURL: func() string { return "http://desk.test" },
	})
	m := store.Member{Email: "lucia@shop.test", Name: "Lucía", Role: "owner", Locale: "en", Zone: "Europe/Madrid", AllStores: true, State: "active", CreatedAt: o.clock.Now()}
	must(t, o.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.PutMember(&m) }))
	o.owner = desk.Who{MemberID: m.ID, Name: "Lucía", Role: "owner", AllStores: true, Locale: "en", Zone: "Europe/Madrid"}
	_, err = o.AddStore(t.Context(), o.owner, desk.StoreInput{Company: "Norte SL", Connector: "mail", Name: "Casa Norte", Zone: "Europe/Madrid", Country: "ES", Settings: o.settings})
	must(t, err)
	return o
}

func (o *office) pass(d time.Duration) {
	o.t.Helper()
	o.clock.advance(d)
	o.theirs.advance(d)
	must(o.t, o.Settle(o.t.Context()))
}

func (o *office) queue() []desk.Row {
	o.t.Helper()
	p, err := o.Queue(o.t.Context(), o.owner, desk.QueueQuery{})
	must(o.t, err)
	return p.Rows
}

func (o *office) answer(id int64, text string) desk.Decided {
	o.t.Helper()
	dec, err := o.Decide(o.t.Context(), o.owner, id, desk.Choice{Option: "send_message", Text: text})
	must(o.t, err)
	must(o.t, o.Settle(o.t.Context()))
	dec, err = o.Decision(o.t.Context(), o.owner, dec.DecisionID)
	must(o.t, err)
	return dec
}

// TestAMailBecomesACaseAndIsAnswered in its own thread, and asks again when the buyer does.
func TestAMailBecomesACaseAndIsAnswered(t *testing.T) {
	o := newOffice(t)
	o.receive(fake.Mail{From: "news@letters.test", Subject: "This week", Text: "Buy!", Header: []string{"List-Id: <news.letters.test>"}})
	first := o.receive(fake.Mail{ID: "q1@buyer.test", From: "ana@buyer.test", Name: "Ana Ruiz", Subject: "Pedido 1001", Text: "Hola:\n¿cuándo llega mi lámpara?\n\nAna"})
	o.pass(10 * time.Minute)
	rows := o.queue()
	if len(rows) != 1 || rows[0].OrderNo != "1001" || rows[0].State != "no_case" {
		t.Fatalf("queue %+v", rows)
	}
	dec := o.answer(rows[0].ID, "Hola, Ana: tenemos delante tu pedido 1001. ¿A qué hora podemos llamarte?")
	out := o.provider.Delivered()
	if dec.State != "done" || len(out) != 1 {
		t.Fatalf("%+v, %d mails went out", dec, len(out))
	}
	raw := string(out[0].Raw)
	if out[0].To != "ana@buyer.test" || !strings.Contains(raw, "In-Reply-To: <"+first+">") || !strings.Contains(raw, "Subject: Re: Pedido 1001") {
		t.Errorf("mail to %s:\n%s", out[0].To, raw)
	}
	id := headerOf(raw, "Message-ID")
	if n, err := o.box.Count(fake.Sent, id); err != nil || n != 1 {
		t.Errorf("%d copies of %s in the folder with what was sent, %v", n, id, err)
	}
	if n, err := o.box.Count(fake.Sent, id, imap.FlagDraft); err != nil || n != 0 {
		t.Errorf("the copy is still a draft (%d, %v)", n, err)
	}
	o.pass(10 * time.Minute)
	if rows := o.queue(); len(rows) != 0 {
		t.Fatalf("answered and still open: %+v", rows)
	}
	o.receive(fake.Mail{From: "ana@buyer.test", Name: "Ana Ruiz", Subject: "Re: Pedido 1001", Text: "¿Y?", InReplyTo: strings.Trim(id, "<>"), Refs: []string{first, strings.Trim(id, "<>")}})
	o.pass(10 * time.Minute)
	again := o.queue()
	if len(again) != 1 {
		t.Fatalf("the second question: %+v", again)
	}
	page, err := o.Case(t.Context(), o.owner, again[0].ID)
	must(t, err)
	if len(page.Facts.Messages) != 3 || page.Facts.Messages[1].From != "staff" {
		t.Errorf("messages %+v", page.Facts.Messages)
	}
}

// TestAnAnswerOfUnknownFateIsNotSentAgain: the connection ends after the text was taken.
func TestAnAnswerOfUnknownFateIsNotSentAgain(t *testing.T) {
	o := newOffice(t)
	o.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "¿Cuándo llega?"})
	o.pass(10 * time.Minute)
	o.provider.Make(fake.CutAfter)
	dec := o.answer(o.queue()[0].ID, "Hola, Ana: llega mañana según el transportista.")
	o.provider.Peace()
	for range 20 {
		o.pass(10 * time.Minute)
	}
	dec, err := o.Decision(t.Context(), o.owner, dec.DecisionID)
	must(t, err)
	if dec.State != "in_doubt" || len(o.provider.Delivered()) != 1 {
		t.Errorf("%+v, %d mails went out", dec, len(o.provider.Delivered()))
	}
}

// TestAServerThatIsDownIsAskedAgain and the answer goes out once.
func TestAServerThatIsDownIsAskedAgain(t *testing.T) {
	o := newOffice(t)
	o.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "¿Cuándo llega?"})
	o.pass(10 * time.Minute)
	o.provider.Make(fake.BusyData)
	dec := o.answer(o.queue()[0].ID, "Hola, Ana: llega mañana según el transportista.")
	if len(o.provider.Delivered()) != 0 {
		t.Fatal("it went out")
	}
	o.provider.Peace()
	for range 5 {
		o.pass(10 * time.Minute)
	}
	dec, err := o.Decision(t.Context(), o.owner, dec.DecisionID)
	must(t, err)
	if dec.State != "done" || len(o.provider.Delivered()) != 1 {
		t.Errorf("%+v, %d mails went out", dec, len(o.provider.Delivered()))
	}
}

// TestTwoThreadsAboutOneOrderAreOneCase.
func TestTwoThreadsAboutOneOrderAreOneCase(t *testing.T) {
	o := newOffice(t)
	o.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "¿Cuándo llega?"})
	o.receive(fake.Mail{From: "ana@buyer.test", Subject: "Factura", Text: "La factura del pedido 1001, por favor."})
	o.receive(fake.Mail{From: "bo@buyer.test", Subject: "Pedido 1002", Text: "¿Cuándo llega?"})
	o.pass(10 * time.Minute)
	if rows := o.queue(); len(rows) != 2 {
		t.Errorf("queue %+v", rows)
	}
}

func headerOf(raw, name string) string {
	for line := range strings.SplitSeq(raw, "\r\n") {
		if value, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.Trim(value, "<>")
		}
	}
	return ""
}
