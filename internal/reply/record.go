package reply

import (
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/reply/lexicon"
)

// record is what the file supports: the only things a draft may state as facts.
type record struct {
	causes  map[string]bool // cause.* that a scan, notice, ticket or the supplier's word supports
	places  map[string]bool // place.* and country.* of the shared list
	names   []string        // folded names of places as recorded
	text    string          // folded words of carriers, customs, platforms, suppliers
	foreign bool            // some of that text is in a script without spaces, so that names cannot be compared letter by letter
	last    dispute.Scan    // last real scan of the carrier
	scanned bool
}

// scanCauses tells which causes the words of a scan support.
var scanCauses = map[string]string{
	"export_customs": "cause.customs", "import_customs": "cause.customs", "customs_hold": "cause.customs",
	"customs_info_required": "cause.customs", "customs_duty_unpaid": "cause.customs cause.duty",
	"customs_prohibited": "cause.customs cause.prohibited", "security_rejected": "cause.security", "address": "cause.address",
	"recipient_unreachable": "cause.absent", "attempt_failed": "cause.absent", "refused": "cause.refused", "unclaimed": "cause.unclaimed",
	"lost": "cause.lost", "destroyed": "cause.destroyed", "returned": "cause.returned", "returning": "cause.returned",
	"delivered": "cause.delivered", "available_for_pickup": "cause.unclaimed",
}

// actCauses tells which causes a recorded act supports.
var actCauses = map[string]string{
	"reported_no_stock": "cause.stock", "reported_oversize": "cause.oversize", "sent_customs_reminder": "cause.customs",
	"asked_customs_data": "cause.customs", "received_goods": "cause.returned cause.delivered", "delivered_return": "cause.returned cause.delivered",
	"intercepted": "cause.returned", "announced_charge": "",
}

// official are those whose word is proof of a cause; the buyer's and our own are not.
var official = map[string]bool{"carrier": true, "platform": true, "supplier": true, "agent": true, "manufacturer": true, "bank": true}

// proving are kinds of evidence whose text is the word of somebody official, whoever filed it.
var proving = map[string]bool{
	"carrier_ticket": true, "customs_notice": true, "tracking_page": true, "manufacturer_report": true, "signature": true, "freight_charge": true,
}

func newRecord(lib lexicon.Library, f *dispute.Facts, now time.Time) *record {
	rec := &record{causes: map[string]bool{}, places: map[string]bool{}}
	var words strings.Builder
	rec.readShipment(f, now, &words)
	for _, a := range f.History {
		rec.support(actCauses[a.Did])
		if official[a.Who] || a.Did == "asked_carrier" {
			note(&words, a.Note, a.Reference)
		}
	}
	for _, e := range f.Evidence {
		if official[e.From] || proving[e.Kind] {
			note(&words, e.Text, e.Note, e.Reference)
		}
		if e.Kind == "customs_notice" {
			rec.support("cause.customs")
		}
	}
	for _, m := range f.Messages {
		if official[m.From] {
			note(&words, m.Text)
		}
	}
	rec.readAccount(f, &words)
	rec.index(lib, words.String())
	return rec
}

func note(words *strings.Builder, parts ...string) {
	for _, p := range parts {
		words.WriteString(p)
		words.WriteString(" . ")
	}
}

func (rec *record) support(causes string) {
	for _, c := range strings.Fields(causes) {
		rec.causes[c] = true
	}
}

func (rec *record) readShipment(f *dispute.Facts, now time.Time, words *strings.Builder) {
	if f.Shipment == nil {
		rec.support("cause.delivered cause.returned")
		return
	}
	for _, s := range f.Shipment.Events {
		if s.At.After(now) {
			continue
		}
		rec.support(scanCauses[s.Status])
		rec.support(scanCauses[s.Why])
		note(words, s.Note, s.Raw, s.Place)
		rec.addPlace(s.Place)
		if s.Country != "" {
			rec.places["country."+s.Country] = true
		}
		if s.Status != "not_found" && s.Status != "info_received" && !s.At.Before(rec.last.At) {
			rec.last, rec.scanned = s, true
		}
	}
}

func (rec *record) readAccount(f *dispute.Facts, words *strings.Builder) {
	if f.Account != nil {
		for _, n := range f.Account.Notices {
			rec.support("cause.payment_check")
			note(words, n.Text)
		}
	}
	if f.Order != nil && f.Order.AddressCheck != nil {
		if f.Order.AddressCheck.Result == "failed" {
			rec.support("cause.address")
		}
		note(words, f.Order.AddressCheck.Note)
	}
	for _, s := range []string{f.Store.Country, buyerCountry(f)} {
		if s != "" {
			rec.places["country."+s] = true
		}
	}
}

func buyerCountry(f *dispute.Facts) string {
	if f.Buyer == nil {
		return ""
	}
	return f.Buyer.Country
}

func (rec *record) addPlace(place string) {
	folded := lexicon.Fold(strings.TrimSpace(place))
	if folded == "" {
		return
	}
	rec.names = append(rec.names, folded)
	for _, r := range folded {
		if r > 0x2E7F {
			rec.foreign = true
		}
	}
}

func (rec *record) index(lib lexicon.Library, words string) {
	rec.text = lexicon.Fold(words)
	for _, m := range lib["record"].Read(words).Group("cause.") {
		rec.causes[m.Meaning] = true
	}
	shared := lib["shared"].Read(words)
	for _, prefix := range []string{"place.", "country."} {
		for _, m := range shared.Group(prefix) {
			rec.places[m.Meaning] = true
		}
	}
}

// knowsPlace tells whether a written name is a recorded place, allowing for another spelling ("Francfort", "Frankfurt").
func (rec *record) knowsPlace(name string) bool {
	name = lexicon.Fold(name)
	for _, known := range rec.names {
		for _, part := range append(strings.Fields(known), known) {
			if alike(name, part) {
				return true
			}
		}
	}
	return len(name) >= 3 && strings.Contains(rec.text, name)
}

// alike tells whether two names differ in at most a third of their letters.
func alike(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) < 3 || len(y) < 3 || len(x) > 40 || len(y) > 40 {
		return a == b
	}
	return distance(x, y)*3 <= max(len(x), len(y))
}

func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		prev := row[0]
		row[0] = i + 1
		for j := range b {
			cost := prev
			if a[i] != b[j] {
				cost = 1 + min(prev, row[j], row[j+1])
			}
			prev, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// did gives the recorded acts of one of the kinds.
func (c *checker) did(kinds ...string) []dispute.Act {
	var out []dispute.Act
	for _, a := range c.facts.History {
		if oneOf(a.Did, kinds...) {
			out = append(out, a)
		}
	}
	return out
}

// shown tells whether evidence of the kind is on file.
func (c *checker) shown(kinds ...string) bool {
	for _, e := range c.facts.Evidence {
		if oneOf(e.Kind, kinds...) {
			return true
		}
	}
	return false
}

// wrote tells whether somebody of the kinds sent a message.
func (c *checker) wrote(who ...string) bool {
	for _, m := range c.facts.Messages {
		if oneOf(m.From, who...) {
			return true
		}
	}
	return false
}
