package store

import (
	"context"
	"encoding/json"
	"time"
)

// SheetSource is where spreadsheets of a store come from, and how they are read.
type SheetSource struct {
	StoreID int64
	Name    string
	Mapping json.RawMessage
	ReadAt  time.Time // when a file of it was read last
}

// SheetRow is one row of a spreadsheet as facts.
type SheetRow struct {
	StoreID int64
	Source  string
	Key     string
	OrderNo string
	Facts   json.RawMessage
	Hash    string // changes whenever the row does
	ReadAt  time.Time
	Line    int
}

// SheetUpload is a file that waits to be read in.
type SheetUpload struct {
	ID       string
	StoreID  int64
	MemberID int64
	Name     string
	Content  []byte
	At       time.Time
}

func readSheetSource(r *record) SheetSource {
	return SheetSource{StoreID: r.int(), Name: r.text(), Mapping: r.json(), ReadAt: r.instant()}
}

// SheetSources gives the sources of a store, the one read last first.
func (r reader) SheetSources(ctx context.Context, storeID int64) ([]SheetSource, error) {
	return all(ctx, r, readSheetSource, "SELECT store_id, name, mapping, read_at FROM sheet_source WHERE store_id = ? ORDER BY read_at DESC, name", storeID)
}

// SheetSource gives one source. NotFound if it is not known.
func (r reader) SheetSource(ctx context.Context, storeID int64, name string) (SheetSource, error) {
	return one(ctx, r, "sheet source", readSheetSource, "SELECT store_id, name, mapping, read_at FROM sheet_source WHERE store_id = ? AND name = ?", storeID, name)
}

var sheetSourceTable = table{name: "sheet_source", columns: []string{"store_id", "name", "mapping", "read_at"}, key: []string{"store_id", "name"}}

// PutSheetSource keeps how the files of a source are read.
func (tx *Tx) PutSheetSource(s SheetSource) error {
	_, err := put(tx, sheetSourceTable, [][]any{{s.StoreID, s.Name, string(s.Mapping), micros(s.ReadAt)}}, nothing)
	return err
}

// SheetHashes gives the hashes of rows of a source by key. What is not known is left out.
func (r reader) SheetHashes(ctx context.Context, storeID int64, source string, keys []string) (map[string]string, error) {
	type mark struct{ key, hash string }
	read := func(r *record) mark { return mark{r.text(), r.text()} }
	found, err := byIDs(ctx, r, read, "SELECT key, hash FROM sheet_row WHERE store_id = ? AND source = ? AND key", "", keys, storeID, source)
	hashes := make(map[string]string, len(found))
	for key, m := range byAsked(keys, found, func(m mark) string { return m.key }) {
		hashes[key] = m.hash
	}
	return hashes, err
}

// SheetKeys gives the keys of a source that begin with a text, in their order.
func (r reader) SheetKeys(ctx context.Context, storeID int64, source, begin string) ([]string, error) {
	return all(ctx, r, (*record).text, "SELECT key FROM sheet_row WHERE store_id = ? AND source = ? AND key >= ? AND key < ? ORDER BY key", storeID, source, begin, begin+"\U0010ffff")
}

// SheetRowsOf gives the rows that tell of purchases of a store, the one read last at the end.
func (r reader) SheetRowsOf(ctx context.Context, storeID int64, numbers []string) (map[string][]SheetRow, error) {
	read := func(r *record) SheetRow {
		return SheetRow{StoreID: r.int(), Source: r.text(), Key: r.text(), OrderNo: r.text(), Facts: r.json(), Hash: r.text(), ReadAt: r.instant(), Line: int(r.int())}
	}
	head := "SELECT store_id, source, key, order_no, facts, hash, read_at, line FROM sheet_row WHERE store_id = ? AND order_no"
	found, err := byIDs(ctx, r, read, head, " ORDER BY read_at, line, key", numbers, storeID)
	rows := map[string][]SheetRow{}
	for _, row := range found {
		rows[row.OrderNo] = append(rows[row.OrderNo], row)
	}
	return rows, err
}

var sheetRowTable = table{
	name: "sheet_row", columns: []string{"store_id", "source", "key", "order_no", "facts", "hash", "read_at", "line"}, key: []string{"store_id", "source", "key"},
}

// PutSheetRows writes rows, each known by store, source and key (no two of the same in one call).
func (tx *Tx) PutSheetRows(rows []SheetRow) error {
	values := make([][]any, len(rows))
	for i, s := range rows {
		values[i] = []any{s.StoreID, s.Source, s.Key, s.OrderNo, string(s.Facts), s.Hash, micros(s.ReadAt), int64(s.Line)}
	}
	_, err := put(tx, sheetRowTable, values, nothing)
	return err
}

// DropSheetRows forgets rows of a source.
func (tx *Tx) DropSheetRows(storeID int64, source string, keys []string) error {
	for _, part := range chunks(keys, 512) {
		those, args := among(tx.dialect, part)
		if _, err := tx.change("DELETE FROM sheet_row WHERE store_id = ? AND source = ? AND key "+those, append([]any{storeID, source}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

// AddSheetUpload keeps a file that waits, and drops those that wait since before an instant.
func (tx *Tx) AddSheetUpload(u SheetUpload, before time.Time) error {
	if _, err := tx.change("DELETE FROM sheet_upload WHERE at < ?", micros(before)); err != nil {
		return err
	}
	packed, err := pack(u.Content)
	if err != nil {
		return err
	}
	_, err = tx.change("INSERT INTO sheet_upload (id, store_id, member_id, name, content, at) VALUES (?, ?, ?, ?, ?, ?)",
		u.ID, u.StoreID, u.MemberID, u.Name, packed, micros(u.At))
	return err
}

// SheetUpload gives a file that waits. NotFound if there is none.
func (r reader) SheetUpload(ctx context.Context, id string) (SheetUpload, error) {
	read := func(r *record) SheetUpload {
		return SheetUpload{ID: r.text(), StoreID: r.int(), MemberID: r.int(), Name: r.text(), Content: r.bytes(), At: r.instant()}
	}
	u, err := one(ctx, r, "sheet upload", read, "SELECT id, store_id, member_id, name, content, at FROM sheet_upload WHERE id = ?", id)
	if err != nil {
		return u, err
	}
	u.Content, err = unpack(u.Content)
	return u, err
}

// DropSheetUpload forgets a file that waited.
func (tx *Tx) DropSheetUpload(id string) error {
	_, err := tx.change("DELETE FROM sheet_upload WHERE id = ?", id)
	return err
}
