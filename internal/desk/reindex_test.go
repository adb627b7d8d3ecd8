package desk_test

import (
	"testing"

	"parley/internal/desk"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func TestCopiedCasesAreFoundByTheirWordsAgain(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		s.sync() // the order behind it
		for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
			to := storetest.Open(t, address(t), s.clock.Now)
			if _, err := s.DB.CopyTo(t.Context(), to); err != nil {
				t.Fatal(err)
			}
			o := s.Options
			o.DB = to
			there := desk.New(o)
			search := func() int {
				p, err := there.Queue(t.Context(), s.owner, desk.QueueQuery{Search: "lámpara"})
				s.must(err)
				return len(p.Rows)
			}
			if n := search(); n != 0 {
				t.Fatalf("%s: found before the words are made", name)
			}
			if n, err := there.Reindex(t.Context()); err != nil || n != 1 {
				t.Fatalf("%s: %d, %v", name, n, err)
			}
			if search() != 1 {
				t.Errorf("%s: not found after", name)
			}
			if left, err := to.Reindexing(t.Context()); err != nil || left {
				t.Errorf("%s: still %v, %v", name, left, err)
			}
			p, err := there.Queue(t.Context(), s.owner, desk.QueueQuery{})
			s.must(err)
			s.must(to.Write(t.Context(), func(tx *store.Tx) error { // the same text costs nothing, another one replaces it
				return tx.Index(p.Rows[0].ID, store.SearchDoc{Words: "otra cosa"})
			}))
			if search() != 0 {
				t.Errorf("%s: an old word is still found", name)
			}
		}
	})
}
