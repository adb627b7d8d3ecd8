package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing/fstest"

	"parley/internal/fault"
	"parley/internal/reply"
	"parley/templates"
)

// ownTemplates lays the reply templates of a folder over those that come with the program: LANGUAGE/NAME.liquid with the name of a
// built-in one replaces it, any other is added. A missing folder adds nothing. A template that cannot be read is a fault that names it.
func ownTemplates(folder string) (*reply.Templates, error) {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return reply.LoadTemplates(templates.Files)
	}
	tree := fstest.MapFS{}
	err := errors.Join(layTemplates(tree, templates.Files), layTemplates(tree, os.DirFS(folder)))
	if err != nil {
		return nil, fault.Input("templates", filepath.ToSlash(folder), "a folder of reply templates that can be read").Because(err)
	}
	return reply.LoadTemplates(tree)
}

func layTemplates(tree fstest.MapFS, from fs.FS) error {
	for _, form := range []string{"formats.yaml", "*/*.liquid"} {
		names, err := fs.Glob(from, form)
		if err != nil {
			return err
		}
		for _, name := range names {
			raw, err := fs.ReadFile(from, name)
			if err != nil {
				return err
			}
			tree[name] = &fstest.MapFile{Data: raw}
		}
	}
	return nil
}
