package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"parley/internal/fault"
)

// caseColumns are what a list shows, in the order of Case.columns and readCase. The id stands before them.
var caseColumns = []string{
	"version", "company_id", "store_id", "connector", "matter", "order_no", "buyer_id", "open", "view", "class", "state",
	"owner", "ask", "recommended", "due_at", "due_kind", "stake", "stake_currency", "stake_ref", "stake_ref_currency",
	"assignee_id", "opened_at", "changed_at", "ended_at", "card",
}

const caseList = "c.id, c.version, c.company_id, c.store_id, c.connector, c.matter, c.order_no, c.buyer_id, c.open, c.view, c.class, " +
	"c.state, c.owner, c.ask, c.recommended, c.due_at, c.due_kind, c.stake, c.stake_currency, c.stake_ref, c.stake_ref_currency, " +
	"c.assignee_id, c.opened_at, c.changed_at, c.ended_at, c.card"

const caseFull = caseList + ", b.packs, b.own, b.verdict"

const caseFrom = " FROM case_ c JOIN case_body b ON b.case_id = c.id"

func (c *Case) columns() []any {
	return []any{
		c.Version, c.CompanyID, c.StoreID, c.Connector, c.Matter, c.OrderNo, c.BuyerID, flag(c.Open), c.View, c.Class, c.State,
		c.Owner, c.Ask, c.Recommended, dueMicros(c.DueAt), c.DueKind, c.Stake.Minor, c.Stake.Currency, c.StakeRef.Minor,
		c.StakeRef.Currency, c.AssigneeID, micros(c.OpenedAt), micros(c.ChangedAt), micros(c.EndedAt), cardText(c.Card),
	}
}

func (c *Case) body() [3]string {
	return [3]string{encode(c.Packs), string(c.Own), string(c.Verdict)}
}

func readCase(r *record) Case {
	c := Case{
		ID: r.int(), Version: r.int(), CompanyID: r.int(), StoreID: r.int(), Connector: r.text(), Matter: r.text(), OrderNo: r.text(),
		BuyerID: r.text(), Open: r.flag(), View: r.text(), Class: r.text(), State: r.text(), Owner: r.text(), Ask: r.text(),
		Recommended: r.text(), DueAt: r.instant(), DueKind: r.text(), Stake: r.money(), StakeRef: r.money(), AssigneeID: r.int(),
		OpenedAt: r.instant(), ChangedAt: r.instant(), EndedAt: r.instant(),
	}
	card, err := readCard(r.text())
	if c.Card = card; err != nil {
		r.fail(err)
	}
	return c
}

func readFullCase(r *record) Case {
	c := readCase(r)
	c.Packs = packsRead.decode(r)
	c.Own, c.Verdict = r.json(), r.json()
	return c
}

// Case gives a case with everything in its row. NotFound if there is none.
func (r reader) Case(ctx context.Context, id int64) (Case, error) {
	return one(ctx, r, "case", readFullCase, "SELECT "+caseFull+caseFrom+" WHERE c.id = ?", id)
}

// CasesByID gives cases as lists show them (without packs, own facts and verdict), in the order of their ids. Ids that
// do not exist are left out.
func (r reader) CasesByID(ctx context.Context, ids []int64) ([]Case, error) {
	found, err := byIDs(ctx, r, readCase, "SELECT "+caseList+" FROM case_ c WHERE c.id", "", ids)
	slices.SortFunc(found, func(a, b Case) int { return cmp.Compare(a.ID, b.ID) })
	return found, err
}

// FullCasesByID gives cases with everything in their rows, in the order of their ids. Ids that do not exist are left out.
func (r reader) FullCasesByID(ctx context.Context, ids []int64) ([]Case, error) {
	found, err := byIDs(ctx, r, readFullCase, "SELECT "+caseFull+caseFrom+" WHERE c.id", "", ids)
	slices.SortFunc(found, func(a, b Case) int { return cmp.Compare(a.ID, b.ID) })
	return found, err
}

