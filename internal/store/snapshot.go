package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"

	"parley/internal/fault"
)

// SnapshotTo writes this moment of the database into a new SQLite file, while others go on reading and writing: SQLite copies itself,
// PostgreSQL is copied table by table, compared (see CopyTo). The file must not exist.
func (db *DB) SnapshotTo(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fault.Input("file", path, "a file that does not exist")
	}
	if db.dialect.postgres {
		return db.copyToFile(ctx, path)
	}
	// VACUUM INTO writes, so the readers' connections, which may only read, cannot do it.
	side, err := sql.Open("sqlite", "file:"+(&url.URL{Path: db.path}).EscapedPath()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer side.Close()
	if _, err := side.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return known(err)
	}
	return os.Chmod(path, 0o600)
}

func (db *DB) copyToFile(ctx context.Context, path string) error {
	file, err := Open(ctx, "sqlite:"+path, Options{Now: db.now, Log: db.log})
	if err != nil {
		return err
	}
	_, err = db.CopyTo(ctx, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return foldLog(ctx, path)
}

// foldLog moves the write-ahead log of a SQLite file that nobody uses into the file.
func foldLog(ctx context.Context, path string) error {
	side, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return err
	}
	defer side.Close()
	var busy, pages, moved int64
	if err := side.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return known(err)
	}
	if busy != 0 {
		return fault.New(fault.Unavailable, "fault.store.unavailable")
	}
	return nil
}

// Check lets SQLite look through its whole file; nil if it is sound. PostgreSQL has no such question, and gives nil.
func (db *DB) Check(ctx context.Context) error {
	if db.dialect.postgres {
		return nil
	}
	found, err := texts(ctx, db.pool, "PRAGMA quick_check(1)")
	if err == nil && (len(found) != 1 || found[0] != "ok") {
		err = fault.New(fault.Garbled, "fault.store.damaged")
	}
	return known(err)
}

// Empty tells whether nothing at all was written into a database yet, but for the schema.
func (db *DB) Empty(ctx context.Context) (bool, error) {
	tables, err := db.tables(ctx, db.pool)
	for _, name := range tables {
		found, err := all(ctx, db.reader, (*record).int, "SELECT 1 FROM "+name+" LIMIT 1")
		if err != nil || len(found) > 0 {
			return false, err
		}
	}
	return err == nil, err
}

// Unended gives the outward acts that have not ended, at most limit of those after an id, in the order of their ids.
func (r reader) Unended(ctx context.Context, after string, limit int) ([]Effect, error) {
	return all(ctx, r, readEffect, "SELECT "+effectAll+" FROM effect WHERE ended_at = 0 AND id > ? ORDER BY id LIMIT ? + 0", after, limit)
}

// ForgetPrograms takes away what belonged to the programs that ran when a copy was made.
func (tx *Tx) ForgetPrograms() error {
	for _, text := range []string{"DELETE FROM node", "DELETE FROM lease", "UPDATE sync SET lease_until = 0", "UPDATE effect SET lease_until = 0 WHERE lease_until <> 0"} {
		if _, err := tx.change(text); err != nil {
			return err
		}
	}
	return nil
}

// Schema gives the version of the tables.
func (r reader) Schema(ctx context.Context) (int64, error) {
	return one(ctx, r, "schema", (*record).int, "SELECT max(version_id) FROM migration")
}
