package shipment

import (
	"slices"
	"strings"
	"time"

	"parley/internal/dispute"
)

// sameEvent is how far apart two sources may put one event. Carriers' clocks are told in minutes, and a marketplace may round.
const sameEvent = 5 * time.Minute

// Join lays the events of several sources over one another, each event once, in the order of time. The lists come with the most trusted
// first: where two tell of the same event, the first one's words stay, and what only the other tells (place, country, reason, proof) is
// added. An event that one source has no word for is the same as the known one of another at the same time.
func Join(lists ...[]dispute.Scan) []dispute.Scan {
	var out []dispute.Scan
	for n, list := range lists {
		before := len(out) // events of one source are never taken for one another, save exact copies
		for _, e := range list {
			if i := twin(out, e, before, n); i >= 0 {
				out[i] = together(out[i], e)
			} else {
				out = append(out, e)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b dispute.Scan) int { return a.At.Compare(b.At) })
	return out
}

// twin finds the event that e repeats; -1 = none.
func twin(have []dispute.Scan, e dispute.Scan, before, list int) int {
	for i, h := range have {
		if i >= before || list == 0 {
			if h == e {
				return i
			}
			continue
		}
		if sameTime(h.At, e.At) && sameWord(h, e) && samePlace(h, e) {
			return i
		}
	}
	return -1
}

func sameTime(a, b time.Time) bool { return a.Sub(b).Abs() <= sameEvent }

func sameWord(a, b dispute.Scan) bool {
	return a.Status == b.Status || vague(a.Status) || vague(b.Status)
}

// vague statuses say only that something happened.
func vague(status string) bool { return status == "" || status == "unknown" || status == "in_transit" }

func samePlace(a, b dispute.Scan) bool {
	return a.Country == "" || b.Country == "" || strings.EqualFold(a.Country, b.Country)
}

// together completes an event by what another source tells of it.
func together(a, b dispute.Scan) dispute.Scan {
	if vague(a.Status) && !vague(b.Status) {
		a.Status, a.Raw, a.Via = b.Status, b.Raw, b.Via
	}
	set := func(to *string, from string) {
		if *to == "" {
			*to = from
		}
	}
	set(&a.Place, b.Place)
	set(&a.Country, b.Country)
	set(&a.Why, b.Why)
	set(&a.Note, b.Note)
	if a.Why == "unknown" && b.Why != "" {
		a.Why = b.Why
	}
	a.Proof = max(a.Proof, b.Proof)
	return a
}
