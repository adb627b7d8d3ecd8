package mail

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// largestMail is the largest mail that is read to its end, in bytes. Large providers send none above 50 MB, most none above 25.
const largestMail = 40 << 20

// nameless begins the names that letters without a Message-ID get here: nobody can look for those.
const nameless = "none."

// fileRef is by which a letter's nth file is read again; empty where the letter cannot be found.
func (l *letter) fileRef(n int) string {
	if strings.HasPrefix(l.ID, nameless) {
		return ""
	}
	return l.ID + "#" + strconv.Itoa(n)
}

// File reads a file of a letter. The whole letter is read for it, wherever it lies now.
func (s *Session) File(ctx context.Context, _ connector.Ref, file dispute.File) ([]byte, error) {
	cut := strings.LastIndexByte(file.Ref, '#')
	if cut < 0 {
		return nil, fault.Input("file.ref", file.Ref, "MESSAGE-ID#N")
	}
	n, err := strconv.Atoi(file.Ref[cut+1:])
	if err != nil || n < 0 || n > mostParts {
		return nil, fault.Input("file.ref", file.Ref, "MESSAGE-ID#N")
	}
	b, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	defer b.close()
	sent, err := b.sentFolder(s)
	if err != nil {
		return nil, err
	}
	for _, folder := range distinct(append(slices.Clone(s.folders), sent)) {
		if err := b.enter(folder, false); err != nil {
			return nil, err
		}
		uids, err := b.find("Message-ID", file.Ref[:cut])
		if err != nil {
			return nil, err
		}
		for _, uid := range uids {
			if content, err := b.file(uid, n, file); err != nil || content != nil {
				return content, err
			}
		}
	}
	return nil, fault.New(fault.NotFound, "fault.mail.file_missing")
}

// file reads the nth file of a mail of the selected folder; nil where that mail has not this file, because another one has its Message-ID.
func (b *box) file(uid imap.UID, n int, file dispute.File) (found []byte, err error) {
	size := int64(0)
	if err := b.each(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, RFC822Size: true}, func(m *imapclient.FetchMessageBuffer) { size = m.RFC822Size }); err != nil {
		return nil, err
	}
	if size > largestMail {
		return nil, fault.New(fault.Refused, "fault.mail.file_too_large", "max", strconv.Itoa(largestMail>>20))
	}
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: largestMail}}
	err = b.each(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}, func(m *imapclient.FetchMessageBuffer) {
		found = fileIn(content(m), n, file)
	})
	return found, err
}

// fileIn is the content of a mail's nth file, if it is the one that was named.
func fileIn(mail []byte, n int, file dispute.File) []byte {
	h, rest := readHeader(mail)
	b := &body{wanted: n + 1}
	b.part(h, rest, true, 0)
	if n >= len(b.files) || b.files[n].Type != file.Type || first(b.files[n].Name, b.files[n].Type) != file.Name {
		return nil
	}
	return bytes.Clone(b.taken)
}
