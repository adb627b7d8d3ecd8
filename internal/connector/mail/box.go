package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"parley/internal/fault"
)

const (
	// readAhead is how much of a mail is read: what people write comes first, files after it.
	readAhead = 128 << 10
	// headerBytes is how much of a header is read.
	headerBytes = 32 << 10
	// mostLetters is how many mails of a folder are looked at, the newest.
	mostLetters = 5000
)

// listed are the fields of a header that are read of every mail.
var listed = []string{
	"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "Content-Type", "Auto-Submitted", "Precedence",
	"List-Id", "Return-Path", "X-Autoreply", "X-Autorespond",
}

// box is one connection to the mailbox. It is for one goroutine.
type box struct {
	*imapclient.Client
	ctx      context.Context
	end      func()
	selected string
	sent     string // the folder with what was sent, once it was found
}

// open connects and signs in.
func (s *Session) open(ctx context.Context) (*box, error) {
	if err := s.turn(ctx, "imap"); err != nil {
		return nil, err
	}
	b, err := s.connect(ctx)
	if err == nil {
		err = b.signIn(s)
		if err != nil {
			b.end()
		}
	}
	return b, s.noted("imap", unread(ctx, err))
}

func (s *Session) connect(ctx context.Context) (*box, error) {
	conn, err := s.dial(ctx, s.imap)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // whoever waits hears of it
	b := &box{ctx: ctx, end: func() { stop(); _ = conn.Close() }}
	if s.imap.security == "starttls" {
		b.Client, err = imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: &tls.Config{ServerName: s.imap.host, MinVersion: tls.VersionTLS12}})
	} else {
		b.Client = imapclient.New(conn, nil)
		err = b.WaitGreeting()
	}
	if err != nil {
		b.end()
		return nil, untrusted(err, s.imap.host)
	}
	return b, nil
}

// untrusted tells a certificate that proves nothing from other failures.
func untrusted(err error, host string) error {
	var wrong *tls.CertificateVerificationError
	if errors.As(err, &wrong) {
		return fault.New(fault.Unavailable, "fault.mail.tls", "host", host).Because(err)
	}
	return err
}

// dial connects to a server, with TLS from the first byte where the settings say so.
func (s *Session) dial(ctx context.Context, to way) (net.Conn, error) {
	conn, err := s.world.Dial(ctx, "tcp", to.address())
	if err != nil {
		if f := fault.Of(err); f != nil {
			return nil, f
		}
		return nil, fault.New(fault.Unavailable, "fault.mail.unreachable").Because(err)
	}
	if to.security != "tls" {
		return conn, nil
	}
	secure := tls.Client(conn, &tls.Config{ServerName: to.host, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // it is given up
		return nil, fault.New(fault.Unavailable, "fault.mail.tls", "host", to.host).Because(err)
	}
	return secure, nil
}

// signIn proves who we are. A no without a code of its own is a wrong password.
func (b *box) signIn(s *Session) error {
	var err error
	if s.token != "" {
		err = b.Authenticate(&bearer{s.user, s.token})
	} else {
		err = b.Login(s.user, s.password).Wait()
	}
	if f := fault.Of(unread(b.ctx, err)); f != nil && f.Kind == fault.Refused {
		return refusedLogin()
	}
	return err
}

// bearer is XOAUTH2, the way in with a token that both large providers have.
type bearer struct{ user, token string }

// Start says who we are and shows the token.
func (a *bearer) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + a.user + "\x01auth=Bearer " + a.token + "\x01\x01"), nil
}

// Next answers the explanation of a no, which then comes.
func (*bearer) Next([]byte) ([]byte, error) { return []byte{}, nil }

// close says good-bye, if the server still listens.
func (b *box) close() {
	_ = b.Logout().Wait() // nothing is left to be done there
	b.end()
}

// sentNames are the usual names of the folder with what was sent, where the server does not mark it.
var sentNames = []string{
	"sent", "sent items", "sent mail", "sent messages", "enviados", "elementos enviados", "gesendet", "gesendete elemente", "envoyés", "envoy&aok-s",
	"éléments envoyés", "posta inviata", "inviata", "enviadas", "itens enviados", "已发送", "已发送邮件",
}

