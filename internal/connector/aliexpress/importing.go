package aliexpress

import (
	"encoding/json"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// Import reads a captured answer: of the issue detail, of the issue list, of an order or of a list of orders, wrapped or
// flat, or a JSON array of such answers. An answer that lists nothing gives nothing. The zone is not needed: the platform's times are always those of Los Angeles.
func (c *Connector) Import(data []byte, _ *time.Location) ([]connector.Snapshot, error) {
	v, err := wire.Parse(data)
	if err != nil {
		return nil, (&fault.Fault{Kind: fault.Invalid, Key: "fault.aliexpress.import_unreadable", Field: "file", Allowed: "JSON"}).Because(err)
	}
	var all []connector.Snapshot
	parts := answers(v)
	if len(parts) == 0 {
		return nil, nothingHere("an empty list")
	}
	for _, one := range parts {
		snaps, err := imported(one, c.zone)
		if err != nil {
			return nil, err
		}
		all = append(all, snaps...)
	}
	return all, nil
}

// answers gives the answers of a file: one, or an array of them.
func answers(v wire.Value) []wire.Value {
	if v.IsObject() {
		return []wire.Value{v}
	}
	return v.List()
}

func imported(v wire.Value, zone *time.Location) ([]connector.Snapshot, error) {
	if e := v.Get("error_response"); e.Exists() {
		return nil, nothingHere("an error of the platform")
	}
	body, raw := v.Unwrapped(), v
	switch {
	case isIssue(body.Get("result_object")):
		snap := readIssue(body.Get("result_object"), connector.Ref{}, zone)
		snap.Raw = kept(raw)
		return []connector.Snapshot{snap}, nil
	case body.Get("data_list").Exists() && body.Get("total_item").Exists():
		return importedRows(body, zone), nil
	}
	return importedOrders(body, raw, zone)
}

// isIssue tells an issue from the answer of an act, whose result_object is a truth value. A field without a value is no reason to lose one.
func isIssue(v wire.Value) bool {
	return v.IsObject() && (v.Get("issue_status").Exists() || v.Get("reverse_detail_status").Exists() || text(v, "id") != "" && text(v, "order_id") != "")
}

func importedRows(body wire.Value, zone *time.Location) (out []connector.Snapshot) {
	elements := body.Get("data_list").List()
	for n, r := range readPage(body, zone).rows {
		snap := r.snapshot()
		snap.Raw = kept(elements[n])
		out = append(out, snap)
	}
	return out
}

func importedOrders(body, raw wire.Value, zone *time.Location) ([]connector.Snapshot, error) {
	orders := body.In("result", "target_list").List()
	if one := body.Get("target"); one.IsObject() {
		orders = []wire.Value{one}
	} else if one := body.In("result", "data"); one.IsObject() {
		orders = []wire.Value{one}
	}
	var out []connector.Snapshot
	for _, o := range orders {
		if text(o, "order_status") == "" {
			continue
		}
		if text(o, "order_status") == inCancel {
			out = append(out, importedWish(o, zone))
			continue
		}
		out = append(out, decodeOrder(o, kept(o), zone))
	}
	if len(out) == 0 {
		return nil, nothingHere(strings.Join(body.Members(), ", "))
	}
	if len(out) == 1 {
		out[0].Raw = kept(raw)
	}
	return out, nil
}

// importedWish is the wish to cancel of an order that was captured while it was open.
func importedWish(v wire.Value, zone *time.Location) connector.Snapshot {
	o := &purchase{reading: reading{zone: zone}}
	o.read(v, connector.Ref{})
	snap := readCancellation(o, v, connector.Ref{})
	snap.Raw = kept(v)
	return snap
}

// kept copies a part of the file as JSON.
func kept(v wire.Value) json.RawMessage {
	raw := append([]byte(nil), v.Raw()...)
	if json.Valid(raw) {
		return raw
	}
	text, _ := json.Marshal(string(raw))
	return text
}

// nothingHere says that a file holds neither issues nor orders.
func nothingHere(found string) error {
	f := fault.Input("file", found, "an answer of issue.detail.get, issue.issuelist.get, findorderbyid or solution.order.get")
	f.Key = "fault.aliexpress.import_nothing"
	return f
}
