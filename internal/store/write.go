package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"parley/internal/fault"
)

// Tx is one write under way. It reads like DB, but sees its own changes; rows that are read to be changed are locked.
// It belongs to the function it was given to and must not be used after it.
type Tx struct {
	reader
	ctx     context.Context
	db      *DB
	held    map[int64]heldCase // cases as they stand in the database
	tallies map[tallyKey]tallySum
	changed gathered
	learned map[string]bool // words for the table of words; see learn
	seen    *kept           // what was found kept
}

func (db *DB) newTx(ctx context.Context, r runner) *Tx {
	tx := &Tx{
		ctx: ctx, db: db, held: map[int64]heldCase{}, tallies: map[tallyKey]tallySum{}, changed: newGathered(), learned: map[string]bool{},
	}
	tx.reader = reader{db.dialect, r, tx}
	return tx
}

// Touched says that a case changed, for those who listen with AfterCommit. The Put methods call it themselves.
func (tx *Tx) Touched(caseID int64) { tx.changed.cases[caseID] = true }

// TouchedStore says that something of a store changed: its settings, its state, how its reading stands.
func (tx *Tx) TouchedStore(storeID int64) { tx.changed.stores[storeID] = true }

// TouchedNames says that something changed that is kept in memory, see kept.
func (tx *Tx) TouchedNames() { tx.changed.names = true }

// Write runs do and makes what it changed durable: when it returns nil, the changes survive a power cut. An error of do
// undoes the changes of do and is given back; a panic undoes them and goes on. A failed commit is of kind Unknown, a
// database that is busy or gone of kind Unavailable.
func (db *DB) Write(ctx context.Context, do func(*Tx) error) error {
	if db.writer != nil {
		return db.writeShared(ctx, do)
	}
	var err error
	for range 8 {
		if err = db.writeAlone(ctx, do); !db.dialect.retryable(err) {
			break
		}
	}
	return known(err)
}

// writeShared takes a turn at SQLite's one writer.
func (db *DB) writeShared(ctx context.Context, do func(*Tx) error) error {
	var tx *Tx
	err := db.writer.write(ctx, func(r runner) error {
		tx = db.newTx(context.WithoutCancel(ctx), r)
		return tx.run(do)
	})
	if err == nil {
		db.committed(tx)
	}
	return known(err)
}

var errPanicked = errors.New("store: the function of a write panicked")

// run is do and what must follow it inside the same transaction.
func (tx *Tx) run(do func(*Tx) error) error {
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.keepTallies(); err != nil || !tx.changed.names {
		return err
	}
	return tx.putMark()
}

// writeAlone is one PostgreSQL transaction.
func (db *DB) writeAlone(ctx context.Context, do func(*Tx) error) error {
	sqlTx, err := db.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = sqlTx.Rollback() }() // does nothing after a commit; also runs when do panics
	tx := db.newTx(ctx, txRunner{sqlTx, db.dialect})
	if err := tx.run(do); err != nil {
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return commitFault(err)
	}
	db.committed(tx)
	return nil
}

// committed makes known here and to other nodes what is durable now.
func (db *DB) committed(tx *Tx) {
	db.commits.Add(1)
	db.vocabulary.add(tx.learned)
	db.heard(tx.changed)
	if db.post != nil {
		db.post.add(tx.changed)
	}
}

// heard takes in what was changed, here or by another node.
func (db *DB) heard(g gathered) {
	db.news.add(g)
}

// Commits tells how many writes were made durable through this opening of the database.
func (db *DB) Commits() int64 { return db.commits.Load() }

// commitFault: what the server itself refused did not happen; after anything else nobody knows.
func commitFault(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) || errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return fault.New(fault.Unknown, "fault.store.commit").Because(err)
}

// exec1 runs a change and gives the number of rows it changed.
func (tx *Tx) change(text string, args ...any) (int64, error) {
	result, err := tx.exec(tx.ctx, text, args)
	if err != nil {
		return 0, known(err)
	}
	n, err := result.RowsAffected()
	return n, known(err)
}

// must runs a change that has to hit exactly one row; none means that somebody else was faster.
func (tx *Tx) must(what, text string, args ...any) error {
	n, err := tx.change(text, args...)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "fault.changed_meanwhile", "what", what)
	}
	return err
}
