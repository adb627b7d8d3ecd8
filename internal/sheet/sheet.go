// Package sheet reads what back offices, agents and suppliers hand out as spreadsheets, and writes lists that are safe to open in one.
//
// The way of a file: Open finds out what it is (file.go; encoding.go and separated.go for text, workbook.go for XLSX) and streams rows.
// Look finds the header and suggests a Mapping (suggest.go, from the words in fields.yaml). Read turns each row into a Record of facts
// or into a RowError that names row, column, value and what is allowed (read.go, build.go). Fold lays the records of one purchase
// together (fold.go). Nothing here judges, and nothing here knows a clock.
//
// What can be lost in a spreadsheet is refused, never guessed: numbers of orders that went through a floating-point number, days that
// could be months, amounts whose comma could be a point. A workbook is read by own code, because what decides about numbers of orders
// is how each cell was written (as text or as a number), and memory has to stay bounded whatever the file claims. Formulas are never
// calculated; a text that begins with = + - @ is a text.
package sheet

import (
	"encoding/json"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// Limits of a file. They are far above what back offices hand out and keep a hostile file from filling the memory.
const (
	MaxRows    = 1_000_000
	MaxColumns = 400
	MaxCell    = 32_767 // characters, as in a workbook
)

// What a row of a file can be.
const (
	Orders   = "orders"   // a purchase or one line of it, with buyer, parcel and supplier where the file tells them
	Cases    = "cases"    // a dispute, return, claim or chargeback
	Payments = "payments" // money that moved
	Supplier = "supplier" // something the supplier, the agent or the carrier reported
	Tracking = "tracking" // a scan of a parcel
	Messages = "messages" // a text of the buyer or of the shop
	Accounts = "accounts" // something about the merchant's own account at the platform where he buys: a letter, a paper sent, a sign-in
)

// Kinds are what a row can be, in the order in which people meet them.
func Kinds() []string {
	return []string{Orders, Cases, Payments, Supplier, Tracking, Messages, Accounts}
}

// Record is one row as facts.
type Record struct {
	Row   int    // number of the row in the file, from 1
	Kind  string // one of Kinds
	Key   string // what makes the row the same one when it comes again; unique within a source
	Order string // number of the purchase; empty where a case names none
	Ref   connector.Ref
	Facts dispute.Facts
	Open  bool      // of a case: it has not ended
	At    time.Time // when the record last changed, as far as the row tells; zero = it does not
	Raw   json.RawMessage
}

// Snapshot gives a row of kind Cases as a connector would have delivered it.
func (r Record) Snapshot() connector.Snapshot {
	return connector.Snapshot{Ref: r.Ref, Fingerprint: fingerprint(r.Raw), ChangedAt: r.At, Open: r.Open, Facts: r.Facts, Raw: r.Raw}
}

// RowError is a cell, or a row, that was not taken.
type RowError struct {
	Row     int    `json:"row"`
	Column  string `json:"column,omitempty"` // header of the column
	Field   string `json:"field,omitempty"`
	Value   string `json:"value,omitempty"` // as it stands there, shortened
	Key     string `json:"key"`             // text key, such as sheet.error.date
	Allowed string `json:"allowed,omitempty"`
}
