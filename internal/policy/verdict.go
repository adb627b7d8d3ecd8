package policy

import (
	"time"

	"parley/internal/money"
)

// Verdict is everything the rules say about a matter at an instant. Codes are words of the glossary.
type Verdict struct {
	Class         string   `json:"class"` // empty = undecided, needs a person
	Factors       []string `json:"factors,omitempty"`
	Owner         string   `json:"owner"`
	State         string   `json:"state"`
	SupplierState string   `json:"supplier_state,omitempty"`
	Ended         bool     `json:"ended"` // nothing more can be done on the platform

	Options         []Option `json:"options,omitempty"` // the seller's, in the order they should be shown
	SupplierOptions []string `json:"supplier_options,omitempty"`
	BuyerOptions    []string `json:"buyer_options,omitempty"`
	// Recommended is the code of the option to take now; empty = undecided. Needs is what a person has to do first.
	Recommended string `json:"recommended,omitempty"`

	Deadlines []Deadline `json:"deadlines,omitempty"` // running or lapsed; not those met or pointless
	Warnings  []Warning  `json:"warnings,omitempty"`
	// Next is the deadline at which our silence costs something first, or is a missed duty that still waits for us; nil = neither.
	Next *Deadline `json:"next,omitempty"`

	Refund             *money.Amount `json:"refund,omitempty"` // what the buyer gets as things stand
	CustomerCost       *money.Amount `json:"customer_cost,omitempty"`
	FreightRecoverable *bool         `json:"freight_recoverable,omitempty"`
	MissingEvidence    []string      `json:"missing_evidence,omitempty"`
	WantedEvidence     []string      `json:"wanted_evidence,omitempty"` // the whole set for the class, had and missing
	Advice             []string      `json:"advice,omitempty"`
	Alerts             []string      `json:"alerts,omitempty"`

	Counts map[string]bool `json:"counts,omitempty"` // metric → counts, if nothing more happens
	Bucket string          `json:"bucket,omitempty"` // quarter of assessment in the platform's zone, such as 2026-Q4

	Undecided []string `json:"undecided,omitempty"` // facts that are missing for a decision, by path
	Why       []Why    `json:"why,omitempty"`       // the few reasons a person should read, most important first
	Trace     []Step   `json:"trace,omitempty"`     // everything; only with Explain
}

// Option is one thing the seller may do, or may not do now and why.
type Option struct {
	Code string `json:"code"`
	// Open is false for an option that people expect but that is not possible; Reason is then a text key.
	Open   bool   `json:"open"`
	Reason string `json:"reason,omitempty"`
	// Params are what stands in the reason, such as a sum ("12.40 EUR").
	Params map[string]string `json:"params,omitempty"`
	// Cost is what the option costs now in refunds; nil = not computable.
	Cost *money.Amount `json:"cost,omitempty"`
	// Effect is a text key of the consequence ("option.accept.effect.refund_only").
	Effect string `json:"effect,omitempty"`
	Final  bool   `json:"final,omitempty"`  // cannot be taken back
	Person bool   `json:"person,omitempty"` // may only be taken by a person, with evidence
}

// Deadline is an instant from which an act is late.
type Deadline struct {
	Kind   string        `json:"kind"` // deadlines of the glossary
	At     time.Time     `json:"at"`   // UTC, first late moment
	Start  time.Time     `json:"start"`
	WonBy  string        `json:"won_by"` // deadline_sources of the glossary: platform_timestamp, date_override, parameter, version_default
	Rule   string        `json:"rule"`   // rule id in the pack
	Pack   string        `json:"pack"`   // name@version
	Zone   string        `json:"zone"`
	Whose  string        `json:"whose"`            // parties: who has to act
	Lapse  string        `json:"lapse,omitempty"`  // text key of what happens then, such as "lapse.claim_executed"
	Amount *money.Amount `json:"amount,omitempty"` // money that moves on lapse
	Lapsed bool          `json:"lapsed,omitempty"` // now is at or after At
	Others []Reading     `json:"others,omitempty"` // the readings that did not win
}

// Reading is one source's instant for a deadline.
type Reading struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Rule string    `json:"rule"`
}

// Warning is an alarm of our own.
type Warning struct {
	Kind     string    `json:"kind"`
	Deadline string    `json:"deadline,omitempty"`
	At       time.Time `json:"at"`
}

// Why is one reason, sayable in every language of the desk: the sentence stands in the pack under the rule's id.
type Why struct {
	Rule   string            `json:"rule"` // rule id in the pack
	Pack   string            `json:"pack"`
	Params map[string]string `json:"params,omitempty"`
}

// Step is one line of the trace.
type Step struct {
	Rule   string   `json:"rule"`
	Pack   string   `json:"pack"`
	Fired  bool     `json:"fired"`
	Gives  string   `json:"gives,omitempty"`  // what came out, such as "class=logistics.lost"
	Inputs []string `json:"inputs,omitempty"` // fact paths it read
	Reason string   `json:"reason,omitempty"` // why it did not fire
}
