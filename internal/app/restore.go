package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/store"
)

// VerifyBackup reads a whole backup and compares everything in it with what it says of itself; folder is where it may unpack it meanwhile,
// empty for the system's own. Garbled (fault.backup.damaged) where it does not fit.
func VerifyBackup(ctx context.Context, path, folder string) (m Manifest, err error) {
	stage, err := os.MkdirTemp(folder, ".parley-verify-*")
	if err != nil {
		return m, fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	u := &unpacked{folder: stage}
	err = u.read(ctx, path)
	return u.Manifest, err
}

// Restored is what a restore brought back.
type Restored struct {
	Manifest
	Found int               `json:"cases_reindexed"`
	Acts  []desk.EffectItem `json:"acts"` // that had not ended, and are looked for before anything is sent
	Key   string            `json:"key_path"`
	// NeedsKey: the backup holds no key and there is none in its place; the desk starts once it lies there.
	NeedsKey bool `json:"needs_key"`
}

// Restore brings a backup back into an empty data folder or database, of either engine. Nothing of the target is touched before the
// whole backup was read and compared.
func Restore(ctx context.Context, path string, to Config) (r Restored, err error) {
	if err := os.MkdirAll(to.Data, 0o700); err != nil {
		return r, fault.Input("data", to.Data, "a folder that can be written").Because(err)
	}
	stage, err := os.MkdirTemp(to.Data, ".parley-restore-*")
	if err != nil {
		return r, fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	u := &unpacked{folder: stage}
	if err := u.read(ctx, path); err != nil {
		return r, err
	}
	r.Manifest = u.Manifest
	t, err := openTarget(ctx, to)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, t.DB.Close()) }()
	err = u.into(ctx, t, &r)
	return r, err
}

// unpacked is a backup laid out in a folder, as far as it was compared.
type unpacked struct {
	Manifest
	folder string
	files  int
}

func (u *unpacked) at(name string) string { return filepath.Join(u.folder, filepath.FromSlash(name)) }

// maxManifest and maxKey bound what is read into memory, in bytes.
const maxManifest, maxKey = 1 << 20, 64 << 10

func damaged(what string, cause error) error {
	return fault.New(fault.Garbled, "fault.backup.damaged", "what", what).Because(cause)
}

// read unpacks and compares.
func (u *unpacked) read(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fault.New(fault.NotFound, "fault.cli.file", "path", path).Because(err)
	}
	defer func() { _ = f.Close() }()
	zipped, err := gzip.NewReader(f)
	if err != nil {
		return damaged("gzip", err)
	}
	if err := os.Mkdir(u.at(filesPrefix), 0o700); err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	archive := tar.NewReader(zipped)
	for n := 0; ; n++ {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return damaged("tar", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := u.entry(n, entry, archive); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, zipped); err != nil { // to its very end, where gzip keeps a sum
		return damaged("gzip", err)
	}
	return u.compare(ctx)
}

func (u *unpacked) entry(n int, entry *tar.Header, content io.Reader) error {
	switch hash, isFile := strings.CutPrefix(entry.Name, filesPrefix); {
	case n == 0 && entry.Name == manifestName:
		return u.manifest(content)
	case n == 1 && entry.Name == databaseName:
		return u.keep(databaseName, content, u.Database)
	case n > 1 && isFile:
		u.files++
		return u.keep(entry.Name, content, hash)
	case n > 1 && entry.Name == keyName && u.Key && entry.Size <= maxKey:
		return u.keep(keyName, content, "")
	}
	return damaged(strconv.Quote(entry.Name), nil)
}

func (u *unpacked) manifest(content io.Reader) error {
	raw, err := io.ReadAll(io.LimitReader(content, maxManifest))
	if err == nil {
		err = json.Unmarshal(raw, &u.Manifest)
	}
	if err != nil {
		return damaged(manifestName, err)
	}
	if u.Format != backupFormat {
		return fault.New(fault.Refused, "fault.backup.format", "format", strconv.Itoa(u.Format), "program", u.Program)
	}
	return nil
}

// keep writes one part down and compares its hash, where one is known.
func (u *unpacked) keep(name string, content io.Reader, want string) error {
	if raw, err := hex.DecodeString(want); want != "" && (err != nil || len(raw) != sha256.Size) {
		return damaged(strconv.Quote(name), err)
	}
	f, err := os.OpenFile(u.at(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	sum := sha256.New()
	copied := &countingReader{r: content}
	_, err = io.Copy(io.MultiWriter(f, sum), copied)
	if err != nil && copied.failed {
		return errors.Join(damaged(name, err), f.Close())
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	if want != "" && hex.EncodeToString(sum.Sum(nil)) != want {
		return damaged(name, nil)
	}
	return nil
}

// countingReader tells a backup that breaks off from a disk that is full.
type countingReader struct {
	r      io.Reader
	failed bool
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.failed = c.failed || (err != nil && !errors.Is(err, io.EOF))
	return n, err
}

// compare looks at what can only be told at the end: that nothing is missing, and every table of the database.
func (u *unpacked) compare(ctx context.Context) error {
	if u.Format == 0 {
		return damaged(manifestName, nil)
	}
	if u.files != u.Files {
		return damaged(filesPrefix, nil)
	}
	if _, err := os.Stat(u.at(keyName)); u.Key && err != nil {
		return damaged(keyName, err)
	}
	schema, tables, err := contentsOf(ctx, u.at(databaseName), Config{Clock: RealClock(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		if fault.Is(err, fault.Refused) {
			return err // made by a newer program
		}
		return damaged(databaseName, err)
	}
	if schema != u.Schema {
		return nil // an older one: it was brought up to date by looking into it, so its tables are others now
	}
	for _, want := range u.Tables {
		if !slices.Contains(tables, want) {
			return damaged(databaseName+" "+want.Table, nil)
		}
	}
	return nil
}

// into writes everything into the target: files first, the database last, in one piece. What had not ended is looked after before that, so
// that no program that starts on the target can send it blindly.
func (u *unpacked) into(ctx context.Context, t *target, r *Restored) (err error) {
	from, err := store.Open(ctx, "sqlite:"+u.at(databaseName), store.Options{Now: t.Clock.Now, Log: t.Log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	kept, err := from.Setting(ctx, keyCheck)
	if err == nil {
		r.Key, err = t.takeKey(u.at(keyName), kept)
	}
	if err != nil {
		return err
	}
	_, missing := os.Stat(r.Key)
	r.NeedsKey = missing != nil && t.Key == ""
	if err := u.putFiles(ctx, t); err != nil {
		return err
	}
	if r.Acts, err = t.over(from).Restored(ctx, u.TakenAt); err != nil {
		return err
	}
	if _, err := from.CopyTo(ctx, t.DB); err != nil {
		return err
	}
	r.Found, err = t.over(t.DB).Reindex(ctx)
	return err
}

func (u *unpacked) putFiles(ctx context.Context, t *target) error {
	entries, err := os.ReadDir(u.at(filesPrefix))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		raw, err := os.ReadFile(u.at(filesPrefix + entry.Name()))
		if err == nil {
			err = putAs(ctx, t.files, entry.Name(), bytes.NewReader(raw))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
