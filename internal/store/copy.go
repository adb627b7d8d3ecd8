package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"parley/internal/fault"
)

// Copied is what was copied of a table.
type Copied struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"`
	// Hash is the sum of the SHA-256 of all rows, so that it is the same in whatever order and engine they stand.
	Hash string `json:"hash"`
}

// Tables that are not copied: what is made anew from the others (see Unindexed), what belongs to running programs, and files, which
// package blob moves.
var notCopied = []string{
	"migration", "search", "search_data", "search_idx", "search_docsize", "search_config", "search_content", "indexed", "number", "word", "node",
	"lease", "subscription", "blob", "blob_part", "mark",
}

// reindexing is the setting that says that cases wait for their words; see Unindexed.
const reindexing = "reindexing"

// CopyTo copies the desk into an empty database of either engine: all of it, or nothing. It reads one moment of this database while others
// go on writing, and before it ends it has read back every table there and compared rows and content. Refused if the other is not empty
// (fault.store.not_empty). The words cases are found by are left to be made anew: see Unindexed.
func (db *DB) CopyTo(ctx context.Context, to *DB) ([]Copied, error) {
	from, end, err := db.moment(ctx)
	if err != nil {
		return nil, known(err)
	}
	defer end()
	tables, err := to.tables(ctx, to.pool)
	if err != nil {
		return nil, known(err)
	}
	var copied []Copied
	err = to.Write(ctx, func(tx *Tx) error {
		copied = nil
		if err := tx.mustBeEmpty(tables); err != nil {
			return err
		}
		for _, name := range tables {
			c, err := tx.copyTable(name, from)
			if err != nil {
				return fmt.Errorf("store: copying %s: %w", name, err)
			}
			copied = append(copied, c)
		}
		return tx.PutSetting(reindexing, "1")
	})
	return copied, err
}

// Contents counts and hashes every table of one moment, as CopyTo does.
func (db *DB) Contents(ctx context.Context) ([]Copied, error) {
	from, end, err := db.moment(ctx)
	if err != nil {
		return nil, known(err)
	}
	defer end()
	tables, err := db.tables(ctx, from.on)
	if err != nil {
		return nil, known(err)
	}
	var all []Copied
	for _, name := range tables {
		c, err := from.sum(ctx, name)
		if err != nil {
			return nil, known(err)
		}
		all = append(all, c)
	}
	return all, nil
}

// questioner is a pool, a connection or a transaction.
type questioner interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// tables names the tables to copy in the order they were made in, so that whatever refers to another one comes after it.
func (db *DB) tables(ctx context.Context, on questioner) ([]string, error) {
	text := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
	if db.dialect.postgres {
		text = "SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY c.oid"
	}
	found, err := texts(ctx, on, text)
	return slices.DeleteFunc(found, func(name string) bool { return slices.Contains(notCopied, name) }), err
}

func texts(ctx context.Context, on questioner, text string, args ...any) (found []string, err error) {
	rows, err := on.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, rows.Err()
}

// moment is one unchanging view of a database.
type moment struct {
	dialect dialect
	on      questioner
}

// moment opens a view of this instant; end closes it.
func (db *DB) moment(ctx context.Context) (moment, func(), error) {
	options := &sql.TxOptions{ReadOnly: true}
	if db.dialect.postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.pool.BeginTx(ctx, options)
	if err != nil {
		return moment{}, nil, err
	}
	return moment{db.dialect, tx}, func() { _ = tx.Rollback() }, nil // nothing was changed
}

// columns names the columns of a table, in alphabetical order.
func (m moment) columns(ctx context.Context, table string) ([]string, error) {
	text := "SELECT name FROM pragma_table_info(?)"
	if m.dialect.postgres {
		text = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1"
	}
	found, err := texts(ctx, m.on, text, table)
	slices.Sort(found)
	return found, err
}

// each gives every row of a table. The values belong to the function that gets them.
func (m moment) each(ctx context.Context, table string, columns []string, do func([]any) error) error {
	rows, err := m.on.QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := do(clean(values)); err != nil {
			return err
		}
	}
	return rows.Err()
}

// sum counts and hashes a table.
func (m moment) sum(ctx context.Context, table string) (Copied, error) {
	columns, err := m.columns(ctx, table)
	if err != nil {
		return Copied{}, err
	}
	var s rowSum
	err = m.each(ctx, table, columns, s.add)
	return s.copied(table), err
}

func (tx *Tx) mustBeEmpty(tables []string) error {
	for _, name := range tables {
		found, err := all(tx.ctx, tx.reader, (*record).int, "SELECT 1 FROM "+name+" LIMIT 1")
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return fault.New(fault.Refused, "fault.store.not_empty", "table", name)
		}
	}
	return nil
}

