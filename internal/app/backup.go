package app

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
)

// A backup is a tar archive packed with gzip. It begins with what it holds, so that it can be judged before anything is done with it:
//
//	manifest.json   what follows, with hashes
//	parley.db       the database of one moment, as a SQLite file, whichever engine it came from
//	files/HASH      every file of evidence under the SHA-256 of its content
//	key             the key ring, if it was asked for
const (
	manifestName = "manifest.json"
	databaseName = "parley.db"
	filesPrefix  = "files/"
	keyName      = "key"
	backupFormat = 1
	backupEnding = ".parley.tar.gz"
)

// Manifest is what a backup says of itself.
type Manifest struct {
	Format  int       `json:"format"`
	Program string    `json:"program"` // version of the program that made it
	TakenAt time.Time `json:"taken_at"`
	Engine  string    `json:"engine"` // it was taken from: sqlite or postgres
	Schema  int64     `json:"schema"` // version of the tables
	// Database is the SHA-256 of parley.db; Tables hold rows and content of each table.
	Database string         `json:"database_sha256"`
	Size     int64          `json:"database_bytes"`
	Tables   []store.Copied `json:"tables"`
	Files    int            `json:"files"`
	Key      bool           `json:"key"` // the key ring is in it: whoever has this backup has the secrets of the stores
}

// Backup writes a backup of the desk, while it may go on working. The path is a file that does not exist, or a folder, in which the file
// is named after the moment. Without withKey the backup holds sealed secrets only, and the key ring must be kept elsewhere.
func (a *App) Backup(ctx context.Context, path string, withKey bool) (file string, m Manifest, err error) {
	now := a.Clock.Now()
	if info, serr := os.Stat(path); serr == nil && info.IsDir() {
		path = filepath.Join(path, "parley-"+now.Format("20060102T150405Z")+backupEnding)
	}
	if _, err := os.Lstat(path); err == nil {
		return "", m, fault.Input("file", path, "a folder, or a file that does not exist")
	}
	stage, err := os.MkdirTemp(filepath.Dir(path), ".parley-backup-*")
	if err != nil {
		return "", m, fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	defer func() { _ = os.RemoveAll(stage) }()
	b := &backup{App: a, database: filepath.Join(stage, databaseName)}
	if withKey {
		if b.key, err = a.keyText(); err != nil {
			return "", m, err
		}
	}
	if err := b.take(ctx, now); err != nil {
		return "", m, err
	}
	packed := filepath.Join(stage, "packed")
	if err := b.pack(ctx, packed); err != nil {
		return "", m, err
	}
	if err := os.Rename(packed, path); err != nil {
		return "", m, fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	return path, b.Manifest, nil
}

func (a *App) keyText() ([]byte, error) {
	if a.Key != "" {
		return []byte(strings.ReplaceAll(a.Key, ",", "\n") + "\n"), nil
	}
	raw, err := os.ReadFile(a.keyPath())
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.vault.unreadable_key", "path", a.keyPath()).Because(err)
	}
	return raw, nil
}

// backup is one on its way.
type backup struct {
	*App
	Manifest
	database string // a file
	files    []string
	key      []byte
}

// take copies the database first and lists the files after it: whatever a row of the copy names was kept before the row was.
func (b *backup) take(ctx context.Context, now time.Time) error {
	if err := b.DB.SnapshotTo(ctx, b.database); err != nil {
		return err
	}
	b.Manifest = Manifest{Format: backupFormat, Program: Version(), TakenAt: now, Engine: "sqlite", Key: b.key != nil}
	if b.DB.Postgres() {
		b.Engine = "postgres"
	}
	var err error
	if b.Schema, b.Tables, err = contentsOf(ctx, b.database, b.Config); err != nil {
		return err
	}
	if b.Database, b.Size, err = hashFile(b.database); err != nil {
		return err
	}
	seen := map[string]bool{}
	err = b.Desk.Blobs.Each(ctx, func(hash string) error {
		if !seen[hash] {
			seen[hash], b.files = true, append(b.files, hash)
		}
		return nil
	})
	b.Files = len(b.files)
	return err
}

// contentsOf looks through a SQLite file, counts and hashes its tables.
func contentsOf(ctx context.Context, path string, c Config) (schema int64, tables []store.Copied, err error) {
	db, err := store.Open(ctx, "sqlite:"+path, store.Options{Now: c.Clock.Now, Log: c.Log})
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Check(ctx); err != nil {
		return 0, nil, err
	}
	if schema, err = db.Schema(ctx); err != nil {
		return 0, nil, err
	}
	tables, err = db.Contents(ctx)
	return schema, tables, err
}

func hashFile(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// pack writes the archive and makes it durable.
func (b *backup) pack(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	zipped, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	w := tar.NewWriter(zipped)
	if err := b.write(ctx, w); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(w.Close(), zipped.Close(), f.Sync(), f.Close()); err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	return nil
}

func (b *backup) write(ctx context.Context, w *tar.Writer) error {
	raw, err := json.MarshalIndent(b.Manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := b.add(w, manifestName, int64(len(raw)), strings.NewReader(string(raw))); err != nil {
		return err
	}
	db, err := os.Open(b.database)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := b.add(w, databaseName, b.Size, db); err != nil {
		return err
	}
	for _, hash := range b.files {
		if err := b.addBlob(ctx, w, hash); err != nil {
			return err
		}
	}
	if b.key == nil {
		return nil
	}
	return b.add(w, keyName, int64(len(b.key)), strings.NewReader(string(b.key)))
}

func (b *backup) addBlob(ctx context.Context, w *tar.Writer, hash string) error {
	f, err := b.Desk.Blobs.Open(ctx, hash)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	return b.add(w, filesPrefix+hash, size, f)
}

func (b *backup) add(w *tar.Writer, name string, size int64, content io.Reader) error {
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: b.TakenAt}); err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	n, err := io.Copy(w, content)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	return nil
}