// sentFolder finds the folder with what was sent.
func (b *box) sentFolder(s *Session) (string, error) {
	if b.sent = first(b.sent, s.sent); b.sent != "" {
		return b.sent, nil
	}
	all, err := b.List("", "*", nil).Collect()
	if err != nil {
		return "", unread(b.ctx, err)
	}
	named := ""
	for _, f := range all {
		if slices.Contains(f.Attrs, imap.MailboxAttrSent) {
			b.sent = f.Mailbox
			return b.sent, nil
		}
		last := f.Mailbox
		if f.Delim != 0 {
			last = last[strings.LastIndex(last, string(f.Delim))+1:]
		}
		if named == "" && slices.Contains(sentNames, strings.ToLower(last)) {
			named = f.Mailbox
		}
	}
	if named == "" {
		return "", &fault.Fault{Kind: fault.Invalid, Key: "fault.mail.sent_folder", Field: "sent_folder"}
	}
	b.sent = named
	return named, nil
}

// place is how far a folder has come. Any change of its mails changes it.
type place struct {
	Validity uint32 `json:"v"`
	Next     uint32 `json:"n"`
	Count    uint32 `json:"c"`
}

func (b *box) place(folder string) (place, error) {
	st, err := b.Status(folder, &imap.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true}).Wait()
	if err != nil {
		return place{}, unread(b.ctx, err)
	}
	p := place{Validity: st.UIDValidity, Next: uint32(st.UIDNext)}
	if st.NumMessages != nil {
		p.Count = *st.NumMessages
	}
	return p, nil
}

// enter selects a folder to read in; writing selects it to be changed.
func (b *box) enter(folder string, writing bool) error {
	if b.selected == folder && !writing {
		return nil
	}
	_, err := b.Select(folder, &imap.SelectOptions{ReadOnly: !writing}).Wait()
	b.selected = folder
	return unread(b.ctx, err)
}

// headers reads the headers of a folder's mails since a day; the day before is taken too, because the server has a zone of its own.
func (b *box) headers(s *Session, folder string, since time.Time, sent bool) ([]letter, error) {
	if err := b.enter(folder, false); err != nil {
		return nil, err
	}
	found, err := b.UIDSearch(&imap.SearchCriteria{Since: since.AddDate(0, 0, -1), NotFlag: []imap.Flag{imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return nil, unread(b.ctx, err)
	}
	uids := found.AllUIDs()
	if len(uids) == 0 {
		return nil, nil
	}
	slices.Sort(uids)
	if len(uids) > mostLetters {
		s.world.Log.Warn("mail: only the newest mails of a folder are read", "store", s.store, "mails", len(uids))
		uids = uids[len(uids)-mostLetters:]
	}
	return b.listing(s, folder, imap.UIDSetNum(uids...), sent)
}

func (b *box) listing(s *Session, folder string, set imap.UIDSet, sent bool) (out []letter, err error) {
	section := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, HeaderFields: listed, Peek: true, Partial: &imap.SectionPartial{Size: headerBytes}}
	err = b.each(set, &imap.FetchOptions{UID: true, Flags: true, InternalDate: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section}},
		func(m *imapclient.FetchMessageBuffer) {
			h, _ := readHeader(content(m))
			l := s.readLetter(h, m.InternalDate, m.RFC822Size, sent)
			l.folder, l.uid, l.Draft = folder, m.UID, sent && slices.Contains(m.Flags, imap.FlagDraft)
			if l.Ours || l.report || s.welcome(l.From) {
				out = append(out, l)
			}
		})
	return out, err
}

// each fetches mails and gives them one by one.
func (b *box) each(set imap.NumSet, want *imap.FetchOptions, take func(*imapclient.FetchMessageBuffer)) error {
	cmd := b.Fetch(set, want)
	for {
		m := cmd.Next()
		if m == nil {
			return unread(b.ctx, cmd.Close())
		}
		got, err := m.Collect()
		if err != nil {
			_ = cmd.Close() // the first fault is told
			return unread(b.ctx, err)
		}
		take(got)
	}
}

func content(m *imapclient.FetchMessageBuffer) []byte {
	if len(m.BodySection) == 0 {
		return nil
	}
	return m.BodySection[0].Bytes
}

