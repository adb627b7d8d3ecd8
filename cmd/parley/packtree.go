package main

import (
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"

	"parley/packs"
)

// withPacks lays pack files and folders over the built-in packs. A file that has the path of a built-in one below packs/ replaces it.
func withPacks(paths []string) (fs.FS, error) {
	tree := fstest.MapFS{}
	if err := lay(tree, packs.Files, "."); err != nil {
		return nil, err
	}
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yaml") {
				return missingFile(name, err)
			}
			data, err := readFile(name, 4<<20)
			tree[placeOf(name, path, tree)] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return tree, nil
}

func lay(tree fstest.MapFS, from fs.FS, root string) error {
	return fs.WalkDir(from, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		tree[name] = &fstest.MapFile{Data: data}
		return err
	})
}

// placeOf is where a file goes in the tree: the built-in file whose path its own ends with, else a folder of its own.
func placeOf(name, root string, tree fstest.MapFS) string {
	slash := filepath.ToSlash(name)
	for _, known := range slices.Sorted(maps.Keys(tree)) {
		if slash == known || strings.HasSuffix(slash, "/"+known) {
			return known
		}
	}
	rel, err := filepath.Rel(root, name)
	if err != nil || rel == "." {
		rel = filepath.Base(name)
	}
	return filepath.ToSlash(rel)
}
