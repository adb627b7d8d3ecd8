// Package vault seals secrets at rest: AES-256-GCM under a ring of keys, each text bound to what it belongs to, so that a sealed
// secret moved to another row does not open. The newest key seals, every key opens; a key is retired by sealing everything anew.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"parley/internal/fault"
)

// Ring is a set of keys. A ring file has one key a line, "ID BASE64", the newest first; empty lines and lines after # are left out.
type Ring struct {
	order []string
	keys  map[string]cipher.AEAD
}

const keyBytes = 32

// Create writes a ring file with one new key, readable by its owner only. It never replaces a file.
func Create(path string) error {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	text := "# Key ring of this desk. Without it the secrets of the stores cannot be opened: keep a copy apart from the database.\nk1 " +
		base64.StdEncoding.EncodeToString(key) + "\n"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.New(fault.Unavailable, "fault.vault.write", "path", path).Because(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "fault.vault.write", "path", path).Because(err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fault.New(fault.Unavailable, "fault.vault.write", "path", path).Because(err)
	}
	return nil
}

// Open reads a ring file. A missing file is a fault that names it: without the key the stores' secrets cannot be opened.
func Open(path string) (*Ring, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Invalid, "fault.vault.missing_key", "path", path)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.vault.unreadable_key", "path", path).Because(err)
	}
	r, err := Parse(string(raw))
	if f := fault.Of(err); f != nil {
		f.Params["path"] = path
	}
	return r, err
}

// Parse reads a ring from text, such as an environment value. Lines may also be parted by commas.
func Parse(text string) (*Ring, error) {
	r := &Ring{keys: map[string]cipher.AEAD{}}
	for n, line := range strings.Split(strings.ReplaceAll(text, ",", "\n"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := r.add(line); err != nil {
			return nil, fault.New(fault.Invalid, "fault.vault.bad_key", "line", fmt.Sprint(n+1), "allowed", "ID and 32 bytes in base64").Because(err)
		}
	}
	if len(r.order) == 0 {
		return nil, fault.New(fault.Invalid, "fault.vault.missing_key", "path", "")
	}
	return r, nil
}

func (r *Ring) add(line string) error {
	id, b64, ok := strings.Cut(line, " ")
	if !ok || id == "" || len(id) > 16 || strings.ContainsAny(id, ".:") || r.keys[id] != nil {
		return errors.New("vault: the id is missing, too long, or there twice")
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(b64))
	if err != nil || len(key) != keyBytes {
		return errors.New("vault: the key is not 32 bytes in base64") // never the text itself
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return err
	}
	r.order, r.keys[id] = append(r.order, id), aead
	return nil
}

// Seal encrypts plain for the thing called associated, such as "store:7".
func (r *Ring) Seal(plain []byte, associated string) ([]byte, error) {
	id := r.order[0]
	return r.keys[id].Seal([]byte(id+":"), nil, plain, []byte(associated)), nil
}

// Open decrypts what Seal made for the same thing. Faults: the key is not on the ring, or the text was changed or belongs elsewhere.
func (r *Ring) Open(sealed []byte, associated string) ([]byte, error) {
	id, body, ok := strings.Cut(string(sealed), ":")
	if !ok {
		return nil, fault.New(fault.Garbled, "fault.vault.content")
	}
	aead := r.keys[id]
	if aead == nil {
		return nil, fault.New(fault.Invalid, "fault.vault.unknown_key", "key", id)
	}
	plain, err := aead.Open(nil, nil, []byte(body), []byte(associated))
	if err != nil {
		return nil, fault.New(fault.Garbled, "fault.vault.wrong_key", "key", id)
	}
	return plain, nil
}
