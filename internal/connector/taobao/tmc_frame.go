package taobao

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
)

// A frame is one binary message of the protocol under TMC, version 2, all numbers little-endian: the version, the kind of frame, then
// headers, each begun by the 16 bits of its kind, until one of kind 0. A text is its length in bytes (32 bits) and UTF-8. A field is a
// name, one byte of format and a value. Source: the platform's own SDKs for .NET (TopLink, Endpoints/MessageIO) and for Node
// (ali-topsdk 2.0.5, tmcCodec), which agree.
type frame struct {
	kind   byte
	status int32  // of a connectAck: 0 = let in
	phrase string // why not
	flag   int32
	token  string // of the connection, from the connectAck on
	fields []field
}

const frameVersion = 2

// Kinds of frame.
const (
	frameConnect byte = iota
	frameConnectAck
	frameSend
	frameSendAck
)

// Kinds of header.
const (
	headerEnd uint16 = iota
	headerField
	headerStatus
	headerPhrase
	headerFlag
	headerToken
)

// Formats of a field's value.
const (
	formatVoid byte = iota
	formatText
	formatByte
	formatInt16
	formatInt32
	formatInt64
	formatDate // milliseconds since 1970
	formatBytes
)

// field is one named value: a number or a text, which bytes are too.
type field struct {
	name   string
	format byte
	number int64
	text   string
}

// mostFields is how many fields a frame may have. The platform's have a dozen.
const mostFields = 64

var errFrame = errors.New("not a frame of the message service")

// get gives a field by its name; the zero field where there is none.
func (f frame) get(name string) field {
	for _, one := range f.fields {
		if one.name == name {
			return one
		}
	}
	return field{}
}

// decodeFrame reads a frame. What stands behind its end is not looked at. It keeps no part of raw.
func decodeFrame(raw []byte) (frame, error) {
	r := &frameReader{rest: raw}
	if r.byte() != frameVersion {
		return frame{}, errFrame
	}
	f := frame{kind: r.byte()}
	for {
		switch r.uint16() {
		case headerEnd:
			if r.short {
				return frame{}, errFrame
			}
			return f, nil
		case headerField:
			f.fields = append(f.fields, r.field())
		case headerStatus:
			f.status = int32(r.uint32())
		case headerPhrase:
			f.phrase = r.text()
		case headerFlag:
			f.flag = int32(r.uint32())
		case headerToken:
			f.token = r.text()
		default:
			r.short = true // its length is not known, so nothing behind it can be read
		}
		if r.short || len(f.fields) > mostFields {
			return frame{}, errFrame
		}
	}
}

// frameReader reads a frame from its beginning; once something was missing it gives zeros.
type frameReader struct {
	rest  []byte
	short bool
}

func (r *frameReader) take(n int64) []byte {
	if r.short || n < 0 || n > int64(len(r.rest)) {
		r.short = true
		return make([]byte, 8)
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *frameReader) byte() byte     { return r.take(1)[0] }
func (r *frameReader) uint16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *frameReader) uint32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *frameReader) uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }
func (r *frameReader) text() string   { return string(r.take(int64(int32(r.uint32())))) }

func (r *frameReader) field() field {
	f := field{name: r.text(), format: r.byte()}
	switch f.format {
	case formatVoid:
	case formatText, formatBytes:
		f.text = r.text()
	case formatByte:
		f.number = int64(r.byte())
	case formatInt16:
		f.number = int64(int16(r.uint16()))
	case formatInt32:
		f.number = int64(int32(r.uint32()))
	case formatInt64, formatDate:
		f.number = int64(r.uint64())
	default:
		r.short = true
	}
	return f
}

// encode writes a frame. Its fields are texts, bytes and whole numbers, which is all that a client sends.
func (f frame) encode() []byte {
	out := []byte{frameVersion, f.kind}
	if f.token != "" {
		out = appendText(binary.LittleEndian.AppendUint16(out, headerToken), f.token)
	}
	for _, one := range f.fields {
		out = appendText(binary.LittleEndian.AppendUint16(out, headerField), one.name)
		out = append(out, one.format)
		switch one.format {
		case formatText, formatBytes:
			out = appendText(out, one.text)
		case formatByte:
			out = append(out, byte(one.number))
		case formatInt64, formatDate:
			out = binary.LittleEndian.AppendUint64(out, uint64(one.number))
		}
	}
	return binary.LittleEndian.AppendUint16(out, headerEnd)
}

func appendText(out []byte, text string) []byte {
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(text))), text...)
}

// largestContent is the most the content of a message may have once unpacked, in bytes.
const largestContent = 1 << 20

// content is the text of a message's content, which comes as a text or as bytes packed by gzip.
func (f field) content() (string, error) {
	if f.format != formatBytes {
		return f.text, nil
	}
	z, err := gzip.NewReader(bytes.NewReader([]byte(f.text)))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(z, largestContent+1))
	if err == nil && len(text) > largestContent {
		err = errFrame
	}
	return string(text), err
}
