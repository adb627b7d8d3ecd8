package mail_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/mail/fake"
	"parley/internal/fault"
)

// everything pulls once from cold.
func (s *stage) everything(change ...string) []connector.Snapshot {
	s.t.Helper()
	_, all := s.pull(s.open(change...), "", connectortest.Memory{})
	return all
}

// TestAThreadHoldsTogether by References, by In-Reply-To alone, and by sender, subject and number where both are missing.
func TestAThreadHoldsTogether(t *testing.T) {
	s := newStage(t, false)
	first := s.receive(fake.Mail{From: "ana@buyer.test", Name: "Ana", Subject: "Pedido 1001", Text: "one", Ago: 9 * time.Hour})
	ours := s.sends(fake.Mail{To: "ana@buyer.test", Subject: "Re: Pedido 1001", Text: "two", InReplyTo: first, Ago: 8 * time.Hour})
	s.receive(fake.Mail{From: "ana@work.test", Subject: "Re: Pedido 1001", Text: "three", Refs: []string{first, ours}, Ago: 7 * time.Hour})
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "RE: pedido 1001", Text: "four", Ago: 6 * time.Hour})
	s.receive(fake.Mail{From: "eve@other.test", Subject: "Re: Pedido 1001", Text: "five", Ago: 5 * time.Hour})
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1002", Text: "six", Ago: 4 * time.Hour})
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Hola", Text: "seven", Ago: 3 * time.Hour})
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Hola", Text: "eight", Ago: 2 * time.Hour})
	got := map[string]bool{}
	for _, snap := range s.everything() {
		var texts []string
		for _, m := range snap.Facts.Messages {
			texts = append(texts, m.Text)
		}
		got[snap.Ref.Order+": "+strings.Join(texts, " ")] = true
	}
	for _, want := range []string{"1001: one two three four", "1001: five", "1002: six", ": seven", ": eight"} {
		if !got[want] {
			t.Errorf("no thread %q among %v", want, got)
		}
	}
	if len(got) != 5 {
		t.Errorf("%d threads", len(got))
	}
}

// TestAnswersToOneMailToManyStayApart: nobody reads what another buyer wrote.
func TestAnswersToOneMailToManyStayApart(t *testing.T) {
	s := newStage(t, false)
	news := s.sends(fake.Mail{To: "list@shop.test", Subject: "We move house", Text: "Hello", Ago: 9 * time.Hour})
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Re: We move house", Text: "from ana", InReplyTo: news, Ago: 8 * time.Hour})
	session, m := s.open(), connectortest.Memory{}
	p, all := s.pull(session, "", m)
	before := by(t, all, "ana@buyer.test").Ref
	s.receive(fake.Mail{From: "bo@buyer.test", Subject: "Re: We move house", Text: "from bo", InReplyTo: news, Ago: 7 * time.Hour})
	_, all = s.pull(session, p.Cursor, m)
	for _, snap := range m {
		if len(snap.Facts.Messages) == 0 || slices.ContainsFunc(all, func(o connector.Snapshot) bool { return o.Ref.ID == before.ID && o.Ref != before }) {
			t.Errorf("%+v", snap.Ref)
		}
		for _, msg := range snap.Facts.Messages {
			if msg.From == "buyer" && !strings.HasPrefix(snap.Ref.Buyer, strings.TrimPrefix(msg.Text, "from ")) {
				t.Errorf("%s reads %q", snap.Ref.Buyer, msg.Text)
			}
		}
	}
	if len(m) != 2 {
		t.Errorf("%d threads", len(m))
	}
}

// TestMachinesOpenNothing, and a report about an answer that did not arrive opens its thread again.
func TestMachinesOpenNothing(t *testing.T) {
	s := newStage(t, false)
	s.receive(fake.Mail{From: "no-reply@carrier.test", Subject: "Parcel on its way", Text: "1Z"})
	first := s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "?", Ago: 9 * time.Hour})
	ours := s.sends(fake.Mail{To: "ana@buyer.test", Subject: "Re: Pedido 1001", Text: "!", InReplyTo: first, Ago: 8 * time.Hour})
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Out of office", Text: "away", InReplyTo: ours, Header: []string{"Auto-Submitted: auto-replied"}, Ago: 7 * time.Hour})
	all := s.everything()
	if machine := by(t, all, "no-reply@carrier.test"); machine.Open || machine.Facts.Messages[0].From != "platform" {
		t.Errorf("a machine opens %+v", machine)
	}
	if answered := by(t, all, "ana@buyer.test"); answered.Open || len(answered.Facts.Messages) != 3 {
		t.Errorf("an absence note opens %+v", answered)
	}
	must(t, s.box.ReceiveRaw([]byte(strings.ReplaceAll(`From: MAILER-DAEMON@mail.test
To: help@shop.test
Subject: Undelivered
Message-ID: <dsn@mail.test>
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x

It could not be delivered.
--x
Content-Type: message/delivery-status

Action: failed
--x
Content-Type: text/rfc822-headers

Message-ID: <`+ours+`>
--x--
`, "\n", "\r\n"))))
	if back := by(t, s.everything(), "ana@buyer.test"); !back.Open || len(back.Facts.History) != 0 {
		t.Errorf("an answer that came back counts: %+v", back)
	}
}

