package shopify

import (
	"encoding/json"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// olderRun is a scan of a parcel as the older calls write it. It names its order, not the number of the parcel.
type olderRun struct {
	OrderID  scalar `json:"order_id"`
	Status   scalar `json:"status"`
	At       scalar `json:"happened_at"`
	City     scalar `json:"city"`
	Province scalar `json:"province"`
	Country  scalar `json:"country"`
	Message  scalar `json:"message"`
}

var olderRunMembers = named(`address1 admin_graphql_api_id city country created_at estimated_delivery_at fulfillment_id happened_at id latitude
	longitude message order_id province shop_id status updated_at zip`)

// readRuns reads a list of scans: one purchase for each order they name, of which no more than the way of its parcel is told.
func readRuns(list json.RawMessage) (out []connector.Snapshot) {
	var orders []scalar
	runs := map[scalar][]json.RawMessage{}
	each(list, func(node json.RawMessage) {
		var run olderRun
		_ = json.Unmarshal(node, &run) // of another shape in part: what could be read counts, the rest is noted below
		if len(runs[run.OrderID]) == 0 {
			orders = append(orders, run.OrderID)
		}
		runs[run.OrderID] = append(runs[run.OrderID], node)
	})
	for _, order := range orders {
		out = append(out, readWay(order, runs[order]))
	}
	return out
}

func readWay(order scalar, nodes []json.RawMessage) connector.Snapshot {
	r := &reading{}
	var f wireFulfilment
	for _, node := range nodes {
		var run olderRun
		if err := json.Unmarshal(node, &run); err != nil {
			r.note("fulfillment_events", scalar(err.Error()))
		}
		r.strangers("fulfillment_events", node, olderRunMembers)
		f.Events.Nodes = append(f.Events.Nodes, wireRun{upper(run.Status), run.At, run.City, run.Province, run.Country, run.Message})
	}
	way := &dispute.Shipment{ArrangedBy: "seller", Events: r.events(&f)}
	raw, _ := json.Marshal(nodes) // made of JSON
	return r.part(raw, order, dispute.Facts{Shipment: way})
}
