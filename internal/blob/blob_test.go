package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"parley/internal/blob"
	"parley/internal/fault"
)

const limit = 1 << 20

func open(t testing.TB) (*blob.Folder, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "files")
	d, err := blob.Dir(path, limit)
	if err != nil {
		t.Fatal(err)
	}
	return d, path
}

func wantFault(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
}

// files counts what lies in the folder.
func files(t *testing.T, path string) (n int) {
	t.Helper()
	err := filepath.WalkDir(path, func(_ string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAFileComesBackUnderItsHashAndIsKeptOnce(t *testing.T) {
	d, path := open(t)
	ctx := context.Background()
	sum := sha256.Sum256([]byte("proof"))
	for range 2 {
		info, err := d.Put(ctx, strings.NewReader("proof"))
		if err != nil || info.Hash != hex.EncodeToString(sum[:]) || info.Size != 5 || info.Type != "text/plain; charset=utf-8" {
			t.Fatalf("got %+v, %v", info, err)
		}
	}
	content, err := d.Read(ctx, hex.EncodeToString(sum[:]))
	if err != nil || string(content) != "proof" {
		t.Fatalf("got %q, %v", content, err)
	}
	if n := files(t, path); n != 1 {
		t.Fatalf("%d files lie there, want 1", n)
	}
}

func TestWhatIsRefusedLeavesNothingBehind(t *testing.T) {
	broken := errors.New("line cut")
	for name, c := range map[string]struct {
		content io.Reader
		key     string
		err     error
	}{
		"too large": {content: io.LimitReader(endless{}, limit+1), key: "fault.file_too_large"},
		"endless":   {content: endless{}, key: "fault.file_too_large"},
		"empty":     {content: strings.NewReader(""), key: "fault.file_empty"},
		"bomb":      {content: bytes.NewReader(claim(30000, 30000)), key: "fault.picture_too_large"},
		"huge":      {content: bytes.NewReader(claim(1<<31-1, 1<<31-1)), key: ""},
		"broken":    {content: strings.NewReader("\xff\xd8\xff\xe0 no picture"), key: "fault.picture_broken"},
		"cut":       {content: io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)), err: broken},
	} {
		t.Run(name, func(t *testing.T) {
			d, path := open(t)
			_, err := d.Put(context.Background(), c.content)
			switch {
			case c.err != nil && !errors.Is(err, c.err):
				t.Fatalf("got %v, want %v", err, c.err)
			case c.key != "":
				wantFault(t, err, fault.Invalid, c.key)
			case err == nil:
				t.Fatal("it was taken")
			}
			if n := files(t, path); n != 0 {
				t.Fatalf("%d files lie there", n)
			}
		})
	}
}

func TestTheLargestFileAllowedIsTaken(t *testing.T) {
	d, _ := open(t)
	info, err := d.Put(context.Background(), io.LimitReader(endless{}, limit))
	if err != nil || info.Size != limit || info.Type != "text/plain; charset=utf-8" {
		t.Fatalf("got %+v, %v", info, err)
	}
}

func TestAStrangeHashIsNotFound(t *testing.T) {
	d, _ := open(t)
	for _, hash := range []string{"", "..", "../../etc/passwd", strings.Repeat("0", 64), strings.Repeat("A", 64), strings.Repeat("/", 64)} {
		_, err := d.Open(context.Background(), hash)
		wantFault(t, err, fault.NotFound, "fault.no_file")
	}
}

func TestAnEndedContextStopsReceiving(t *testing.T) {
	d, path := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Put(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if n := files(t, path); n != 0 {
		t.Fatalf("%d files lie there", n)
	}
}

func TestTheContentTellsTheType(t *testing.T) {
	d, _ := open(t)
	for content, want := range map[string]string{
		"%PDF-1.7 …":                        "application/pdf",
		"\x00\x00\x00\x18ftypmp42":          "video/mp4",
		"\x00\x00\x00\x18ftypheic":          "image/heic",
		"<html><script>alert(1)</script>":   "text/plain; charset=utf-8",
		"<svg onload=alert(1)>":             "text/plain; charset=utf-8",
		"收货后发现破损":                           "text/plain; charset=utf-8",
		"MZ\x90\x00":                        "application/octet-stream",
		strings.Repeat("a", 511) + "é":      "text/plain; charset=utf-8",
		"\x1a\x45\xdf\xa3 matroska":         "video/webm",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 ": "application/octet-stream",
	} {
		info, err := d.Put(context.Background(), strings.NewReader(content))
		if err != nil || info.Type != want {
			t.Errorf("%.20q: got %q, %v, want %q", content, info.Type, err, want)
		}
	}
}

// endless gives the letter a for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}
