package mail

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"parley/internal/dispute"
)

// letter is what is kept of a mail.
type letter struct {
	ID      string            `json:"id"`             // Message-ID without brackets; made from the header where there is none
	Refs    []string          `json:"refs,omitempty"` // what it answers, oldest first
	At      time.Time         `json:"at"`             // when the server took it
	From    string            `json:"from"`           // address, in small letters
	Name    string            `json:"name,omitempty"`
	To      string            `json:"to,omitempty"`
	ReplyTo string            `json:"reply_to,omitempty"`
	Subject string            `json:"subject,omitempty"`
	Auto    string            `json:"auto,omitempty"`    // why a machine sent it
	Ours    bool              `json:"ours,omitempty"`    // the shop wrote it
	Draft   bool              `json:"draft,omitempty"`   // a copy laid down before sending, of which it is not known whether it went out
	Bounced string            `json:"bounced,omitempty"` // the letter of ours that could not be delivered
	Size    int64             `json:"size"`
	Text    string            `json:"text,omitempty"`
	Files   []paper           `json:"files,omitempty"`
	Unknown []dispute.Unknown `json:"unknown,omitempty"`

	folder string
	uid    imap.UID
	report bool // its body tells what it is about
}

// defaultOrder finds order numbers where a store says nothing else.
var defaultOrder = regexp.MustCompile(defaultOrderPattern)

// readLetter takes a header apart. at is when the server took the mail; zero where that is not known.
func (k *config) readLetter(h header, at time.Time, size int64, inSent bool) letter {
	l := letter{At: at.UTC(), Size: size, Subject: h.text("subject"), Auto: h.automatic(), report: h.isReport()}
	l.From, l.Name = h.address("from")
	l.To, _ = h.address("to")
	l.ReplyTo, _ = h.address("reply-to")
	if l.At.IsZero() {
		l.At = h.when()
	}
	l.Ours = inSent || k.isOwn(l.From)
	if l.Ours && !inSent && l.ReplyTo != "" && !k.isOwn(l.ReplyTo) {
		l.Ours, l.From = false, l.ReplyTo // a form of the shop's own page: the buyer stands in Reply-To
	}
	if l.Ours {
		l.Auto = ""
	}
	l.Refs = distinct(append(h.ids("references"), h.ids("in-reply-to")...))
	if ids := h.ids("message-id"); len(ids) > 0 {
		l.ID = ids[0]
	} else {
		l.ID = nameless + short(h["date"], h["from"], h["subject"], h["received"])
	}
	l.Refs = slices.DeleteFunc(l.Refs, func(id string) bool { return id == l.ID })
	return l
}

// fill puts in what the content says.
func (l *letter) fill(b *body) {
	l.Text, l.Files, l.Unknown = b.text, b.files, b.unknown
	if l.report && b.bounced != "" {
		l.Bounced = b.bounced
		l.Refs = distinct(append(l.Refs, b.bounced))
	}
}

// waits: a person wrote it who is not of the shop.
func (l *letter) waits() bool { return !l.Ours && l.Auto == "" }

func distinct(ids []string) (out []string) {
	for _, id := range ids {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// short is a short name for texts that are long or not to be shown.
func short(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// prefixes are what mail programs put before the subject of an answer.
var prefixes = regexp.MustCompile(`(?i)^\s*(?:(?:re|rv|fw|fwd|aw|wg|sv|vs|antw|odp|ответ|回复|答复|转发|r|tr|enc)(?:\[\d+\])?\s*[:：]\s*)+`)

// topic is a subject without what programs put before it; answer tells that something stood there.
func topic(subject string) (base string, answer bool) {
	base = strings.TrimSpace(prefixes.ReplaceAllString(subject, ""))
	return base, base != strings.TrimSpace(subject)
}

// byTime puts letters in order; of one second, what names more letters is later.
func byTime(a, b letter) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(len(a.Refs), len(b.Refs)), cmp.Compare(a.ID, b.ID), cmp.Compare(a.From, b.From))
}

// onceEach drops copies: the same mail lies in several folders, or as a draft and sent. What was surely sent wins over a draft. Two
// senders may use one Message-ID; those are two letters.
func onceEach(all []letter) []letter {
	rank := func(l letter) int {
		switch {
		case l.Draft:
			return 0
		case l.Ours:
			return 2
		}
		return 1
	}
	best := map[string]int{}
	var out []letter
	for _, l := range all {
		key := l.ID + "\x00" + l.From
		i, had := best[key]
		if !had {
			best[key] = len(out)
			out = append(out, l)
		} else if rank(l) > rank(out[i]) {
			out[i] = l
		}
	}
	slices.SortFunc(out, byTime)
	return out
}
