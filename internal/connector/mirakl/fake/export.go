package fake

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// export is a bulk reading of orders that was asked for by OR13.
type export struct {
	shop  *Shop
	ready time.Time
	query url.Values
}

// exportTakes is how long a bulk reading takes.
const exportTakes = 10 * time.Second

// or13 asks for all orders that match, to be fetched later.
func (c *call) or13() *refusal {
	var body struct {
		Channels    []string       `json:"channel_codes"`
		End         string         `json:"end_date"`
		EndUpdate   string         `json:"end_update_date"`
		Centers     any            `json:"fulfillment_center_codes"`
		Items       int            `json:"items_per_chunk"`
		Megabytes   int            `json:"megabytes_per_chunk"`
		NullChannel bool           `json:"only_null_channel"`
		States      []string       `json:"order_state_codes"`
		TaxMode     string         `json:"order_tax_mode"`
		Shops       []textOrNumber `json:"shop_ids"`
		Start       string         `json:"start_date"`
		StartUpdate string         `json:"start_update_date"`
	}
	if refused := c.read(&body); refused != nil {
		return refused
	}
	q := url.Values{}
	for name, v := range map[string]string{"end_date": body.End, "end_update_date": body.EndUpdate, "start_date": body.Start, "start_update_date": body.StartUpdate,
		"order_state_codes": strings.Join(body.States, ","), "channel_codes": strings.Join(body.Channels, ",")} {
		if v != "" {
			q.Set(name, v)
		}
	}
	c.q = q
	if _, refused := c.orderFilter(); refused != nil {
		return refused
	}
	id := "tracking_id_" + strconv.FormatInt(c.p.next(), 10)
	c.p.exports[id] = export{c.shop, c.now.Add(exportTakes), q}
	return c.give(http.StatusOK, object{"tracking_id": id})
}

// or14 tells whether the orders are ready, and where.
func (c *call) or14() *refusal {
	id := c.r.PathValue("tracking_id")
	e, ok := c.p.exports[id]
	if !ok || e.shop != c.shop {
		return missing("No export with the tracking id '" + id + "'")
	}
	if c.now.Before(e.ready) {
		return c.ok(object{"last_updated": stamp(c.now), "status": "PENDING", "urls": nil})
	}
	return c.ok(object{"last_updated": stamp(e.ready), "status": "COMPLETED", "urls": []string{"http://" + c.r.Host + "/api/orders/async-export/file/" + id}})
}

// or15 gives the orders.
func (c *call) or15() *refusal {
	e, ok := c.p.exports[c.r.PathValue("name")]
	if !ok || e.shop != c.shop || c.now.Before(e.ready) {
		return missing("No such file")
	}
	c.q = e.query
	keep, refused := c.orderFilter()
	if refused != nil {
		return refused
	}
	views := []object{}
	for _, o := range c.shop.orders {
		if keep(o) {
			views = append(views, o.view())
		}
	}
	return c.ok(object{"orders": views})
}
