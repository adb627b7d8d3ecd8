package paypal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// Import reads a captured answer: a dispute, a list of disputes, a webhook event, or a JSON array of such. The zone is not needed: PayPal's
// times carry their own.
func (c *Connector) Import(data []byte, _ *time.Location) ([]connector.Snapshot, error) {
	v, err := parse(data)
	if err != nil {
		f := &fault.Fault{Kind: fault.Invalid, Key: "fault.paypal.import_unreadable", Field: "file", Allowed: "JSON"}
		return nil, f.Because(err)
	}
	one := []value{v}
	if !v.object() {
		one = v.list()
	}
	var all []connector.Snapshot
	named := false
	for n, v := range one {
		snaps, some := imported(v, "["+strconv.Itoa(n)+"].")
		if v.object() && len(one) == 1 {
			snaps, some = imported(v, "")
		}
		all, named = append(all, snaps...), named || some
	}
	if len(all) == 0 {
		return nil, noDispute("an empty list")
	}
	if !named {
		return nil, noDispute(strings.Join(one[0].members(), ", "))
	}
	if len(all) == 1 {
		all[0].Raw = kept(data)
	}
	return all, nil
}

// imported reads one object of a file. A record that names no dispute is kept with its place in the file, so that it loses none of the
// others; named tells whether any does name one.
func imported(v value, at string) (out []connector.Snapshot, named bool) {
	records, in := v.get("items").list(), true
	if r := v.get("resource"); r.get("dispute_id").there() {
		records, in = []value{r}, false
	} else if v.get("dispute_id").there() || len(records) == 0 {
		records, in = []value{v}, false
	}
	for n, r := range records {
		place := at
		if in {
			place += "items[" + strconv.Itoa(n) + "]."
		}
		snap, _, err := readDispute(r)
		switch id := r.get("dispute_id").text(); {
		case err != nil && id != "":
			snap = connector.Snapshot{Ref: connector.Ref{Kind: disputeKind, ID: id}, Open: true, Problem: err} // kept, so that a person sees it
		case err != nil:
			snap = nameless(r, place)
		}
		named = named || snap.Ref.ID == r.get("dispute_id").text()
		if raw, err := json.Marshal(r.of); err == nil {
			snap.Raw = raw
		}
		out = append(out, snap)
	}
	return out, named
}

// nameless is a record without a number. It is known again by what it says.
func nameless(r value, place string) connector.Snapshot {
	raw, err := json.Marshal(r.of)
	if err != nil {
		raw = []byte(place)
	}
	sum := sha256.Sum256(raw)
	return connector.Snapshot{
		Ref: connector.Ref{Kind: disputeKind, ID: "nameless-" + hex.EncodeToString(sum[:8])}, Open: true,
		Problem: fault.Input(place+"dispute_id", "", "the number of a dispute"),
	}
}
