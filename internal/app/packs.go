package app

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing/fstest"

	"parley/internal/fault"
	"parley/packs"
)

// ownPacks lays the rule packs of a folder over those that come with the program: a file with the path of a built-in one replaces it,
// any other is added. A missing folder adds nothing. Mistakes in the files are found, with file, line and column, when they are loaded.
func ownPacks(folder string) (fs.FS, error) {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return packs.Files, nil
	}
	tree := fstest.MapFS{}
	if err := layPacks(tree, packs.Files, ""); err != nil {
		return nil, err
	}
	if err := layPacks(tree, os.DirFS(folder), "own"); err != nil {
		return nil, fault.Input("packs", filepath.ToSlash(folder), "a folder of rule packs that can be read").Because(err)
	}
	return tree, nil
}

// layPacks puts every pack of a tree into another one; what is not there yet goes below a folder of its own.
func layPacks(tree fstest.MapFS, from fs.FS, below string) error {
	return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		raw, err := fs.ReadFile(from, name)
		if _, known := tree[name]; !known && below != "" {
			name = path.Join(below, name)
		}
		tree[name] = &fstest.MapFile{Data: raw}
		return err
	})
}