// fill reads the contents of letters. It gives how many bytes came.
func (b *box) fill(letters []*letter) (int, error) {
	by := map[string]map[imap.UID]*letter{}
	for _, l := range letters {
		if by[l.folder] == nil {
			by[l.folder] = map[imap.UID]*letter{}
		}
		by[l.folder][l.uid] = l
	}
	sum := 0
	for folder, wanted := range by {
		if err := b.enter(folder, false); err != nil {
			return sum, err
		}
		n, err := b.fillSome(wanted, func(l *letter) bool { return l.Size <= readAhead }, nil)
		if sum += n; err != nil {
			return sum, err
		}
		n, err = b.fillSome(wanted, func(l *letter) bool { return l.Size > readAhead }, &imap.FetchItemBodyStructure{Extended: true})
		if sum += n; err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// fillSome reads those letters of the selected folder that are of a kind, and what the server lists of their parts where it is asked to.
func (b *box) fillSome(wanted map[imap.UID]*letter, kind func(*letter) bool, structure *imap.FetchItemBodyStructure) (sum int, err error) {
	var set imap.UIDSet
	for uid, l := range wanted {
		if kind(l) {
			set.AddNum(uid)
		}
	}
	if len(set) == 0 {
		return 0, nil
	}
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: readAhead}}
	want := &imap.FetchOptions{UID: true, BodyStructure: structure, BodySection: []*imap.FetchItemBodySection{section}}
	err = b.each(set, want, func(m *imapclient.FetchMessageBuffer) {
		if l := wanted[m.UID]; l != nil {
			sum += len(content(m))
			h, rest := readHeader(content(m))
			whole := readBody(h, rest, l.Size <= readAhead)
			whole.complete(m.BodyStructure)
			l.fill(whole)
		}
	})
	return sum, err
}

// began is when the first mail came that has this Message-ID or names it; zero where none is in any of the folders.
func (b *box) began(folders []string, id string) (first time.Time, err error) {
	for _, folder := range folders {
		if err := b.enter(folder, false); err != nil {
			return first, err
		}
		var set imap.UIDSet
		for _, field := range []string{"Message-ID", "References", "In-Reply-To"} {
			uids, err := b.find(field, id)
			if err != nil {
				return first, err
			}
			set.AddNum(uids...)
		}
		if len(set) == 0 {
			continue
		}
		err = b.each(set, &imap.FetchOptions{UID: true, InternalDate: true}, func(m *imapclient.FetchMessageBuffer) {
			if first.IsZero() || m.InternalDate.Before(first) {
				first = m.InternalDate.UTC()
			}
		})
		if err != nil {
			return first, err
		}
	}
	return first, nil
}

// find gives the mails of the selected folder with a Message-ID in a field.
func (b *box) find(field, id string) ([]imap.UID, error) {
	if strings.ContainsAny(id, "\r\n\x00") || !isASCII(id) {
		return nil, nil
	}
	found, err := b.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: field, Value: id}}}, nil).Wait()
	if err != nil {
		return nil, unread(b.ctx, err)
	}
	return found.AllUIDs(), nil
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// put lays a mail into a folder. The server sets the time, so that it stands where it belongs among the mails that came in.
func (b *box) put(folder string, raw []byte, flags ...imap.Flag) (imap.UID, error) {
	cmd := b.Append(folder, int64(len(raw)), &imap.AppendOptions{Flags: flags})
	if _, err := bytes.NewReader(raw).WriteTo(cmd); err != nil {
		return 0, unread(b.ctx, err)
	}
	if err := cmd.Close(); err != nil {
		return 0, unread(b.ctx, err)
	}
	data, err := cmd.Wait()
	if err != nil {
		return 0, unread(b.ctx, err)
	}
	return data.UID, nil
}

// mark changes flags of mails of the selected folder.
func (b *box) mark(uids []imap.UID, op imap.StoreFlagsOp, flags ...imap.Flag) error {
	return unread(b.ctx, b.Store(imap.UIDSetNum(uids...), &imap.StoreFlags{Op: op, Silent: true, Flags: flags}, nil).Close())
}

// remove takes mails out of the selected folder. Without UIDPLUS they only get the mark of deleted ones: other mails so marked must not go.
func (b *box) remove(uids []imap.UID) error {
	if err := b.mark(uids, imap.StoreFlagsAdd, imap.FlagDeleted); err != nil {
		return err
	}
	if !b.Caps().Has(imap.CapUIDPlus) && !b.Caps().Has(imap.CapIMAP4rev2) {
		return nil
	}
	return unread(b.ctx, b.UIDExpunge(imap.UIDSetNum(uids...)).Close())
}
