package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/app"
)

func TestBackupVerifyRestoreAndMigrate(t *testing.T) {
	data, out := t.TempDir(), t.TempDir()
	must(t, "fill", "--cases", "50", "--data", data)
	said := must(t, "backup", out, "--data", data)
	if !strings.Contains(said, "NOT in it") || !strings.Contains(said, filepath.Join(data, "key")) {
		t.Errorf("it does not say where the key is: %s", said)
	}
	files, err := filepath.Glob(filepath.Join(out, "*.parley.tar.gz"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if m := into[app.Manifest](t, must(t, "backup", "verify", files[0], "--json")); m.Format != 1 || rowsOf(m.Tables, "case_") != 50 {
		t.Errorf("%+v", m)
	}
	for lang, word := range map[string]string{"en": "sound", "es": "está bien", "zh": "完好"} {
		if said := must(t, "backup", "verify", files[0], "--lang", lang); !strings.Contains(said, word) {
			t.Errorf("%s: %s", lang, said)
		}
	}
	back := filepath.Join(t.TempDir(), "back")
	if r := into[app.Restored](t, must(t, "restore", files[0], "--data", back, "--json")); !r.NeedsKey || r.Key != filepath.Join(back, "key") {
		t.Errorf("%+v", r)
	}
	if status, _, errs := parley(t, "restore", files[0], "--data", data); status != 1 || !strings.Contains(errs, "already") {
		t.Errorf("restored over a desk: %d %s", status, errs)
	}
	moved := filepath.Join(t.TempDir(), "moved", "parley.db")
	m := into[app.Moved](t, must(t, "migrate", "--from", "sqlite:"+filepath.Join(data, "parley.db"), "--to", "sqlite:"+moved, "--json"))
	if rowsOf(m.Tables, "case_") != 50 || m.Cases != 50 {
		t.Errorf("%+v", m)
	}
	if said := must(t, "queue", "--data", filepath.Dir(moved)); len(strings.Split(said, "\n")) < 5 {
		t.Errorf("the moved desk shows %s", said)
	}
	if err := os.Truncate(files[0], 5000); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := parley(t, "backup", "verify", files[0]); status != 1 || !strings.Contains(errs, "damaged") {
		t.Errorf("half a backup: %d %s", status, errs)
	}
}
