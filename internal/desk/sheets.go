package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/sheet"
	"parley/internal/store"
)

// SheetFile is a spreadsheet of a back office.
type SheetFile struct {
	Name    string
	Content io.ReaderAt
	Size    int64 // bytes
	// Source names where such files come from. What a person settled about it is used again, and rows are the same ones when they come
	// again from the same source. Empty = what the rows are.
	Source string
}

// SheetResult tells what became of the rows of a file, or would.
type SheetResult struct {
	Source     string           `json:"source"`
	Mapping    sheet.Mapping    `json:"mapping"`
	Remembered bool             `json:"remembered" doc:"the mapping is the one used before for this source"`
	DryRun     bool             `json:"dry_run"`
	Rows       int              `json:"rows" doc:"rows below the header"`
	New        int              `json:"new"`
	Changed    int              `json:"changed"`
	Same       int              `json:"same" doc:"read before and unchanged"`
	Ended      int              `json:"ended" doc:"open cases that a complete file no longer lists"`
	Failed     int              `json:"failed" doc:"cells that could not be read; their rows were not taken"`
	Errors     []sheet.RowError `json:"errors,omitempty" doc:"the first 200"`
	Lines      []SheetLine      `json:"lines,omitempty" doc:"what became of each row, the first 500"`
	Cases      []int64          `json:"cases,omitempty" doc:"cases that came or changed, the first 1000"`
}

// SheetLine is what became of one row.
type SheetLine struct {
	Row     int    `json:"row"`
	Order   string `json:"order,omitempty"`
	Case    string `json:"case,omitempty" doc:"the platform's number of the case"`
	Outcome string `json:"outcome" enum:"new,changed,same"`
}

const (
	maxSheetSize  = 48 << 20 // bytes of a file
	errorsTold    = 200
	linesTold     = 500
	casesTold     = 1000
	rowsAtOnce    = 250
	uploadWaits   = 2 * time.Hour // how long a file waits between the page that shows it and the page that reads it
	caseOfASheet  = "case"        // kind of a record that a row of cases makes
	purchaseBirth = "purchase"    // kind of the record of a case that was born from a purchase
)

// LookAtSheet shows the head of a file with the mapping that is remembered for its source, or else suggested. over replaces what was
// found out about the file; nil = nothing.
func (d *Desk) LookAtSheet(ctx context.Context, who Who, storeID int64, file SheetFile, over *sheet.Mapping) (sheet.Look, bool, error) {
	if _, err := d.sheetStore(ctx, who, storeID, file); err != nil {
		return sheet.Look{}, false, err
	}
	var told sheet.Mapping
	if over != nil {
		told = *over
	}
	remembered, known, err := d.rememberedMapping(ctx, storeID, file.Source)
	if err != nil {
		return sheet.Look{}, false, err
	}
	if known && over == nil {
		told = remembered
	}
	f, err := sheet.Open(file.Content, file.Size, told.Options())
	if err != nil {
		return sheet.Look{}, false, err
	}
	look, err := sheet.LookAt(f, told.Record, told.HeaderRow)
	if err == nil && known && over == nil {
		look.Suggested = remembered
	}
	return look, known && over == nil, err
}

// ImportSheet reads a spreadsheet into a store that has no other way in. mapping nil = the one remembered for the source, or else the
// one suggested by the header. Reading the same file twice changes nothing; a row that changed is a change; a row that is missing ends
// a case only where the mapping says that files of this source are complete. With dryRun nothing is written.
func (d *Desk) ImportSheet(ctx context.Context, who Who, storeID int64, file SheetFile, mapping *sheet.Mapping, dryRun bool) (SheetResult, error) {
	st, err := d.sheetStore(ctx, who, storeID, file)
	if err != nil {
		return SheetResult{}, err
	}
	m, remembered, err := d.mappingFor(ctx, st, file, mapping)
	if err != nil {
		return SheetResult{}, err
	}
	f, err := sheet.Open(file.Content, file.Size, m.Options())
	if err != nil {
		return SheetResult{}, err
	}
	in := &sheetIntake{d: d, st: st, dry: dryRun, seen: map[string]bool{}, out: SheetResult{Source: sourceOf(file, m), Mapping: m, Remembered: remembered, DryRun: dryRun}}
	in.out.Rows, err = sheet.Read(ctx, f, m, d.sheetDefaults(st), func(r sheet.Record) error { return in.take(ctx, r) }, in.wrong)
	if err == nil {
		err = in.flush(ctx)
	}
	if err == nil && m.Complete && m.Record == sheet.Cases && in.out.Failed == 0 {
		err = in.endMissing(ctx)
	}
	if err == nil && !dryRun {
		err = d.rememberMapping(ctx, st.ID, in.out.Source, m)
	}
	if !dryRun {
		wake(d.wakeTimers)
		wake(d.wakeOrders)
	}
	return in.out, err
}

