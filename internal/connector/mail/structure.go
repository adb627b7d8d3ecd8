package mail

import (
	"strings"

	"github.com/emersion/go-imap/v2"
)

// listedFiles are the files of a mail as its server lists them, for a mail of which only the beginning is read: in the same order and by the
// same rule as body.part finds them. Sizes are about right: the server knows those of the encoded content.
func listedFiles(s imap.BodyStructure) (out []paper) {
	parts := 0
	s.Walk(func(path []int, part imap.BodyStructure) bool {
		if parts++; parts > mostParts || len(path) > deepestPart {
			return false
		}
		one, ok := part.(*imap.BodyStructureSinglePart)
		if ok && isFile(one) {
			name := header{"n": one.Filename()}.text("n")
			out = append(out, paper{oneLine(name), oneLine(one.MediaType()), decoded(one)})
		}
		return true
	})
	return out
}

// isFile tells a file from the text of a mail.
func isFile(p *imap.BodyStructureSinglePart) bool {
	way := ""
	if d := p.Disposition(); d != nil {
		way = strings.ToLower(d.Value)
	}
	media := p.MediaType()
	switch {
	case strings.HasPrefix(way, "attachment"), p.Params["name"] != "" && way != "inline":
		return true
	case media == "text/html", media == "text/plain":
		return false
	case strings.HasPrefix(media, "message/"):
		return media == "message/rfc822" || media == "message/rfc822-headers"
	}
	return true
}

// decoded is about how many bytes a part has once decoded: Base64 writes 57 of them into a line of 78.
func decoded(p *imap.BodyStructureSinglePart) int64 {
	if strings.EqualFold(p.Encoding, "base64") {
		return int64(p.Size) * 57 / 78
	}
	return int64(p.Size)
}

// complete adds the files that lie behind what was read of a mail, and the sizes of those it broke off in.
func (b *body) complete(s imap.BodyStructure) {
	if s == nil {
		return
	}
	for n, f := range listedFiles(s) {
		switch {
		case n >= len(b.files):
			b.files = append(b.files, f)
		case b.files[n].Size < 0 && b.files[n].Type == f.Type:
			b.files[n].Size = f.Size
		}
	}
}
