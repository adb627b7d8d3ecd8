package store

import (
	"encoding/json"
	"time"

	"parley/internal/money"
)

// Company owns stores.
type Company struct {
	ID   int64
	Name string
}

// Store is one account at a marketplace or payment provider.
type Store struct {
	ID          int64
	Version     int64
	CompanyID   int64
	Connector   string // folder name of the connector
	Marketplace string // code of the marketplace the rules know; empty is written as the connector
	Name        string
	ExternalID  string // the platform's number of the shop; unique per connector where known
	Zone        string // zone the desk shows for this store
	Currency    string
	Country     string
	Language    string
	Settings    map[string]string // not secret
	Secret      []byte            // sealed by package vault; never leaves the desk
	Packs       []string          // rule packs for new cases
	State       string            // active, paused, closed
	CreatedAt   time.Time
}

// Sync is how the reading of a store stands.
type Sync struct {
	StoreID      int64
	NextAt       time.Time
	LastTryAt    time.Time
	LastOKAt     time.Time // zero = never
	FailingSince time.Time // zero = fine
	FaultKind    string
	FaultKey     string
	FaultText    string // for the log page; no secrets
	Cursor       string
	SourceCount  int // open at the platform as it says; -1 = it does not say
	DeskCount    int // open here, at the same moment
	CountedAt    time.Time
	Backfilled   bool
	Fence        int64
}

// Case is one after-sales matter: the columns the lists need, and what only the case page reads.
type Case struct {
	ID        int64
	Version   int64
	CompanyID int64
	StoreID   int64
	Connector string
	Matter    string // key of the matter inside the store: order line, else order, else source
	OrderNo   string
	BuyerID   string // the platform's login or number

	Open        bool
	View        string // queue view: to_answer, waiting_buyer, returns, before_shipping, platform, watching, ended
	Class       string
	State       string
	Owner       string
	Ask         string // refund_full, refund_part, return_refund, other
	Recommended string
	DueAt       time.Time // next instant at which silence costs; zero = none
	DueKind     string
	Stake       money.Amount // what the other side asks, buyer's currency
	StakeRef    money.Amount // the same in the platform's settlement currency, for ordering and sums
	AssigneeID  int64        // 0 = nobody
	OpenedAt    time.Time
	ChangedAt   time.Time
	EndedAt     time.Time

	Card    Card            // what a list row shows beyond the columns
	Packs   []string        // versions the case was opened under
	Own     json.RawMessage // dispute.Facts fragment recorded here: history, messages, evidence, ledger
	Verdict json.RawMessage // policy.Verdict at the last change
}

// Card is the part of a list row that is only shown.
type Card struct {
	Title    string            `json:"title"`
	Product  string            `json:"product,omitempty"`
	Buyer    string            `json:"buyer,omitempty"`
	Country  string            `json:"country,omitempty"`
	Language string            `json:"language,omitempty"`
	Reason   string            `json:"reason,omitempty"` // raw reason of the platform
	Why      string            `json:"why,omitempty"`    // rule id of the first reason
	WhyPack  string            `json:"why_pack,omitempty"`
	Params   map[string]string `json:"params,omitempty"`
	Alerts   []string          `json:"alerts,omitempty"`
	Unknown  int               `json:"unknown,omitempty"`   // values of the platform we have no word for
	Effect   string            `json:"effect,omitempty"`    // state of the last outward act: sending, confirmed, in_doubt …
	Advice   string            `json:"advice,omitempty"`    // what to do first where no option is recommended
	Pending  string            `json:"pending,omitempty"`   // a decision that waits: to_sign, prepared
	Net      string            `json:"net,omitempty"`       // the deadline before which the safety net has acted already
	NetAgain int64             `json:"net_again,omitempty"` // not before then the net looks again, seconds since 1970: at its time an act was under way
	Counts   bool              `json:"counts,omitempty"`    // counts in the marketplace's rate as things stand
	Lead     string            `json:"lead,omitempty"`      // "kind/id" of the open record that speaks for the case, where it has several
}

// Source is one record at a platform that belongs to a case.
type Source struct {
	ID          int64
	StoreID     int64
	CaseID      int64
	Kind        string // such as "issue"
	ExternalID  string
	Ref         json.RawMessage // connector.Ref
	Fingerprint string
	Open        bool
	ChangedAt   time.Time
	SeenAt      time.Time
	Facts       json.RawMessage // dispute.Facts as the platform told them
	Raw         []byte          // as received; compressed at rest
	Problem     string          // why it could not be read in full; empty = fine
}

