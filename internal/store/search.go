package store

import (
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// SearchDoc is what a case is found by.
type SearchDoc struct {
	Numbers []string // looked up exactly or by their first 8 and more characters: order, line, issue, tracking number
	Words   string   // any text, any script: buyer, product, messages, notes
}

// SearchQuery is a search in cases.
type SearchQuery struct {
	Text   string
	Stores []int64 // nil = all; empty but not nil = none
	Open   *bool   // nil = both
	After  Cursor
	Limit  int // 1 to 500; 0 = 50
}

// SearchCap is how many of the newest hits of words, or of the beginning of a number, are looked at for one page.
const SearchCap = 5000

// minPrefix is how many characters of a number must be there to look for its beginning.
const minPrefix = 8

// Search gives cases, newest first: those with the number asked for ("#123" is the desk's own); if there is none, those
// with a number that begins so; if there is none, those that hold all words, the last one perhaps only begun. A text
// without a letter or digit finds nothing.
func (r reader) Search(ctx context.Context, q SearchQuery) (Page, error) {
	page := Query{Limit: q.Limit, After: q.After}
	if page.Limit <= 0 || page.Limit > maxPage {
		page.Limit = 50
	}
	hits, err := r.hits(ctx, q)
	if err != nil {
		return Page{}, err
	}
	if q.After != "" {
		at, err := q.After.read()
		if err != nil {
			return Page{}, err
		}
		i := slices.IndexFunc(hits, func(h hit) bool { return h.by == at.Order })
		if i < 0 {
			return Page{}, badCursor(q.After)
		}
		return r.searchPage(ctx, q, hits[i], at.ID, page.Limit)
	}
	capped := false
	for _, h := range hits {
		found, err := r.searchPage(ctx, q, h, never, page.Limit)
		if capped = capped || found.Capped; err != nil || len(found.Cases) > 0 {
			return found, err
		}
	}
	return Page{Capped: capped}, nil
}

// hit is one way to find cases: a sentence that gives their ids below a given one, the newest first.
type hit struct {
	by    string
	text  string
	args  []any
	whole bool // looks at the same hits for every page: the first in the order of numbers, not the newest
}

// begunNumbers are the numbers between two, the first of them.
const begunNumbers = "SELECT case_id FROM number WHERE folded >= ? AND folded < ? LIMIT 5000"

// hits gives the ways to try, in this order.
func (r reader) hits(ctx context.Context, q SearchQuery) ([]hit, error) {
	text := strings.TrimSpace(q.Text)
	if digits, own := strings.CutPrefix(text, "#"); own {
		if id, err := strconv.ParseInt(digits, 10, 64); err == nil {
			return []hit{{by: "id", text: "SELECT id FROM case_ WHERE id = ? AND id < ?", args: []any{id}}}, nil
		}
	}
	var ways []hit
	for _, folded := range foldedParts(text) {
		ways = append(ways, hit{by: "number:" + folded, args: []any{folded},
			text: "SELECT case_id AS id FROM number WHERE folded = ? AND case_id < ? ORDER BY case_id DESC LIMIT 5000"})
	}
	if folded := Fold(text); len(folded) >= minPrefix {
		ways = append(ways, hit{by: "prefix", args: []any{folded, folded + "\U0010FFFF"}, whole: true,
			text: "SELECT DISTINCT case_id AS id FROM (" + begunNumbers + ") n WHERE case_id < ? ORDER BY id DESC"})
	}
	wanted, err := r.wordQuery(ctx, text)
	if wanted != "" {
		ways = append(ways, hit{by: "words", text: r.dialect.wordHits(), args: []any{wanted}})
	}
	return ways, err
}

// foldedParts gives the whole text as a number, and each of its parts that is long enough to be one.
func foldedParts(text string) []string {
	var parts []string
	if whole := Fold(text); whole != "" {
		parts = append(parts, whole)
	}
	fields := strings.Fields(cut(text, 1000))
	for _, field := range fields {
		if part := Fold(field); len(fields) > 1 && len(fields) <= 8 && len(part) >= minPrefix && strings.ContainsAny(part, "0123456789") {
			parts = append(parts, part)
		}
	}
	return parts
}

// wordHits is the sentence for words; capped, because a common word may stand in half of all cases.
func (d dialect) wordHits() string {
	if d.postgres {
		return "SELECT case_id AS id FROM search WHERE words @@ CAST(? AS tsquery) AND case_id < ? ORDER BY case_id DESC LIMIT 5000"
	}
	return "SELECT rowid AS id FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT 5000"
}

// maxCompletions is how many words a begun one may stand for, the first in alphabetical order.
const maxCompletions = 32

// wordQuery puts a text into the engine's own language of word search: all words by AND, the last one also as any known
// word that begins with it; empty if there is nothing to look for. Asking the engine for "whatever begins so" instead
// makes it gather all such hits before it gives the first one: 25 to 65 ms at a million cases, where this takes one.
func (r reader) wordQuery(ctx context.Context, text string) (string, error) {
	wanted, begun := asked(text)
	var parts []string
	for _, w := range wanted {
		parts = append(parts, r.dialect.quote(w))
	}
	if begun == "" {
		return r.dialect.allOf(parts), nil
	}
	known, err := all(ctx, r, (*record).text, "SELECT term FROM word WHERE term >= ? AND term < ? ORDER BY term LIMIT ? + 0",
		begun, begun+"\U0010FFFF", maxCompletions)
	if err != nil {
		return "", err
	}
	if len(known) == 0 {
		known = []string{begun}
	}
	for i, w := range known {
		known[i] = r.dialect.quote(w)
	}
	return r.dialect.allOf(append(parts, r.dialect.oneOf(known))), nil
}

// quote, allOf and oneOf speak FTS5 (https://www.sqlite.org/fts5.html, 3) or tsquery. Tokens hold letters, digits and
// marks only, so there is nothing to escape.
func (d dialect) quote(token string) string {
	if d.postgres {
		return "'" + token + "'"
	}
	return `"` + token + `"`
}

func (d dialect) allOf(parts []string) string {
	if d.postgres {
		return strings.Join(parts, " & ")
	}
	return strings.Join(parts, " AND ")
}

func (d dialect) oneOf(parts []string) string {
	if d.postgres {
		return "(" + strings.Join(parts, " | ") + ")"
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// searchPage reads the cases of one way, below an id.
func (r reader) searchPage(ctx context.Context, q SearchQuery, h hit, below int64, limit int) (Page, error) {
	if q.Stores != nil && len(q.Stores) == 0 {
		return Page{}, nil
	}
	text := "SELECT " + caseList + " FROM (" + h.text + ") h JOIN case_ c ON c.id = h.id WHERE 1 = 1"
	args := append(slices.Clone(h.args), below)
	if q.Stores != nil {
		list, values := marks(q.Stores)
		text += " AND " + r.dialect.beside("c.store_id") + " IN (" + list + ")"
		args = append(args, values...)
	}
	if q.Open != nil {
		text += " AND " + r.dialect.beside("c.open") + " = ?"
		args = append(args, flag(*q.Open))
	}
	found, err := all(ctx, r, readCase, text+" ORDER BY h.id DESC LIMIT ? + 0", append(args, limit+1)...)
	if err != nil {
		return Page{}, err
	}
	p := Page{Cases: found[:min(len(found), limit)]}
	if len(found) > limit {
		p.Next = place{Order: h.by, ID: found[limit-1].ID}.cursor()
	}
	if h.whole || p.Next == "" && (q.Stores != nil || q.Open != nil) { // else every hit is shown, page after page
		p.Capped, err = r.capped(ctx, h, below)
	}
	return p, err
}

// capped tells whether a way has as many hits below an id as are looked at, so that there may be more.
func (r reader) capped(ctx context.Context, h hit, below int64) (bool, error) {
	text, args := h.text, append(slices.Clone(h.args), below)
	if h.whole {
		text, args = begunNumbers, h.args
	}
	n, err := one(ctx, r, "count", (*record).int, "SELECT count(*) FROM ("+text+") h", args...)
	return n >= SearchCap, err
}

// Index makes a case be found by what the document says; what did not change costs one look.
func (tx *Tx) Index(caseID int64, doc SearchDoc) error {
	return tx.IndexAll(map[int64]SearchDoc{caseID: doc})
}

var (
	indexedTable = table{name: "indexed", columns: []string{"case_id", "hash"}, key: []string{"case_id"}}
	numberTable  = table{name: "number", columns: []string{"folded", "case_id"}}
	wordTable    = table{name: "word", columns: []string{"term"}, key: []string{"term"}}
)

// IndexAll is Index for many cases at once.
func (tx *Tx) IndexAll(docs map[int64]SearchDoc) error {
	ids := slices.Sorted(maps.Keys(docs))
	hashes, err := tx.indexedHashes(ids)
	if err != nil {
		return err
	}
	var changed indexing
	for _, id := range ids {
		numbers, words := docs[id].terms()
		sum := hash(numbers, words)
		old, known := hashes[id]
		if known && old == sum {
			continue
		}
		changed.add(id, sum, numbers, known)
		if err := tx.putWords(id, words); err != nil {
			return err
		}
		tx.learn(words)
	}
	return tx.putIndexing(changed)
}

// indexing gathers what differs, to be written in few sentences.
type indexing struct {
	stale   []int64 // cases whose old numbers go
	marks   [][]any
	numbers [][]any
}

func (i *indexing) add(id, sum int64, numbers []string, known bool) {
	if known {
		i.stale = append(i.stale, id)
	}
	i.marks = append(i.marks, []any{id, sum})
	for _, n := range numbers {
		i.numbers = append(i.numbers, []any{n, id})
	}
}

func (tx *Tx) putIndexing(i indexing) error {
	if err := tx.putLearned(); err != nil {
		return err
	}
	if err := tx.forgetNumbers(i.stale); err != nil {
		return err
	}
	if err := tx.plainPut(indexedTable, i.marks); err != nil {
		return err
	}
	return tx.plainPut(numberTable, i.numbers)
}

func (tx *Tx) plainPut(t table, rows [][]any) error {
	_, err := put(tx, t, rows, nothing)
	return err
}

func (tx *Tx) indexedHashes(ids []int64) (map[int64]int64, error) {
	hashes := map[int64]int64{}
	_, err := byIDs(tx.ctx, tx.reader, func(r *record) struct{} {
		id := r.int()
		hashes[id] = r.int()
		return struct{}{}
	}, "SELECT case_id, hash FROM indexed WHERE case_id", "", ids)
	return hashes, err
}

func (tx *Tx) forgetNumbers(ids []int64) error {
	for _, part := range chunks(ids, 512) {
		those, args := among(tx.dialect, part)
		if _, err := tx.change("DELETE FROM number WHERE case_id "+those, args...); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) putWords(id int64, words []string) error {
	if tx.dialect.postgres {
		quoted := ""
		if len(words) > 0 {
			quoted = "'" + strings.Join(words, "' '") + "'"
		}
		_, err := tx.change("INSERT INTO search (case_id, words) VALUES (?, CAST(? AS tsvector))"+
			" ON CONFLICT (case_id) DO UPDATE SET words = excluded.words", id, quoted)
		return err
	}
	_, err := tx.change("INSERT OR REPLACE INTO search (rowid, words) VALUES (?, ?)", id, strings.Join(words, " "))
	return err
}

// terms gives the folded numbers and the tokens of a document, each once.
func (doc SearchDoc) terms() (numbers, words []string) {
	for _, n := range doc.Numbers {
		if folded := Fold(n); folded != "" {
			numbers = append(numbers, folded)
		}
	}
	return distinct(numbers), distinct(tokens(doc.Words))
}

func hash(numbers, words []string) int64 {
	h := fnv.New64a()
	for _, list := range [][]string{numbers, words} {
		for _, s := range list {
			h.Write([]byte(s))
			h.Write([]byte{' '})
		}
		h.Write([]byte{'\n'})
	}
	return int64(h.Sum64())
}
