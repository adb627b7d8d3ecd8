package app

import (
	"crypto/rand"
	"os"
	"path/filepath"

	"parley/internal/blob"
	"parley/internal/desk"
)

// node names this program among those that share the database: anew for each start, so that one that died is not taken for one that lives.
func node() desk.Node {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return desk.Node{ID: rand.Text()[:12], Host: host, Version: Version()}
}

// files opens where evidence is kept. Nodes that share a database must all reach every file: unless a folder is named, which they must
// share then, the files stand in the database too.
func (a *App) files() (*blob.Folder, error) {
	switch {
	case a.Files != "":
		return blob.Dir(a.Files, maxEvidence)
	case a.DB.Postgres():
		return blob.Shared(filepath.Join(a.Data, "files"), maxEvidence, a.DB)
	}
	return blob.Dir(filepath.Join(a.Data, "files"), maxEvidence)
}
