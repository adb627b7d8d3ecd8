package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed assets
var assetFiles embed.FS

const assetRoot = "/assets/"

// assets are the files beside the pages. Their address holds a hash over all of them, so that a browser may keep them for ever and
// modules find each other by relative names.
type assets struct {
	base  string // "/assets/0f3c…/"
	files map[string]asset
}

type asset struct {
	kind          string
	plain, packed []byte
}

func newAssets() *assets {
	a := &assets{files: map[string]asset{}}
	sum := sha256.New()
	_ = fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
		kind := kindOf(name)
		if err != nil || d.IsDir() || kind == "" {
			return err
		}
		data, err := assetFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write(data)
		a.files[path.Base(name)] = asset{kind, data, packed(data)}
		return nil
	})
	a.base = assetRoot + hex.EncodeToString(sum.Sum(nil)[:6]) + "/"
	return a
}

func kindOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return ""
}

func packed(data []byte) []byte {
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	_, _ = z.Write(data)
	_ = z.Close()
	return buf.Bytes()
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, found := strings.CutPrefix(r.URL.Path, a.base)
	file, ok := a.files[name]
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if !found || !ok {
		http.NotFound(w, r)
		return
	}
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = file.packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
