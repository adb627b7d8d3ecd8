package main

import (
	"strconv"
	"time"

	"parley/internal/app"
)

type restoreVerb struct {
	File string `arg:"" type:"path" help:"${help_backup_file}"`
}

// Run brings a backup back and tells which outward acts a person should look at.
func (v *restoreVerb) Run(t *terminal) error {
	r, err := app.Restore(t.ctx, v.File, t.config())
	if err != nil {
		return err
	}
	if t.JSON {
		return t.data(r)
	}
	t.say("cli.restore.done", "at", r.TakenAt.Format(time.RFC3339), "cases", t.words.Number(rowsOf(r.Tables, "case_")), "files", t.words.Number(int64(r.Files)))
	if r.NeedsKey {
		t.say("cli.restore.needs_key", "path", r.Key)
	}
	if len(r.Acts) == 0 {
		return nil
	}
	t.say("cli.restore.acts", "n", strconv.Itoa(len(r.Acts)))
	rows := [][]string{t.head("case", "act", "state", "stake")}
	for _, a := range r.Acts {
		rows = append(rows, []string{number(a.CaseID), t.code("option", a.Do, "cli.nobody"), t.code("event", "effect_"+a.State, "cli.nobody"), t.words.Money(a.Amount)})
	}
	return t.table(rows)
}
