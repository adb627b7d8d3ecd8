package store

import (
	"context"
	"time"
)

// KeptFile is our own copy of a file that came with a message of a case. The file itself is kept by package blob.
type KeptFile struct {
	CaseID int64
	Ref    string // by which its connector reads it (dispute.File)
	Hash   string // lower-case hex SHA-256
	Type   string // media type as seen in the content
	Size   int64  // bytes
	At     time.Time
}

// PutKeptFile notes a copy, in the place of an earlier one.
func (tx *Tx) PutKeptFile(f KeptFile) error {
	_, err := tx.change("INSERT INTO kept_file (case_id, ref, hash, type, size, at) VALUES (?, ?, ?, ?, ?, ?)"+
		" ON CONFLICT (case_id, ref) DO UPDATE SET hash = excluded.hash, type = excluded.type, size = excluded.size, at = excluded.at",
		f.CaseID, f.Ref, f.Hash, f.Type, f.Size, micros(f.At))
	return err
}

// KeptFile gives the copy of one file. NotFound if there is none.
func (r reader) KeptFile(ctx context.Context, caseID int64, ref string) (KeptFile, error) {
	read := func(r *record) KeptFile {
		return KeptFile{CaseID: caseID, Ref: ref, Hash: r.text(), Type: r.text(), Size: r.int(), At: r.instant()}
	}
	return one(ctx, r, "file", read, "SELECT hash, type, size, at FROM kept_file WHERE case_id = ? AND ref = ?", caseID, ref)
}

// eraseFiles forgets the copies of a case and gives their hashes.
func (tx *Tx) eraseFiles(caseID int64) ([]string, error) {
	hashes, err := all(tx.ctx, tx.reader, (*record).text, "SELECT DISTINCT hash FROM kept_file WHERE case_id = ?", caseID)
	if err == nil {
		_, err = tx.change("DELETE FROM kept_file WHERE case_id = ?", caseID)
	}
	return hashes, err
}
