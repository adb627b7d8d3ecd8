package store

import "context"

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

// CasesBeside gives the ids of the cases, in any store of the same company, that share a handle with one of these cases, themselves
// included where they have one. Shops of one platform each count their own orders: the same number of an order at two of them, such as
// "shopify:order/1001", names two purchases.
func (r reader) CasesBeside(ctx context.Context, ids []int64) ([]int64, error) {
	return byIDs(ctx, r, (*record).int, "SELECT DISTINCT b.case_id FROM handle a JOIN handle b ON b.company_id = a.company_id AND b.name = a.name"+
		" JOIN case_ mine ON mine.id = a.case_id JOIN case_ theirs ON theirs.id = b.case_id"+
		" WHERE NOT (mine.store_id <> theirs.store_id AND mine.connector = theirs.connector AND a.name LIKE mine.connector || ':order/%')"+
		" AND a.case_id", "", ids)
}
