package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"

	"parley/internal/dispute"
)

const (
	deepestPart = 12
	mostParts   = 200
	// longestText is how much of a mail's text is kept, in characters.
	longestText = 30_000
)

// body is what a mail says and carries.
type body struct {
	text    string
	files   []paper
	bounced string // Message-ID of the mail that a report is about
	unknown []dispute.Unknown

	html   string // text of the HTML parts, taken where there is no plain one
	parts  int
	wanted int    // the file whose content is taken, counted from 1; 0 = none
	taken  []byte // its content
}

// paper is a file that came with a mail. Size is in bytes, -1 where the mail was not read to its end.
type paper struct {
	Name string `json:"name,omitempty"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// readBody takes the content of a mail apart. whole tells that data is all of it and not only its beginning.
func readBody(h header, data []byte, whole bool) *body {
	b := &body{}
	b.part(h, data, whole, 0)
	if b.text == "" {
		b.text = b.html
	}
	b.text = tidy(b.text)
	return b
}

// part reads one part of the mail, which may hold others.
func (b *body) part(h header, data []byte, whole bool, depth int) {
	if b.parts++; b.parts > mostParts || depth > deepestPart {
		if b.parts == mostParts+1 || depth == deepestPart+1 {
			b.strange("mime", "more parts than are read")
		}
		return
	}
	media, params := b.media(h)
	switch {
	case strings.HasPrefix(media, "multipart/"):
		b.multipart(media, params["boundary"], data, whole, depth)
	case b.attached(h, params):
		b.file(h, media, params, data, whole)
	case media == "text/html":
		b.html = joined(b.html, plainText(b.words(h, params, data)))
	case media == "text/plain":
		b.text = joined(b.text, b.words(h, params, data))
	case media == "message/rfc822" || media == "text/rfc822-headers" || media == "message/rfc822-headers":
		inner, _ := readHeader(data)
		b.bounced = first(b.bounced, strings.Trim(inner["message-id"], "<> "))
		b.file(h, media, params, data, whole)
	case strings.HasPrefix(media, "message/"):
	default:
		b.file(h, media, params, data, whole)
	}
}

// media is the type of a part with its parameters. What cannot be read counts as plain text, as RFC 2045 says.
func (b *body) media(h header) (string, map[string]string) {
	given := h["content-type"]
	if given == "" {
		return "text/plain", map[string]string{}
	}
	media, params, err := mime.ParseMediaType(given)
	if err != nil {
		word, _, _ := strings.Cut(given, ";")
		media = strings.ToLower(strings.TrimSpace(word))
		if !strings.Contains(media, "/") {
			b.strange("content-type", given)
			media = "text/plain"
		}
	}
	if params == nil {
		params = map[string]string{}
		if _, after, ok := strings.Cut(given, "boundary="); ok {
			params["boundary"] = strings.Trim(strings.TrimSpace(first(strings.Split(after, ";")...)), `"`)
		}
	}
	return media, params
}

func (b *body) attached(h header, params map[string]string) bool {
	return strings.HasPrefix(strings.ToLower(h["content-disposition"]), "attachment") ||
		(params["name"] != "" && !strings.HasPrefix(strings.ToLower(h["content-disposition"]), "inline"))
}

// multipart reads the parts between the boundaries. Of alternatives the plain text is taken, wherever it stands.
func (b *body) multipart(media, boundary string, data []byte, whole bool, depth int) {
	if boundary == "" {
		b.strange("content-type", media+" without a boundary")
		b.text = joined(b.text, guessed(data))
		return
	}
	pieces, ended := split(data, boundary)
	for n, piece := range pieces {
		h, content := readHeader(piece)
		b.part(h, content, whole || ended || n < len(pieces)-1, depth+1)
	}
}

