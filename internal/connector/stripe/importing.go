package stripe

import (
	"encoding/json"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// deepest is how many levels a file may have.
const deepest = 64

// Import reads captured answers: a dispute, an early fraud warning, a charge or the refund of one (purchases without a case), a list of
// them, an event about one, or a JSON array of such. The zone is not needed: Stripe's times are Unix seconds.
func (*Connector) Import(data []byte, _ *time.Location) ([]connector.Snapshot, error) {
	if !json.Valid(data) || deep(data) {
		return nil, &fault.Fault{Kind: fault.Invalid, Key: "fault.stripe.import_unreadable", Field: "file", Allowed: "JSON"}
	}
	var all []connector.Snapshot
	found := records(data)
	for _, raw := range found {
		if bought, ok := (reader{}).purchaseIn(raw); ok {
			all = append(all, bought)
			continue
		}
		snap := reader{}.any(raw)
		if snap.Problem == nil || ours(raw) {
			all = append(all, snap)
		}
	}
	if len(all) == 0 {
		f := fault.Input("file", kinds(found), "a dispute, an early fraud warning, a charge, a refund, a list of them or an event about one")
		f.Key = "fault.stripe.import_nothing"
		return nil, f
	}
	return all, nil
}

// ours tells that an object says of itself that it is a dispute or a warning and has an id: then it is kept, even where it cannot be read.
func ours(raw json.RawMessage) bool {
	var o struct {
		ID     text `json:"id"`
		Object text `json:"object"`
	}
	return json.Unmarshal(raw, &o) == nil && o.ID != "" && (o.Object == "dispute" || o.Object == "radar.early_fraud_warning")
}

// any reads a record of either kind.
func (r reader) any(raw json.RawMessage) connector.Snapshot {
	var o struct {
		Object text `json:"object"`
	}
	_ = json.Unmarshal(raw, &o) // then it is no warning
	if o.Object == "radar.early_fraud_warning" {
		return r.warning(raw, time.Time{})
	}
	return r.dispute(raw)
}

// records opens lists, events and arrays.
func records(data []byte) (out []json.RawMessage) {
	var several []json.RawMessage
	if json.Unmarshal(data, &several) == nil {
		for _, one := range several {
			out = append(out, records(one)...)
		}
		return out
	}
	var o struct {
		Object text            `json:"object"`
		Data   json.RawMessage `json:"data"`
	}
	_ = json.Unmarshal(data, &o) // then it is kept as it is, and found to be no record
	switch o.Object {
	case "list":
		return records(o.Data)
	case "event":
		var inner struct {
			Object json.RawMessage `json:"object"`
		}
		_ = json.Unmarshal(o.Data, &inner) // then there is nothing in it
		return []json.RawMessage{inner.Object}
	}
	return []json.RawMessage{data}
}

// deep tells that a file has more levels than any answer, counting brackets outside of texts.
func deep(data []byte) bool {
	level, text := 0, false
	for n := 0; n < len(data); n++ {
		switch c := data[n]; {
		case c == '\\' && text:
			n++
		case c == '"':
			text = !text
		case text:
		case strings.IndexByte("[{", c) >= 0:
			if level++; level > deepest {
				return true
			}
		case strings.IndexByte("]}", c) >= 0:
			level--
		}
	}
	return false
}
