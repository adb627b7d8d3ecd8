package main

import (
	"path/filepath"
	"strconv"
	"strings"

	"parley/internal/app"
)

type migrateVerb struct {
	From string `required:"" placeholder:"URL" help:"${help_migrate_from}"`
	To   string `required:"" placeholder:"URL" help:"${help_migrate_to}"`
}

// Run moves a desk. Key and files of a SQLite desk lie beside its file; those of PostgreSQL in the data folder and the database.
func (v *migrateVerb) Run(t *terminal) error {
	m, err := app.Move(t.ctx, t.place(v.From), t.place(v.To))
	if err != nil {
		return err
	}
	if t.JSON {
		return t.data(m)
	}
	rows, all := [][]string{t.head("table", "rows", "hash")}, int64(0)
	for _, c := range m.Tables {
		rows, all = append(rows, []string{c.Table, t.words.Number(c.Rows), c.Hash[:16]}), all+c.Rows
	}
	if err := t.table(rows); err != nil {
		return err
	}
	t.say("cli.migrate.done", "tables", strconv.Itoa(len(m.Tables)), "rows", t.words.Number(all), "files", t.words.Number(int64(m.Files)),
		"cases", t.words.Number(int64(m.Cases)))
	t.say("cli.migrate.key", "path", m.Key)
	return nil
}

// place is where a desk is.
func (t *terminal) place(address string) app.Config {
	c := t.config()
	c.DB = address
	if path, sqlite := strings.CutPrefix(address, "sqlite:"); sqlite || !strings.Contains(address, "://") {
		c.Data = filepath.Dir(path)
	}
	return c
}