// copyTable writes every row, then reads them back.
func (tx *Tx) copyTable(name string, from moment) (Copied, error) {
	here := moment{tx.dialect, runnerQuestions{tx.runner}}
	columns, err := here.columns(tx.ctx, name)
	if err != nil {
		return Copied{}, err
	}
	there, err := from.columns(tx.ctx, name)
	if err == nil && !slices.Equal(columns, there) {
		err = fmt.Errorf("the columns differ: %v, %v", there, columns)
	}
	if err != nil {
		return Copied{}, err
	}
	sent, err := tx.copyRows(table{name: name, columns: columns}, from)
	if err != nil {
		return Copied{}, err
	}
	kept, err := here.sum(tx.ctx, name)
	if err == nil && kept != sent {
		err = fmt.Errorf("what was kept differs from what was sent: %d of %d rows", kept.Rows, sent.Rows)
	}
	if err != nil {
		return Copied{}, err
	}
	return kept, tx.setNumbers(name)
}

// copyAtOnce is how many rows are gathered before they are written.
const copyAtOnce = 256

func (tx *Tx) copyRows(t table, from moment) (Copied, error) {
	var s rowSum
	var waiting [][]any
	write := func() error {
		_, err := put(tx, t, waiting, nothing)
		waiting = waiting[:0]
		return err
	}
	err := from.each(tx.ctx, t.name, t.columns, func(row []any) error {
		if err := s.add(row); err != nil {
			return err
		}
		if waiting = append(waiting, row); len(waiting) < copyAtOnce {
			return nil
		}
		return write()
	})
	if err == nil {
		err = write()
	}
	return s.copied(t.name), err
}

// setNumbers makes a table that numbers its rows go on after the largest number. SQLite does so by itself.
func (tx *Tx) setNumbers(table string) error {
	if !tx.dialect.postgres {
		return nil
	}
	const text = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? AND is_identity = 'YES'"
	columns, err := all(tx.ctx, tx.reader, (*record).text, text, table)
	if err != nil || len(columns) == 0 {
		return err
	}
	_, err = all(tx.ctx, tx.reader, (*record).int, "SELECT setval(pg_get_serial_sequence(?, ?), (SELECT coalesce(max("+columns[0]+"), 0) + 1 FROM "+table+"), false)",
		table, columns[0])
	return err
}

// runnerQuestions lets what runs inside a write be asked like a pool.
type runnerQuestions struct{ runner }

func (q runnerQuestions) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return q.query(ctx, text, args)
}

// rowSum adds up the hashes of rows, modulo 2^256.
type rowSum struct {
	rows int64
	sum  [4]uint64
	row  []byte
}

func (s *rowSum) add(values []any) error {
	s.row = s.row[:0]
	for i, v := range values {
		switch v := v.(type) {
		case nil:
			s.row = append(s.row, 'n')
		case int64:
			s.row = binary.BigEndian.AppendUint64(append(s.row, 'i'), uint64(v))
		case string:
			s.row = append(binary.BigEndian.AppendUint64(append(s.row, 's'), uint64(len(v))), v...)
		case []byte:
			if len(v) == 0 { // an engine may not tell the two apart; nor does what reads them
				values[i] = nil
				s.row = append(s.row, 'n')
				continue
			}
			s.row = append(binary.BigEndian.AppendUint64(append(s.row, 'b'), uint64(len(v))), v...)
		default:
			return fmt.Errorf("a value of type %T", v)
		}
	}
	digest := sha256.Sum256(s.row)
	var carry uint64
	for i := 3; i >= 0; i-- {
		s.sum[i], carry = bits.Add64(s.sum[i], binary.BigEndian.Uint64(digest[i*8:]), carry)
	}
	s.rows++
	return nil
}

func (s *rowSum) copied(table string) Copied {
	var raw []byte
	for _, part := range s.sum {
		raw = binary.BigEndian.AppendUint64(raw, part)
	}
	return Copied{table, s.rows, hex.EncodeToString(raw)}
}

// Reindexing tells whether there are cases that were copied and not yet found by their words.
func (r reader) Reindexing(ctx context.Context) (bool, error) {
	waiting, err := r.Setting(ctx, reindexing)
	return waiting != "", err
}

// Unindexed gives cases that are not yet found by their words, in the order of their ids, at most limit of those after one; Indexed says
// that there are none left.
func (tx *Tx) Unindexed(after int64, limit int) ([]int64, error) {
	return all(tx.ctx, tx.reader, (*record).int, "SELECT c.id FROM case_ c WHERE c.id > ? AND NOT EXISTS (SELECT 1 FROM indexed i WHERE i.case_id = c.id)"+
		" ORDER BY c.id LIMIT ? + 0", after, limit)
}

// Indexed says that every case is found by its words.
func (tx *Tx) Indexed() error {
	tx.TouchedNames()
	_, err := tx.change("DELETE FROM setting WHERE key = ?", reindexing)
	return err
}