// TestWhoseMailItIs: allowed senders, other addresses of the shop, the form of its own page, broken programs.
func TestWhoseMailItIs(t *testing.T) {
	s := newStage(t, false)
	s.receive(fake.Mail{From: "help@shop.test", Header: []string{"Reply-To: Ana <ana@buyer.test>"}, Subject: "Form", Text: "pedido 1001"})
	q := s.receive(fake.Mail{From: "bo@m.market.test", Subject: "Question", Text: "pedido 1002", Ago: time.Hour})
	s.receive(fake.Mail{From: "sales@shop.test", Subject: "Re: Question", Text: "answered by a colleague", InReplyTo: q})
	s.receive(fake.Mail{From: "cy@buyer.test", Subject: "Old program", Text: "hello", Undated: true})
	all := s.everything("own_addresses", "sales@shop.test")
	if form := by(t, all, "ana@buyer.test"); !form.Open || form.Ref.Order != "1001" {
		t.Errorf("form %+v", form.Ref)
	}
	if by(t, all, "bo@m.market.test").Open || !by(t, all, "cy@buyer.test").Open || len(all) != 3 {
		t.Errorf("%d threads, the colleague's answer does not count", len(all))
	}
	if some := s.everything("allowed_senders", "@market.test, cy@buyer.test", "own_addresses", "sales@shop.test"); len(some) != 2 {
		t.Errorf("%d threads of allowed senders", len(some))
	}
	handles := by(t, s.everything("orders_of", "shopify"), "ana@buyer.test").Facts.Order.Handles
	if !slices.Equal(handles, []string{"shopify:order/1001"}) {
		t.Errorf("handles %v", handles)
	}
	if mine := by(t, s.everything("order_pattern", `(?i)form|PEDIDO ([0-9]+)`), "bo@m.market.test"); mine.Ref.Order != "1002" {
		t.Errorf("own pattern: %+v", mine.Ref)
	}
}

// TestANumberingAnewChangesNothing: all UIDs are others, the records are the same.
func TestANumberingAnewChangesNothing(t *testing.T) {
	s := newStage(t, false)
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "?"})
	s.receive(fake.Mail{From: "bo@buyer.test", Subject: "Pedido 1002", Text: "?"})
	session, m := s.open(), connectortest.Memory{}
	p, _ := s.pull(session, "", m)
	must(t, s.box.Renumber(fake.Inbox))
	again, got := s.pull(session, p.Cursor, m)
	if len(got) != 0 || !slices.Equal(again.Listed, p.Listed) || again.Cursor == p.Cursor {
		t.Errorf("%d snapshots, listed %v", len(got), again.Listed)
	}
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Re: Pedido 1001", Text: "??"})
	if _, got := s.pull(session, again.Cursor, m); len(got) != 1 {
		t.Errorf("%d snapshots of what came afterwards", len(got))
	}
}

// TestAnOldTalkKeepsItsName when somebody writes again after the window.
func TestAnOldTalkKeepsItsName(t *testing.T) {
	s := newStage(t, false)
	first := s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "?"})
	s.sends(fake.Mail{To: "ana@buyer.test", Subject: "Re: Pedido 1001", Text: "!", InReplyTo: first})
	s.receive(fake.Mail{From: "bo@buyer.test", Subject: "Pedido 1002", Text: "nobody answers"})
	session, m := s.open(), connectortest.Memory{}
	p, all := s.pull(session, "", m)
	was := by(t, all, "ana@buyer.test").Ref
	s.clock.advance(50 * 24 * time.Hour)
	s.theirs.advance(50 * 24 * time.Hour)
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Re: Pedido 1001", Text: "again", Refs: []string{first}})
	p, got := s.pull(session, p.Cursor, m)
	if len(got) != 1 || got[0].Ref != was || len(got[0].Facts.Messages) != 3 || len(p.Listed) != 2 {
		t.Fatalf("%d snapshots, listed %v", len(got), p.Listed)
	}
	for _, snap := range m {
		now, err := session.Fetch(t.Context(), snap.Ref)
		if err != nil || now.Fingerprint != snap.Fingerprint || now.Ref != snap.Ref {
			t.Errorf("fetch of %s: %v", snap.Ref.Buyer, err)
		}
	}
}

// TestLargeMailsAreBounded: only the beginning comes, the files are named.
func TestLargeMailsAreBounded(t *testing.T) {
	s := newStage(t, false)
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "see the film", Files: []fake.File{
		{Name: "roto.jpg", Type: "image/jpeg", Bytes: make([]byte, 3000)}, {Name: "film.mp4", Type: "video/mp4", Bytes: make([]byte, 8<<20)}}})
	snap := by(t, s.everything(), "ana@buyer.test")
	files := snap.Facts.Messages[0].Files
	if len(snap.Raw) > 4<<10 || len(files) != 2 || files[0].Name != "roto.jpg" || files[0].Size != 3000 || files[0].Type != "image/jpeg" || files[0].Kind != "photo" || files[1].Name != "film.mp4" || files[1].Kind != "video" {
		t.Errorf("%d bytes kept, files %+v", len(snap.Raw), files)
	}
}

// TestFoldersThatAreNotThere are a fault of the settings.
func TestFoldersThatAreNotThere(t *testing.T) {
	s := newStage(t, false)
	for _, c := range [][]string{{"folders", "INBOX, Nothing"}, {"sent_folder", "Nothing"}} {
		if _, err := s.open(c...).Check(t.Context()); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
