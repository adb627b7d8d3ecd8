package shipment

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/unicode/norm"

	"parley/internal/dispute"
)

// Vocabularies of carrier events that are known, by the names of their files in the folder codes.
const (
	SeventeenTrack = "seventeentrack" // sub-states of 17TRACK
	AfterShip      = "aftership"      // subtags of AfterShip
	EMSEVT         = "emsevt"         // events of postal operators (UPU)
	Cainiao        = "cainiao"        // action codes of Cainiao
)

// Meaning is what one code says, in the words of shipment_statuses and shipment_reasons.
type Meaning struct {
	Status string `yaml:"status"`
	Why    string `yaml:"why"`
	Home   string `yaml:"home"`  // status where the parcel has not left its country yet: some sources have one word for both sides
	Proof  int    `yaml:"proof"` // of delivery, where the code alone tells it; see Parcel.Proof
	From   string `yaml:"from"`  // how the meaning is known; the head of the file explains
	Says   string `yaml:"says"`  // in the source's own words, shortened
}

//go:embed codes/*.yaml
var codeFiles embed.FS

var vocabularies = sync.OnceValue(func() map[string]map[string]Meaning {
	all := map[string]map[string]Meaning{}
	for _, name := range []string{SeventeenTrack, AfterShip, EMSEVT, Cainiao} {
		raw, err := codeFiles.ReadFile("codes/" + name + ".yaml")
		if err != nil {
			panic("shipment: " + err.Error())
		}
		var file struct{ Codes map[string]Meaning }
		if err := yaml.UnmarshalWithOptions(raw, &file, yaml.Strict()); err != nil {
			panic(fmt.Sprintf("shipment: the built-in codes of %s do not read: %v", name, err))
		}
		all[name] = make(map[string]Meaning, len(file.Codes))
		for code, m := range file.Codes {
			all[name][normal(code)] = m
		}
	}
	return all
})

// normal is a code without what differs between two spellings of it: full-width letters and signs, case, spaces around.
func normal(code string) string { return strings.ToUpper(strings.TrimSpace(norm.NFKC.String(code))) }

// Mean gives what a code of a vocabulary says. A code that is not listed takes the meaning of what stands before its last underscore,
// where that is listed: sources add finer words under their main ones.
func Mean(vocabulary, code string) (Meaning, bool) {
	codes := vocabularies()[vocabulary]
	code = normal(code)
	if m, ok := codes[code]; ok {
		return m, true
	}
	if i := strings.LastIndexByte(code, '_'); i > 0 {
		m, ok := codes[code[:i]]
		return m, ok
	}
	return Meaning{}, false
}

// Listed gives what a code of a vocabulary says, and nothing for one that is not listed itself: for sources that do not add finer words.
func Listed(vocabulary, code string) (Meaning, bool) {
	m, ok := vocabularies()[vocabulary][normal(code)]
	return m, ok
}

// Codes gives all codes of a vocabulary with their meanings, normalised. The map belongs to the caller.
func Codes(vocabulary string) map[string]Meaning {
	out := map[string]Meaning{}
	for code, m := range vocabularies()[vocabulary] {
		out[code] = m
	}
	return out
}

// Translate gives events whose codes stand in Raw their status, reason and proof, in the order of time. A code that the vocabulary does
// not know may be one of the post: marketplaces and carriers hand those on among their own. A code without a meaning gives the
// status "unknown": the event is kept and shown and decides nothing. Events that have a status already keep it.
func Translate(vocabulary string, events []dispute.Scan) []dispute.Scan {
	out := slices.Clone(events)
	slices.SortStableFunc(out, func(a, b dispute.Scan) int { return a.At.Compare(b.At) })
	left, origin := false, ""
	for i := range out {
		e := &out[i]
		if e.Country != "" && origin == "" {
			origin = e.Country
		}
		left = left || (e.Country != "" && e.Country != origin)
		translate(vocabulary, e, left)
		left = left || slices.Contains(abroad, e.Status)
	}
	return out
}

// abroad are the statuses after which a parcel is no longer at home.
var abroad = []string{"departed_origin", "transit_country", "arrived_destination", "out_for_delivery", "available_for_pickup", "delivered"}

func translate(vocabulary string, e *dispute.Scan, left bool) {
	if e.Status != "" {
		return
	}
	m, ok := Mean(vocabulary, e.Raw)
	if !ok {
		m, ok = Listed(EMSEVT, e.Raw) // who hands events of the post on leaves its codes as they are
	}
	if !ok {
		e.Status = "unknown"
		return
	}
	e.Status = m.Status
	if m.Home != "" && !left {
		e.Status = m.Home
	}
	if e.Why == "" {
		e.Why = m.Why
	}
	e.Proof = max(e.Proof, m.Proof)
}
