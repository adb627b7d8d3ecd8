package vault_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/fault"
	"parley/internal/vault"
)

func ring(t *testing.T) (*vault.Ring, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sub", "key")
	if err := vault.Create(path); err != nil {
		t.Fatal(err)
	}
	r, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return r, path
}

func TestSealedTextOpensOnlyWhereItBelongs(t *testing.T) {
	r, _ := ring(t)
	sealed, err := r.Seal([]byte("app secret"), "store:7")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(sealed), "secret") {
		t.Error("the sealed text shows the secret")
	}
	if plain, err := r.Open(sealed, "store:7"); err != nil || string(plain) != "app secret" {
		t.Errorf("Open = %q, %v", plain, err)
	}
	if _, err := r.Open(sealed, "store:8"); !fault.Is(err, fault.Garbled) {
		t.Errorf("opened for another store: %v", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := r.Open(sealed, "store:7"); !fault.Is(err, fault.Garbled) {
		t.Errorf("opened a changed text: %v", err)
	}
	for _, junk := range []string{"", "x", "k1:", "k9:abc"} {
		if _, err := r.Open([]byte(junk), "store:7"); err == nil {
			t.Errorf("opened %q", junk)
		}
	}
}

func TestKeyFileIsPrivateAndNeverReplaced(t *testing.T) {
	_, path := ring(t)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := vault.Create(path); err == nil {
		t.Error("a key file was replaced")
	}
}

func TestMissingAndBadKeysAreNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	_, err := vault.Open(path)
	if f := fault.Of(err); f == nil || f.Key != "fault.vault.missing_key" || f.Params["path"] != path {
		t.Errorf("missing key: %v", err)
	}
	for _, text := range []string{"k1", "k1 AAAA", "k1 !!!", " # only a comment", "a:b " + strings.Repeat("A", 44)} {
		if _, err := vault.Parse(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("Parse(%q) = %v", text, err)
		}
	}
	secret := "k1 " + strings.Repeat("s", 50)
	if _, err := vault.Parse(secret); err == nil || strings.Contains(err.Error(), "ssss") {
		t.Errorf("the error shows the key: %v", err)
	}
}

func TestOlderKeysStillOpen(t *testing.T) {
	key := func(c string) string { return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(c, 32))) }
	old, err := vault.Parse("k1 " + key("a"))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := old.Seal([]byte("x"), "store:1")
	if err != nil {
		t.Fatal(err)
	}
	both, err := vault.Parse("k2 " + key("b") + ", k1 " + key("a"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := both.Open(sealed, "store:1"); err != nil || string(plain) != "x" {
		t.Errorf("Open = %q, %v", plain, err)
	}
	again, err := both.Seal([]byte("x"), "store:1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Open(again, "store:1"); !fault.Is(err, fault.Invalid) {
		t.Errorf("the old ring opened what the new key sealed: %v", err)
	}
}
