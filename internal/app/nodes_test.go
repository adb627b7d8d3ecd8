package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"parley/internal/app"
	"parley/internal/fault"
	"parley/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if spec := os.Getenv(nodeVariable); spec != "" {
		os.Exit(nodeMain(spec))
	}
	storetest.Main(m)
}

// atPort is a desk that takes a free port.
func atPort(data, db string) app.Config {
	return app.Config{Data: data, DB: db, Addr: "127.0.0.1:0", AllowPrivate: true}
}

func TestThreeNodesStartAtOnceOnAnEmptyDatabase(t *testing.T) {
	address, key := storetest.Postgres(t), filepath.Join(t.TempDir(), "key")
	first, err := app.New(t.Context(), app.Config{Data: filepath.Dir(key), DB: storetest.Postgres(t)}) // only for its key
	if err != nil {
		t.Fatal(err)
	}
	_ = first.Stop()
	var all sync.WaitGroup
	failures := make(chan error, 3)
	for range 3 {
		data := t.TempDir()
		all.Go(func() {
			c := atPort(data, address)
			c.KeyFile = key
			a, err := app.New(t.Context(), c)
			if err == nil {
				err = a.Stop()
			}
			failures <- err
		})
	}
	all.Wait()
	for range 3 {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
}

func TestANodeWithAnotherKeyIsRefused(t *testing.T) {
	for name, address := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "x.db"), "postgres": storetest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			here, there := t.TempDir(), t.TempDir()
			a, err := app.New(t.Context(), atPort(here, address))
			if err != nil {
				t.Fatal(err)
			}
			_ = a.Stop()
			_, err = app.New(t.Context(), atPort(there, address))
			if f := fault.Of(err); f == nil || f.Key != "fault.vault.missing_key" {
				t.Errorf("without a key: %v", err)
			}
			if _, err := os.Stat(filepath.Join(there, "key")); err == nil {
				t.Error("a key was made for a desk that has one")
			}
			other, err := app.New(t.Context(), atPort(there, storetest.SQLite(t)))
			if err != nil {
				t.Fatal(err)
			}
			_ = other.Stop()
			_, err = app.New(t.Context(), atPort(there, address))
			if f := fault.Of(err); f == nil || f.Key != "fault.vault.other_key" || !strings.Contains(f.Params["path"], there) {
				t.Errorf("with another key: %v", err)
			}
			if a, err = app.New(t.Context(), atPort(here, address)); err != nil {
				t.Fatalf("with its own key: %v", err)
			}
			_ = a.Stop()
		})
	}
}

func TestAnOlderProgramRefusesANewerSchema(t *testing.T) {
	for name, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			a, err := app.New(t.Context(), atPort(data, address))
			if err != nil {
				t.Fatal(err)
			}
			_ = a.Stop()
			storetest.PretendNewer(t, address)
			_, err = app.New(t.Context(), atPort(data, address))
			if f := fault.Of(err); f == nil || f.Key != "fault.store.schema_newer" || f.Params["database"] != "9999" {
				t.Errorf("%v", err)
			}
		})
	}
}