// Order is a purchase known at a store.
type Order struct {
	ID        int64
	StoreID   int64
	Number    string
	Facts     json.RawMessage // order, buyer and shipment as dispute.Facts fragment
	FetchedAt time.Time       // zero = not read yet
	WantedAt  time.Time       // when to read it (again); zero = not wanted
	Raw       []byte
}

// Event is one line of a case's history: every change, who, when, why. Events are never edited.
type Event struct {
	ID       int64
	CaseID   int64
	At       time.Time
	Kind     string // such as case_opened, claim_changed, note, assigned, decided, effect_confirmed
	Actor    string // member, desk, platform, buyer …
	MemberID int64
	Data     json.RawMessage
}

// Timer is an instant at which a case must be looked at again: a deadline, a warning, a safety step.
type Timer struct {
	CaseID int64
	Kind   string // deadline kind or "warn:KIND:NAME"; unique per case
	DueAt  time.Time
	Data   json.RawMessage
	Late   bool // not stored: DueAt had come when it was set
}

// Decision is an intention of a member, with the state it was based on.
type Decision struct {
	ID       string
	CaseID   int64
	MemberID int64
	At       time.Time
	Option   string
	Data     json.RawMessage // amounts, texts, files as decided
	Basis    json.RawMessage // fingerprints of the sources and version the person saw
	State    string          // open, done, failed, in_doubt
}

// Effect is one outward act; see package desk for its states.
type Effect struct {
	ID         string // idempotency key
	DecisionID string
	CaseID     int64
	StoreID    int64
	Seq        int             // order inside the case
	Payload    json.RawMessage // connector.Effect
	State      string          // planned, sending, sent, confirmed, contradicted, refused, in_doubt, cancelled
	Attempts   int             // how often it was sent
	Retries    int             // how often in a row nothing could be done
	Looks      int             // how often its trace was looked for since it was sent
	DueAt      time.Time       // when to go on with it; zero when ended
	LeaseUntil time.Time
	Fence      int64
	Before     json.RawMessage // snapshot before sending
	Fault      json.RawMessage // last failure, without secrets
	CreatedAt  time.Time
	EndedAt    time.Time
}

// Receipt is what was sent and what came back, kept as it was.
type Receipt struct {
	EffectID string
	At       time.Time
	Request  []byte
	Raw      []byte
}

// Evidence is a file or record that proves something.
type Evidence struct {
	ID       int64
	CaseID   int64
	At       time.Time
	From     string
	Kind     string
	Hash     string // lower-case hex SHA-256 of the file; empty for a record without a file
	Name     string
	Type     string // media type
	Size     int64
	Reading  string
	Text     string
	Note     string
	MemberID int64
	FrozenAt time.Time // shown to a platform since; not editable from then on
}

// Member is a person who uses the desk.
type Member struct {
	ID        int64
	Version   int64
	Email     string // lower case; the login
	Name      string
	Role      string // owner, lead, agent, viewer
	Password  string // argon2id; empty = not set yet
	Locale    string // en, es, zh
	Zone      string
	Theme     string // light, dark, empty = system
	AllStores bool   // otherwise only those granted
	Stores    []int64
	State     string // invited, active, removed
	CreatedAt time.Time
}

// Session is a signed-in browser. Only the SHA-256 of the cookie is kept.
type Session struct {
	Hash      [32]byte
	MemberID  int64
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	Agent     string
}

// Token lets a program act as a member, or lets a person in once. Only the SHA-256 of the secret is kept.
type Token struct {
	ID        int64
	Hash      [32]byte
	MemberID  int64
	Kind      string // api, invite
	Name      string
	CreatedAt time.Time
	UsedAt    time.Time
	ExpiresAt time.Time // zero = never
}

// SavedView is a member's own list.
type SavedView struct {
	ID       int64
	MemberID int64
	Name     string
	Query    string // the URL query of the list
}

// Tally counts the open cases of a store by view: kept by the writer, never counted on a request.
type Tally struct {
	StoreID  int64
	View     string
	Currency string // of Ref
	Cases    int64
	Ref      int64 // minor units
}
