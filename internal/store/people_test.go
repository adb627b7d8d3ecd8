package store_test

import (
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func TestAStoreIsKeptAsItWasAndNotTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := store.Store{
			Connector: "aliexpress", Name: "Lámparas", ExternalID: "77", Zone: "Europe/Madrid", Currency: "USD", Country: "ES", Language: "es",
			Settings: map[string]string{"region": "cn"}, Secret: []byte{0, 1, 255}, Packs: []string{"aliexpress"}, State: "active", CreatedAt: storetest.Start,
		}
		c := store.Company{Name: "One"}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.PutCompany(&c); err != nil {
				return err
			}
			s.CompanyID = c.ID
			return tx.PutStore(&s)
		})
		got, err := db.Store(ctx, s.ID)
		if diff := cmp.Diff(s, got); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		twice := s
		twice.ID = 0
		wantFault(t, db.Write(ctx, func(tx *store.Tx) error { return tx.PutStore(&twice) }), fault.Conflict)
		old := s
		s.State = "closed"
		write(t, db, func(tx *store.Tx) error { return tx.PutStore(&s) })
		wantFault(t, db.Write(ctx, func(tx *store.Tx) error { return tx.PutStore(&old) }), fault.Conflict)
		twice.ID = 0
		write(t, db, func(tx *store.Tx) error { return tx.PutStore(&twice) })
		write(t, db, func(tx *store.Tx) error { return tx.SetSecret(s.ID, []byte("new")) })
		if got, _ := db.Store(ctx, s.ID); string(got.Secret) != "new" || got.Version != s.Version {
			t.Fatalf("got %+v", got)
		}
		all, err := db.Stores(ctx)
		if err != nil || len(all) != 2 {
			t.Fatalf("got %d, %v", len(all), err)
		}
	})
}

func TestAMemberIsKeptWithTheStoresGranted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, b := shop(t, db, "a"), shop(t, db, "b")
		m := store.Member{
			Email: "ana@example.org", Name: "Ana", Role: "agent", Password: "hash", Locale: "es", Zone: "Europe/Madrid", Theme: "dark",
			Stores: []int64{a.ID, b.ID}, State: "active", CreatedAt: storetest.Start,
		}
		put := func(m *store.Member) error {
			return db.Write(ctx, func(tx *store.Tx) error { return tx.PutMember(m) })
		}
		if err := put(&m); err != nil {
			t.Fatal(err)
		}
		got, err := db.MemberByEmail(ctx, "ana@example.org")
		if diff := cmp.Diff(m, got); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		twin := m
		twin.ID = 0
		wantFault(t, put(&twin), fault.Conflict)
		old := m
		m.Stores, m.AllStores = []int64{b.ID}, true
		if err := put(&m); err != nil {
			t.Fatal(err)
		}
		wantFault(t, put(&old), fault.Conflict)
		all, err := db.Members(ctx)
		if diff := cmp.Diff([]store.Member{m}, all); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		m.State = "removed"
		if err := put(&m); err != nil {
			t.Fatal(err)
		}
		_, err = db.MemberByEmail(ctx, "ana@example.org")
		wantFault(t, err, fault.NotFound)
		twin.ID = 0
		if err := put(&twin); err != nil {
			t.Fatalf("the login of a removed member is not free: %v", err)
		}
	})
}

func TestSessionsAndTokensAreFoundByTheirHash(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := storetest.Start
		s := store.Session{Hash: sha256.Sum256([]byte("cookie")), MemberID: 7, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(time.Hour), Agent: "a"}
		other := store.Session{Hash: sha256.Sum256([]byte("other")), MemberID: 7, ExpiresAt: now.Add(-time.Hour)}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.PutSession(other); err != nil {
				return err
			}
			return tx.PutSession(s)
		})
		write(t, db, func(tx *store.Tx) error { return tx.SeeSession(s.Hash, now.Add(time.Minute)) })
		s.SeenAt = now.Add(time.Minute)
		got, err := db.SessionByHash(ctx, s.Hash)
		if diff := cmp.Diff(s, got); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		if of, err := db.SessionsOf(ctx, 7); err != nil || len(of) != 2 {
			t.Fatalf("got %d, %v", len(of), err)
		}
		k := store.Token{Hash: sha256.Sum256([]byte("secret")), MemberID: 7, Kind: "api", Name: "n", CreatedAt: now}
		write(t, db, func(tx *store.Tx) error { return tx.AddToken(&k) })
		write(t, db, func(tx *store.Tx) error { return tx.UseToken(k.ID, now) })
		k.UsedAt = now
		token, err := db.TokenByHash(ctx, k.Hash)
		if diff := cmp.Diff(k, token); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		write(t, db, func(tx *store.Tx) error { return tx.DeleteExpired(now) })
		if of, err := db.SessionsOf(ctx, 7); err != nil || len(of) != 1 {
			t.Fatalf("after tidying: %d, %v", len(of), err)
		}
		if of, err := db.TokensOf(ctx, 7); err != nil || len(of) != 1 {
			t.Fatalf("a token without an end was taken away: %d, %v", len(of), err)
		}
		write(t, db, func(tx *store.Tx) error { return tx.DeleteToken(7, k.ID) })
		wantFault(t, db.Write(ctx, func(tx *store.Tx) error { return tx.DeleteToken(7, k.ID) }), fault.Conflict)
		write(t, db, func(tx *store.Tx) error { return tx.DeleteSessionsOf(7, s.Hash) })
		if _, err := db.SessionByHash(ctx, s.Hash); err != nil {
			t.Fatalf("the spared session is gone: %v", err)
		}
		write(t, db, func(tx *store.Tx) error { return tx.DeleteSession(s.Hash) })
		_, err = db.SessionByHash(ctx, s.Hash)
		wantFault(t, err, fault.NotFound)
	})
}

