package blob

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"mime"
	"strconv"
	"unicode/utf8"

	"golang.org/x/image/webp"

	"parley/internal/fault"
)

// maxPixels is the largest picture that is taken: more than telephones make in their usual modes, and little enough to
// be decoded in memory. A file of a few kilobytes can claim millions of pixels a side.
const maxPixels = 50_000_000

// format is a kind of picture we can read.
type format struct {
	media   string
	begins  func(head []byte) bool
	measure func(io.Reader) (image.Config, error)
	decode  func(io.Reader) (image.Image, error)
}

func formats() []format {
	begins := func(with string) func([]byte) bool {
		return func(head []byte) bool { return bytes.HasPrefix(head, []byte(with)) }
	}
	isWebP := func(h []byte) bool { return len(h) >= 12 && string(h[:4]) == "RIFF" && string(h[8:12]) == "WEBP" }
	return []format{
		{"image/jpeg", begins("\xff\xd8\xff"), jpeg.DecodeConfig, jpeg.Decode},
		{"image/png", begins("\x89PNG\r\n\x1a\n"), png.DecodeConfig, png.Decode},
		{"image/gif", begins("GIF8"), gif.DecodeConfig, gif.Decode},
		{"image/webp", isWebP, webp.DecodeConfig, webp.Decode},
	}
}

// look tells the type by the content and measures a picture, without decoding it.
func (info *Info) look(file io.ReadSeeker) error {
	head, err := headOf(file)
	if err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	for _, f := range formats() {
		if !f.begins(head) {
			continue
		}
		info.Type = f.media
		size, err := f.measure(file)
		if err != nil {
			return broken(err)
		}
		info.Width, info.Height = size.Width, size.Height
		return checkPixels(size)
	}
	info.Type = typeOf(head)
	return nil
}

func broken(cause error) error {
	return &fault.Fault{Kind: fault.Invalid, Key: "fault.picture_broken", Field: "file", Allowed: "a whole picture", Cause: cause}
}

// checkPixels divides instead of multiplying: the sides are of the file's own telling.
func checkPixels(size image.Config) error {
	if size.Width > 0 && size.Height > 0 && size.Width <= maxPixels/size.Height {
		return nil
	}
	most := strconv.Itoa(maxPixels / 1_000_000)
	return &fault.Fault{
		Kind: fault.Invalid, Key: "fault.picture_too_large", Field: "file", Value: strconv.Itoa(size.Width) + " × " + strconv.Itoa(size.Height),
		Allowed: "at most " + most + " million pixels", Params: map[string]string{"max": most},
	}
}

// headOf gives the first bytes and goes back to the begin.
func headOf(file io.ReadSeeker) ([]byte, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, err
	}
	_, err = file.Seek(0, io.SeekStart)
	return head[:n], err
}

// typeOf tells the other types a case meets. Whatever a browser might run (HTML, SVG) is plain text or unknown here.
func typeOf(head []byte) string {
	brand := ""
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		brand = string(head[8:12])
	}
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return "application/pdf"
	case brand == "heic" || brand == "heix" || brand == "mif1":
		return "image/heic"
	case brand == "qt  ":
		return "video/quicktime"
	case brand != "":
		return "video/mp4"
	case bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")):
		return "video/webm"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "application/zip"
	case isText(head):
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// isText: UTF-8 without control characters, but for a letter cut at the end.
func isText(head []byte) bool {
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		if r == utf8.RuneError && size == 1 {
			return len(head) < utf8.UTFMax && !utf8.FullRune(head)
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		head = head[size:]
	}
	return true
}

// Extension is the usual file ending of a media type, such as ".jpg"; empty where there is none.
func Extension(media string) string {
	switch media {
	case "image/jpeg":
		return ".jpg"
	case "text/plain; charset=utf-8":
		return ".txt"
	case "application/octet-stream":
		return ""
	}
	if all, err := mime.ExtensionsByType(media); err == nil && len(all) > 0 {
		return all[0]
	}
	return ""
}
