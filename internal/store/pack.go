package store

import (
	"errors"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// What was received is kept compressed: one byte tells how, the content follows.
const (
	packedPlain = 0
	packedZstd  = 2
)

const (
	// unpackLimit guards against a damaged row that would unfold without end. Nothing larger is ever received.
	unpackLimit = 256 << 20
	// packWindow is how far back repetitions are looked for: most of what comes is a few thousand bytes.
	packWindow = 64 << 10
)

// packer and unpacker serve any number at a time; each keeps some hundred kilobytes for as many as work at once.
var (
	packer = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(packWindow))
	})
	unpacker = sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(unpackLimit))
	})
)

// pack gives nil for nil, so that "nothing received" stays distinct from "something empty received".
func pack(raw []byte) ([]byte, error) {
	if raw == nil {
		return nil, nil
	}
	if len(raw) < 200 {
		return append([]byte{packedPlain}, raw...), nil
	}
	w, err := packer()
	if err != nil {
		return nil, err
	}
	return w.EncodeAll(raw, append(make([]byte, 0, len(raw)/2), packedZstd)), nil
}

func unpack(packed []byte) ([]byte, error) {
	if len(packed) == 0 {
		return nil, nil
	}
	switch packed[0] {
	case packedPlain:
		return packed[1:], nil
	case packedZstd:
		r, err := unpacker()
		if err != nil {
			return nil, err
		}
		return r.DecodeAll(packed[1:], nil)
	}
	return nil, errors.New("store: unknown packing")
}
