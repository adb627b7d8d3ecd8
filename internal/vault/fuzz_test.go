package vault_test

import (
	"testing"

	"parley/internal/fault"
	"parley/internal/vault"
)

const someKey = "k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

func FuzzOpen(f *testing.F) {
	ring, err := vault.Parse(someKey)
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := ring.Seal([]byte("x"), "store:1")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte{})
	f.Add([]byte("k1:short"))
	f.Add([]byte("k9:unknown key"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := ring.Open(sealed, "store:2"); err == nil {
			t.Fatalf("opened under a wrong name: %q", plain)
		} else if fault.Of(err) == nil {
			t.Fatalf("not a fault: %v", err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(someKey)
	f.Add("# nothing\n")
	f.Add("k1 short, k2 " + someKey)
	f.Fuzz(func(t *testing.T, text string) {
		ring, err := vault.Parse(text)
		if err != nil {
			if fault.Of(err) == nil {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		sealed, err := ring.Seal([]byte("x"), "store:1")
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := ring.Open(sealed, "store:1"); err != nil || string(plain) != "x" {
			t.Fatalf("got %q, %v", plain, err)
		}
	})
}
