package store_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func start() time.Time { return storetest.Start }

// heard waits until a listener has heard what is asked for.
func heard(t *testing.T, told <-chan store.Changes, what string, is func(store.Changes) bool) store.Changes {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case c := <-told:
			if is(c) {
				return c
			}
		case <-limit:
			t.Fatalf("nobody told: %s", what)
		}
	}
}

// listener is a node that hears everything; it returns once its line is open.
func listener(t *testing.T, address string) <-chan store.Changes {
	t.Helper()
	return listen(t, storetest.Open(t, address, start))
}

// listen hears everything of a node; the word "everything" comes once its line is open.
func listen(t *testing.T, db *store.DB) <-chan store.Changes {
	t.Helper()
	told := make(chan store.Changes, 1000)
	db.AfterCommit(func(c store.Changes) { told <- c })
	store.Relisten(db)
	heard(t, told, "everything when the line opens", func(c store.Changes) bool { return c.All })
	return told
}

func TestAnotherNodeHearsWhatWasWritten(t *testing.T) {
	address := storetest.Postgres(t)
	here := storetest.Open(t, address, start)
	s := shop(t, here, "one")
	told := listener(t, address)
	write(t, here, func(tx *store.Tx) error { tx.Touched(7); tx.TouchedStore(s.ID); return nil })
	c := heard(t, told, "case 7", func(c store.Changes) bool { return slices.Contains(c.Cases, 7) })
	if !c.Elsewhere || !slices.Contains(c.Stores, s.ID) || c.Names {
		t.Errorf("%+v", c)
	}
	write(t, here, func(tx *store.Tx) error { return tx.PutSetting("a", "b") })
	if c := heard(t, told, "names", func(c store.Changes) bool { return c.Names }); c.All {
		t.Errorf("%+v", c)
	}
	write(t, here, func(tx *store.Tx) error {
		for id := range int64(20_000) {
			tx.Touched(id)
		}
		return nil
	})
	heard(t, told, "more than fits is everything", func(c store.Changes) bool { return c.All })
	write(t, here, func(tx *store.Tx) error { tx.Touched(8); return nil })
	heard(t, told, "case 8, after that", func(c store.Changes) bool { return slices.Contains(c.Cases, 8) && !c.All })
}

func TestANodeDoesNotHearItself(t *testing.T) {
	address := storetest.Postgres(t)
	here := storetest.Open(t, address, start)
	told, there := listen(t, here), listener(t, address)
	write(t, here, func(tx *store.Tx) error { tx.Touched(2); return nil })
	heard(t, there, "the other hears of case 2", func(c store.Changes) bool { return slices.Contains(c.Cases, 2) })
	if c := heard(t, told, "case 2", func(c store.Changes) bool { return slices.Contains(c.Cases, 2) }); c.Elsewhere {
		t.Errorf("its own commit came back: %+v", c)
	}
}

func TestAfterABreakEverythingIsReadAgain(t *testing.T) {
	address := storetest.Postgres(t)
	told := listener(t, address)
	storetest.CutLines(t, address)
	heard(t, told, "everything when it is open again", func(c store.Changes) bool { return c.All })
	here := storetest.Open(t, address, start)
	write(t, here, func(tx *store.Tx) error { tx.Touched(9); return nil })
	heard(t, told, "case 9 over the new line", func(c store.Changes) bool { return slices.Contains(c.Cases, 9) })
}

func TestALeaseIsHeldByOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := storetest.Start
		try := func(holder string, at time.Time) (got bool) {
			write(t, db, func(tx *store.Tx) (err error) {
				got, err = tx.Lease("token:1", holder, at, at.Add(time.Minute))
				return err
			})
			return got
		}
		if !try("a", now) || try("b", now) || !try("a", now.Add(30*time.Second)) {
			t.Error("not held by a alone")
		}
		if try("b", now.Add(80*time.Second)) || !try("b", now.Add(90*time.Second)) {
			t.Error("it does not end a minute after it was lengthened")
		}
		write(t, db, func(tx *store.Tx) error { return tx.EndLease("token:1", "a") })
		if try("a", now.Add(91*time.Second)) {
			t.Error("a ended the lease of b")
		}
		write(t, db, func(tx *store.Tx) error { return tx.EndLease("token:1", "b") })
		if !try("a", now.Add(91*time.Second)) {
			t.Error("it is held though it was given back")
		}
	})
}

func TestNodesComeAndGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := storetest.Start
		put := func(id string, at time.Time) {
			write(t, db, func(tx *store.Tx) error {
				return tx.PutNode(store.Node{ID: id, Host: "h", Version: "v1", StartedAt: now, SeenAt: at, WorkedAt: at}, at.Add(-time.Hour))
			})
		}
		put("a", now)
		put("b", now)
		put("b", now.Add(time.Minute))
		nodes, err := db.Nodes(t.Context())
		if err != nil || len(nodes) != 2 || nodes[1].ID != "b" || !nodes[1].WorkedAt.Equal(now.Add(time.Minute)) || nodes[1].Version != "v1" {
			t.Fatalf("%+v %v", nodes, err)
		}
		put("c", now.Add(time.Hour+time.Second)) // a was not seen for more than an hour
		write(t, db, func(tx *store.Tx) error { return tx.DeleteNode("c") })
		if nodes, err = db.Nodes(t.Context()); err != nil || len(nodes) != 1 || nodes[0].ID != "b" {
			t.Fatalf("%+v %v", nodes, err)
		}
	})
}

func TestFilesInTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		content := bytes.Repeat([]byte("0123456789abcdef"), 40_000) // 640,000 bytes: two whole parts and a rest
		for range 2 {
			if err := db.PutBlob(ctx, "h1", int64(len(content)), bytes.NewReader(content)); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.PutBlob(ctx, "h0", 1, bytes.NewReader([]byte("x"))); err != nil {
			t.Fatal(err)
		}
		f, err := db.Blob(ctx, "h1")
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(f, content); err != nil {
			t.Error(err)
		}
		if _, err := f.Seek(-5, io.SeekEnd); err != nil {
			t.Error(err)
		}
		if rest, err := io.ReadAll(f); err != nil || string(rest) != "bcdef" {
			t.Errorf("%q %v", rest, err)
		}
		if _, err := db.Blob(ctx, "h2"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a file that is not there: %v", err)
		}
		if hashes, err := db.Blobs(ctx, "h0", 10); err != nil || !slices.Equal(hashes, []string{"h1"}) {
			t.Errorf("%v %v", hashes, err)
		}
	})
}
