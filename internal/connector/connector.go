// Package connector is the contract between the desk and one marketplace or payment provider.
//
// A connector is one folder. It knows the platform's wire, its clock and its words, and gives Facts of package dispute.
// It keeps no state of its own beyond its rate limits: credentials, cursors and what is already known are handed in, and
// what must be remembered is handed back. It decides nothing: no rule, no deadline, no advice lives here.
//
// Reading is free to repeat. Acting happens one call at a time through Session.Execute, never retried by the connector;
// package desk re-reads before and after and decides what an unclear end means. Errors are faults (package fault):
// Unauthorised, Limited (with After), Unavailable (surely not done), Unknown (perhaps done), Refused (platform said no),
// Garbled (answer unreadable), Invalid (settings).
package connector

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
)

// Connector opens sessions to one kind of platform.
type Connector interface {
	// About describes the platform once: settings, packs, zone, abilities.
	About() About
	// Open checks the settings (faults of kind Invalid name the field) and gives a session. It makes no call.
	Open(account Account, world World) (Session, error)
	// Import reads a captured answer (a file of the platform's own format) as snapshots, without any call.
	Import(data []byte, zone *time.Location) ([]Snapshot, error)
}

// About is what a platform is.
type About struct {
	Kind     string   // folder name, such as "aliexpress"
	Mark     string   // two letters for the badge, such as "AE"
	Packs    []string // rule packs in force for new cases, such as "aliexpress@2017"
	Zone     string   // zone of the platform's clock
	Settings []Setting
	// Acts are the options of the rules that Execute can carry out there, such as "accept". Others are done in the platform's own pages
	// and only recorded here.
	Acts []string
	// Reasons are the platform's own codes that an act may name, by option; the first one is the usual one. An act without any names none.
	Reasons map[string][]string
	// Fields are named texts that an act may carry beside its own, by option, such as the code a platform sends to the seller's telephone. The
	// form asks for them, with the texts "connector.KIND.field.NAME" and "connector.KIND.field.NAME.help".
	Fields map[string][]string
	// Recipients are whom a message may go to besides the buyer alone, the buyer first: buyer, platform, both. Empty = the buyer alone.
	Recipients []string
	// Parcels are those of Acts that tell number and carrier of a parcel.
	Parcels []string
	// MaxPicture is the largest picture the platform takes, in bytes; larger ones are made smaller before they go out. 0 = no limit.
	MaxPicture int64
	// FilesWithAct: proofs go out inside the act that rests on them (Effect.Files), because the platform takes an answer once and whole.
	// Without it each proof is a step of its own (upload_evidence) before the act.
	FilesWithAct bool
	// Pushes: the connector is a Listener. Polling stays as the net under it.
	Pushes bool
	// Offline: there is no way in. Records come from files and people, nothing is polled, and acts are done by hand and recorded.
	Offline bool
	// Pays are those of Acts that name no sum and let money go at once that was agreed on before; see dispute.Reported.Agreed.
	Pays []string
	// Through are the systems that purchases here may be paid through with an account of the seller's own there, such as "paypal": what is
	// paid back at the one is missing at the other.
	Through []string
	// Irrevocable are those of Acts that nothing can take back there.
	Irrevocable []string
}

// Several is a connector behind which stand several marketplaces with rules of their own, such as the operators of Mirakl.
type Several interface {
	// Market tells from the settings of a store which marketplace it is. Zero fields stay as About says.
	Market(settings map[string]string) Market
}

// Market is one marketplace behind a connector.
type Market struct {
	Code  string   // marketplaces of the glossary, or the connector's kind where the rules know no such marketplace
	Packs []string // rule packs in force for new cases
	Zone  string
}

// Account is one store's way in.
type Account struct {
	StoreID  int64
	Settings map[string]string // plain and secret fields together, decrypted
	Token    Token
}

// Token is a renewable authorisation. Zero where the platform has none.
type Token struct {
	Access           string    `json:"access,omitempty"`
	Refresh          string    `json:"refresh,omitempty"`
	ExpiresAt        time.Time `json:"expires_at,omitzero"`
	RefreshExpiresAt time.Time `json:"refresh_expires_at,omitzero"`
}

// World is what a session may use of the outside.
type World struct {
	HTTP *http.Client // from package webclient: time-outs, size limit, address guard
	// Dial opens a connection for what is not HTTP, such as IMAP; from package webclient as well.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Now  func() time.Time // the only clock
	Log  *slog.Logger
	// Pause waits for a duration or until the context ends. Tests make it instant.
	Pause func(context.Context, time.Duration) error
	// OneByOne asks for calls one after the other where a session would make several side by side: simulations repeat exactly then.
	OneByOne bool
}

// Session is an open way to one store. It is safe for use by several goroutines.
type Session interface {
	// Check makes one harmless call and says who we are there.
	Check(ctx context.Context) (Identity, error)
	// Renew exchanges a code (first time) or the refresh token (code empty) for a new token and uses it from then on.
	// A session never renews by itself: the desk stores the token it gets before the old one is gone.
	Renew(ctx context.Context, code string) (Token, error)
	// Pull reads what is new or changed and everything that is open. yield is called with batches as they arrive; an
	// error from yield stops the pull. What cannot be read is given as a Snapshot with Problem set, never left out.
	Pull(ctx context.Context, from Cursor, known Known, yield func([]Snapshot) error) (Pulled, error)
	// Fetch reads one source again.
	Fetch(ctx context.Context, ref Ref) (Snapshot, error)
	// Order reads the purchase, the buyer and the parcel behind a source. NotFound where the platform tells nothing beyond the record.
	Order(ctx context.Context, ref Ref) (OrderFacts, error)
	// Execute performs one outward act, once.
	Execute(ctx context.Context, act Effect) (Receipt, error)
	// Compare tells from the state after an act whether it took effect. It makes no call.
	Compare(act Effect, before, after Snapshot) Outcome
}

