package store_test

import (
	"fmt"
	"testing"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

// A connection keeps so many statements ready; what comes after them is said all the same, and so is what is ready.
func TestMoreSentencesThanAreKeptReady(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t), start)
	for round := range 2 {
		write(t, db, func(tx *store.Tx) error {
			for i := range 450 {
				n, err := tx.Answer(fmt.Sprintf("SELECT ? + %d", i), round)
				if err != nil || n != int64(i+round) {
					return fmt.Errorf("%d + %d = %d, %w", i, round, n, err)
				}
			}
			return nil
		})
	}
}

// A sentence the engine refuses fails alone: the next one is heard.
func TestARefusedSentenceEndsNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for range 2 {
			err := db.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Answer("SELECT nothing FROM nowhere")
				return err
			})
			if err == nil {
				t.Error("a table that does not exist was read")
			}
			if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutSetting("a", "b") }); err != nil {
				t.Error(err)
			}
		}
		if v, err := db.Setting(ctx, "a"); err != nil || v != "b" {
			t.Errorf("%q, %v", v, err)
		}
	})
}
