package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/internal/blob"
	"parley/internal/fault"
)

// board is a shelf in memory.
type board map[string][]byte

type onBoard struct{ *bytes.Reader }

func (onBoard) Close() error { return nil }

func (b board) PutBlob(_ context.Context, hash string, size int64, content io.ReadSeeker) error {
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return err
	}
	raw, err := io.ReadAll(content)
	if b[hash] = raw; err == nil && int64(len(raw)) != size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func (b board) Blob(_ context.Context, hash string) (io.ReadSeekCloser, error) {
	raw, ok := b[hash]
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return onBoard{bytes.NewReader(raw)}, nil
}

func (b board) Blobs(_ context.Context, after string, limit int) ([]string, error) {
	var names []string
	for name := range b {
		if name > after {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names[:min(limit, len(names), 2)], nil
}

func (b board) DropBlob(_ context.Context, hash string) error {
	delete(b, hash)
	return nil
}

func TestAFileIsRemovedWhereverItIs(t *testing.T) {
	shelf := board{}
	shared, err := blob.Shared(t.TempDir(), 1<<20, shelf)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := blob.Dir(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for _, files := range []*blob.Folder{shared, alone} {
		info, err := files.Put(t.Context(), strings.NewReader("a proof"))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time it is gone already
			if err := files.Remove(t.Context(), info.Hash); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := files.Read(t.Context(), info.Hash); !fault.Is(err, fault.NotFound) {
			t.Errorf("after removing, reading gives %v", err)
		}
	}
	if err := alone.Remove(t.Context(), "../../etc/passwd"); err != nil || len(shelf) != 0 {
		t.Errorf("removing what is no hash gives %v, the shelf has %d", err, len(shelf))
	}
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestFilesOnAShelf(t *testing.T) {
	ctx, path, b := context.Background(), filepath.Join(t.TempDir(), "files"), board{}
	before, err := blob.Dir(path, limit)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := before.Put(ctx, strings.NewReader("old")); err != nil {
		t.Fatal(err)
	}
	d, err := blob.Shared(path, limit, b)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{sumOf("old")}
	for _, text := range []string{"one", "two", "three", "four", "five"} {
		info, err := d.Put(ctx, strings.NewReader(text))
		if err != nil || info.Hash != sumOf(text) || string(b[info.Hash]) != text {
			t.Fatalf("%+v %v", info, err)
		}
		want = append(want, info.Hash)
	}
	if n := files(t, path); n != 1 {
		t.Errorf("%d files in the folder, want the old one alone", n)
	}
	for _, text := range []string{"old", "three"} {
		if raw, err := d.Read(ctx, sumOf(text)); err != nil || string(raw) != text {
			t.Errorf("%q %v", raw, err)
		}
	}
	b[sumOf("two")] = []byte("changed")
	_, err = d.Read(ctx, sumOf("two"))
	wantFault(t, err, fault.Garbled, "fault.file_changed")
	_, err = d.Read(ctx, sumOf("none"))
	wantFault(t, err, fault.NotFound, "fault.no_file")
	var got []string
	if err := d.Each(ctx, func(hash string) error { got = append(got, hash); return nil }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
