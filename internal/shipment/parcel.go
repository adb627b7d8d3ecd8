// Package shipment folds the whole list of a parcel's events into what a dispute needs to know: where the parcel is,
// whether it ever left the country, why it came back, who has to act at customs and how well delivery is proved.
//
// No carrier or aggregator says "returned because nobody collected it" or "returned without export"; the last status
// alone does not tell, so every event counts. Scans are already in the words of the glossary (shipment_statuses,
// shipment_reasons); an unknown status is kept as movement and decides nothing. Everything here is pure.
package shipment

import (
	"slices"
	"time"

	"parley/internal/dispute"
)

// Ways in which a parcel comes back; empty while it does not.
const (
	BackNotExported = "not_exported" // never left the country of origin
	BackPapers      = "papers"       // customs asked the buyer for something in vain
	BackRefused     = "refused"      // refused at the door
	BackUnclaimed   = "unclaimed"    // not collected at the pick-up point
	BackAddress     = "address"      // address wrong or incomplete
	BackAbsent      = "absent"       // nobody there
	BackSecurity    = "security"     // stopped by customs or security in the country of destination
	BackOther       = "other"        // reached or neared the country of destination, cause not told
)

// Parcel is what the events add up to. Instants are zero when the thing did not happen.
type Parcel struct {
	Stage       string    // last status that says something, of the glossary; empty = no event
	Since       time.Time // instant of that status
	Scanned     bool      // at least one real scan by a carrier, not only label data
	LastRealAt  time.Time // last event that a carrier's hand made
	Exported    bool
	Arrived     bool // reached the buyer's country
	ArrivedAt   time.Time
	Delivered   bool
	DeliveredAt time.Time
	GoingBack   bool // on the way back, or back
	Back        bool // back with the sender
	BackSince   time.Time
	BackWhy     string // Back…
	Lost        bool   // loss or destruction confirmed by the carrier
	LostAt      time.Time
	Damaged     bool
	CustomsOpen bool // held by the customs of destination
	CustomsAt   time.Time
	NeedsBuyer  bool // customs wait for the buyer
	NeedsAt     time.Time
	AtPickup    bool
	PickupAt    time.Time
	BadAddress  bool // a scan says that the address is wrong
	Proof       int  // of delivery: 0 none, 1 label data, 2 carrier scan, 3 station or neighbour, 4 signed with name, 5 picture of signature or parcel
}

// rank orders events of one instant by the way a parcel travels.
var rank = map[string]int{
	"not_found": 0, "info_received": 1, "accepted": 2, "origin_processing": 3, "export_customs": 4, "departed_origin": 5,
	"transit_country": 6, "in_transit": 7, "arrived_destination": 8, "import_customs": 9, "destination_processing": 10,
	"out_for_delivery": 11, "attempt_failed": 12, "available_for_pickup": 13, "delivered": 14, "returning": 15,
	"returned": 16, "damaged": 17, "lost": 18, "destroyed": 19, "cancelled": 20,
}

// Fold reads all events. The buyer's country may be empty; then only the carrier's words tell that it was reached.
func Fold(s *dispute.Shipment, buyerCountry string) Parcel {
	var p Parcel
	if s == nil {
		return p
	}
	origin := ""
	for _, e := range ordered(s.Events) {
		if origin == "" && e.Country != "" && e.Status != "not_found" && e.Status != "info_received" {
			origin = e.Country
		}
		abroad := !s.Domestic && origin != "" && e.Country != "" && e.Country != origin
		p.place(e, abroad, buyerCountry)
		p.step(e, s.Domestic)
	}
	return p
}

// ordered sorts by time, then by the way a parcel travels, then as sent; lists that are in order are not copied.
func ordered(events []dispute.Scan) []dispute.Scan {
	by := func(a, b dispute.Scan) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return rank[a.Status] - rank[b.Status]
	}
	if slices.IsSortedFunc(events, by) {
		return events
	}
	out := slices.Clone(events)
	slices.SortStableFunc(out, by)
	return out
}

// place learns from where the scan was made.
func (p *Parcel) place(e dispute.Scan, abroad bool, buyerCountry string) {
	if !abroad || p.GoingBack {
		return
	}
	p.Exported = true
	if e.Country == buyerCountry && !p.Arrived && e.Status != "info_received" {
		p.Arrived, p.ArrivedAt = true, e.At
	}
}

