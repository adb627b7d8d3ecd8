package store

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"sync"
)

// What was received is kept compressed: one byte tells how, the content follows.
const (
	packedPlain   = 0
	packedDeflate = 1
)

// unpackLimit guards against a damaged row that would unfold without end. Nothing larger is ever received.
const unpackLimit = 256 << 20

// newPacker keeps compressors for use again; each is over half a megabyte.
func newPacker() *sync.Pool {
	return &sync.Pool{New: func() any {
		w, err := flate.NewWriter(io.Discard, flate.BestSpeed)
		if err != nil {
			return err // cannot happen: the level is one of flate's own
		}
		return w
	}}
}

// pack gives nil for nil, so that "nothing received" stays distinct from "something empty received".
func (db *DB) pack(raw []byte) ([]byte, error) {
	if raw == nil {
		return nil, nil
	}
	if len(raw) < 200 {
		return append([]byte{packedPlain}, raw...), nil
	}
	w, ok := db.packer.Get().(*flate.Writer)
	if !ok {
		return nil, errors.New("store: no compressor")
	}
	defer db.packer.Put(w)
	var b bytes.Buffer
	b.WriteByte(packedDeflate)
	w.Reset(&b)
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func unpack(packed []byte) ([]byte, error) {
	if len(packed) == 0 {
		return nil, nil
	}
	switch packed[0] {
	case packedPlain:
		return packed[1:], nil
	case packedDeflate:
		return io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed[1:])), unpackLimit))
	}
	return nil, errors.New("store: unknown packing")
}