// Filer is a Session whose records name files that have no address, such as those of a mail (dispute.File.Ref).
type Filer interface {
	// File reads a file that a message of the record names. Faults: NotFound where it is not there any more, Refused where it is larger than
	// the connector reads.
	File(ctx context.Context, ref Ref, file dispute.File) ([]byte, error)
}

// Identity is who we are at the platform.
type Identity struct {
	ID       string // the platform's number of the shop
	Name     string
	Country  string
	Currency string
}

// Ref names one source at the platform: an issue, an incident, a return, a dispute.
type Ref struct {
	Kind  string `json:"kind"` // such as "issue"
	ID    string `json:"id"`   // always text: numbers are beyond 2^53
	Buyer string `json:"buyer,omitempty"`
	Order string `json:"order,omitempty"` // whole purchase
	Line  string `json:"line,omitempty"`  // order line
	// Note is what the connector must know again when it reads the record later and the platform does not tell, such as when an incident
	// without a date of its own was first seen. It never changes for a source.
	Note string `json:"note,omitempty"`
}

// Snapshot is what the platform said about one source at one moment.
type Snapshot struct {
	Ref         Ref
	Fingerprint string // changes whenever the platform's record changes
	ChangedAt   time.Time
	Open        bool
	// Facts hold Case (nil for a thread or a late order: no formal case), Proposals, History, Messages, Evidence, Unknown, and what the
	// record tells of Order, Buyer and Shipment. Ledger holds refunds the platform itself lists, each with a Source that is the same
	// wherever that refund is met again ("stripe:refund/re_1"), so that it counts once. Store, Company, Overrides are the desk's.
	Facts dispute.Facts
	Raw   json.RawMessage // as received
	// Problem says why the record could not be read in full; Raw then holds what came. The desk keeps and shows it.
	Problem error
}

// OrderFacts are read apart from the case: they change at their own pace and cost calls of their own.
type OrderFacts struct {
	Order    *dispute.Order
	Buyer    *dispute.Buyer
	Shipment *dispute.Shipment
	Ledger   []dispute.Payment // refunds the platform lists for the purchase; see Snapshot.Facts
	Unknown  []dispute.Unknown
	Raw      json.RawMessage
}

// Cursor is a connector's own note of where it stood, opaque to the desk. Empty = never pulled: read everything open,
// and what ended lately.
type Cursor string

// Known answers what the desk already has, so that unchanged records cost no second call. It is asked with all ids of a
// page at once; a missing key is not known.
type Known func(ctx context.Context, kind string, ids []string) (map[string]string, error)

// Pulled sums up a pull.
type Pulled struct {
	Cursor  Cursor
	Count   int      // how many open sources the platform itself says there are; -1 = it does not say
	Listed  []string // "kind/id" of every open source listed
	Partial bool     // stopped early (limits); the next pull goes on from Cursor
}

// Effect is one outward act.
type Effect struct {
	ID          string            `json:"id"` // ours; idempotency key where the platform takes one
	Do          string            `json:"do"` // accept, counter_amount, counter_return, contest_with_evidence, extend_protection, upload_evidence, reply_evaluation, set_return_address …
	Ref         Ref               `json:"ref"`
	Proposal    string            `json:"proposal,omitempty"`     // the other side's proposal that is accepted or answered
	OwnProposal string            `json:"own_proposal,omitempty"` // our own proposal that is changed
	Amount      money.Amount      `json:"amount,omitzero"`
	ReturnGoods bool              `json:"return_goods,omitempty"`
	Address     string            `json:"address,omitempty"` // id of the return address
	Days        int               `json:"days,omitempty"`
	Text        string            `json:"text,omitempty"`
	To          string            `json:"to,omitempty"`       // whom a message goes to: buyer (also when empty), platform, both
	Reason      string            `json:"reason,omitempty"`   // the platform's own reason code, where the act needs one
	Tracking    string            `json:"tracking,omitempty"` // number of a parcel, where the act tells one
	Carrier     string            `json:"carrier,omitempty"`
	Fields      map[string]string `json:"fields,omitempty"` // named texts of the platform's own evidence form
	File        *Attachment       `json:"file,omitempty"`
	Files       []*Attachment     `json:"files,omitempty"` // with FilesWithAct: all proofs the act rests on
}

// Attachment is a file that goes out.
type Attachment struct {
	Name  string `json:"name"`
	Type  string `json:"type"`           // media type
	Kind  string `json:"kind,omitempty"` // evidence_kinds of the glossary: what it proves
	Hash  string `json:"hash"`           // lower-case hex SHA-256 of the content
	Bytes []byte `json:"-"`              // filled by the desk just before sending
}

// Receipt is what came back.
type Receipt struct {
	At      time.Time
	Request json.RawMessage // what was sent, secrets and signatures left out
	Raw     json.RawMessage
	ID      string // the platform's number of what was made, where it gives one
}

// Outcome is the result of reading back.
type Outcome string

const (
	// Confirmed: the platform shows our act.
	Confirmed Outcome = "confirmed"
	// Absent: the platform shows no trace of it; it may be sent (again) if the case still allows it.
	Absent Outcome = "absent"
	// Contradicted: the platform shows something else than what we did.
	Contradicted Outcome = "contradicted"
)