// sheetStore checks who asks and that the store takes spreadsheets.
func (d *Desk) sheetStore(ctx context.Context, who Who, storeID int64, file SheetFile) (store.Store, error) {
	if err := who.need(Act); err != nil {
		return store.Store{}, err
	}
	if !who.Sees(storeID) {
		return store.Store{}, fault.New(fault.NotFound, "fault.store_not_found")
	}
	if file.Size > maxSheetSize {
		return store.Store{}, fault.Input("file", cleanName(file.Name), "at most 48 MB")
	}
	if n := len([]rune(file.Source)); n > 80 {
		return store.Store{}, fault.Input("source", file.Source, "at most 80 characters")
	}
	st, err := d.DB.Store(ctx, storeID)
	if err == nil && !d.abouts[st.Connector].Offline {
		err = fault.New(fault.Refused, "fault.sheet.store_online", "store", st.Name)
	}
	return st, err
}

func (d *Desk) sheetDefaults(st store.Store) sheet.Defaults {
	zone, err := time.LoadLocation(st.Zone)
	if err != nil {
		zone = time.UTC
	}
	return sheet.Defaults{Zone: zone, Currency: st.Currency}
}

func sourceOf(file SheetFile, m sheet.Mapping) string {
	if name := strings.TrimSpace(file.Source); name != "" {
		return name
	}
	return m.Record
}

// mappingFor is the mapping given, remembered or suggested.
func (d *Desk) mappingFor(ctx context.Context, st store.Store, file SheetFile, given *sheet.Mapping) (sheet.Mapping, bool, error) {
	if given != nil {
		return *given, false, given.Check()
	}
	if m, known, err := d.rememberedMapping(ctx, st.ID, file.Source); known || err != nil {
		return m, known, err
	}
	f, err := sheet.Open(file.Content, file.Size, sheet.Options{})
	if err != nil {
		return sheet.Mapping{}, false, err
	}
	look, err := sheet.LookAt(f, "", 0)
	return look.Suggested, false, err
}

func (d *Desk) rememberedMapping(ctx context.Context, storeID int64, source string) (m sheet.Mapping, known bool, err error) {
	if strings.TrimSpace(source) == "" {
		return m, false, nil
	}
	s, err := d.DB.SheetSource(ctx, storeID, strings.TrimSpace(source))
	if fault.Is(err, fault.NotFound) {
		return m, false, nil
	}
	if err == nil {
		err = json.Unmarshal(s.Mapping, &m)
	}
	return m, err == nil, err
}

func (d *Desk) rememberMapping(ctx context.Context, storeID int64, source string, m sheet.Mapping) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.PutSheetSource(store.SheetSource{StoreID: storeID, Name: source, Mapping: raw, ReadAt: d.Now()})
	})
}

// SheetSource is a source whose mapping is remembered.
type SheetSource struct {
	Name    string        `json:"name"`
	Mapping sheet.Mapping `json:"mapping"`
	ReadAt  time.Time     `json:"read_at"`
}

// SheetSources are the sources of a store, the one read last first.
func (d *Desk) SheetSources(ctx context.Context, who Who, storeID int64) ([]SheetSource, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	if !who.Sees(storeID) {
		return nil, fault.New(fault.NotFound, "fault.store_not_found")
	}
	rows, err := d.DB.SheetSources(ctx, storeID)
	if err != nil {
		return nil, err
	}
	out := make([]SheetSource, len(rows))
	for i, r := range rows {
		out[i] = SheetSource{Name: r.Name, ReadAt: r.ReadAt}
		if err := json.Unmarshal(r.Mapping, &out[i].Mapping); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sheetIntake takes the rows of one file in, some at a time.
type sheetIntake struct {
	d     *Desk
	st    store.Store
	dry   bool
	batch []sheet.Record
	seen  map[string]bool // keys of the rows of cases in this file
	out   SheetResult
}

func (in *sheetIntake) wrong(e sheet.RowError) {
	in.out.Failed++
	if len(in.out.Errors) < errorsTold {
		in.out.Errors = append(in.out.Errors, e)
	}
}

func (in *sheetIntake) take(ctx context.Context, r sheet.Record) error {
	if r.Kind == sheet.Cases {
		r.Key = caseKey(r.Key)
		in.seen[r.Key] = true
	}
	in.batch = append(in.batch, r)
	if len(in.batch) < rowsAtOnce {
		return nil
	}
	return in.flush(ctx)
}

func caseKey(number string) string { return sheet.Cases + "/" + number }

// flush takes the waiting rows in with one transaction.
func (in *sheetIntake) flush(ctx context.Context) error {
	rows := lastRows(in.batch)
	in.batch = nil
	if len(rows) == 0 {
		return nil
	}
	fresh, err := in.changed(ctx, rows)
	if err != nil || in.dry || len(fresh) == 0 {
		return err
	}
	var ids []int64
	err = in.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		ids, err = in.write(ctx, tx, fresh)
		return err
	})
	in.out.Cases = append(in.out.Cases, ids[:min(len(ids), casesTold-min(len(in.out.Cases), casesTold))]...)
	return err
}

// lastRows drops earlier rows of a key that comes twice.
func lastRows(rows []sheet.Record) []sheet.Record {
	last := make(map[string]int, len(rows))
	for i, r := range rows {
		last[r.Key] = i
	}
	out := rows[:0]
	for i, r := range rows {
		if last[r.Key] == i {
			out = append(out, r)
		}
	}
	return out
}