func TestFailedLoginsAreCountedInTheirWindow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		try := func(at time.Time) (n int64) {
			write(t, db, func(tx *store.Tx) (err error) {
				n, err = tx.AddLoginTry("ana", at, time.Hour)
				return err
			})
			return n
		}
		now := storetest.Start
		for i, want := range []int64{1, 2, 3} {
			if got := try(now.Add(time.Duration(i) * time.Minute)); got != want {
				t.Fatalf("got %d, want %d", got, want)
			}
		}
		if n, since, err := db.LoginTries(ctx, "ana"); err != nil || n != 3 || !since.Equal(now) {
			t.Fatalf("got %d since %v, %v", n, since, err)
		}
		if got := try(now.Add(2 * time.Hour)); got != 1 {
			t.Fatalf("a new window begins at %d", got)
		}
		write(t, db, func(tx *store.Tx) error { return tx.ClearLoginTries("ana") })
		if n, _, err := db.LoginTries(ctx, "ana"); err != nil || n != 0 {
			t.Fatalf("got %d, %v", n, err)
		}
	})
}

func TestSavedViewsBelongToTheirMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		put := func(v store.SavedView) store.SavedView {
			write(t, db, func(tx *store.Tx) error { return tx.PutSavedView(&v) })
			return v
		}
		a := put(store.SavedView{MemberID: 1, Name: "mine", Query: "a"})
		b := put(store.SavedView{MemberID: 1, Name: "mine", Query: "b"})
		put(store.SavedView{MemberID: 2, Name: "mine", Query: "c"})
		views, err := db.SavedViews(ctx, 1)
		if diff := cmp.Diff([]store.SavedView{b}, views); diff != "" || err != nil || a.ID != b.ID {
			t.Fatal(diff, err)
		}
		wantFault(t, db.Write(ctx, func(tx *store.Tx) error { return tx.DeleteSavedView(2, b.ID) }), fault.Conflict)
		write(t, db, func(tx *store.Tx) error { return tx.DeleteSavedView(1, b.ID) })
		if views, err := db.SavedViews(ctx, 1); err != nil || len(views) != 0 {
			t.Fatalf("got %+v, %v", views, err)
		}
	})
}

// What a store's row is read as belongs to whoever read it, and stores that are alike stay apart.
func TestSettingsAndPacksAreNotShared(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := store.Company{Name: "Uno"}
		write(t, db, func(tx *store.Tx) error { return tx.PutCompany(&c) })
		var ids []int64
		for _, shop := range []string{"a", "b"} {
			s := store.Store{
				CompanyID: c.ID, Connector: "mirakl", Name: shop, ExternalID: shop, State: "active", CreatedAt: storetest.Start,
				Settings: map[string]string{"poll_minutes": "5"}, Packs: []string{"mirakl@2025"},
			}
			write(t, db, func(tx *store.Tx) error { return tx.PutStore(&s) })
			ids = append(ids, s.ID)
		}
		for range 2 {
			for _, id := range ids {
				s, err := db.Store(t.Context(), id)
				if err != nil || s.Settings["poll_minutes"] != "5" || len(s.Settings) != 1 || !slices.Equal(s.Packs, []string{"mirakl@2025"}) {
					t.Fatalf("read %v %v (%v)", s.Settings, s.Packs, err)
				}
				s.Settings["poll_minutes"], s.Settings["more"], s.Packs[0] = "9", "x", "other"
			}
		}
	})
}
