package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func setting(t *testing.T, db *store.DB, key string) string {
	t.Helper()
	value, err := db.Setting(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestAFailedWriteUndoesItselfOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				key := fmt.Sprint(i)
				err := db.Write(ctx, func(tx *store.Tx) error {
					if err := tx.PutSetting(key, "here"); err != nil {
						return err
					}
					if i%3 == 0 {
						return errors.ErrUnsupported
					}
					return nil
				})
				if (i%3 == 0) != errors.Is(err, errors.ErrUnsupported) || (i%3 != 0 && err != nil) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		for i := range 100 {
			if got := setting(t, db, fmt.Sprint(i)); (got == "here") != (i%3 != 0) {
				t.Errorf("write %d: got %q", i, got)
			}
		}
	})
}

func TestABrokenSentenceUndoesItsOwnWriteOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				c, key := full(s, "the same matter"), fmt.Sprint(i)
				err := db.Write(ctx, func(tx *store.Tx) error {
					if err := tx.PutSetting(key, "here"); err != nil {
						return err
					}
					return tx.PutCases([]*store.Case{&c})
				})
				if (err == nil) != (setting(t, db, key) == "here") {
					t.Errorf("write %d: %v, but %q", i, err, setting(t, db, key))
				}
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if tallies, err := db.Tallies(ctx, nil); err != nil || len(tallies) != 1 || tallies[0].Cases != 1 {
			t.Fatalf("got %+v, %v", tallies, err)
		}
	})
}

func TestAPanicOrAnEarlyEndHarmsNobodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, end := range map[string]func(){"panic": func() { panic("x") }, "goexit": runtime.Goexit} {
			done := make(chan any)
			go func() {
				defer func() { done <- recover() }()
				db.Write(ctx, func(tx *store.Tx) error {
					if err := tx.PutSetting(name, "here"); err != nil {
						t.Error(err)
					}
					end()
					return nil
				})
			}()
			if got := <-done; (got == "x") != (name == "panic") {
				t.Errorf("%s: recovered %v", name, got)
			}
			if got := setting(t, db, name); got != "" {
				t.Errorf("%s: got %q", name, got)
			}
		}
		write(t, db, func(tx *store.Tx) error { return tx.PutSetting("after", "here") })
		if got := setting(t, db, "after"); got != "here" {
			t.Errorf("got %q", got)
		}
	})
}

func TestAWriterThatWaitsCanGiveUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Write(ended(), func(*store.Tx) error { t.Error("it ran"); return nil }); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		if db.Postgres() {
			return // writes do not wait for each other there
		}
		inside, leave := make(chan bool), make(chan bool)
		go db.Write(ctx, func(*store.Tx) error { inside <- true; <-leave; return nil })
		<-inside
		short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		if err := db.Write(short, func(*store.Tx) error { t.Error("it ran"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
		leave <- true
		write(t, db, func(tx *store.Tx) error { return tx.PutSetting("after", "here") })
	})
}

func ended() context.Context {
	gone, cancel := context.WithCancel(ctx)
	cancel()
	return gone
}

func TestManyChangesOfOneCaseAreAllCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := addCase(t, db, shop(t, db, "a"), "m")
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10 {
					err := db.Write(ctx, func(tx *store.Tx) error {
						c, err := tx.CaseForUpdate(c.ID, 0)
						if err != nil {
							return err
						}
						c.Card.Unknown++
						return tx.PutCases([]*store.Case{&c})
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if got := mustCase(t, db, c.ID); got.Card.Unknown != 82 || got.Version != 81 {
			t.Fatalf("got %d, version %d", got.Card.Unknown, got.Version)
		}
	})
}

func TestListenersHearOfEveryCommitAndOfNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		heard := make(chan store.Changes, 100)
		db.AfterCommit(func(c store.Changes) { heard <- c })
		a, b := full(s, "a"), full(s, "b")
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&a, &b}) })
		if err := db.Write(ctx, func(tx *store.Tx) error { tx.Touched(99); return errors.ErrUnsupported }); err == nil {
			t.Fatal("no error")
		}
		write(t, db, func(tx *store.Tx) error { tx.Touched(b.ID); return nil })
		var cases []int64
		for !slices.Contains(cases, a.ID) || !slices.Contains(cases, b.ID) {
			select {
			case c := <-heard:
				if slices.Contains(c.Cases, 99) || !slices.IsSorted(c.Cases) {
					t.Fatalf("heard %+v", c)
				}
				cases = append(cases, c.Cases...)
			case <-time.After(5 * time.Second):
				t.Fatalf("heard of %v only", cases)
			}
		}
	})
}

func TestASlowListenerHearsChangesTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		begun, goOn, calls := make(chan bool, 100), make(chan bool), make(chan int, 100)
		db.AfterCommit(func(c store.Changes) {
			if len(c.Cases) == 0 {
				return // the line to other nodes, whenever it stands: "look at everything"
			}
			begun <- true
			<-goOn
			calls <- len(c.Cases)
		})
		touch := func(id int64) {
			write(t, db, func(tx *store.Tx) error { tx.Touched(id); return nil })
		}
		touch(1)
		<-begun
		for id := range int64(50) {
			touch(100 + id)
		}
		close(goOn)
		if first, second := <-calls, <-calls; first != 1 || second != 50 {
			t.Fatalf("calls with %d and %d cases, want 1 and 50", first, second)
		}
	})
}

func TestAClosedDatabaseIsUnavailable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		other := storetest.Open(t, storetest.SQLite(t), time.Now)
		if db.Postgres() {
			other = storetest.Open(t, storetest.Postgres(t), time.Now)
		}
		other.Close()
		wantFault(t, other.Write(ctx, func(*store.Tx) error { return nil }), fault.Unavailable)
		_, err := other.Cases(ctx, store.Query{})
		wantFault(t, err, fault.Unavailable)
	})
}

func TestADatabaseThatCannotBeOpenedSaysSo(t *testing.T) {
	folder := t.TempDir()
	garbage := filepath.Join(folder, "garbage")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for address, kind := range map[string]fault.Kind{
		"":                                  fault.Invalid,
		"sqlite:":                           fault.Invalid,
		"mysql://localhost/x":               fault.Invalid,
		folder + "/none/parley.db":          fault.Unavailable,
		folder:                              fault.Unavailable,
		garbage:                             fault.Unavailable,
		"postgres://x:secret@127.0.0.1:1/x": fault.Unavailable,
		"postgres://x:secret@[::1/x":        fault.Invalid,
	} {
		db, err := store.Open(ctx, address, store.Options{Now: time.Now})
		if !fault.Is(err, kind) {
			t.Errorf("%q: got %v, want %s", address, err, kind)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the fault tells the password: %v", err)
		}
		if db != nil {
			db.Close()
		}
	}
}

func TestANewerSchemaIsRefusedAndLeftAlone(t *testing.T) {
	for name, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			storetest.Open(t, address, time.Now).Close()
			storetest.PretendNewer(t, address)
			_, err := store.Open(ctx, address, store.Options{Now: time.Now})
			if f := fault.Of(err); f == nil || f.Key != "fault.store.schema_newer" {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestSeveralMayOpenANewDatabaseAtOnce(t *testing.T) {
	for name, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					db, err := store.Open(ctx, address, store.Options{Now: time.Now})
					if err != nil {
						t.Error(err)
						return
					}
					defer db.Close()
					if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutSetting("a", "b") }); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	}
}

// TestWhatWasAcknowledgedSurvivesAKill runs itself as a second process that writes and tells, and kills that without
// warning.
func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	if path := os.Getenv("PARLEY_TEST_WRITE_TO"); path != "" {
		writeForEver(t, path)
	}
	path := filepath.Join(t.TempDir(), "parley.db")
	command := exec.Command(os.Args[0], "-test.run", "^TestWhatWasAcknowledgedSurvivesAKill$")
	command.Env = append(os.Environ(), "PARLEY_TEST_WRITE_TO="+path)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	var last string
	for len(told) < 300 {
		if _, err := fmt.Fscanln(out, &last); err != nil {
			t.Fatal(err)
		}
		told[last] = true
	}
	command.Process.Kill()
	command.Wait()
	db := storetest.Open(t, path, time.Now)
	for key := range told {
		if setting(t, db, key) != "here" {
			t.Errorf("%s was acknowledged and is gone", key)
		}
	}
}

