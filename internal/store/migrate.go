package store

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"parley/internal/fault"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the schema up to this program's version. Several nodes may start at once: on PostgreSQL they wait for
// one advisory lock, on SQLite for the write lock. A schema newer than this program is refused and left as it is.
func migrate(ctx context.Context, db *sql.DB, d dialect) error {
	steps, err := migrations(d)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{
		goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true), goose.WithTableName("migration"),
	}
	name := goose.DialectSQLite3
	if d.postgres {
		name = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // look every second, for five minutes
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(name, db, nil, options...)
	if err != nil {
		return err
	}
	return bringUp(ctx, provider)
}

// bringUp runs the steps that are missing. Two that open a new SQLite file at the same moment may want the same step;
// each step is one transaction, so the loser's does nothing, and it looks again.
func bringUp(ctx context.Context, provider *goose.Provider) error {
	var failed error
	for range 5 {
		now, newest, err := provider.GetVersions(ctx)
		if err != nil {
			failed = err
			continue
		}
		if now > newest {
			return fault.New(fault.Refused, "fault.store.schema_newer",
				"database", strconv.FormatInt(now, 10), "program", strconv.FormatInt(newest, 10))
		}
		if now == newest {
			return nil
		}
		if _, failed = provider.Up(ctx); failed == nil {
			return nil
		}
	}
	return failed
}

// migrations makes one step of every embedded file. The file's number is its version; there is no way down, because
// the way back from a failed upgrade is the backup.
func migrations(d dialect) ([]*goose.Migration, error) {
	files, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []*goose.Migration
	for _, file := range files {
		text, err := migrationFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		digits, _, _ := strings.Cut(strings.TrimPrefix(file, "migrations/"), "_")
		version, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return nil, err
		}
		steps = append(steps, goose.NewGoMigration(version, &goose.GoFunc{RunTx: runText(d.ddl(string(text)))}, nil))
	}
	return steps, nil
}

// runText runs the statements of a migration one by one. A statement ends with a semicolon at the end of a line.
func runText(text string) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		for _, statement := range strings.Split(text, ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}
}
