package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite" // pure Go

	"parley/internal/fault"
)

// Options of a database.
type Options struct {
	Now func() time.Time // the only clock; required
	Log *slog.Logger     // nil = silence
	// Gate stands before the engine in simulations; nil everywhere else.
	Gate *Gate
	// Cache is how many kilobytes of pages each connection to SQLite keeps; 0 = 8,000 for the writer, 4,000 for a reader.
	Cache int
}

// DB is an open database. It is safe for use by several goroutines.
type DB struct {
	reader
	now        func() time.Time
	log        *slog.Logger
	pool       *sql.DB // readers on SQLite, everything on PostgreSQL
	writing    *sql.DB // SQLite only: exactly one connection
	writer     *writer // SQLite only
	path       string  // SQLite only: of the file
	news       *news
	gate       *Gate
	cache      int          // kilobytes, see Options
	post       *post        // PostgreSQL only: the line to other nodes
	turns      atomic.Int64 // of writes, see tallySlots
	commits    atomic.Int64
	closing    sync.Once
	vocabulary vocabulary
	keeping    atomic.Pointer[kept]
}

// Open opens the database at "sqlite:PATH", a plain path, or "postgres://…", creates it (SQLite) and brings its schema
// up to date. A schema newer than the program is refused (fault.store.schema_newer), a database that cannot be reached
// is Unavailable.
func Open(ctx context.Context, address string, options Options) (*DB, error) {
	if options.Now == nil {
		return nil, errors.New("store: Options.Now is missing")
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	db := &DB{now: options.Now, log: options.Log, gate: options.Gate, news: startNews(options.Gate != nil)}
	open := db.openSQLite
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		open = db.openPostgres
	}
	db.cache = options.Cache
	if err := open(ctx, address); err != nil {
		db.Close()
		return nil, known(err)
	}
	return db, nil
}

func (db *DB) openPostgres(ctx context.Context, address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// The address may hold the password.
		return fault.Input("database", "postgres://…", "postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	soundLines(config)
	pool := db.gate.open(stdlib.GetConnector(*config))
	pool.SetMaxOpenConns(max(16, 4*runtime.NumCPU()))
	pool.SetMaxIdleConns(max(16, 4*runtime.NumCPU()))
	db.pool = pool
	db.reader = reader{dialect{postgres: true}, poolRunner{db: pool, dialect: dialect{postgres: true}}, db}
	if err := db.checkEncoding(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, pool, db.dialect); err != nil {
		return err
	}
	if db.gate == nil { // simulated nodes look by themselves: calls between them would come at no certain moment
		db.post = startPost(db, config)
	}
	return nil
}

// checkEncoding refuses a PostgreSQL database that cannot hold every script.
func (db *DB) checkEncoding(ctx context.Context) error {
	var encoding string
	if err := db.pool.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
		if k := known(err); fault.Of(k) != nil {
			return k
		}
		return unavailable(err)
	}
	if encoding != "UTF8" {
		return fault.Input("database", encoding, "a database with encoding UTF8")
	}
	return nil
}

// The settings of SQLite. FULL because the last commits must survive a power cut. Checkpoints are the writer's work in
// idle moments; the limit here (80 MB of log) is only for a writer that is never idle. A reader's page cache is small
// because the pages come from the system's cache in any case.
const (
	sqliteWriter = "_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=wal_autocheckpoint(20000)&_pragma=mmap_size(0)&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)"
	sqliteReader = "_pragma=busy_timeout(5000)&_pragma=query_only(1)&_pragma=mmap_size(0)&_pragma=temp_store(MEMORY)"
)

func (db *DB) openSQLite(ctx context.Context, address string) error {
	path, err := sqlitePath(address)
	if err != nil {
		return err
	}
	db.path = path
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	db.writing = db.gate.open(sqliteFile(file + "?" + sqliteWriter + cacheOf(cmp.Or(db.cache, 8000))))
	db.writing.SetMaxOpenConns(1)
	if err := migrate(ctx, db.writing, dialect{}); err != nil {
		return err
	}
	db.pool = db.gate.open(sqliteFile(file + "?" + sqliteReader + cacheOf(cmp.Or(db.cache, 4000))))
	readers := max(4, runtime.NumCPU())
	db.pool.SetMaxOpenConns(readers)
	db.pool.SetMaxIdleConns(readers)
	db.writer, err = startWriter(ctx, db.writing, db.now, path+"-wal", db.log)
	outside := poolRunner{db: db.pool, prepared: &prepared{}, gated: db.gate != nil}
	db.reader = reader{dialect{}, outside, db}
	switch {
	case err != nil:
	case db.gate == nil:
		db.writer.tidyWhenIdle()
	default: // no run may depend on the moment at which something comes by the real clock
		db.reader = reader{dialect{}, savingRunner{outside, db.writer}, db}
	}
	return err
}

func cacheOf(kilobytes int) string { return "&_pragma=cache_size(-" + strconv.Itoa(kilobytes) + ")" }

// sqliteFile is the way to a file with its settings. A driver that another program part registers under its name stays untouched.
func sqliteFile(source string) driver.Connector { return file{&sqlite.Driver{}, source} }

// sqlitePath gives the absolute path of the file and makes sure that only its owner can read it.
func sqlitePath(address string) (string, error) {
	path := strings.TrimPrefix(address, "sqlite:")
	if path == "" || strings.Contains(path, "://") || strings.ContainsRune(path, 0) {
		return "", fault.Input("database", address, "sqlite:PATH or postgres://…")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", unavailable(err)
	}
	return path, file.Close()
}

// Postgres tells whether several nodes may share this database.
func (db *DB) Postgres() bool { return db.dialect.postgres }

// Ping makes one small read: nil, or Unavailable.
func (db *DB) Ping(ctx context.Context) error {
	_, err := db.Setting(ctx, "ping")
	return err
}

// Close waits for writes that have begun, then closes everything. Closing again does nothing.
func (db *DB) Close() (err error) {
	db.closing.Do(func() { err = db.close() })
	return err
}

func (db *DB) close() error {
	if db.writer != nil {
		db.writer.close()
	}
	if db.post != nil {
		db.post.close()
	}
	db.news.close()
	var err error
	for _, pool := range []*sql.DB{db.pool, db.writing} {
		if pool != nil {
			err = errors.Join(err, pool.Close())
		}
	}
	return err
}
