package desk

import (
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/reply"
)

// StoreRef names a store beside a case.
type StoreRef struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Connector string `json:"connector"`
	Mark      string `json:"mark"` // two letters for the badge
	Zone      string `json:"zone"`
}

// MemberRef names a person beside a case.
type MemberRef struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Row is one case in a list: everything a row shows, as codes and facts, never as sentences.
type Row struct {
	ID      int64    `json:"id"`
	Version int64    `json:"version"`
	Store   StoreRef `json:"store"`
	OrderNo string   `json:"order"`
	Open    bool     `json:"open"`
	View    string   `json:"view"`

	Title    string `json:"title"` // product, or the order number where no product is known
	Buyer    string `json:"buyer"`
	Country  string `json:"country,omitempty"`
	Language string `json:"language,omitempty"`
	Reason   string `json:"reason,omitempty"` // raw reason of the platform

	Class       string      `json:"class"` // empty = undecided, needs a person
	State       string      `json:"state"`
	Owner       string      `json:"owner"`
	Ask         string      `json:"ask"`
	Recommended string      `json:"recommended,omitempty"`
	Advice      string      `json:"advice,omitempty"` // what to do first where no option is recommended
	Why         *policy.Why `json:"why,omitempty"`

	DueAt   time.Time `json:"due_at,omitzero"` // UTC, first late moment; zero = nothing runs
	DueKind string    `json:"due_kind,omitempty"`
	Level   string    `json:"level"` // red (24 h or less), amber (72 h or less), calm, none, lapsed

	Stake    money.Amount `json:"stake"`
	StakeRef money.Amount `json:"stake_reference"`
	Assignee *MemberRef   `json:"assignee,omitempty"`
	Alerts   []string     `json:"alerts,omitempty"`
	Unknown  int          `json:"unknown,omitempty"`
	Effect   string       `json:"effect,omitempty"`
	Pending  string       `json:"pending,omitempty"` // a decision that waits: to_sign, prepared
	Counts   bool         `json:"counts"`

	OpenedAt  time.Time `json:"opened_at"`
	ChangedAt time.Time `json:"changed_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
}

// QueueQuery asks for a page of cases. The zero query is the queue: everything open, by deadline.
type QueueQuery struct {
	View        string // to_answer, waiting_buyer, returns, before_shipping, platform, watching, mine, unassigned, all, ended; empty = all open
	Sort        string // deadline (default), money, opened, changed, ended
	Group       string // time (default with sort deadline), money, connector, store, ask, recommended, assignee, class
	Stores      []int64
	Companies   []int64
	Connectors  []string
	Classes     []string
	Asks        []string
	Recommended []string
	Assignee    *int64 // 0 = nobody
	DueBefore   time.Time
	Search      string
	Cursor      string // Next or Prev of a page
	Limit       int    // 1 to 200, default 50
}

// QueuePage is a page of the queue with what stands around it.
type QueuePage struct {
	Rows []Row  `json:"rows"`
	Next string `json:"next,omitempty"`
	Prev string `json:"prev,omitempty"`
	// Capped: the search found more than the newest 5,000 and shows only among those.
	Capped bool `json:"capped,omitempty"`
}

// Surroundings are the figures, view counters and store freshness shown on every list.
type Surroundings struct {
	Views     map[string]int64 // open cases by view, in the stores the member sees
	Open      int64
	Stores    int
	DueSoon   int64 // answers due within 4 hours, capped at 1,000
	DueCapped bool
	AtStake   []money.Amount // by reference currency, largest first
	Freshness []Freshness    // one per store, worst first
	// StandingSince tells since when no node has done the desk's own work; zero while one does.
	StandingSince time.Time
	NextSyncAt    time.Time
	Waiting       int64 // decisions that wait for a signature or for the safety net, capped at 1,000
	InDoubt       int64 // effects whose end is not known, or that were contradicted
	Unseen        int64 // what the member was told and has not looked at, capped at 100
	Saved         []SavedView
}

// Freshness is how far a store's picture can be trusted.
type Freshness struct {
	Store        StoreRef
	Company      string
	LastOKAt     time.Time // zero = never
	FailingSince time.Time // zero = fine
	FaultKind    string
	FaultKey     string
	SourceCount  int // -1 = the platform does not say
	DeskCount    int
	Missing      int // SourceCount - DeskCount where both are known and differ: an alarm
	State        string
	NextAt       time.Time
	TokenEndsAt  time.Time
	Backfilled   bool
	// HeardSince tells since when the platform's messages come over an open connection, UnheardSince since when that one fails; both zero
	// where a store has none. Without it the store is read at its rhythm.
	HeardSince   time.Time
	UnheardSince time.Time
	UnheardKind  string
	UnheardKey   string
}

// SavedView is a member's own list.
type SavedView struct {
	ID    int64
	Name  string
	Query string
}

// CasePage is everything about one case.
type CasePage struct {
	Row
	Company        string
	Facts          dispute.Facts
	Verdict        policy.Verdict
	Clock          *policy.Deadline // the deadline at which silence costs first; nil = none
	Options        []OptionView
	Timeline       []Line // oldest first
	Proof          []ProofItem
	Evidence       []EvidenceItem
	Effects        []EffectItem
	Viewers        []MemberRef // others who look at it now
	Sources        []SourceItem
	Basis          string           // what a decision taken on this page is based on; hand it back with the decision
	Rest           money.Amount     // what can still be paid back for this order over all sources; zero amount without currency = not known
	Withheld       *policy.Option   // what would be recommended if enough were left of the purchase, closed with its reason; nil = nothing
	Pending        *Pending         // a decision that waits for a signature or for the safety net; nil = none
	Net            *NetPlan         // what happens if nobody answers; nil = nothing
	Silence        *policy.Deadline // the deadline that lapses if the shop says nothing; nil = none runs
	NetDone        bool             // the safety net has acted before that deadline already
	PreparedAt     time.Time        // when an answer prepared now would go out; zero = the safety net sends none
	Purchase       []Row            // other cases about the same money that the member may see
	BuyerStats     BuyerStats
	OrderFetchedAt time.Time
}

// BuyerStats is what the desk remembers of the buyer at this platform.
type BuyerStats struct {
	Cases int // earlier and present cases, this one included, capped at 100
	Open  int
}

// OptionView is one thing that may be done, with what the form needs.
type OptionView struct {
	policy.Option
	Best               bool
	NeedsAmount        bool
	NeedsText          bool
	NeedsDays          bool
	NeedsReturnAddress bool
	NeedsEvidence      bool
	Max                money.Amount // highest amount allowed; without currency = not known
	Suggested          money.Amount // filled in at first
	SuggestedText      string       // a draft from a template, if one can be filled; only from Consider
	Sends              bool         // acts at the marketplace; otherwise it is only recorded here
	Irrevocable        bool         // nothing takes it back there
	TakesText          bool         // words may go with it
	TakesTracking      bool         // number and carrier of a parcel may go with it
	Recipients         []string     // whom the words may go to, the usual one first; empty = nothing to choose
	Reasons            []string     // the platform's own codes, the usual one first; empty = none
	NeedsReason        bool         // one of Reasons has to be chosen
	Fields             []string     // named texts of the platform's own that may go with it; see connector.About
}

// Line is one thing that happened, for the timeline.
type Line struct {
	At       time.Time
	Kind     string // message, act, proposal, scan, note, event, effect
	Who      string // actors of the glossary
	Name     string // of the member, where a person of the shop did it
	Ours     bool
	Code     string // text key suffix: act code, event kind, effect state
	Text     string // words as written, never trusted as HTML
	Language string
	Amount   money.Amount
	Params   map[string]string
	Files    []dispute.File
	Raw      string // the platform's own word where it is not known
}

// ProofItem is one kind of evidence the class wants.
type ProofItem struct {
	Kind  string
	There bool
	Items []EvidenceItem
}

// EvidenceItem is a proof on file.
type EvidenceItem struct {
	ID      int64
	At      time.Time
	From    string
	Kind    string
	Name    string
	Type    string
	Size    int64
	Hash    string
	Reading string
	Text    string
	Note    string
	Frozen  bool
	URL     string // own address of the file; empty without a file
}

// EffectItem is one outward act as the case page and the page of effects in doubt show it.
type EffectItem struct {
	ID       string            `json:"id"`
	CaseID   int64             `json:"case_id"`
	Do       string            `json:"do"`
	State    string            `json:"state"`
	Amount   money.Amount      `json:"amount,omitzero"`
	Attempts int               `json:"attempts"`
	At       time.Time         `json:"at"`
	EndedAt  time.Time         `json:"ended_at,omitzero"`
	By       string            `json:"by,omitempty"`
	FaultKey string            `json:"fault_key,omitempty"`
	Params   map[string]string `json:"params,omitempty"`
}

// SourceItem is a record at a platform.
type SourceItem struct {
	ID         int64
	Kind       string
	ExternalID string
	Status     string
	Open       bool
	SeenAt     time.Time
	Problem    string
	Unknown    []dispute.Unknown
	Raw        []byte // as received; for lead and owner only
	// Speaks: of several open records this is the one whose state and options the case shows. Next is what presses by one of the others.
	Speaks bool
	Next   *policy.Deadline
}

// Choice is what a person decides to do.
type Choice struct {
	Option   string            `json:"option" doc:"code of an open option" example:"counter_amount"`
	Amount   money.Amount      `json:"amount,omitzero"`
	Text     string            `json:"text,omitempty"`
	Days     int               `json:"days,omitempty" doc:"for extend_protection"`
	Address  string            `json:"address,omitempty" doc:"id of the return address, for a return"`
	Evidence []int64           `json:"evidence,omitempty" doc:"ids of evidence to upload first"`
	To       string            `json:"to,omitempty" enum:"buyer,platform,both" doc:"whom a message goes to"`
	Reason   string            `json:"reason,omitempty" doc:"reason code of the platform, where the act needs one; empty = the usual one"`
	Tracking string            `json:"tracking,omitempty" doc:"number of a parcel, where the act tells one"`
	Carrier  string            `json:"carrier,omitempty"`
	Fields   map[string]string `json:"fields,omitempty" doc:"named texts of the platform's own, such as those of its evidence form or a code it sent by telephone"`
	Basis    string            `json:"basis,omitempty" doc:"basis of the case as the person saw it; empty = as it is now"`
}

// Preview shows exactly what a choice would send, before it is sent.
type Preview struct {
	Choice   Choice             `json:"choice"`
	Steps    []connector.Effect `json:"steps"`              // in the order they would be sent
	Cost     money.Amount       `json:"cost"`               // paid to the buyer if it goes through
	Final    bool               `json:"final"`              // cannot be taken back
	Findings []reply.Finding    `json:"findings,omitempty"` // of the reply checks on the text
	Blocked  bool               `json:"blocked"`
	Sign     string             `json:"sign,omitempty"` // text key of why it would wait for a second signature
	Basis    string             `json:"basis"`
}

// Decided is the answer to a decision.
type Decided struct {
	DecisionID string       `json:"decision_id"`
	CaseID     int64        `json:"case_id"`
	State      string       `json:"state"` // open, done, failed, in_doubt; to_sign, prepared where it waits; declined, withdrawn, overtaken
	Effects    []EffectItem `json:"effects"`
}
