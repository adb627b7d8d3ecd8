package fake

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// packet is one binary message of the protocol under TMC, version 2: a kind, and headers by name. Header values are string, uint8, int32,
// int64, time.Time or []byte; the names of the platform's own headers are status, phrase, flag and token.
type packet struct {
	kind   uint8
	own    map[string]any
	custom []pair
}

type pair struct {
	name  string
	value any
}

const (
	packetConnect uint8 = iota
	packetConnectAck
	packetSend
)

// ownHeaders are the platform's own headers by their number.
var ownHeaders = map[uint16]string{2: "status", 3: "phrase", 4: "flag", 5: "token"}

// of gives a custom header, nil where there is none.
func (p packet) of(name string) any {
	for _, one := range p.custom {
		if one.name == name {
			return one.value
		}
	}
	return nil
}

func (p packet) bytes() []byte {
	var b bytes.Buffer
	b.Write([]byte{2, p.kind})
	for _, n := range []uint16{2, 3, 4, 5} {
		switch v := p.own[ownHeaders[n]].(type) {
		case string:
			put(&b, n)
			putText(&b, v)
		case int32:
			put(&b, n)
			put(&b, v)
		}
	}
	for _, one := range p.custom {
		put(&b, uint16(1))
		putText(&b, one.name)
		putValue(&b, one.value)
	}
	put(&b, uint16(0))
	return b.Bytes()
}

func put(b *bytes.Buffer, v any) { _ = binary.Write(b, binary.LittleEndian, v) } // a buffer takes everything

func putText(b *bytes.Buffer, s string) {
	put(b, int32(len(s)))
	b.WriteString(s)
}

func putValue(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case string:
		put(b, uint8(1))
		putText(b, v)
	case uint8:
		put(b, []uint8{2, v})
	case int64:
		put(b, uint8(5))
		put(b, v)
	case time.Time:
		put(b, uint8(6))
		put(b, v.UnixMilli())
	case []byte:
		put(b, uint8(7))
		put(b, int32(len(v)))
		b.Write(v)
	}
}

var errPacket = errors.New("not a packet")

// parsePacket reads what a client sent.
func parsePacket(raw []byte) (packet, error) {
	r := bytes.NewReader(raw)
	p := packet{own: map[string]any{}}
	var head [2]uint8
	if err := get(r, &head); err != nil || head[0] != 2 {
		return p, errPacket
	}
	p.kind = head[1]
	for {
		var n uint16
		if err := get(r, &n); err != nil {
			return p, errPacket
		}
		if n == 0 {
			return p, nil
		}
		if err := p.header(r, n); err != nil {
			return p, err
		}
	}
}

func (p *packet) header(r *bytes.Reader, n uint16) (err error) {
	switch n {
	case 1:
		var one pair
		if one.name, err = getText(r); err == nil {
			one.value, err = getValue(r)
		}
		p.custom = append(p.custom, one)
	case 2, 4:
		var v int32
		err = get(r, &v)
		p.own[ownHeaders[n]] = v
	case 3, 5:
		p.own[ownHeaders[n]], err = getText(r)
	default:
		err = errPacket
	}
	return err
}

func get(r io.Reader, v any) error { return binary.Read(r, binary.LittleEndian, v) }

func getText(r *bytes.Reader) (string, error) {
	var n int32
	if err := get(r, &n); err != nil || n < 0 || int(n) > r.Len() {
		return "", errPacket
	}
	text := make([]byte, n)
	_, err := io.ReadFull(r, text)
	return string(text), err
}

func getValue(r *bytes.Reader) (any, error) {
	format, err := r.ReadByte()
	if err != nil {
		return nil, err
	}
	switch format {
	case 0:
		return "", nil
	case 1, 7:
		return getText(r)
	case 2:
		return r.ReadByte()
	case 3:
		var v int16
		err := get(r, &v)
		return int64(v), err
	case 4:
		var v int32
		err := get(r, &v)
		return int64(v), err
	case 5, 6:
		var v int64
		err := get(r, &v)
		return v, err
	}
	return nil, errPacket
}
