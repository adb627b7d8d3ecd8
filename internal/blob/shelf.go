package blob

import (
	"context"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Shelf keeps files elsewhere than in a folder, such as in a database that several machines share.
type Shelf interface {
	// PutBlob keeps a file under the hash of its content; one that is there already stays.
	PutBlob(ctx context.Context, hash string, size int64, content io.ReadSeeker) error
	// Blob opens a file. NotFound if there is none.
	Blob(ctx context.Context, hash string) (io.ReadSeekCloser, error)
	// DropBlob removes a file; one that is not there is none.
	DropBlob(ctx context.Context, hash string) error
	// Blobs gives hashes in their order, at most limit of those after one.
	Blobs(ctx context.Context, after string, limit int) ([]string, error)
}

// Shared keeps files on a shelf. The folder, made if missing, holds what is on its way in; what was kept there before there was a shelf
// is still found.
func Shared(path string, max int64, shelf Shelf) (*Folder, error) {
	d, err := Dir(path, max)
	if err == nil {
		d.shelf = shelf
	}
	return d, err
}

// Remove removes a file, wherever it is kept; one that is not there is none. It is for content that nothing needs any more: whoever calls
// it has seen to that.
func (d *Folder) Remove(ctx context.Context, hash string) error {
	if !isHash(hash) {
		return nil
	}
	if d.shelf != nil {
		if err := d.shelf.DropBlob(ctx, hash); err != nil {
			return err
		}
	}
	if err := os.Remove(d.at(hash)); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// Each does something with the hash of every kept file, those of a folder in the order of their names. A file on the shelf that lies in the
// folder too is given twice.
func (d *Folder) Each(ctx context.Context, do func(hash string) error) error {
	if d.shelf != nil {
		if err := d.eachOnShelf(ctx, do); err != nil {
			return err
		}
	}
	return filepath.WalkDir(d.path, func(_ string, entry fs.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err):
			return nil // something on its way in, gone meanwhile
		case err != nil:
			return err
		case entry.IsDir() || !isHash(entry.Name()):
			return ctx.Err()
		}
		return do(entry.Name())
	})
}

func (d *Folder) eachOnShelf(ctx context.Context, do func(hash string) error) error {
	for after := ""; ; {
		hashes, err := d.shelf.Blobs(ctx, after, 500)
		if err != nil || len(hashes) == 0 {
			return err
		}
		for _, after = range hashes {
			if err := do(after); err != nil {
				return err
			}
		}
	}
}

func isHash(name string) bool {
	raw, err := hex.DecodeString(name)
	return err == nil && len(raw) == 32 && name == strings.ToLower(name)
}
