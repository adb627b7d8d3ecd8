// Package storetest gives tests a fresh database of each engine. A package that uses it has
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
//
// which starts a PostgreSQL server in a temporary folder for the package's tests and stops it afterwards, unless
// PARLEY_TEST_POSTGRES names a server by a URL whose user may create databases. A missing PostgreSQL fails the tests;
// nothing is skipped.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/store"
)

// Start is the instant at which the clock of a database from Each stands.
var Start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// Main starts PostgreSQL, runs the tests of a package, stops the server and then asks what has to be true after all tests.
func Main(m *testing.M, after ...func() error) {
	status := run(m)
	for _, ask := range after {
		if err := ask(); err != nil {
			fmt.Fprintln(os.Stderr, "after all tests:", err)
			status = max(status, 1)
		}
	}
	os.Exit(status)
}

func run(m *testing.M) int {
	if os.Getenv(variable) != "" {
		return m.Run()
	}
	s, err := startServer()
	if err != nil {
		// The tests that need it say so; the others still run.
		os.Setenv(missingVariable, err.Error())
		return m.Run()
	}
	defer s.stop()
	os.Setenv(variable, s.url)
	return m.Run()
}

const (
	variable        = "PARLEY_TEST_POSTGRES"
	missingVariable = "PARLEY_TEST_POSTGRES_MISSING"
	listenVariable  = "PARLEY_TEST_POSTGRES_LISTEN"
	netnsVariable   = "PARLEY_TEST_POSTGRES_NETNS"
	durableVariable = "PARLEY_TEST_POSTGRES_DURABLE"
)

// Each runs a test on a fresh database of each engine, with a clock that stands at Start.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachAt(t, func() time.Time { return Start }, test)
}

// EachAt is Each with a clock of the test's own.
func EachAt(t *testing.T, now func() time.Time, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for name, address := range map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": Postgres} {
		t.Run(name, func(t *testing.T) {
			test(t, Open(t, address(t), now))
		})
	}
}

// Open opens a database and closes it when the test ends.
func Open(t testing.TB, address string, now func() time.Time) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), address, store.Options{Now: now})
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("storetest: close: %v", err)
		}
	})
	return db
}

// SQLite gives the address of a new file that goes when the test ends.
func SQLite(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "parley.db")
}

var databases atomic.Int64

// Postgres makes an empty database that goes when the test ends, and gives its address.
func Postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv(variable)
	if server == "" {
		t.Fatalf("storetest: no PostgreSQL (%s); the package needs func TestMain(m *testing.M) { storetest.Main(m) }", os.Getenv(missingVariable))
	}
	name := fmt.Sprintf("parley_%d_%d", os.Getpid(), databases.Add(1))
	admin(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return withDatabase(t, server, name)
}

func admin(t testing.TB, server, text string) {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatalf("storetest: %s: %v", strings.Fields(text)[0], err)
	}
}

func withDatabase(t testing.TB, server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}
