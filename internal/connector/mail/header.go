package mail

import (
	"bytes"
	"io"
	"mime"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
)

// header are the fields of a mail or of a part, names in small letters, values unfolded and otherwise as they came. A field that comes
// several times keeps its first value.
type header map[string]string

const (
	mostFields   = 500
	longestField = 16 << 10 // bytes
)

// readHeader takes the fields off the beginning of data and gives what follows the empty line. Lines that are no field are passed over:
// a mail is not lost because somebody wrote a header badly.
func readHeader(data []byte) (header, []byte) {
	h := header{}
	last := ""
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return h, data
		}
		if line[0] == ' ' || line[0] == '\t' {
			if last != "" && len(h[last])+len(line) < longestField {
				h[last] += " " + string(bytes.TrimSpace(line))
			}
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		key := strings.ToLower(string(bytes.TrimSpace(name)))
		last = ""
		if _, had := h[key]; !ok || key == "" || had || len(h) >= mostFields {
			continue
		}
		h[key], last = string(bytes.TrimSpace(value[:min(len(value), longestField)])), key
	}
	return h, nil
}

var wordDecoder = mime.WordDecoder{CharsetReader: func(name string, in io.Reader) (io.Reader, error) { return charset.Reader(name, in) }}

// text is a field for people: encoded words decoded, bytes of an unnamed charset read as well as can be.
func (h header) text(name string) string {
	value := h[name]
	if decoded, err := wordDecoder.DecodeHeader(value); err == nil {
		value = decoded
	}
	return oneLine(guessed([]byte(value)))
}

// guessed reads bytes that name no charset: UTF-8, or else Windows' western one, which gives something for every byte.
func guessed(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	r, err := charset.Reader("windows-1252", bytes.NewReader(raw))
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	out, _ := io.ReadAll(r) // from memory
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

const longestLine = 500 // characters of a subject or a name

// oneLine takes out what must not stand in a line: controls, signs that turn the direction of writing, and length.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > longestLine {
		s = string([]rune(s)[:longestLine]) + "…"
	}
	return s
}

// hidden are controls and signs that change the direction of what follows.
func hidden(r rune) bool {
	return unicode.IsControl(r) || (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069) || r == 0x200E || r == 0x200F || r == 0xFEFF
}

var bareAddress = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?`)

// address is the first address of a field, in small letters, with the name beside it. A field that breaks the rules still gives what
// looks like an address in it.
func (h header) address(field string) (address, name string) {
	value := h[field]
	parser := netmail.AddressParser{WordDecoder: &wordDecoder}
	if list, err := parser.ParseList(value); err == nil && len(list) > 0 {
		return strings.ToLower(list[0].Address), oneLine(guessed([]byte(list[0].Name)))
	}
	found := bareAddress.FindStringIndex(value)
	if found == nil {
		return "", ""
	}
	return strings.ToLower(value[found[0]:found[1]]), oneLine(strings.Trim(h.text(field)[:min(found[0], len(h.text(field)))], `"<> `))
}

// when is the instant the sender wrote; zero where it cannot be read.
func (h header) when() time.Time {
	at, err := netmail.ParseDate(h["date"])
	if err != nil || at.Year() < 1970 || at.Year() > 9999 {
		return time.Time{}
	}
	return at.UTC()
}

var messageID = regexp.MustCompile(`<([^<>\s]{1,900})>`)

const mostReferences = 60

// ids are the Message-IDs in a field, without their brackets; of very many the first and the last ones.
func (h header) ids(field string) (out []string) {
	for _, m := range messageID.FindAllStringSubmatch(h[field], -1) {
		out = append(out, strings.ToValidUTF8(m[1], "\uFFFD"))
	}
	if len(out) > mostReferences {
		out = append(out[:1], out[len(out)-mostReferences+1:]...)
	}
	return out
}

var machineNames = regexp.MustCompile(`^(mailer-daemon|postmaster|no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|nicht-?antworten|noresponder|no-?responder|bounces?)([+\-_.].*)?$`)

// automatic tells why a mail was sent by a machine and wants no answer; empty = a person wrote it. The signs are those of RFC 3834,
// RFC 2919 and RFC 3464, and the usual names of senders that nobody reads.
func (h header) automatic() string {
	from, _ := h.address("from")
	local, _, _ := strings.Cut(from, "@")
	precedence := strings.ToLower(h["precedence"])
	switch auto := strings.ToLower(h["auto-submitted"]); {
	case h.isReport():
		return "report"
	case auto != "" && !strings.HasPrefix(auto, "no"):
		return "auto-submitted"
	case precedence == "bulk" || precedence == "list" || precedence == "junk" || precedence == "auto_reply":
		return "precedence"
	case h["list-id"] != "":
		return "list-id"
	case h["x-autoreply"] != "" || h["x-autorespond"] != "":
		return "autoreply"
	case h["return-path"] == "<>":
		return "bounce"
	case machineNames.MatchString(local):
		return "no-reply"
	}
	return ""
}

// isReport: a notice about a mail that could not be delivered, or was (RFC 3464).
func (h header) isReport() bool {
	return strings.HasPrefix(strings.ToLower(h["content-type"]), "multipart/report")
}
