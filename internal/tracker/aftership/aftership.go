// Package aftership is the way to AfterShip Tracking.
//
// Facts of the interface are those of the Tracking API, version 2026-07 (aftership.com/docs/tracking), which stands in every path:
//
//   - A parcel is registered by a call of its own and has a number of the service's (id) from then on; up to fifty are read in one call.
//     Each path has its own limit, five calls a second at least.
//   - The service stops watching 30 days after the last news ("Expired") and takes a parcel up again three times. A parcel that shall not
//     be watched any more is deleted there: "completed" would say that it was delivered, lost or returned.
//   - News comes by a call to the desk, signed with HMAC-SHA256 over the body.
//
// Files: session.go makes the calls, record.go reads what they answer, couriers.yaml holds the service's names of carriers.
package aftership

import (
	"crypto/hmac"
	"crypto/sha256"
	_ "embed" // the carriers are a file
	"encoding/base64"
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

// Tracker opens sessions at AfterShip. Its only state is how fast each account may call.
type Tracker struct{ limits *webclient.Limits }

// New makes the tracker. One is enough for all accounts.
func New() *Tracker { return &Tracker{limits: &webclient.Limits{}} }

const (
	kind    = "aftership"
	name    = "AfterShip"
	address = "https://api.aftership.com"
	version = "2026-07"
	batch   = 50
)

// About describes the service.
func (*Tracker) About() tracker.About {
	return tracker.About{
		Kind: kind, Name: name, Mark: "AS", Pushes: true, Batch: batch, Quiet: 30 * 24 * time.Hour, Resumes: 3,
		Settings: []connector.Setting{
			{Name: "api_key", Secret: true, Required: true, Pattern: `^[0-9A-Za-z_-]{16,128}$`},
			{Name: "webhook_secret", Secret: true, Pattern: `^\S{6,256}$`},
			{Name: "address", Pattern: `^https?://[^/?#]+/?$`},
			{Name: "calls_per_second", Default: "5", Pattern: `^[0-9]{1,3}$`},
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
		Name: name, Base: base + "/tracking/" + version, Header: "as-api-key", Key: set["api_key"], Account: strconv.FormatInt(account.ID, 10),
		PerSecond: rate, Limits: t.limits, World: world,
	}}, nil
}

// Receive checks the header "aftership-hmac-sha256" over the raw body.
func (*Tracker) Receive(account tracker.Account, d connector.Delivery) (tracker.Push, error) {
	secret := strings.TrimSpace(account.Settings["webhook_secret"])
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.Body)
	given, err := base64.StdEncoding.DecodeString(strings.TrimSpace(d.Header.Get("Aftership-Hmac-Sha256")))
	if secret == "" || err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		return tracker.Push{}, fault.New(fault.Unauthorised, "fault.tracker.signature", "tracker", name)
	}
	var e struct {
		Event tracker.Text `json:"event"`
		ID    tracker.Text `json:"event_id"`
		Msg   struct {
			Number tracker.Text `json:"tracking_number"`
		} `json:"msg"`
	}
	if err := json.Unmarshal(d.Body, &e); err != nil || e.Event == "" || e.Msg.Number == "" {
		return tracker.Push{Topic: string(e.Event)}, fault.New(fault.Garbled, "fault.tracker.delivery_unreadable", "tracker", name).Because(err)
	}
	return tracker.Told(string(e.ID), string(e.Event), string(e.Msg.Number), "tracking_update"), nil
}

//go:embed couriers.yaml
var courierFile []byte

var couriers = sync.OnceValue(func() map[string]string {
	var all map[string]string
	if err := yaml.Unmarshal(courierFile, &all); err != nil {
		panic("aftership: the built-in couriers do not read: " + err.Error())
	}
	return all
})

// slug gives the service's name of a carrier, empty where it should find out itself: by what the shop calls it, else by the number where
// its check digit leaves no doubt.
func slug(p tracker.Parcel) string {
	if s := couriers()[plain(p.Carrier)]; s != "" {
		return s
	}
	found := shipment.Carriers(p.Number)
	if len(found) == 0 || !found[0].Checked || found[0].Courier == "fedex" {
		return ""
	}
	if found[0].Courier != "s10" {
		return couriers()[found[0].Courier]
	}
	if found[0].Country == "CN" && strings.HasPrefix(shipment.Number(p.Number), "E") {
		return couriers()["chinaems"]
	}
	return couriers()["post"+strings.ToLower(found[0].Country)]
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
