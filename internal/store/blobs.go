package store

import (
	"context"
	"errors"
	"io"

	"parley/internal/fault"
)

// blobPart is the size of all parts of a file but the last, in bytes.
const blobPart = 256 << 10

// PutBlob keeps a file under the hash of its content; one that is there already stays.
func (db *DB) PutBlob(ctx context.Context, hash string, size int64, content io.ReadSeeker) error {
	return db.Write(ctx, func(tx *Tx) error {
		if _, err := content.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if n, err := tx.change("INSERT INTO blob (hash, size) VALUES (?, ?) ON CONFLICT DO NOTHING", hash, size); err != nil || n == 0 {
			return err
		}
		return tx.putParts(hash, content)
	})
}

// DropBlob removes a file; one that is not there is none.
func (db *DB) DropBlob(ctx context.Context, hash string) error {
	return db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.change("DELETE FROM blob_part WHERE hash = ?", hash); err != nil {
			return err
		}
		_, err := tx.change("DELETE FROM blob WHERE hash = ?", hash)
		return err
	})
}

func (tx *Tx) putParts(hash string, content io.Reader) error {
	for part := int64(0); ; part++ {
		piece := make([]byte, blobPart)
		n, err := io.ReadFull(content, piece)
		if n > 0 {
			if _, err := tx.change("INSERT INTO blob_part (hash, part, content) VALUES (?, ?, ?)", hash, part, piece[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Blob opens a kept file; its parts are read when they are asked for. NotFound if there is none.
func (r reader) Blob(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	size, err := one(ctx, r, "file", (*record).int, "SELECT size FROM blob WHERE hash = ?", hash)
	if err != nil {
		return nil, err
	}
	return &blobReader{ctx: ctx, r: r, hash: hash, size: size, part: -1}, nil
}

// Blobs gives the hashes of kept files in their order, at most limit of those after one.
func (r reader) Blobs(ctx context.Context, after string, limit int) ([]string, error) {
	return all(ctx, r, (*record).text, "SELECT hash FROM blob WHERE hash > ? ORDER BY hash LIMIT ? + 0", after, limit)
}

// blobReader reads a file part by part.
type blobReader struct {
	ctx    context.Context
	r      reader
	hash   string
	size   int64
	at     int64
	part   int64 // the part at hand; -1 = none
	parted []byte
}

func (b *blobReader) Read(p []byte) (int, error) {
	if b.at >= b.size {
		return 0, io.EOF
	}
	if want := b.at / blobPart; want != b.part {
		content, err := one(b.ctx, b.r, "file", (*record).bytes, "SELECT content FROM blob_part WHERE hash = ? AND part = ?", b.hash, want)
		if err != nil {
			return 0, err
		}
		b.part, b.parted = want, content
	}
	from := b.at % blobPart
	if from >= int64(len(b.parted)) {
		return 0, fault.New(fault.Garbled, "fault.file_changed")
	}
	n := copy(p, b.parted[from:])
	b.at += int64(n)
	return n, nil
}

func (b *blobReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += b.at
	case io.SeekEnd:
		offset += b.size
	}
	if offset < 0 {
		return 0, errors.New("store: a place before the beginning of a file")
	}
	b.at = offset
	return offset, nil
}

func (b *blobReader) Close() error { return nil }
