// Package desk is the work: one file per intention. Every intention checks who asks, changes state in one transaction together with
// its event, and leaves outward acts to the effects (effects.go), which are sent once and read back.
//
// Faces (packages web, api, cmd) call the desk and nothing below it. Times are UTC; the clock comes from Options.
//
// The way of a matter through this package: sync.go reads a store, intake.go turns what came into cases (facts.go merges, judge.go
// asks the rules), queue.go and casepage.go show it, decide.go writes a person's decision with its effects, effects.go sends them,
// timers.go looks again when time alone changes something.
package desk

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync/atomic"
	"time"

	"parley/internal/blob"
	"parley/internal/connector"
	"parley/internal/notify"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
	"parley/internal/texts"
	"parley/internal/tracker"
	"parley/internal/vault"
)

// Options are the parts a desk is made of.
type Options struct {
	DB         *store.DB
	Library    *policy.Library
	Templates  *reply.Templates // nil = answers start empty
	Connectors map[string]connector.Connector
	Vault      *vault.Ring
	Blobs      *blob.Folder
	World      connector.World // the outside, as the sessions of the stores may use it
	// Private is the same for stores that ask for a private or loopback address; nil where the installation does not allow it.
	Private *connector.World
	Clock   Clock
	Log     *slog.Logger
	// Channels are the ways to tell people something, by kind; without one there is only the desk's own list.
	Channels map[string]notify.Channel
	Trackers map[string]tracker.Tracker // services that watch parcels, by kind
	Texts    *texts.Book                // what people are told, in their language; nil = the built-in texts
	// PublicURL is the address people reach the desk at, for links in invitations.
	PublicURL func() string
	// SyncEvery is the pause between two readings of a store; 0 = one minute.
	SyncEvery time.Duration
	// OrderEvery is how often the parcel of an open case is looked at again; 0 = six hours.
	OrderEvery time.Duration
	// WatchEvery is how often it is looked whether stores or the desk itself fell silent; 0 = one minute.
	WatchEvery time.Duration
	// NewID gives the identifier of a decision, an effect or a letter; nil = 128 random bits. Simulations give their own, to repeat exactly.
	NewID func(prefix string) string
	// Node is this program among those that share the database.
	Node Node
}

// Clock is the only source of time. Wait blocks until the instant, until wake delivers, or until the context ends; a zero instant
// means "no instant, only wake".
type Clock interface {
	Now() time.Time
	Wait(ctx context.Context, until time.Time, wake <-chan struct{})
}

// Desk is the after-sales desk. It is safe for use by several goroutines.
type Desk struct {
	Options
	pace     *pace
	live     *live
	presence *presence
	sessions *sessions
	names    *names
	lines    *lines
	glance   *glance
	pulse    *pulse
	hear     *hearing
	holder   string                     // names this desk where only one may do something at a time
	abouts   map[string]connector.About // by connector, asked once

	wakeSync, wakeEffects, wakeTimers, wakeOrders, wakeNotices, wakeWatch, wakeTrackings, wakeSubscriptions, wakeFeed chan struct{}

	looks ride[*nearby]  // what stands around acts that pay
	saves ride[*trial]   // how acts stand on their way
	ends  ride[shownAct] // acts that the platform shows

	wrong        wrongDeliveries
	counterparts *counterparts
	watching     *watching
	tidied       atomic.Int64 // second at which Settle or Step tidied up last
	stepped      stepped
}

// New makes a desk. It starts nothing: see Run.
func New(o Options) *Desk {
	if o.SyncEvery == 0 {
		o.SyncEvery = time.Minute
	}
	if o.OrderEvery == 0 {
		o.OrderEvery = 6 * time.Hour
	}
	if o.WatchEvery == 0 {
		o.WatchEvery = watchEvery
	}
	if o.NewID == nil {
		o.NewID = newID
	}
	d := &Desk{
		Options: o, live: newLive(), pace: newPace(), presence: newPresence(), sessions: newSessions(), names: newNames(), lines: newLines(), glance: newGlance(), pulse: newPulse(),
		wakeSync: make(chan struct{}, 1), wakeEffects: make(chan struct{}, 1),
		wakeTimers: make(chan struct{}, 1), wakeOrders: make(chan struct{}, 1),
		wakeNotices: make(chan struct{}, 1), wakeWatch: make(chan struct{}, 1), wakeTrackings: make(chan struct{}, 1),
		wakeSubscriptions: make(chan struct{}, 1), wakeFeed: make(chan struct{}, 1), watching: newWatching(), counterparts: newCounterparts(),
	}
	d.abouts = make(map[string]connector.About, len(o.Connectors))
	for kind, c := range o.Connectors {
		d.abouts[kind] = c.About()
	}
	d.holder = rand.Text()
	d.looks = ride[*nearby]{all: d.lookAround, seats: rideSeats}
	d.saves = ride[*trial]{all: d.saveAll, seats: rideSeats}
	d.ends = ride[shownAct]{all: d.confirmAll, seats: rideSeats}
	d.hear = &hearing{wake: d.wakeAll}
	o.DB.AfterCommit(d.committed)
	return d
}

// Now is the desk's present instant, UTC.
func (d *Desk) Now() time.Time { return d.Clock.Now().UTC() }

// wake tells a loop that there is something to do, without ever blocking.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
