package policy

import (
	"errors"
	"io/fs"
)

// Lint reads a file tree as Load does and gives every mistake at its place; none means that Load succeeds.
func Lint(tree fs.FS) Problems {
	_, err := Load(tree)
	if err == nil {
		return nil
	}
	var p Problems
	if errors.As(err, &p) {
		return p
	}
	return Problems{{Says: err.Error()}}
}