// CaseByMatter gives the case of a matter in a store. NotFound if there is none.
func (r reader) CaseByMatter(ctx context.Context, storeID int64, matter string) (Case, error) {
	return one(ctx, r, "case", readFullCase, "SELECT "+caseFull+caseFrom+" WHERE c.store_id = ? AND c.matter = ?", storeID, matter)
}

// heldCase is how a case stands in the database, so that only what differs is written.
type heldCase struct {
	store   int64
	columns []any
	body    [3]string
}

func (tx *Tx) hold(cases []Case) {
	for i := range cases {
		tx.held[cases[i].ID] = heldCase{cases[i].StoreID, cases[i].columns(), cases[i].body()}
	}
}

// CaseIDsByMatter gives the ids of the cases of matters of a store, by matter. What does not exist is left out.
func (r reader) CaseIDsByMatter(ctx context.Context, storeID int64, matters []string) (map[string]int64, error) {
	type named struct {
		id     int64
		matter string
	}
	read := func(r *record) named { return named{r.int(), r.text()} }
	found, err := byIDs(ctx, r, read, "SELECT id, matter FROM case_ WHERE store_id = ? AND matter", "", matters, storeID)
	ids := make(map[string]int64, len(found))
	for matter, n := range byAsked(matters, found, func(n named) string { return n.matter }) {
		ids[matter] = n.id
	}
	return ids, err
}

// CasesForUpdate gives cases locked for change, by id. What does not exist is left out.
func (tx *Tx) CasesForUpdate(ids []int64) (map[int64]Case, error) {
	// Always in the same order, so that two nodes never wait for each other.
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	head := "SELECT " + caseFull + caseFrom + " WHERE c.id"
	found, err := byIDs(tx.ctx, tx.reader, readFullCase, head, " ORDER BY c.id"+tx.dialect.forUpdate(), ids)
	tx.hold(found)
	cases := make(map[int64]Case, len(found))
	for _, c := range found {
		cases[c.ID] = c
	}
	return cases, err
}

