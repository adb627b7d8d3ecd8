package mail

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// read takes a whole mail apart.
func read(raw string) (letter, *body) {
	h, rest := readHeader([]byte(raw))
	k := config{order: defaultOrder}
	l := k.readLetter(h, time.Time{}, int64(len(raw)), false)
	b := readBody(h, rest, true)
	l.fill(b)
	return l, b
}

func TestCharsets(t *testing.T) {
	for name, c := range map[string]struct{ raw, subject, text string }{
		"gb18030": {"Subject: =?gb18030?B?" + base64.StdEncoding.EncodeToString([]byte("\xb6\xa9\xb5\xa5")) + "?=\r\nContent-Type: text/plain; charset=gb18030\r\n\r\n\xc4\xe3\xba\xc3\r\n", "订单", "你好"},
		"windows-1251": {"Subject: =?windows-1251?Q?=C7=E0=EA=E0=E7?=\r\nContent-Type: text/plain; charset=\"windows-1251\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=CF=F0=E8=E2=E5=F2\r\n",
			"Заказ", "Привет"},
		"iso-2022-jp": {"Subject: =?ISO-2022-JP?B?" + base64.StdEncoding.EncodeToString([]byte("\x1b$BCmJ8\x1b(B")) + "?=\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n\r\n\x1b$B$3$s$K$A$O\x1b(B\r\n",
			"注文", "こんにちは"},
		"raw latin": {"Subject: \xbfD\xf3nde est\xe1?\r\n\r\nMa\xf1ana\r\n", "¿Dónde está?", "Mañana"},
		"raw utf-8": {"Subject: ¿Dónde?\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("Mañana")) + "=\r\n", "¿Dónde?", "Mañana"},
	} {
		l, b := read("From: ana@buyer.test\r\n" + c.raw)
		if l.Subject != c.subject || b.text != c.text || len(b.unknown) != 0 {
			t.Errorf("%s: subject %q, text %q, unknown %v", name, l.Subject, b.text, b.unknown)
		}
	}
}

func TestPartsAndFiles(t *testing.T) {
	l, b := read(strings.ReplaceAll(`From: "Ruiz, Ana" <Ana@Buyer.Test>
Subject: Pedido 1001
Message-ID: <a@buyer.test>
Content-Type: multipart/mixed; boundary=out

to be passed over
--out
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain; charset=utf-8

roto
--in
Content-Type: text/html

<b>not read</b>
--in--
--out
Content-Type: image/jpeg
Content-Disposition: attachment; filename*=utf-8''l%C3%A1mpara.jpg
Content-Transfer-Encoding: base64

AAAAAAAA
--out
Content-Type: application/pdf; name="=?utf-8?Q?factura_n=C2=BA1.pdf?="
Content-Transfer-Encoding: base64

AAAA`, "\n", "\r\n"))
	if l.From != "ana@buyer.test" || l.Name != "Ruiz, Ana" || b.text != "roto" {
		t.Errorf("%+v, text %q", l, b.text)
	}
	want := []paper{{"lámpara.jpg", "image/jpeg", 6}, {"factura nº1.pdf", "application/pdf", 3}}
	if len(b.files) != 2 || b.files[0] != want[0] || b.files[1] != want[1] {
		t.Errorf("files %+v", b.files)
	}
}

func TestWhatIsNotReadToItsEnd(t *testing.T) {
	h, rest := readHeader([]byte("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhello\r\n--x\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA"))
	b := readBody(h, rest, false)
	if b.text != "hello" || len(b.files) != 1 || b.files[0] != (paper{"film.mp4", "video/mp4", -1}) || b.files[0].kind() != "video" {
		t.Errorf("%q %+v", b.text, b.files)
	}
}

func TestBrokenMails(t *testing.T) {
	for name, raw := range map[string]string{
		"nothing": "", "no header": "\r\n\r\nhello", "no colon": "From ana\r\nhello\r\n\r\nhello", "no boundary": "Content-Type: multipart/mixed\r\n\r\nhello",
		"boundary missing": "Content-Type: multipart/mixed; boundary=x\r\n\r\nhello", "bad type": "Content-Type: ;;;=\r\n\r\nhello", "NUL": "From: a\x00b@c.test\r\n\r\nhel\x00lo",
		"nested": strings.Repeat("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", 5000) + "\r\nhello",
		"many":   "Content-Type: multipart/mixed; boundary=x\r\n\r\n" + strings.Repeat("--x\r\n\r\nhello\r\n", 20000),
		"html":   "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div><blockquote>", 30000) + "hello",
	} {
		began := time.Now()
		l, b := read(raw)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if !utf8.ValidString(b.text) || strings.ContainsRune(b.text, 0) || utf8.RuneCountInString(b.text) > longestText+1 || len(b.files) > mostParts || l.ID == "" {
			t.Errorf("%s: %d characters, %d files", name, len(b.text), len(b.files))
		}
	}
}