func writeForEver(t *testing.T, path string) {
	db := storetest.Open(t, path, time.Now)
	for w := range 4 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("w%d-%d", w, i)
				if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutSetting(key, "here") }); err != nil {
					return
				}
				os.Stdout.WriteString(key + "\n")
			}
		}()
	}
	select {}
}

func TestMoreKindsOfListsThanAreKeptReady(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		crowd(t, db, 30)
		words := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}
		for a := range words {
			for b := range words {
				for c := range 4 {
					q := store.Query{Views: words[:a], Classes: words[:b], Asks: words[:c]}
					if _, err := db.Cases(ctx, q); err != nil {
						t.Fatalf("%+v: %v", q, err)
					}
				}
			}
		}
	})
}

func TestAnEndedContextIsNotAFault(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := db.Cases(ended(), store.Query{})
		if !errors.Is(err, context.Canceled) || fault.Of(err) != nil {
			t.Fatalf("got %v", err)
		}
	})
}

// A simulated node hears of a change before whoever made it goes on: otherwise one seed gives now one run and now another.
func TestBehindAGateAChangeIsHeardAtOnce(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			open := &store.Gate{Around: func(_ store.Sentence, do func() error) error { return do() }}
			db, err := store.Open(t.Context(), address(t), store.Options{Now: start, Gate: open})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close() //nolint:errcheck // the test ends
			heard := 0
			db.AfterCommit(func(store.Changes) { heard++ })
			for n := 1; n <= 50; n++ {
				write(t, db, func(tx *store.Tx) error {
					return tx.PutMember(&store.Member{Email: fmt.Sprintf("%d@desk.example", n), Role: "agent", State: "active", CreatedAt: start()})
				})
				if heard != n {
					t.Fatalf("heard %d times of %d changes", heard, n)
				}
			}
		})
	}
}

// What a node that died had not committed is not there for the next one on the same wire, and that one works on as on a new connection.
func TestAWireOutlivesItsNode(t *testing.T) {
	address := storetest.SQLite(t)
	wires := &store.Wires{}
	var connects int
	node := func() (*store.DB, *store.Gate) {
		gate := &store.Gate{Wires: wires, Around: func(_ store.Sentence, do func() error) error { return do() }}
		db, err := store.Open(t.Context(), address, store.Options{Now: start, Gate: gate})
		if err != nil {
			t.Fatal(err)
		}
		return db, gate
	}
	put := func(tx *store.Tx, name string) error {
		return tx.PutMember(&store.Member{Email: name + "@desk.example", Role: "agent", State: "active", CreatedAt: start()})
	}
	for n := range 20 {
		db, gate := node()
		write(t, db, func(tx *store.Tx) error { return put(tx, fmt.Sprint("kept-", n)) })
		if err := db.Write(t.Context(), func(tx *store.Tx) error {
			if err := put(tx, fmt.Sprint("lost-", n)); err != nil {
				return err
			}
			gate.Cut()
			return nil
		}); err == nil {
			t.Fatal("a dead node wrote")
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			connects = wires.Made()
		}
	}
	if wires.Made() != connects {
		t.Errorf("%d connections were made for 20 nodes, %d for two", wires.Made(), connects)
	}
	db, _ := node()
	members, err := db.Members(t.Context())
	if err != nil || len(members) != 20 || slices.ContainsFunc(members, func(m store.Member) bool { return strings.HasPrefix(m.Email, "lost") }) {
		t.Errorf("the members are %v (%v)", members, err)
	}
	if err := errors.Join(db.Close(), wires.Close()); err != nil {
		t.Error(err)
	}
}