// split cuts at the lines of a boundary (RFC 2046, 5.1.1). ended tells that the closing line was there.
func split(data []byte, boundary string) (pieces [][]byte, ended bool) {
	mark := []byte("--" + boundary)
	begin := -1
	for at := 0; at < len(data) && len(pieces) <= mostParts; {
		end := bytes.IndexByte(data[at:], '\n')
		next := len(data)
		if end >= 0 {
			next = at + end + 1
		}
		line := bytes.TrimRight(data[at:next], " \t\r\n")
		if bytes.Equal(line, mark) || bytes.Equal(line, append(append([]byte{}, mark...), '-', '-')) {
			if begin >= 0 {
				pieces = append(pieces, bytes.TrimSuffix(bytes.TrimSuffix(data[begin:at], []byte("\n")), []byte("\r")))
			}
			if begin = next; len(line) > len(mark) {
				return pieces, true
			}
		}
		at = next
	}
	if begin >= 0 {
		pieces = append(pieces, data[begin:])
	}
	return pieces, false
}

// content undoes the transfer encoding. What breaks in the middle gives what came before.
func (b *body) content(h header, data []byte) []byte {
	switch way := strings.ToLower(strings.TrimSpace(h["content-transfer-encoding"])); way {
	case "", "7bit", "8bit", "binary":
		return data
	case "base64":
		return unbase64(data)
	case "quoted-printable":
		out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(data)))
		if err != nil && len(out) < len(data)/4 {
			return data
		}
		return out
	default:
		b.strange("content-transfer-encoding", way)
		return data
	}
}

// unbase64 decodes as far as there is something to decode, whatever stands between.
func unbase64(data []byte) []byte {
	clean := bytes.Map(func(r rune) rune {
		if (r >= 'A' && r <= 'Z') || (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || r == '+' || r == '/' {
			return r
		}
		return -1
	}, data)
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, _ := base64.RawStdEncoding.Decode(out, clean) // gives what it read until something was wrong
	return out[:n]
}

// words is the text of a part in UTF-8. A charset nobody knows is kept as unknown and read as well as can be.
func (b *body) words(h header, params map[string]string, data []byte) string {
	raw := b.content(h, data)
	name := strings.ToLower(strings.TrimSpace(params["charset"]))
	if name == "" || name == "utf-8" || name == "us-ascii" || name == "utf8" {
		return guessed(raw)
	}
	r, err := charset.Reader(name, bytes.NewReader(raw))
	if err != nil {
		b.strange("charset", name)
		return guessed(raw)
	}
	out, _ := io.ReadAll(r) // from memory; what breaks gives what came before
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

func (b *body) file(h header, media string, params map[string]string, data []byte, whole bool) {
	_, given, _ := mime.ParseMediaType(h["content-disposition"])
	name := header{"n": first(given["filename"], params["name"])}.text("n")
	size := int64(-1)
	if whole {
		size = int64(len(b.content(h, data)))
	}
	b.files = append(b.files, paper{oneLine(name), oneLine(media), size})
	if len(b.files) == b.wanted {
		b.taken = b.content(h, data)
	}
}

const mostUnknown = 20

func (b *body) strange(field, value string) {
	if len(b.unknown) < mostUnknown {
		b.unknown = append(b.unknown, dispute.Unknown{Field: field, Value: oneLine(guessed([]byte(value)))})
	}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n\n" + b
}

// tidy makes a text what people can read: one kind of line end, no controls, no more than two line ends in a row, bounded.
func tidy(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u00a0", " ").Replace(s)
	var out []string
	empty := 0
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimRight(strings.Map(func(r rune) rune {
			if r != '\t' && hidden(r) {
				return -1
			}
			return r
		}, line), " \t")
		if empty++; line != "" {
			empty = 0
		}
		if empty < 2 {
			out = append(out, line)
		}
	}
	return shortened(strings.TrimSpace(strings.Join(out, "\n")), longestText)
}

// shortened keeps the first most characters.
func shortened(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// first is the first of the texts that is not empty.
func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
