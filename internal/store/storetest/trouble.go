package storetest

import (
	"database/sql"
	"strings"
	"testing"
)

// PretendNewer marks a database as one of a later program.
func PretendNewer(t testing.TB, address string) {
	t.Helper()
	driver, source := "sqlite", "file:"+strings.TrimPrefix(address, "sqlite:")
	applied := "1"
	if strings.HasPrefix(address, "postgres") {
		driver, source, applied = "pgx", address, "true"
	}
	Exec(t, driver, source, "INSERT INTO migration (version_id, is_applied) VALUES (9999, "+applied+")")
}

// CutLines ends every other connection of a PostgreSQL database, as a break of the network or a restart would.
func CutLines(t testing.TB, address string) {
	t.Helper()
	Exec(t, "pgx", address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
}

// Exec runs one sentence on a database beside those who have it open.
func Exec(t testing.TB, driver, source, text string) {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatalf("storetest: %s: %v", strings.Fields(text)[0], err)
	}
}

// Backends gives the process ids of the connections to a PostgreSQL database.
func Backends(t testing.TB, address string) (pids []int) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	defer rows.Close()
	for rows.Next() {
		var pid int
		if err := rows.Scan(&pid); err != nil {
			t.Fatalf("storetest: %v", err)
		}
		pids = append(pids, pid)
	}
	return pids
}