func TestHTMLBecomesPlainText(t *testing.T) {
	for source, want := range map[string]string{
		`<p>Hola&nbsp;&amp; <b>adi</b>ós</p><p>Ana</p>`:                                                                   "Hola & adiós\n\nAna",
		`<head><title>t</title></head><style>p{}</style><script>alert(1)</script>ok<img src="http://x/y.gif" alt="foto">`: "ok foto",
		`<a href="http://evil.test/x">https://bank.test</a>`:                                                              "https://bank.test (http://evil.test/x)",
		`<a href="https://shop.test/1">https://shop.test/1</a>`:                                                           "https://shop.test/1",
		`<a href="javascript:alert(1)">press</a>`:                                                                         "press",
		`<ul><li>one<li>two</ul>`:                                                                                         "• one\n• two",
		`<table><tr><td>a<td>b</tr><tr><td>c</table>`:                                                                     "a b\nc",
		"<pre>a\n  b</pre>":                       "a\n  b",
		`answer<blockquote>question</blockquote>`: "answer\n> question",
		`<p>unclosed <b>all the <i>way`:           "unclosed all the way",
		`a<br>b<br/>c`:                            "a\nb\nc",
	} {
		if got := tidy(plainText(source)); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

func TestQuotedTextIsCut(t *testing.T) {
	for text, want := range map[string]string{
		"Gracias.\n\nEl lun, 2 mar 2026 a las 10:00, Casa Norte (<help@shop.test>) escribió:\n\n> Hola\n> Ana": "Gracias.",
		"Thanks\n\nOn Mon, Mar 2, 2026 at 10:00 AM Casa Norte <help@shop.test>\nwrote:\n> Hello":               "Thanks",
		"Below:\n\nOn Mon, 2 Mar 2026, Casa Norte wrote:\n> Which colour?\nRed.\n> Which size?\nLarge.":        "Below:\n\nRed.\nLarge.",
		"Merci\n\nLe lun. 2 mars 2026 à 10:00, Casa <h@shop.test> a écrit :\n> Bonjour":                        "Merci",
		"Danke\n\nAm 02.03.2026 um 10:00 schrieb Casa Norte:\nHallo Ana":                                       "Danke",
		"好的\n\n在 2026年3月2日，店铺写道：\n> 你好":                                                                        "好的",
		"Ok\n\n-----Mensaje original-----\nDe: Casa Norte\nEnviado: lunes":                                     "Ok",
		"Ok\n\nFrom: Casa Norte <help@shop.test>\nSent: Monday\nSubject: Re\n\nHello":                          "Ok",
		"Ok\n-- \nAna Ruiz\nBuyer GmbH":          "Ok",
		"> only a quotation":                     "> only a quotation",
		"On Monday I wrote to you. Where is it?": "On Monday I wrote to you. Where is it?",
		"From: here to there\nit never came":     "From: here to there\nit never came",
	} {
		if got := ownWords(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestMachinesAreTold(t *testing.T) {
	for field, want := range map[string]string{
		"Auto-Submitted: auto-replied": "auto-submitted", "Auto-Submitted: no": "", "Precedence: bulk": "precedence", "List-Id: <a.b>": "list-id",
		"Return-Path: <>": "bounce", "Content-Type: multipart/report; report-type=delivery-status; boundary=x": "report", "X-Autoreply: yes": "autoreply", "X-Other: 1": "",
	} {
		if l, _ := read("From: ana@buyer.test\r\n" + field + "\r\n\r\nhello"); l.Auto != want {
			t.Errorf("%s: %q", field, l.Auto)
		}
	}
	for from, want := range map[string]string{
		"no-reply@shop.test": "no-reply", "noreply+12@x.test": "no-reply", "MAILER-DAEMON@x.test": "no-reply", "do_not_reply@x.test": "no-reply", "norma@x.test": "", "postmaster.jones@x.test": "no-reply",
	} {
		if l, _ := read("From: " + from + "\r\n\r\nhello"); l.Auto != want {
			t.Errorf("%s: %q", from, l.Auto)
		}
	}
}

func TestOrderNumbers(t *testing.T) {
	k := config{order: defaultOrder}
	for text, want := range map[string]string{
		"Pedido 1001: no ha llegado": "1001", "Order #A1": "", "your order no. 20-77-X": "20-77-X", "Bestellung Nr. 4711": "4711", "pedido nº 1001": "1001", "número de pedido: 55512": "55512",
		"订单号：88123": "88123", "order number: 1042": "1042", "in order to help": "", "commande n°9001": "9001",
	} {
		if got := k.orderIn(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// FuzzLetter: whatever a mail holds, it is read in bounded time and size, and its record gives the same again.
func FuzzLetter(f *testing.F) {
	for _, raw := range []string{
		"", "From: ana@buyer.test\r\nSubject: =?gb18030?B?tqm1pQ==?=\r\nMessage-ID: <a@b>\r\nReferences: <x@y> <z@y>\r\n\r\nhello\n> quoted\n-- \nme",
		"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=iso-2022-jp\r\n\r\n<p>a<blockquote>b\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <q@r>\r\n\r\n--x--",
		"Content-Type: text/plain; charset=x-martian\r\nContent-Transfer-Encoding: base64\r\n\r\nAAA=%%%", "From: \"<<>>\" <a@b\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\r\n\x00\u202e",
	} {
		f.Add([]byte(raw))
	}
	k := config{order: defaultOrder}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, b := read(string(raw))
		if !utf8.ValidString(b.text) || utf8.RuneCountInString(b.text) > longestText+1 || len(l.Refs) > 2*mostReferences+1 || len(b.unknown) > mostUnknown {
			t.Fatalf("%d characters, %d references", len(b.text), len(l.Refs))
		}
		own := ownWords(b.text)
		if b.text != "" && own == "" {
			t.Fatal("everything was cut")
		}
		if l.From == "" {
			return
		}
		l.At = l.At.Truncate(time.Second)
		th := &thread{letters: []letter{l}}
		th.called(th.names()[0], k.firstOrder(th))
		s := k.snapshot(th)
		again, err := New().Import(s.Raw, time.UTC)
		if !l.At.IsZero() && (err != nil || len(again) != 1 || again[0].Ref != s.Ref || again[0].Open != s.Open) {
			t.Fatalf("the record gives %+v, %v", again, err)
		}
	})
}

// FuzzImport: a file is read or refused.
func FuzzImport(f *testing.F) {
	f.Add([]byte(`{"mail_thread":"a","buyer":"b","letters":[{"id":"x","at":"2026-03-02T12:00:00Z","from":"b"}]}`))
	f.Add([]byte("From: ana@buyer.test\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\r\nhello"))
	f.Fuzz(func(t *testing.T, data []byte) {
		snaps, err := New().Import(data, time.UTC)
		if (err == nil) != (len(snaps) > 0) {
			t.Fatalf("%d snapshots, %v", len(snaps), err)
		}
	})
}
