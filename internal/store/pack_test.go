package store_test

import (
	"bytes"
	"strings"
	"testing"

	"parley/internal/store"
)

// What was received comes back byte for byte, and nothing received stays nothing.
func TestWhatIsPackedComesBack(t *testing.T) {
	long := []byte(strings.Repeat(`{"order":"1","text":"¿Dónde está mi paquete? 我的包裹在哪里"}`, 400))
	for name, raw := range map[string][]byte{"nothing": nil, "empty": {}, "short": []byte(`{"a":1}`), "long": long, "binary": bytes.Repeat([]byte{0, 255, 7, 40}, 300)} {
		packed, again, err := store.Packed(raw)
		if err != nil || !bytes.Equal(raw, again) || (raw == nil) != (again == nil) {
			t.Errorf("%s: %d bytes came back as %d (%v)", name, len(raw), len(again), err)
		}
		if len(raw) > 1000 && len(packed) > len(raw)/5 {
			t.Errorf("%s: %d bytes are kept in %d", name, len(raw), len(packed))
		}
	}
}

// A row that is damaged, or was packed by a program of another time, is an error and nothing else.
func FuzzUnpack(f *testing.F) {
	packed, _, err := store.Packed([]byte(strings.Repeat("as received ", 100)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(packed[:len(packed)/2])
	f.Add(append([]byte{1}, packed[1:]...))
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, packed []byte) {
		raw, err := store.Unpack(packed)
		if err == nil && len(raw) > 256<<20 {
			t.Errorf("%d bytes became %d", len(packed), len(raw))
		}
		if err == nil && len(packed) > 0 && packed[0] != 0 && packed[0] != 2 {
			t.Errorf("packing %d is known", packed[0])
		}
	})
}