// LockCases locks cases for change without reading them, in the order in which everybody locks them. SQLite has one writer and needs none.
func (tx *Tx) LockCases(ids []int64) error {
	if !tx.dialect.postgres {
		return nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	_, err := byIDs(tx.ctx, tx.reader, (*record).int, "SELECT id FROM case_ WHERE id", " ORDER BY id FOR UPDATE", ids)
	return err
}

// CaseForUpdate gives a case locked for change if it still has the version a person saw; version 0 takes any. Conflict
// if it has another one, NotFound if there is no such case.
func (tx *Tx) CaseForUpdate(id, version int64) (Case, error) {
	found, err := tx.CasesForUpdate([]int64{id})
	if err != nil {
		return Case{}, err
	}
	c, ok := found[id]
	if !ok {
		return Case{}, missing("case")
	}
	if version != 0 && c.Version != version {
		return Case{}, changedMeanwhile("case")
	}
	return c, nil
}

func changedMeanwhile(what string) error {
	return fault.New(fault.Conflict, "fault.changed_meanwhile", "what", what)
}

// PutCases writes cases: one with ID 0 is new and gets its ID and Version 1; of the others, only what differs from the
// database is written and the Version goes up by one (an unchanged case is left alone). Conflict if a case has another
// version in the database than the one given, or if its matter already has a case. The tallies follow by themselves.
func (tx *Tx) PutCases(cases []*Case) error {
	var added, changed []*Case
	for _, c := range cases {
		if c.ID == 0 {
			added = append(added, c)
		} else {
			changed = append(changed, c)
		}
	}
	if err := tx.addCases(added); err != nil {
		return err
	}
	return tx.changeCases(changed)
}

var (
	caseTable = table{name: "case_", columns: caseColumns, returns: "id, store_id, matter"}
	bodyTable = table{
		name: "case_body", columns: []string{"case_id", "packs", "own", "verdict"}, key: []string{"case_id"},
	}
)

type matterKey struct {
	storeID int64
	matter  string
}

func (tx *Tx) addCases(cases []*Case) error {
	rows := make([][]any, len(cases))
	for i, c := range cases {
		c.Version = 1
		rows[i] = c.columns()
	}
	type numbered struct {
		id  int64
		key matterKey
	}
	given, err := put(tx, caseTable, rows, func(r *record) numbered {
		return numbered{r.int(), matterKey{r.int(), r.text()}}
	})
	if err != nil {
		return err
	}
	ids := make(map[matterKey]int64, len(given))
	for _, n := range given {
		ids[n.key] = n.id
	}
	for i, c := range cases {
		c.ID = ids[matterKey{c.StoreID, tidy(c.Matter)}]
		tx.held[c.ID] = heldCase{c.StoreID, rows[i], c.body()}
		tx.count(c, 1)
		tx.touch(c)
	}
	return tx.putBodies(cases)
}

func (tx *Tx) putBodies(cases []*Case) error {
	rows := make([][]any, len(cases))
	for i, c := range cases {
		b := c.body()
		rows[i] = []any{c.ID, b[0], b[1], b[2]}
	}
	_, err := put(tx, bodyTable, rows, nothing)
	return err
}

func (tx *Tx) touch(c *Case) {
	tx.Touched(c.ID)
	tx.TouchedStore(c.StoreID)
}

// changeCases writes what differs.
func (tx *Tx) changeCases(cases []*Case) error {
	if err := tx.holdMissing(cases); err != nil {
		return err
	}
	var bodies []*Case
	var differ []difference
	for _, c := range cases {
		held, ok := tx.held[c.ID]
		if !ok {
			return missing("case")
		}
		if held.columns[0] != c.Version {
			return changedMeanwhile("case")
		}
		row := c.columns()
		body := c.body()
		if slices.Equal(row, held.columns) && body == held.body {
			continue
		}
		differ = append(differ, c.differs(row, held.columns))
		if body != held.body {
			bodies = append(bodies, c)
		}
		tx.held[c.ID] = heldCase{c.StoreID, row, body}
		old := heldTally(held.columns)
		tx.countRow(old, -1)
		tx.count(c, 1)
		tx.touch(c)
	}
	if err := tx.writeDifferences(differ); err != nil {
		return err
	}
	return tx.putBodies(bodies)
}

// holdMissing reads the cases that were not read in this write.
func (tx *Tx) holdMissing(cases []*Case) error {
	var ids []int64
	for _, c := range cases {
		if _, ok := tx.held[c.ID]; !ok {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.CasesForUpdate(ids)
	return err
}

// difference is what of a case's row is new: every column left out spares the indexes it stands in.
type difference struct {
	columns string
	row     []any // id, the version it had, and the new values of the columns
}

// differs gives the case the next version and names what differs.
func (c *Case) differs(row, held []any) difference {
	c.Version++
	row[0] = c.Version
	var columns []string
	values := []any{c.ID, held[0]}
	for i, column := range caseColumns {
		if row[i] != held[i] {
			columns = append(columns, column)
			values = append(values, row[i])
		}
	}
	return difference{strings.Join(columns, ","), values}
}

// writeDifferences writes rows in which the same columns differ in one sentence.
func (tx *Tx) writeDifferences(all []difference) error {
	slices.SortStableFunc(all, func(a, b difference) int { return cmp.Compare(a.columns, b.columns) })
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].columns == all[0].columns {
			n++
		}
		if err := tx.writeSame(all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

func (tx *Tx) writeSame(all []difference) error {
	columns := strings.Split(all[0].columns, ",")
	if len(all) == 1 {
		args := append(slices.Clone(all[0].row[2:]), all[0].row[0], all[0].row[1])
		return tx.must("case", "UPDATE case_ SET "+strings.Join(columns, " = ?, ")+" = ? WHERE id = ? AND version = ?", args...)
	}
	rows := make([][]any, len(all))
	for i := range all {
		rows[i] = all[i].row
	}
	hit, err := tx.update("case_", append([]string{"id", "version"}, columns...), 2, rows)
	if err == nil && hit != int64(len(all)) {
		err = changedMeanwhile("case")
	}
	return err
}
