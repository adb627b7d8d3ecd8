package mail_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/mail/fake"
	"parley/internal/dispute"
	"parley/internal/fault"
)

func drawn() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)))
	return b.Bytes()
}

// film is longer than what is read of a mail when it comes.
func film() []byte { return bytes.Repeat([]byte("film"), 100_000) }

func (s *stage) parcelLetter() dispute.Message {
	s.t.Helper()
	s.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "roto", Files: []fake.File{
		{Name: "roto.png", Type: "image/png", Bytes: drawn()}, {Name: "film.mp4", Type: "video/mp4", Bytes: film()}, {Name: "factura.pdf", Type: "application/pdf", Bytes: []byte("%PDF-1.4")},
	}})
	return by(s.t.(*testing.T), s.everything(), "ana@buyer.test").Facts.Messages[0]
}

// TestFilesOfAMailAreReadWhole, also those that lie behind what was read when the mail came.
func TestFilesOfAMailAreReadWhole(t *testing.T) {
	s := newStage(t, false)
	m := s.parcelLetter()
	if len(m.Files) != 3 {
		t.Fatalf("files %+v", m.Files)
	}
	from := s.open().(connector.Filer)
	for n, want := range [][]byte{drawn(), film(), []byte("%PDF-1.4")} {
		got, err := from.File(t.Context(), connector.Ref{}, m.Files[n])
		if err != nil || !bytes.Equal(bytes.TrimRight(got, "\r\n"), want) {
			t.Errorf("%s: %d bytes, want %d, %v", m.Files[n].Name, len(got), len(want), err)
		}
	}
	other := m.Files[0]
	other.Name = "another.png"
	gone := dispute.File{Name: "x", Type: "x/y", Ref: "nobody@nowhere.test#0"}
	for _, f := range []dispute.File{other, gone} {
		if _, err := from.File(t.Context(), connector.Ref{}, f); !fault.Is(err, fault.NotFound) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for _, ref := range []string{"", "a", "a#b", "a#-1", "a#1000000"} {
		if _, err := from.File(t.Context(), connector.Ref{}, dispute.File{Ref: ref}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

// TestFilesOfAMailAreKeptAtTheDesk: read once, ours from then on, and gone with the case.
func TestFilesOfAMailAreKeptAtTheDesk(t *testing.T) {
	o := newOffice(t)
	o.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "¿Cuándo llega?", Files: []fake.File{
		{Name: "roto.png", Type: "image/png", Bytes: drawn()}, {Name: "setup.exe", Type: "application/octet-stream", Bytes: []byte("MZ\x00\x00")},
		{Name: "claim.pdf", Type: "application/pdf", Bytes: []byte("MZ under another name")},
	}})
	o.pass(10 * time.Minute)
	page, err := o.Case(t.Context(), o.owner, o.queue()[0].ID)
	must(t, err)
	files := page.Facts.Messages[0].Files
	if len(files) != 3 || files[0].Size != int64(len(drawn())) || files[0].Type != "image/png" {
		t.Fatalf("files %+v", files)
	}
	read := func() []byte {
		t.Helper()
		f, item, err := o.CaseFile(t.Context(), o.owner, page.ID, files[0].Ref)
		must(t, err)
		defer func() { _ = f.Close() }()
		content, err := io.ReadAll(f)
		must(t, err)
		if item.Type != "image/png" || item.Name != "roto.png" {
			t.Errorf("%+v", item)
		}
		return content
	}
	if !bytes.Equal(read(), drawn()) {
		t.Error("the picture came as another one")
	}
	must(t, o.provider.Close())
	if !bytes.Equal(read(), drawn()) { // without the mailbox
		t.Error("the kept picture is another one")
	}
	if _, _, err := o.CaseFile(t.Context(), o.owner, page.ID, "nobody@nowhere.test#0"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a file no message names: %v", err)
	}
}

// TestProgramsInMailsAreNotHandedOut, whatever they call themselves.
func TestProgramsInMailsAreNotHandedOut(t *testing.T) {
	o := newOffice(t)
	o.receive(fake.Mail{From: "ana@buyer.test", Subject: "Pedido 1001", Text: "¿Cuándo llega?", Files: []fake.File{
		{Name: "setup.EXE", Type: "application/octet-stream", Bytes: []byte("nothing")}, {Name: "claim.pdf", Type: "application/pdf", Bytes: []byte("MZ\x00\x00")},
		{Name: "page.html", Type: "text/html", Bytes: []byte("<script>alert(1)</script>")}, {Name: "huge.bin", Type: "application/x-y", Bytes: []byte(strings.Repeat("x", 1<<20+1))},
	}})
	o.pass(10 * time.Minute)
	page, err := o.Case(t.Context(), o.owner, o.queue()[0].ID)
	must(t, err)
	files := page.Facts.Messages[0].Files
	for n, want := range []fault.Kind{fault.Refused, fault.Refused, "", fault.Invalid} {
		f, _, err := o.CaseFile(t.Context(), o.owner, page.ID, files[n].Ref)
		if f != nil && err == nil {
			_ = f.Close()
		}
		if want == "" && err != nil || want != "" && !fault.Is(err, want) {
			t.Errorf("%s: %v, want %q", files[n].Name, err, want)
		}
	}
}
