package store

import (
	"context"
	"slices"
	"strings"
)

var handleTable = table{name: "handle", columns: []string{"case_id", "name", "company_id"}, key: []string{"case_id", "name", "company_id"}}

// Handle is a name under which another system knows the purchase of a case.
type Handle struct {
	CaseID    int64
	CompanyID int64
	Name      string
}

// AddHandles keeps names of purchases. A name once known stays: systems forget, payments do not.
func (tx *Tx) AddHandles(handles []Handle) error {
	rows := make([][]any, len(handles))
	for i, h := range handles {
		rows[i] = []any{h.CaseID, h.Name, h.CompanyID}
	}
	_, err := put(tx, handleTable, rows, nothing)
	return err
}

// HandlesOf gives the names of the purchases of cases, by case, in order.
func (r reader) HandlesOf(ctx context.Context, ids []int64) (map[int64][]string, error) {
	type named struct {
		id   int64
		name string
	}
	found, err := byIDs(ctx, r, func(r *record) named { return named{r.int(), r.text()} }, "SELECT case_id, name FROM handle WHERE case_id", "", ids)
	slices.SortFunc(found, func(a, b named) int { return strings.Compare(a.name, b.name) })
	names := map[int64][]string{}
	for _, n := range found {
		names[n.id] = append(names[n.id], n.name)
	}
	return names, err
}

// Named is a case that has a name of a purchase, and where it stands.
type Named struct {
	Name      string
	CaseID    int64
	StoreID   int64
	Connector string
}

const besideText = "SELECT DISTINCT b.name, b.case_id, c.store_id, c.connector FROM handle a JOIN handle b ON b.company_id = a.company_id AND b.name = a.name" +
	" JOIN case_ c ON c.id = b.case_id WHERE a.case_id"

// CasesBeside gives, for every name of a purchase that one of these cases has, all cases of the same company that have it too, in any
// store, themselves included.
func (r reader) CasesBeside(ctx context.Context, ids []int64) ([]Named, error) {
	read := func(r *record) Named { return Named{r.text(), r.int(), r.int(), r.text()} }
	return byIDs(ctx, r, read, besideText, "", ids)
}

const accompaniedText = "SELECT a.case_id FROM handle a JOIN handle b ON b.company_id = a.company_id AND b.name = a.name AND b.case_id <> a.case_id" +
	" WHERE a.case_id"

const sameOrderText = "SELECT a.id FROM case_ a JOIN case_ b ON b.store_id = a.store_id AND b.order_no = a.order_no AND b.order_no <> '' AND b.id <> a.id" +
	" WHERE a.id"

// Accompanied tells which of these cases share a name of their purchase or the order's number with another case of their company.
func (r reader) Accompanied(ctx context.Context, ids []int64) (map[int64]bool, error) {
	with := map[int64]bool{}
	for _, text := range []string{accompaniedText, sameOrderText} {
		found, err := byIDs(ctx, r, (*record).int, text, "", ids)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			with[id] = true
		}
	}
	return with, nil
}
