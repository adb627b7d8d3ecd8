package app

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/vault"
)

// keyCheck is the setting that holds a word sealed with this desk's key, so that a node with another key is noticed before it seals
// anything that the others cannot open.
const keyCheck, keyWord = "key_check", "parley"

// openKey opens the key ring; the first start of a desk makes one. A desk that exists is refused without its key, and with another one:
// a new key could not open what the old one sealed.
func (a *App) openKey(ctx context.Context) (*vault.Ring, error) {
	kept, err := a.DB.Setting(ctx, keyCheck)
	if err != nil {
		return nil, err
	}
	stores, err := a.DB.Stores(ctx)
	if err != nil {
		return nil, err
	}
	ring, err := a.readKey(kept == "" && len(stores) == 0)
	if err != nil {
		return nil, err
	}
	if kept == "" {
		if kept, err = a.sealWord(ctx, ring); err != nil {
			return nil, err
		}
	}
	return ring, a.sameKey(ring, kept)
}

func (a *App) readKey(fresh bool) (*vault.Ring, error) {
	if a.Key != "" {
		return vault.Parse(a.Key)
	}
	path := a.keyPath()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) && fresh {
		if err := vault.Create(path); err != nil {
			return nil, err
		}
	}
	return vault.Open(path)
}

func (a *App) keyPath() string {
	if a.KeyFile != "" {
		return a.KeyFile
	}
	return filepath.Join(a.Data, "key")
}

// sealWord keeps the sealed word of the first node that comes, and gives what is kept.
func (a *App) sealWord(ctx context.Context, ring *vault.Ring) (kept string, err error) {
	sealed, err := ring.Seal([]byte(keyWord), keyCheck)
	if err != nil {
		return "", err
	}
	err = a.DB.Write(ctx, func(tx *store.Tx) error {
		kept, err = tx.AddSetting(keyCheck, base64.StdEncoding.EncodeToString(sealed))
		return err
	})
	return kept, err
}

func (a *App) sameKey(ring *vault.Ring, kept string) error {
	sealed, err := base64.StdEncoding.DecodeString(kept)
	if err == nil {
		_, err = ring.Open(sealed, keyCheck)
	}
	if err != nil {
		return fault.New(fault.Invalid, "fault.vault.other_key", "path", a.keyPath()).Because(err)
	}
	return nil
}