// changed sorts out the rows that are new or changed, and counts.
func (in *sheetIntake) changed(ctx context.Context, rows []sheet.Record) ([]store.SheetRow, error) {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.Key
	}
	known, err := in.d.DB.SheetHashes(ctx, in.st.ID, in.out.Source, keys)
	if err != nil {
		return nil, err
	}
	var fresh []store.SheetRow
	for _, r := range rows {
		row, err := in.row(r)
		if err != nil {
			return nil, err
		}
		outcome := "same"
		switch hash, there := known[r.Key]; {
		case !there:
			outcome = "new"
			in.out.New++
		case hash != row.Hash:
			outcome = "changed"
			in.out.Changed++
		default:
			in.out.Same++
		}
		if outcome != "same" {
			fresh = append(fresh, row)
		}
		if len(in.out.Lines) < linesTold {
			in.out.Lines = append(in.out.Lines, SheetLine{Row: r.Row, Order: r.Order, Case: r.Ref.ID, Outcome: outcome})
		}
	}
	return fresh, nil
}

// row is a record as it is kept: a row of cases with what makes its snapshot, the others with their facts.
func (in *sheetIntake) row(r sheet.Record) (store.SheetRow, error) {
	var kept any = r.Facts
	if r.Kind == sheet.Cases {
		kept = r.Snapshot()
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		return store.SheetRow{}, err
	}
	sum := sha256.Sum256(append(raw, r.Raw...))
	return store.SheetRow{StoreID: in.st.ID, Source: in.out.Source, Key: r.Key, OrderNo: orderOfRow(r), Facts: raw, Hash: hex.EncodeToString(sum[:16]), ReadAt: in.d.Now(), Line: r.Row}, nil
}

// orderOfRow is the purchase whose facts the row adds to; a row of cases adds to none.
func orderOfRow(r sheet.Record) string {
	if r.Kind == sheet.Cases {
		return ""
	}
	return r.Order
}

func (in *sheetIntake) write(ctx context.Context, tx *store.Tx, rows []store.SheetRow) ([]int64, error) {
	if err := tx.PutSheetRows(rows); err != nil {
		return nil, err
	}
	var snaps []connector.Snapshot
	var numbers []string
	for _, r := range rows {
		if r.OrderNo != "" {
			numbers = join(numbers, []string{r.OrderNo})
			continue
		}
		var s connector.Snapshot
		if err := json.Unmarshal(r.Facts, &s); err != nil {
			return nil, err
		}
		snaps = append(snaps, s)
	}
	ids, err := in.d.takeSheetOrders(ctx, tx, in.st, numbers)
	if err != nil || len(snaps) == 0 {
		return ids, err
	}
	more, err := (&intake{d: in.d, tx: tx, st: in.st, now: in.d.Now()}).take(ctx, snaps)
	return append(ids, more...), err
}

// endMissing ends the open cases of the source that the file does not list.
func (in *sheetIntake) endMissing(ctx context.Context) error {
	keys, err := in.d.DB.SheetKeys(ctx, in.st.ID, in.out.Source, sheet.Cases+"/")
	if err != nil {
		return err
	}
	var gone, numbers []string
	for _, key := range keys {
		if !in.seen[key] {
			gone, numbers = append(gone, key), append(numbers, strings.TrimPrefix(key, sheet.Cases+"/"))
		}
	}
	open, err := in.openCases(ctx, numbers)
	if err != nil {
		return err
	}
	in.out.Ended = len(open)
	if in.dry || len(gone) == 0 {
		return nil
	}
	return in.d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.DropSheetRows(in.st.ID, in.out.Source, gone); err != nil || len(open) == 0 {
			return err
		}
		_, err := (&intake{d: in.d, tx: tx, st: in.st, now: in.d.Now()}).take(ctx, open)
		return err
	})
}

// openCases are the open records of these numbers, as snapshots that end them.
func (in *sheetIntake) openCases(ctx context.Context, numbers []string) ([]connector.Snapshot, error) {
	found, err := in.d.DB.SourcesByExternal(ctx, in.st.ID, caseOfASheet, numbers)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, s := range found {
		if s.Open {
			ids = append(ids, s.CaseID)
		}
	}
	all, err := in.d.DB.SourcesOfCases(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []connector.Snapshot
	for _, sources := range all {
		for _, s := range sources {
			if f, ok := found[s.ExternalID]; !ok || f.ID != s.ID || !s.Open {
				continue
			}
			snap, err := in.ending(s)
			if err != nil {
				return nil, err
			}
			out = append(out, snap)
		}
	}
	return out, nil
}

func (in *sheetIntake) ending(s store.Source) (connector.Snapshot, error) {
	ref, err := refOfSource(s)
	if err != nil {
		return connector.Snapshot{}, err
	}
	f, err := decodeFacts(s.Facts)
	if f.Case != nil {
		f.Case.Reported.Ended, f.Case.Reported.EndedAt = true, in.d.Now()
	}
	return connector.Snapshot{Ref: ref, Fingerprint: "gone", ChangedAt: in.d.Now(), Facts: f}, err
}
