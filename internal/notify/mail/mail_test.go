package mail_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/notify/mail"
	"parley/internal/notify/notifytest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func message() notify.Message {
	return notify.Message{ID: "msg_1", At: noon, Lang: "es", Subject: "Quedan 6 h: lámpara ¿dónde? 台灯", Text: "• Lámpara\n  台灯 · 30,00 US$\n.\nhttps://desk.test/cases/1"}
}

func target(box *notifytest.Postbox) notify.Target {
	return notify.Target{"address": "lucia@shop.test", "server": box.URL, "from": "Parley <desk@parley.test>"}
}

func TestMailArrivesAsItWasWritten(t *testing.T) {
	for _, password := range []string{"", "s3cret/:@ñ"} {
		box := notifytest.NewPostbox(t, "")
		if password != "" {
			box = notifytest.NewPostbox(t, "s3cret")
		}
		if err := mail.New(5*time.Second).Send(context.Background(), target(box), message()); err != nil {
			t.Fatal(err)
		}
		got := box.Mails()
		if len(got) != 1 {
			t.Fatalf("%d mails", len(got))
		}
		m, want := got[0], message()
		if m.Subject != want.Subject || strings.TrimSpace(strings.ReplaceAll(m.Text, "\r\n", "\n")) != want.Text || m.To != "lucia@shop.test" || m.From != "desk@parley.test" {
			t.Errorf("%+v", m)
		}
		if m.MessageID != "<msg_1@parley.test>" || m.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("headers %v", m.Header)
		}
		if at, err := m.Header.Date(); err != nil || !at.Equal(noon) {
			t.Errorf("date %v %v", at, err)
		}
	}
}

func TestWhatIsKnownAfterAFailure(t *testing.T) {
	box := notifytest.NewPostbox(t, "")
	c := mail.New(2 * time.Second)
	send := func(to notify.Target) fault.Kind {
		t.Helper()
		f := fault.Of(c.Send(context.Background(), to, message()))
		if f == nil {
			t.Fatal("no fault")
		}
		return f.Kind
	}
	gone := target(box)
	gone["server"] = "smtp://127.0.0.1:1?tls=none"
	if k := send(gone); k != fault.Unavailable {
		t.Errorf("nobody there: %s", k)
	}
	none := target(box)
	none["server"] = ""
	if k := send(none); k != fault.Unavailable {
		t.Errorf("no server: %s", k)
	}
	strict := target(box)
	strict["server"] = strings.TrimSuffix(box.URL, "?tls=none")
	if k := send(strict); k != fault.Unavailable {
		t.Errorf("a server without TLS where TLS is asked for: %s", k)
	}
	box.Refuse(550)
	if k := send(target(box)); k != fault.Refused {
		t.Errorf("550: %s", k)
	}
	box.Refuse(451)
	if k := send(target(box)); k != fault.Unavailable {
		t.Errorf("451: %s", k)
	}
	box.Refuse(0)
	box.HangUp(1)
	if k := send(target(box)); k != fault.Unknown {
		t.Errorf("hung up after the text: %s", k)
	}
	locked := notifytest.NewPostbox(t, "right")
	wrong := target(locked)
	wrong["server"] = strings.Replace(locked.URL, "right", "wrong", 1)
	if k := send(wrong); k != fault.Unauthorised {
		t.Errorf("wrong password: %s", k)
	}
}

func TestTargetsThatCannotWork(t *testing.T) {
	c := mail.New(time.Second)
	for _, address := range []string{"", "nobody", "Ana <ana@shop.test>", "a@b\r\nBcc: all@shop.test", strings.Repeat("a", 300) + "@shop.test"} {
		if _, err := c.Check(notify.Target{"address": address}); fault.Of(err) == nil || fault.Of(err).Field != "address" {
			t.Errorf("%q: %v", address, err)
		}
	}
	if shown, err := c.Check(notify.Target{"address": "ana@shop.test"}); err != nil || shown != "ana@shop.test" {
		t.Errorf("%q %v", shown, err)
	}
	for _, server := range []string{"", "mail.shop.test", "http://mail.shop.test", "smtp://mail.shop.test:99999", "smtp://h?tls=maybe"} {
		err := c.CheckShared(notify.Target{"server": server, "from": "a@b.test"})
		if f := fault.Of(err); f == nil || f.Field != "server" || f.Value != "" {
			t.Errorf("%q: %v", server, err)
		}
	}
	if err := c.CheckShared(notify.Target{"server": "smtps://u:p@mail.shop.test", "from": "Desk <a@b.test>"}); err != nil {
		t.Error(err)
	}
}
