// Package blob keeps files of evidence on disk, each under the SHA-256 of its content: the same file is kept once, and
// what was kept cannot change unseen. A file is there completely or not at all, also after a power cut. What comes in is
// not trusted: its size is capped while it streams, its type is told by its content, and a picture is measured before
// anything decodes it.
package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"parley/internal/fault"
)

// Folder is where the files are: a folder of the disk, or a shelf that several machines share. It is safe for use by several goroutines
// and processes.
type Folder struct {
	path     string
	shelf    Shelf // nil = the files lie in path
	max      int64
	decoding chan struct{} // one picture at a time: a large one takes hundreds of megabytes
}

// Info is what is known of a kept file.
type Info struct {
	Hash   string // lower-case hex SHA-256
	Size   int64  // bytes
	Type   string // media type as seen in the content, never as claimed
	Width  int    // of a picture, as stored; 0 otherwise
	Height int
}

// Dir opens a folder, made if missing; max is the largest file in bytes.
func Dir(path string, max int64) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fault.Input("data", path, "a folder that can be written").Because(err)
	}
	return &Folder{path: path, max: max, decoding: make(chan struct{}, 1)}, nil
}

// Put keeps a file. It is written beside, checked, made durable and only then given its name, so that a crash leaves no
// half file. Invalid if it is longer than allowed (fault.file_too_large, Params max in bytes), empty (fault.file_empty),
// or a picture that is broken (fault.picture_broken) or has too many pixels (fault.picture_too_large).
func (d *Folder) Put(ctx context.Context, r io.Reader) (Info, error) {
	f, err := os.CreateTemp(d.path, ".part-*")
	if err != nil {
		return Info{}, fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	defer func() { _ = f.Close() }()
	info, err := d.copy(ctx, f, r)
	if err != nil {
		return Info{}, err // a fault, or the error of the reader
	}
	if d.shelf != nil {
		return info, d.shelf.PutBlob(ctx, info.Hash, info.Size, f)
	}
	if err := f.Sync(); err != nil {
		return Info{}, fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	return info, d.keep(f.Name(), info.Hash)
}

// copy writes the content into the file while it measures it.
func (d *Folder) copy(ctx context.Context, file *os.File, r io.Reader) (Info, error) {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(patient{ctx, r}, d.max+1))
	if err != nil {
		return Info{}, err
	}
	if n > d.max {
		return Info{}, tooLarge(d.max)
	}
	if n == 0 {
		return Info{}, &fault.Fault{Kind: fault.Invalid, Key: "fault.file_empty", Field: "file", Allowed: "at least one byte"}
	}
	info := Info{Hash: hex.EncodeToString(sum.Sum(nil)), Size: n}
	return info, info.look(file)
}

func tooLarge(max int64) error {
	most := strconv.FormatInt(max, 10)
	return &fault.Fault{
		Kind: fault.Invalid, Key: "fault.file_too_large", Field: "file", Allowed: "at most " + most + " bytes",
		Params: map[string]string{"max": most},
	}
}

// patient ends a copy when the context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

func (d *Folder) keep(from, hash string) error {
	to := d.at(hash)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	if err := os.Rename(from, to); err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (d *Folder) at(hash string) string { return filepath.Join(d.path, hash[:2], hash) }

// Open opens a kept file. NotFound if there is none, or the name is no hash.
func (d *Folder) Open(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size {
		return nil, fault.New(fault.NotFound, "fault.no_file")
	}
	if d.shelf != nil {
		if f, err := d.shelf.Blob(ctx, hash); !fault.Is(err, fault.NotFound) {
			return f, err
		}
	}
	f, err := os.Open(d.at(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "fault.no_file").Because(err)
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	return f, nil
}

// Read gives the whole content after checking that it is what was kept.
func (d *Folder) Read(ctx context.Context, hash string) ([]byte, error) {
	f, err := d.Open(ctx, hash)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "fault.disk").Because(err)
	}
	sum := sha256.Sum256(raw)
	if !bytes.Equal(sum[:], mustHex(hash)) {
		return nil, fault.New(fault.Garbled, "fault.file_changed")
	}
	return raw, nil
}

func mustHex(s string) []byte {
	raw, err := hex.DecodeString(s)
	if err != nil {
		return nil // equals no sum
	}
	return raw
}
