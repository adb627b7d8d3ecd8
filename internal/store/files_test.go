package store_test

import (
	"slices"
	"testing"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// TestACopyOfAFileGoesWithItsCase, and a file that another case has stays in use.
func TestACopyOfAFileGoesWithItsCase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, b := store.KeptFile{CaseID: 1, Ref: "m@x#0", Hash: "aa", Type: "image/png", Size: 3, At: storetest.Start}, store.KeptFile{CaseID: 2, Ref: "m@x#0", Hash: "aa", At: storetest.Start}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.PutKeptFile(a); err != nil {
				return err
			}
			return tx.PutKeptFile(b)
		})
		if got, err := db.KeptFile(ctx, 1, "m@x#0"); err != nil || got != a {
			t.Errorf("%+v, %v", got, err)
		}
		for _, c := range []struct {
			id   int64
			used bool
		}{{1, true}, {2, false}} {
			var hashes []string
			write(t, db, func(tx *store.Tx) (err error) {
				hashes, err = tx.Erase(c.id, store.Stripped{})
				return err
			})
			used, err := db.FileInUse(ctx, "aa")
			if !slices.Equal(hashes, []string{"aa"}) || used != c.used || err != nil {
				t.Errorf("case %d: %v, in use %v, %v", c.id, hashes, used, err)
			}
			if _, err := db.KeptFile(ctx, c.id, "m@x#0"); !fault.Is(err, fault.NotFound) {
				t.Errorf("case %d: the copy is still there: %v", c.id, err)
			}
		}
	})
}
