// Package seventeentrack is the way to 17TRACK, which watches parcels of some two thousand carriers.
//
// Facts of the interface are those of the Tracking API v2.2 (asset.17track.net/api/document/v2.2_en) and of its help pages on errors:
//
//   - Every call is a POST with a JSON list of at most 40 parcels and answers 200 with what was accepted and what was rejected, each for a
//     reason of its own. At most three calls a second.
//   - A registered number costs one unit of the account's quota, once. The service stops watching 30 days after the last news, or 15 days
//     after the end, and takes a number up again once.
//   - News comes by a call to the desk whose signature is the SHA-256 of the body, a slash and the account's key. It is repeated after 10,
//     30 and 60 minutes and then dropped.
//
// Files: session.go makes the calls, record.go reads what they answer, carriers.yaml holds the service's numbers of carriers.
package seventeentrack

import (
	"crypto/sha256"
	"crypto/subtle"
	_ "embed" // the carriers are a file
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/shipment"
	"parley/internal/tracker"
	"parley/internal/webclient"
)

// Tracker opens sessions at 17TRACK. Its only state is how fast each account may call.
type Tracker struct{ limits *webclient.Limits }

// New makes the tracker. One is enough for all accounts.
func New() *Tracker { return &Tracker{limits: &webclient.Limits{}} }

const (
	kind    = "seventeentrack"
	name    = "17TRACK"
	address = "https://api.17track.net"
	batch   = 40
)

// About describes the service.
func (*Tracker) About() tracker.About {
	return tracker.About{
		Kind: kind, Name: name, Mark: "17", Pushes: true, Batch: batch, Quiet: 30 * 24 * time.Hour, Resumes: 1,
		Settings: []connector.Setting{
			{Name: "api_key", Secret: true, Required: true, Pattern: `^[0-9A-Za-z]{16,64}$`},
			{Name: "address", Pattern: `^https?://[^/?#]+/?$`},
			{Name: "calls_per_second", Default: "3", Pattern: `^[0-9]{1,3}$`},
			{Name: "allow_private", Options: []string{"false", "true"}, Default: "false"},
		},
	}
}

// Open checks the settings of an account and makes a session; it calls nothing.
func (t *Tracker) Open(account tracker.Account, world connector.World) (tracker.Session, error) {
	set, err := tracker.Settings(t.About(), account.Settings)
	if err != nil {
		return nil, err
	}
	rate, _ := strconv.ParseFloat(set["calls_per_second"], 64) // digits, by its pattern
	base := set["address"]
	if base == "" {
		base = address
	}
	return &session{way: &tracker.Way{
		Name: name, Base: base + "/track/v2.2", Header: "17token", Key: set["api_key"], Account: strconv.FormatInt(account.ID, 10),
		PerSecond: rate, Limits: t.limits, World: world,
	}}, nil
}

// Receive checks the header "sign" over the raw body. A delivery has no number of its own: its content is one.
func (*Tracker) Receive(account tracker.Account, d connector.Delivery) (tracker.Push, error) {
	key := strings.TrimSpace(account.Settings["api_key"])
	sum := sha256.Sum256(append(append([]byte(nil), d.Body...), "/"+key...))
	given, err := hex.DecodeString(strings.TrimSpace(d.Header.Get("Sign")))
	if key == "" || err != nil || subtle.ConstantTimeCompare(given, sum[:]) != 1 {
		return tracker.Push{}, fault.New(fault.Unauthorised, "fault.tracker.signature", "tracker", name)
	}
	var e struct {
		Event tracker.Text `json:"event"`
		Data  struct {
			Number tracker.Text `json:"number"`
		} `json:"data"`
	}
	if err := json.Unmarshal(d.Body, &e); err != nil || e.Event == "" || e.Data.Number == "" {
		return tracker.Push{Topic: string(e.Event)}, fault.New(fault.Garbled, "fault.tracker.delivery_unreadable", "tracker", name).Because(err)
	}
	own := sha256.Sum256(d.Body)
	return tracker.Told(hex.EncodeToString(own[:]), string(e.Event), string(e.Data.Number), "TRACKING_UPDATED", "TRACKING_STOPPED"), nil
}

//go:embed carriers.yaml
var carrierFile []byte

var carriers = sync.OnceValue(func() map[string]int {
	var all map[string]int
	if err := yaml.Unmarshal(carrierFile, &all); err != nil {
		panic("seventeentrack: the built-in carriers do not read: " + err.Error())
	}
	return all
})

// carrier gives the service's number of a carrier, 0 where it should find out itself: by what the shop calls it, else by the number where
// its check digit leaves no doubt.
func carrier(p tracker.Parcel) int {
	if key := carriers()[plain(p.Carrier)]; key != 0 {
		return key
	}
	if found := shipment.Carriers(p.Number); len(found) > 0 && found[0].Checked && found[0].Courier != "fedex" {
		name := found[0].Courier
		if name == "s10" {
			name = "post" + strings.ToLower(found[0].Country)
			if found[0].Country == "CN" && strings.HasPrefix(shipment.Number(p.Number), "E") {
				name = "chinaems"
			}
		}
		return carriers()[name]
	}
	return 0
}

// plain is a name without what people write differently.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}
