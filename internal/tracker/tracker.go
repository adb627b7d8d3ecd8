// Package tracker is the contract between the desk and a service that watches parcels, such as 17TRACK or AfterShip.
//
// A tracker is one folder. It knows the service's wire and words and gives scans in the words of the glossary (package shipment holds the
// tables). It keeps no state beyond its rate limits. Services watch a number only after it was registered, count what is registered, and
// stop watching after some weeks without news; what they told must therefore be kept by the desk.
//
// Every call may be repeated: registering twice, stopping what is stopped and reading again change nothing. Errors are faults (package
// fault): Unauthorised, Limited (too many calls, or no quota left; with After), Unavailable, Garbled, Invalid (settings), and for single
// parcels Refused (the service will not watch it) and NotFound (it does not watch it).
package tracker

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/shipment"
)

// Tracker opens sessions at one service.
type Tracker interface {
	// About describes the service once.
	About() About
	// Open checks the settings (faults of kind Invalid name the field) and gives a session. It makes no call.
	Open(account Account, world connector.World) (Session, error)
	// Receive checks a delivery's signature over the raw body and says which parcels it concerns. It makes no call. Faults: Unauthorised
	// where the signature is wrong, Garbled where it is right and the body cannot be read; the Push then says at most the topic.
	Receive(account Account, d connector.Delivery) (Push, error)
}

// About is what a service is and can do.
type About struct {
	Kind     string // folder name
	Name     string // as the service calls itself
	Mark     string // two letters for the badge
	Settings []connector.Setting
	Pushes   bool          // it calls the desk when there is news
	Batch    int           // parcels in one call; sessions cut longer lists themselves
	Quiet    time.Duration // it stops watching after so long without news
	Resumes  int           // how often it takes up a parcel again that it stopped watching
}

// Account is one account at a service. Settings hold plain and secret fields together, decrypted.
type Account struct {
	ID       int64
	Settings map[string]string
}

// Session is an open way to one account. It is safe for use by several goroutines. Register, Resume, Stop and Fetch give one result for
// each parcel asked about, in the same order; an error beside them ended the work early, and is then also the error of each parcel that was not
// reached.
type Session interface {
	// Check makes one harmless call and tells what the account may still use.
	Check(ctx context.Context) (Quota, error)
	// Register lets the service watch parcels from now on. One that it watches already is fine.
	Register(ctx context.Context, parcels []Parcel) ([]Registered, error)
	// Resume lets it go on watching what it stopped by itself. Refused where it has done so too often.
	Resume(ctx context.Context, refs []Ref) ([]error, error)
	// Stop ends the watching. One that it does not watch is fine.
	Stop(ctx context.Context, refs []Ref) ([]error, error)
	// Fetch reads everything the service knows of parcels. A registered parcel without news gives a report without events.
	Fetch(ctx context.Context, refs []Ref) ([]Report, error)
}

// Quota is what an account may still use; -1 = the service does not say, or there is no limit.
type Quota struct {
	Name  string `json:"name,omitempty"` // of the account, where told
	Total int    `json:"total"`
	Left  int    `json:"left"`
}

// Parcel is what a service must know to watch a parcel. Nothing in it names the buyer.
type Parcel struct {
	Number    string
	Carrier   string    // as the marketplace or the shop writes it; may be empty
	To        string    // country of destination, ISO 3166-1 alpha-2; may be empty
	ShippedAt time.Time // zero = not known
}

// Ref names a registered parcel at its service.
type Ref struct {
	Number  string `json:"number"`
	Carrier string `json:"carrier,omitempty"` // in the service's own code
	ID      string `json:"id,omitempty"`      // the service's own number of the registration, where it has one
}

// Registered is how the registration of one parcel went.
type Registered struct {
	Ref Ref
	Err error
}

// Report is all that a service knows of one parcel.
type Report struct {
	Ref     Ref
	Events  []dispute.Scan // oldest first; Via is the service's kind, Raw its own code
	Next    []string       // further numbers of the same parcel, such as that of the carrier of the last mile
	Stopped bool           // the service does not watch it any more
	WeightG int            // as the carrier weighed it; 0 = not told
	Unknown []dispute.Unknown
	Raw     json.RawMessage // as received
	Err     error
}

// Push is what a delivery says. The parcels are read again; the delivery itself is never taken for the truth.
type Push struct {
	ID      string            // of the delivery; the same one comes twice when the first answer got lost
	Numbers []string          // parcels with news
	Topic   string            // the service's own word for the kind of message
	Unknown connector.Unknown // why the desk can make nothing of it, or not all: it is kept then
}

// Told is a push of a kind about one parcel. The parcel is read again even where the kind is none of the known ones.
func Told(id, topic, number string, known ...string) Push {
	push := Push{ID: id, Topic: topic}
	if !slices.Contains(known, topic) {
		push.Unknown = connector.UnknownTopic
	}
	if n := shipment.Number(number); n != "" {
		push.Numbers = []string{n}
	} else {
		push.Unknown = connector.UnknownRecord
	}
	return push
}

// Settings gives the settings of an account with their defaults, or the fault of the first that is wrong.
func Settings(about About, given map[string]string) (map[string]string, error) {
	set, err := connector.Filled(about.Settings, given, "settings.")
	if err != nil {
		return nil, err
	}
	set["address"] = strings.TrimSuffix(set["address"], "/")
	if u, err := url.Parse(set["address"]); set["address"] != "" && (err != nil || u.Host == "" || u.User != nil) {
		return nil, fault.Input("settings.address", "", "https://host[:port]") // may hold a password: not repeated
	}
	return set, nil
}

// Errors gives the same error for each of n parcels.
func Errors(n int, err error) []error {
	out := make([]error, n)
	for i := range out {
		out[i] = err
	}
	return out
}
