package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/app"
	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/fill"
	"parley/internal/store/storetest"
)

// aDesk has cases, a file of evidence and two acts that have not ended: one planned, one on its way.
func aDesk(t *testing.T, db string) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), atPort(t.TempDir(), db))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop() })
	now := a.Desk.Now()
	if err := fill.Cases(t.Context(), a.DB, 120, 3, now); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Desk.Blobs.Put(t.Context(), strings.NewReader(proof)); err != nil {
		t.Fatal(err)
	}
	page, err := a.DB.Cases(t.Context(), store.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for i, state := range []string{"planned", "sending", "planned"} {
		c := page.Cases[i]
		sources, err := a.DB.SourcesOfCases(t.Context(), []int64{c.ID})
		if err != nil || len(sources[c.ID]) == 0 {
			t.Fatal(sources, err)
		}
		ref := connector.Ref{Kind: sources[c.ID][0].Kind, ID: sources[c.ID][0].ExternalID}
		if i == 2 {
			ref.ID = "never read"
		}
		plan(t, a, c, ref, state, now)
	}
	return a
}

const proof = "a photograph of the parcel"

func plan(t *testing.T, a *app.App, c store.Case, ref connector.Ref, state string, now time.Time) {
	t.Helper()
	id := "act-" + state + ref.ID
	payload, err := json.Marshal(connector.Effect{ID: id, Do: "accept", Ref: ref})
	if err != nil {
		t.Fatal(err)
	}
	before, _ := json.Marshal(map[string]any{"open": true, "facts": dispute.Facts{}})
	err = a.DB.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.AddDecision(store.Decision{ID: "d" + id, CaseID: c.ID, At: now, Option: "accept", State: "open"}); err != nil {
			return err
		}
		e := store.Effect{ID: id, DecisionID: "d" + id, CaseID: c.ID, StoreID: c.StoreID, Payload: payload, State: state, DueAt: now, CreatedAt: now, Before: before}
		return tx.AddEffect(&e)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func addresses(t *testing.T) map[string]func() string {
	return map[string]func() string{"sqlite": func() string { return "" }, "postgres": func() string { return storetest.Postgres(t) }}
}

func TestABackupComesBackOnEitherEngine(t *testing.T) {
	for from, address := range addresses(t) {
		a := aDesk(t, address())
		out := t.TempDir()
		file, m, err := a.Backup(t.Context(), out, false)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(file) != out || m.Engine != from || m.Files != 1 || m.Key {
			t.Errorf("%s %+v", file, m)
		}
		if _, _, err := a.Backup(t.Context(), file, false); !fault.Is(err, fault.Invalid) {
			t.Errorf("an existing file is written over: %v", err)
		}
		if left, _ := os.ReadDir(out); len(left) != 1 {
			t.Errorf("%d things lie beside the backup", len(left)-1)
		}
		if got, err := app.VerifyBackup(t.Context(), file, t.TempDir()); err != nil || got.Database != m.Database {
			t.Errorf("%+v %v", got, err)
		}
		for to, there := range addresses(t) {
			t.Run(from+" to "+to, func(t *testing.T) { bringBack(t, a, file, m, atPort(t.TempDir(), there())) })
		}
	}
}

func bringBack(t *testing.T, a *app.App, file string, m app.Manifest, to app.Config) {
	r, err := app.Restore(t.Context(), file, to)
	if err != nil {
		t.Fatal(err)
	}
	if !r.NeedsKey || r.Key != filepath.Join(to.Data, "key") || len(r.Acts) != 3 {
		t.Errorf("%+v", r)
	}
	if _, err := app.New(t.Context(), to); fault.Of(err) == nil || fault.Of(err).Key != "fault.vault.missing_key" {
		t.Errorf("starts without its key: %v", err)
	}
	key, err := os.ReadFile(filepath.Join(a.Data, "key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.Key, key, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := app.New(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Stop() }()
	sameTables(t, b, m)
	sameFile(t, b)
	looked(t, b, r)
	found, err := b.DB.Search(t.Context(), store.SearchQuery{Text: numberOf(t, a)})
	if err != nil || len(found.Cases) != 1 {
		t.Errorf("%d cases found by their number, %v", len(found.Cases), err)
	}
	if _, err := app.Restore(t.Context(), file, to); fault.Of(err) == nil || fault.Of(err).Key != "fault.store.not_empty" {
		t.Errorf("restored over a desk: %v", err)
	}
}

// sameTables compares the tables that looking after unfinished acts leaves alone.
func sameTables(t *testing.T, b *app.App, m app.Manifest) {
	t.Helper()
	now, err := b.DB.Contents(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, want := range m.Tables {
		switch {
		case slices.Contains([]string{"effect", "event", "case_", "decision", "setting", "sync"}, want.Table):
		case !slices.Contains(now, want):
			t.Errorf("%s is not as it was", want.Table)
		default:
			same++
		}
	}
	if same < 15 {
		t.Errorf("only %d tables compared", same)
	}
}

func sameFile(t *testing.T, b *app.App) {
	t.Helper()
	n := 0
	err := b.Desk.Blobs.Each(context.Background(), func(hash string) error {
		n++
		raw, err := b.Desk.Blobs.Read(context.Background(), hash)
		if string(raw) != proof {
			t.Errorf("%q", raw)
		}
		return err
	})
	if err != nil || n != 1 {
		t.Errorf("%d files, %v", n, err)
	}
}

// looked: nothing is left that would be sent without a look.
func looked(t *testing.T, b *app.App, r app.Restored) {
	t.Helper()
	states := map[string]string{}
	for _, act := range r.Acts {
		e, err := b.DB.Effect(context.Background(), act.ID)
		if err != nil {
			t.Fatal(err)
		}
		states[strings.TrimRight(act.ID, "0123456789")] = e.State
		if e.State == "planned" || (e.EndedAt.IsZero() && len(e.Before) == 0) {
			t.Errorf("%s would be sent blindly: %s, before %q", e.ID, e.State, e.Before)
		}
		events, err := b.DB.Events(context.Background(), e.CaseID, 0, 50)
		if err != nil || !slices.ContainsFunc(events, func(e store.Event) bool { return e.Kind == "effect_restored" }) {
			t.Errorf("the case of %s does not tell, %v", e.ID, err)
		}
	}
	if states["act-plannednever read"] != "in_doubt" {
		t.Errorf("an act on a record that was never read: %v", states)
	}
}

func numberOf(t *testing.T, a *app.App) string {
	t.Helper()
	page, err := a.DB.Cases(context.Background(), store.Query{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return page.Cases[0].OrderNo
}

func TestABackupWithTheKeyStartsAtOnce(t *testing.T) {
	a := aDesk(t, "")
	file, m, err := a.Backup(t.Context(), filepath.Join(t.TempDir(), "x.tar.gz"), true)
	if err != nil || !m.Key {
		t.Fatal(m, err)
	}
	to := atPort(t.TempDir(), "")
	if r, err := app.Restore(t.Context(), file, to); err != nil || r.NeedsKey {
		t.Fatal(r, err)
	}
	b, err := app.New(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	_ = b.Stop()
}

func TestADamagedBackupIsNoticedAndTouchesNothing(t *testing.T) {
	a := aDesk(t, "")
	file, _, err := a.Backup(t.Context(), t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string][]byte{"empty": nil, "no archive": []byte("hello"), "half": whole[:len(whole)/2], "without its last byte": whole[:len(whole)-1]}
	for _, at := range []int{100, len(whole) / 3, len(whole) * 2 / 3, len(whole) - 20} {
		changed := bytes.Clone(whole)
		changed[at] ^= 1
		broken["changed at "+string(rune('a'+len(broken)))] = changed
	}
	for name, content := range broken {
		t.Run(name, func(t *testing.T) {
			path, data := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "data")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := app.VerifyBackup(t.Context(), path, t.TempDir()); fault.Of(err) == nil || fault.Of(err).Key != "fault.backup.damaged" {
				t.Errorf("verified: %v", err)
			}
			if _, err := app.Restore(t.Context(), path, atPort(data, "")); fault.Of(err) == nil || fault.Of(err).Key != "fault.backup.damaged" {
				t.Errorf("restored: %v", err)
			}
			if left, _ := os.ReadDir(data); len(left) != 0 {
				t.Errorf("%d things are in the target", len(left))
			}
		})
	}
}

func TestABackupIsTakenWhileTheDeskWrites(t *testing.T) {
	for name, address := range addresses(t) {
		t.Run(name, func(t *testing.T) {
			a := aDesk(t, address())
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan int)
			go func() {
				n := 0
				for ; ctx.Err() == nil; n++ {
					if err := a.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
						return tx.AddEvents([]store.Event{{CaseID: 1, At: time.Unix(int64(n), 0), Kind: "note", Actor: "desk"}})
					}); err != nil {
						t.Error(err)
						break
					}
				}
				done <- n
			}()
			file, _, err := a.Backup(t.Context(), t.TempDir(), false)
			stop()
			if n := <-done; err != nil || n == 0 {
				t.Fatal(n, err)
			}
			if _, err := app.VerifyBackup(t.Context(), file, t.TempDir()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestADeskMovesWithItsFilesAndItsKey(t *testing.T) {
	a := aDesk(t, "")
	pg := storetest.Postgres(t)
	from := app.Config{Data: a.Data, DB: "sqlite:" + filepath.Join(a.Data, "parley.db"), Addr: a.Addr}
	there := atPort(t.TempDir(), pg)
	m, err := app.Move(t.Context(), from, there)
	if err != nil || m.Files != 1 || m.Cases != 120 {
		t.Fatal(m, err)
	}
	back := atPort(t.TempDir(), "")
	if _, err := app.Move(t.Context(), there, back); err != nil {
		t.Fatal(err)
	}
	for _, c := range []app.Config{there, back} {
		b, err := app.New(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		sameFile(t, b)
		if _, err := b.DB.Search(t.Context(), store.SearchQuery{Text: numberOf(t, a)}); err != nil {
			t.Error(err)
		}
		e, err := b.DB.EffectsByState(t.Context())
		if err != nil || e["planned"] != 2 || e["sending"] != 1 {
			t.Errorf("%v %v", e, err) // a move is no restore: the desk was stopped, and goes on where it stood
		}
		_ = b.Stop()
	}
	other := atPort(t.TempDir(), "")
	if err := os.WriteFile(filepath.Join(other.Data, "key"), []byte("k1 "+strings.Repeat("A", 43)+"=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Move(t.Context(), from, other); fault.Of(err) == nil || fault.Of(err).Key != "fault.vault.other_key" {
		t.Errorf("moved to a place with another key: %v", err)
	}
}
