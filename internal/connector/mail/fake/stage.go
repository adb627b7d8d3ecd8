package fake

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// Mail is a mail as its writer thinks of it.
type Mail struct {
	ID        string // without brackets; empty = a new one
	From      string // address of the buyer
	Name      string
	To        string
	Subject   string
	Text      string
	HTML      string
	InReplyTo string   // without brackets
	Refs      []string // the same; empty with InReplyTo = only that
	Header    []string // further lines, such as "Auto-Submitted: auto-replied"
	Files     []File
	Ago       time.Duration // how long ago it came
	Undated   bool          // without Message-ID and Date, as broken programs write
}

// File is something attached.
type File struct {
	Name, Type string
	Bytes      []byte
}

// Receive lays a mail into the inbox and gives its Message-ID.
func (a *Account) Receive(m Mail) (string, error) {
	if m.To == "" {
		m.To = a.Address
	}
	raw, id := a.p.write(m)
	return id, a.at(Inbox, raw, a.p.now().Add(-m.Ago))
}

// ReceiveRaw lays bytes into the inbox as they are.
func (a *Account) ReceiveRaw(raw []byte) error { return a.put(Inbox, raw) }

// Sends is a person of the shop writing with a mail program: the mail lies in the folder with what was sent.
func (a *Account) Sends(m Mail) (string, error) {
	m.From = a.Address
	raw, id := a.p.write(m)
	return id, a.at(Sent, raw, a.p.now().Add(-m.Ago), imap.FlagSeen)
}

func (a *Account) put(folder string, raw []byte, flags ...imap.Flag) error {
	return a.at(folder, raw, a.p.now(), flags...)
}

func (a *Account) at(folder string, raw []byte, when time.Time, flags ...imap.Flag) error {
	_, err := a.user.Append(folder, literal{bytes.NewReader(raw)}, &imap.AppendOptions{Time: when, Flags: flags})
	return err
}

// in does something with a folder open.
func (a *Account) in(folder string, do func(*imapmemserver.UserSession) error) error {
	s := imapmemserver.NewUserSession(a.user)
	if _, err := s.Select(folder, &imap.SelectOptions{}); err != nil {
		return err
	}
	err := do(s)
	if closed := s.Close(); err == nil {
		err = closed
	}
	return err
}

// Delete takes a mail out of a folder for good.
func (a *Account) Delete(folder, id string) error {
	return a.in(folder, func(s *imapmemserver.UserSession) error {
		uids, err := search(s, id)
		if err != nil {
			return err
		}
		if err := s.Store(nil, uids, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil); err != nil {
			return err
		}
		return s.Expunge(nil, &uids)
	})
}

func search(s *imapmemserver.UserSession, id string, flags ...imap.Flag) (imap.UIDSet, error) {
	found, err := s.Search(imapserver.NumKindUID, &imap.SearchCriteria{
		Flag: flags, Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: id}},
	}, &imap.SearchOptions{})
	if err != nil {
		return nil, err
	}
	return imap.UIDSetNum(found.AllUIDs()...), nil
}

// Count is how many mails with a Message-ID lie in a folder and have all of the flags.
func (a *Account) Count(folder, id string, flags ...imap.Flag) (n int, err error) {
	err = a.in(folder, func(s *imapmemserver.UserSession) error {
		uids, err := search(s, id, flags...)
		if err == nil {
			all, _ := uids.Nums() // no open end
			n = len(all)
		}
		return err
	})
	return n, err
}

// Renumber gives a folder another UIDVALIDITY and its mails other numbers, as a server does that was set up anew.
func (a *Account) Renumber(folder string) error {
	old := folder + "-old"
	if err := a.user.Rename(folder, old, nil); err != nil {
		return err
	}
	if err := a.user.Create(folder, nil); err != nil {
		return err
	}
	var all imap.SeqSet
	all.AddRange(1, 0)
	if err := a.in(old, func(s *imapmemserver.UserSession) error { _, err := s.Copy(all, folder); return err }); err != nil {
		return err
	}
	return a.user.Delete(old)
}

// write makes the bytes of a mail.
func (p *Platform) write(m Mail) ([]byte, string) {
	p.mu.Lock()
	p.written++
	if m.ID == "" {
		m.ID = fmt.Sprintf("mail-%d@mail.test", p.written)
	}
	p.mu.Unlock()
	var b bytes.Buffer
	line := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	line("From", (&mail.Address{Name: m.Name, Address: m.From}).String())
	line("To", m.To)
	line("Subject", mime.BEncoding.Encode("utf-8", m.Subject))
	if !m.Undated {
		line("Date", p.now().Add(-m.Ago).Format(time.RFC1123Z))
		line("Message-ID", "<"+m.ID+">")
	}
	if m.InReplyTo != "" {
		line("In-Reply-To", "<"+m.InReplyTo+">")
	}
	if len(m.Refs) > 0 {
		line("References", "<"+strings.Join(m.Refs, ">\r\n <")+">")
	}
	for _, h := range m.Header {
		b.WriteString(h + "\r\n")
	}
	line("MIME-Version", "1.0")
	m.content(&b)
	return b.Bytes(), m.ID
}

func (m *Mail) content(b *bytes.Buffer) {
	if m.HTML == "" && len(m.Files) == 0 {
		part(b, "text/plain; charset=utf-8", "", []byte(m.Text))
		return
	}
	b.WriteString("Content-Type: multipart/mixed; boundary=\"between\"\r\n\r\n")
	if m.Text != "" {
		b.WriteString("--between\r\n")
		part(b, "text/plain; charset=utf-8", "", []byte(m.Text))
	}
	if m.HTML != "" {
		b.WriteString("--between\r\n")
		part(b, "text/html; charset=utf-8", "", []byte(m.HTML))
	}
	for _, f := range m.Files {
		b.WriteString("--between\r\n")
		part(b, f.Type, f.Name, f.Bytes)
	}
	b.WriteString("--between--\r\n")
}

func part(b *bytes.Buffer, media, name string, content []byte) {
	fmt.Fprintf(b, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n", media)
	if name != "" {
		fmt.Fprintf(b, "Content-Disposition: %s\r\n", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	}
	b.WriteString("\r\n")
	text := base64.StdEncoding.EncodeToString(content)
	for len(text) > 76 {
		b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	b.WriteString(text + "\r\n")
}
