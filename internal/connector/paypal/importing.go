package paypal

import (
	"encoding/json"
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
	for _, v := range one {
		snaps, err := imported(v)
		if err != nil {
			return nil, err
		}
		all = append(all, snaps...)
	}
	if len(all) == 0 {
		return nil, noDispute("an empty list")
	}
	if len(all) == 1 {
		all[0].Raw = kept(data)
	}
	return all, nil
}

// imported reads one object of a file.
func imported(v value) ([]connector.Snapshot, error) {
	records := v.get("items").list()
	if r := v.get("resource"); r.get("dispute_id").there() {
		records = []value{r}
	} else if v.get("dispute_id").there() {
		records = []value{v}
	}
	var out []connector.Snapshot
	for _, r := range records {
		snap, _, err := readDispute(r)
		if id := r.get("dispute_id").text(); err != nil && id != "" {
			snap = connector.Snapshot{Ref: connector.Ref{Kind: disputeKind, ID: id}, Open: true, Problem: err} // kept, so that a person sees it
		} else if err != nil {
			return nil, noDispute(strings.Join(r.members(), ", "))
		}
		raw, err := json.Marshal(r.of)
		if err != nil {
			return nil, noDispute("")
		}
		snap.Raw = raw
		out = append(out, snap)
	}
	if len(out) == 0 {
		return nil, noDispute(strings.Join(v.members(), ", "))
	}
	return out, nil
}
