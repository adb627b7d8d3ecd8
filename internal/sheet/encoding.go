package sheet

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// The encodings that text files are read in.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	GB18030     = "gb18030" // with GBK and GB2312 in it
	Windows1252 = "windows-1252"
)

// Encodings lists them.
func Encodings() []string { return []string{UTF8, UTF16LE, UTF16BE, GB18030, Windows1252} }

// decoded reads text of an encoding as UTF-8. A byte order mark is dropped; what is no text becomes U+FFFD.
func decoded(r io.Reader, name string) io.Reader {
	var e encoding.Encoding
	switch name {
	case UTF16LE:
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case UTF16BE:
		e = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case GB18030:
		e = simplifiedchinese.GB18030
	case Windows1252:
		e = charmap.Windows1252
	default:
		e = unicode.UTF8BOM
	}
	return e.NewDecoder().Reader(r)
}

// encodingOf finds out how a text was written. Without a mark at its head: zeros at every other byte are UTF-16; what is valid UTF-8
// throughout is UTF-8; the rest is GB18030 where high bytes come in pairs, as Chinese characters do, and Windows-1252 where they stand
// alone between plain letters, as accented letters do.
func encodingOf(r io.ReaderAt, size int64) (string, error) {
	head := make([]byte, min(size, 4096))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return "", err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return UTF8, nil
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return UTF16LE, nil
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return UTF16BE, nil
	}
	if name := wide(head); name != "" {
		return name, nil
	}
	return narrow(io.NewSectionReader(r, 0, size))
}

// wide tells UTF-16 without a mark by the zeros of its plain letters.
func wide(head []byte) string {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	most := len(head) / 2 * 3 / 10
	switch {
	case len(head) < 4 || zeros[0]+zeros[1] == 0:
		return ""
	case zeros[1] > most && zeros[0] < zeros[1]/8+1:
		return UTF16LE
	case zeros[0] > most && zeros[1] < zeros[0]/8+1:
		return UTF16BE
	}
	return ""
}

// narrow reads the whole text once to tell UTF-8, GB18030 and Windows-1252 apart.
func narrow(r io.Reader) (string, error) {
	buf := make([]byte, 64<<10)
	valid, kept := true, 0
	var pairs, alone int
	var last byte
	for {
		n, err := r.Read(buf[kept:])
		fresh := buf[kept : kept+n]
		for i := 0; i < len(fresh); i++ {
			b := fresh[i]
			switch {
			case last >= 0x81 && b >= 0x81:
				pairs++
				b = 0 // the pair is spent
			case last >= 0x81:
				alone++
			}
			last = b
		}
		if valid {
			kept, valid = rest(buf[:kept+n], buf, err != nil)
		} else {
			kept = 0
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	switch {
	case valid:
		return UTF8, nil
	case pairs > alone:
		return GB18030, nil
	}
	return Windows1252, nil
}

// rest checks a piece of UTF-8 and moves a letter that is cut at its end to the front of the buffer.
func rest(piece, buf []byte, last bool) (kept int, valid bool) {
	for len(piece) > 0 {
		r, n := utf8.DecodeRune(piece)
		if r == utf8.RuneError && n == 1 {
			if !last && len(piece) < utf8.UTFMax && !utf8.FullRune(piece) {
				return copy(buf, piece), true
			}
			return 0, false
		}
		piece = piece[n:]
	}
	return 0, true
}