// step takes one event.
func (p *Parcel) step(e dispute.Scan, domestic bool) {
	if e.Why == "address" {
		p.BadAddress = true
	}
	switch e.Status {
	case "not_found":
		return
	case "info_received":
		p.Proof = max(p.Proof, 1)
	case "departed_origin", "transit_country":
		p.Exported = p.Exported || !domestic
	case "arrived_destination":
		p.arrive(e.At, domestic)
	case "import_customs":
		p.customs(e)
	case "destination_processing", "out_for_delivery", "attempt_failed":
		p.arrive(e.At, domestic)
		p.release()
		p.AtPickup = false
	case "available_for_pickup":
		p.arrive(e.At, domestic)
		p.release()
		p.AtPickup, p.PickupAt = true, e.At
	case "delivered":
		p.deliver(e, domestic)
	case "returning", "returned":
		p.comeBack(e, domestic)
	case "lost", "destroyed":
		p.Lost, p.LostAt, p.Delivered, p.AtPickup = true, e.At, false, false
	case "damaged":
		p.Damaged = true
	case "cancelled":
		p.cancel(e)
	}
	p.Stage, p.Since = e.Status, e.At
	if real(e.Status) {
		p.Scanned, p.LastRealAt = true, e.At
		p.Proof = max(p.Proof, 2)
	}
}

// real tells whether a carrier touched the parcel.
func real(status string) bool {
	return status != "info_received" && status != "cancelled" && status != "unknown" && status != ""
}

func (p *Parcel) arrive(at time.Time, domestic bool) {
	p.Exported = p.Exported || !domestic
	if !p.Arrived {
		p.Arrived, p.ArrivedAt = true, at
	}
}

// customs opens the hold. Import clearance before arrival is a declaration in advance and holds nothing.
func (p *Parcel) customs(e dispute.Scan) {
	if !p.Arrived && e.Why == "" {
		return
	}
	if !p.CustomsOpen {
		p.CustomsOpen, p.CustomsAt = true, e.At
	}
	if e.Why == "customs_info_required" || e.Why == "customs_duty_unpaid" {
		p.NeedsBuyer, p.NeedsAt = true, e.At
	}
}

// release ends the hold: the parcel moves inside the country again.
func (p *Parcel) release() { p.CustomsOpen, p.NeedsBuyer = false, false }

func (p *Parcel) deliver(e dispute.Scan, domestic bool) {
	if p.GoingBack { // handed over on the way back: to the sender
		p.Back = true
		return
	}
	p.arrive(e.At, domestic)
	p.release()
	p.Delivered, p.DeliveredAt, p.AtPickup, p.Lost = true, e.At, false, false
	p.Proof = max(p.Proof, 3, e.Proof)
}

// comeBack finds out why, from what happened before.
func (p *Parcel) comeBack(e dispute.Scan, domestic bool) {
	if !p.GoingBack {
		p.BackSince = e.At
		p.BackWhy = p.cause(e, domestic)
	} else if p.BackWhy == BackOther && e.Why != "" {
		p.BackWhy = p.cause(e, domestic)
	}
	p.GoingBack, p.Delivered, p.AtPickup, p.CustomsOpen = true, false, false, false
	p.Back = p.Back || e.Status == "returned"
}

func (p *Parcel) cause(e dispute.Scan, domestic bool) string {
	if !domestic && !p.Exported {
		return BackNotExported
	}
	switch e.Why {
	case "refused":
		return BackRefused
	case "unclaimed":
		return BackUnclaimed
	case "address":
		return BackAddress
	case "security_rejected", "customs_prohibited":
		return BackSecurity
	case "customs_info_required", "customs_duty_unpaid":
		return BackPapers
	}
	switch {
	case p.NeedsBuyer:
		return BackPapers
	case p.CustomsOpen:
		return BackSecurity
	case p.AtPickup:
		return BackUnclaimed
	case e.Why == "recipient_unreachable":
		return BackAbsent
	case p.BadAddress:
		return BackAddress
	}
	return BackOther
}

// cancel: a label that is cancelled after the first scan, before export, brings the parcel back.
func (p *Parcel) cancel(e dispute.Scan) {
	if p.Scanned && !p.Exported && !p.GoingBack && !p.Delivered {
		p.GoingBack, p.BackSince, p.BackWhy = true, e.At, BackNotExported
	}
}
