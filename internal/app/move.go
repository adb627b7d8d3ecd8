package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"parley/internal/blob"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/store"
)

// Moved is what was moved from one database to another.
type Moved struct {
	Tables []store.Copied `json:"tables"`
	Files  int            `json:"files"`
	Cases  int            `json:"cases"` // made to be found by their words again
	Key    string         `json:"key"`   // where the key is that the moved desk needs
}

// Move copies a desk into an empty database of either engine: its files first, then all tables in one transaction that is compared row by
// row before it ends, then the words cases are found by. The desk it comes from stays as it was, and should be stopped before, because
// what it does meanwhile does not come along. The key goes along into a data folder that has none.
func Move(ctx context.Context, from, to Config) (m Moved, err error) {
	a, err := New(ctx, from)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, a.Stop()) }()
	t, err := openTarget(ctx, to)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, t.DB.Close()) }()
	kept, err := a.DB.Setting(ctx, keyCheck)
	if err == nil {
		m.Key, err = t.takeKey(a.keyPath(), kept)
	}
	if err != nil {
		return m, err
	}
	if m.Files, err = copyFiles(ctx, a.Desk.Blobs, t.files); err != nil {
		return m, err
	}
	if m.Tables, err = a.DB.CopyTo(ctx, t.DB); err != nil {
		return m, err
	}
	m.Cases, err = t.over(t.DB).Reindex(ctx)
	return m, err
}

// target is where a desk is moved to or restored into: database and files, and no desk yet.
type target struct {
	*App
	files *blob.Folder
}

// openTarget opens a place that must be empty.
func openTarget(ctx context.Context, c Config) (*target, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fault.Input("data", c.Data, "a folder that can be written").Because(err)
	}
	if c.Clock == nil {
		c.Clock = RealClock()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	t := &target{App: &App{Config: c}}
	var err error
	if t.DB, err = store.Open(ctx, t.address(), store.Options{Now: c.Clock.Now, Log: c.Log}); err != nil {
		return nil, err
	}
	empty, err := t.DB.Empty(ctx)
	if err == nil && !empty {
		err = fault.New(fault.Refused, "fault.store.not_empty", "table", "")
	}
	if err == nil {
		t.files, err = t.App.files()
	}
	if err != nil {
		return nil, errors.Join(err, t.DB.Close())
	}
	return t, nil
}

// over gives enough of a desk over a database to look after what was copied; it reaches no platform and opens no secret.
func (t *target) over(db *store.DB) *desk.Desk {
	return desk.New(desk.Options{DB: db, Blobs: t.files, Connectors: Connectors(), Clock: t.Clock, Log: t.Log})
}

// takeKey copies a key ring, where there is one to copy, to where the target looks for it; it gives that place. A key that is there
// already, or in the environment, must open what the desk sealed.
func (t *target) takeKey(from, kept string) (string, error) {
	to := t.keyPath()
	_, err := os.Stat(to)
	if err == nil || t.Key != "" {
		ring, err := t.readKey(false)
		if err == nil && kept != "" {
			err = t.sameKey(ring, kept)
		}
		return to, err
	}
	raw, err := os.ReadFile(from)
	if errors.Is(err, os.ErrNotExist) {
		return to, nil
	}
	if err != nil {
		return to, fault.New(fault.Invalid, "fault.vault.unreadable_key", "path", from).Because(err)
	}
	return to, writeNew(to, raw)
}

// writeNew writes a file that only its owner can read and that does not exist yet, and makes it durable.
func writeNew(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.Write(content)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	return nil
}

// copyFiles copies every file under the same hash, which its content is checked against on the way in.
func copyFiles(ctx context.Context, from, to *blob.Folder) (n int, err error) {
	err = from.Each(ctx, func(hash string) error {
		f, err := from.Open(ctx, hash)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		n++
		return putAs(ctx, to, hash, f)
	})
	return n, err
}

func putAs(ctx context.Context, to *blob.Folder, hash string, content io.Reader) error {
	info, err := to.Put(ctx, content)
	if err == nil && info.Hash != hash {
		err = fault.New(fault.Garbled, "fault.file_changed")
	}
	return err
}
