package main

import (
	"fmt"
	"path/filepath"

	"parley/internal/app"
	"parley/internal/desk"
)

type importVerb struct {
	Connector string   `arg:"" help:"${help_store_connector}"`
	Files     []string `arg:"" type:"existingfile" help:"${help_import_files}"`
	Store     string   `placeholder:"STORE" help:"${help_import_store}"`
}

const maxImport = 32 << 20

// Run reads captured answers of a platform as if they had been pulled. What cannot be read in full is kept and told.
func (v *importVerb) Run(t *terminal) error {
	return t.desk(true, func(a *app.App, who desk.Who) error {
		id, err := v.into(t, a, who)
		if err != nil {
			return err
		}
		var total desk.ImportResult
		for _, path := range v.Files {
			data, err := readFile(path, maxImport)
			if err != nil {
				return err
			}
			one, err := a.Desk.Import(t.ctx, who, id, filepath.Base(path), data)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			total.Cases, total.Problems = append(total.Cases, one.Cases...), append(total.Problems, one.Problems...)
		}
		return t.imported(total)
	})
}

// into is the store the cases go to: the one named, else one without a way in that is kept for files of this platform.
func (v *importVerb) into(t *terminal, a *app.App, who desk.Who) (int64, error) {
	all, err := a.Desk.StoreList(t.ctx, who)
	if err != nil {
		return 0, err
	}
	name := v.Store
	if name == "" {
		name = v.Connector
	}
	if s, err := storeNamed(all, name); err == nil || v.Store != "" {
		return s.ID, err
	}
	return a.Desk.AddOfflineStore(t.ctx, who, v.Connector, v.Connector, v.Connector)
}

func (t *terminal) imported(total desk.ImportResult) error {
	if t.JSON {
		return t.data(total)
	}
	fmt.Fprintln(t.out, t.words.N("import.done", int64(len(total.Cases))))
	for _, id := range total.Cases {
		t.say("import.case", "id", number(id))
	}
	for _, p := range total.Problems {
		fmt.Fprintln(t.errs, plain(p))
	}
	return nil
}
