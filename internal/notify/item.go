package notify

import (
	"time"

	"parley/internal/money"
)

// Reasons for which people are told something. A member may tick them per channel. A reason's name is the text notice.reason.REASON.
const (
	Left72h  = "left_72h" // a deadline at which silence costs something comes near
	Left24h  = "left_24h"
	Left6h   = "left_6h"
	Left1h   = "left_1h"
	Warning  = "warning"  // an alarm of the rules or of the store's own numbers
	Evening  = "evening"  // deadlines that end before the member works again
	Lapsed   = "lapsed"   // a deadline passed without an answer
	Reminder = "reminder" // something promised or to be remembered is due
	Doubt    = "doubt"    // nobody knows whether an act happened, or the platform shows something else
	Refused  = "refused"  // an act was refused or never went out
	Changed  = "changed"  // a decision was not sent because the case changed
	Called   = "called"   // the safety net can do nothing and calls a person
	Sign     = "sign"     // a decision waits for the member's signature
	Assigned = "assigned" // somebody handed the member a case
	Store    = "store"    // a store cannot be read
	Broken   = "broken"   // one of the member's channels does not work
	Restored = "restored" // what may have been told before the desk was restored from a backup
	Digest   = "digest"   // the list of the morning
	Line     = "line"     // a line of such a list
	Test     = "test"     // the member asked for it
)

// Reasons gives those a member can choose, in the order they are shown. Tests are always sent.
func Reasons() []string {
	return []string{Left72h, Left24h, Left6h, Left1h, Warning, Evening, Lapsed, Reminder, Doubt, Refused, Changed, Called, Sign, Assigned, Store, Broken, Restored, Digest}
}

// Steps are the times before a deadline at which people are told, the nearest first.
func Steps() []Step {
	return []Step{{Left1h, time.Hour}, {Left6h, 6 * time.Hour}, {Left24h, 24 * time.Hour}, {Left72h, 72 * time.Hour}}
}

// Step is one time before a deadline.
type Step struct {
	Reason string
	Before time.Duration
}

// StepOf is the step in which a deadline stands when this much time is left; ok is false where it is farther than every step or passed.
func StepOf(left time.Duration) (step Step, ok bool) {
	for _, s := range Steps() {
		if left > 0 && left <= s.Before {
			return s, true
		}
	}
	return Step{}, false
}

// Item is one thing somebody has to know. Words of platforms and rules are codes; instants are UTC.
type Item struct {
	Reason  string       `json:"reason"`
	CaseID  int64        `json:"case,omitempty"`
	StoreID int64        `json:"store_id,omitempty"`
	Store   string       `json:"store,omitempty"` // name
	Order   string       `json:"order,omitempty"`
	Title   string       `json:"title,omitempty"` // product
	Class   string       `json:"class,omitempty"`
	Advice  string       `json:"recommended,omitempty"` // code of the recommended option
	Stake   money.Amount `json:"stake,omitzero"`
	DueKind string       `json:"due_kind,omitempty"`
	DueAt   time.Time    `json:"due_at,omitzero"`
	Alarm   string       `json:"alarm,omitempty"` // code of the warning of the rules
	Do      string       `json:"do,omitempty"`    // the outward act it is about
	Fault   string       `json:"fault,omitempty"` // text key of what went wrong
	Params  Params       `json:"params,omitempty"`
	Since   time.Time    `json:"since,omitzero"` // for what has been going on for a while
	By      string       `json:"by,omitempty"`   // member who caused it
	Count   int          `json:"count,omitempty"`
	Level   int          `json:"level,omitempty"`  // more than 0: those who were told before did not look
	Nobody  []string     `json:"unseen,omitempty"` // their names
	Items   []Item       `json:"items,omitempty"`  // of a list
}

// Params are parameters of a text.
type Params map[string]string
