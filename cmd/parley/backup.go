package main

import (
	"path/filepath"
	"time"

	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/store"
)

type backupVerbs struct {
	Take   backupTake   `cmd:"" default:"withargs" help:"${help_backup_take}"`
	Verify backupVerify `cmd:"" help:"${help_backup_verify}"`
}

type backupTake struct {
	Path    string `arg:"" type:"path" help:"${help_backup_path}"`
	WithKey bool   `help:"${help_backup_with_key}"`
}

// Run writes a backup, also beside a desk that serves.
func (v *backupTake) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, _ desk.Who) error {
		file, m, err := a.Backup(t.ctx, v.Path, v.WithKey)
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(map[string]any{"path": file, "manifest": m})
		}
		t.say("cli.backup.taken", "cases", t.words.Number(rowsOf(m.Tables, "case_")), "files", t.words.Number(int64(m.Files)), "path", file)
		if m.Key {
			t.say("cli.backup.with_key")
		} else {
			t.say("cli.backup.no_key", "path", filepath.Join(a.Data, "key"))
		}
		return nil
	})
}

func rowsOf(tables []store.Copied, name string) int64 {
	for _, c := range tables {
		if c.Table == name {
			return c.Rows
		}
	}
	return 0
}

type backupVerify struct {
	File string `arg:"" type:"path" help:"${help_backup_file}"`
}

// Run reads a backup and says whether it is sound. It needs no desk.
func (v *backupVerify) Run(t *terminal) error {
	m, err := app.VerifyBackup(t.ctx, v.File, "")
	if err != nil {
		return err
	}
	if t.JSON {
		return t.data(m)
	}
	t.say("cli.backup.sound", "at", m.TakenAt.Format(time.RFC3339), "engine", m.Engine, "cases", t.words.Number(rowsOf(m.Tables, "case_")),
		"files", t.words.Number(int64(m.Files)), "key", t.yes(m.Key))
	return nil
}

func (t *terminal) yes(is bool) string {
	if is {
		return t.words.T("cli.yes")
	}
	return t.words.T("cli.no")
}
