package fake

import (
	"slices"
	"time"
)

// period is a time over which the platform measures a shop, with its length in days; 0 = since the beginning.
type period struct {
	code string
	days int
}

var periods = []period{{"ALL_SINCE_BEGINNING", 0}, {"LAST_MONTH", 30}, {"LAST_THREE_MONTHS", 91}, {"LAST_SIX_MONTHS", 182}, {"LAST_YEAR", 365}}

// measured are the orders of a period, counted by what happened to them.
type measured struct {
	orders, incident, late, refunded, returned, canceled, tracked int
}

// a21 gives the rates operators measure: those of the periods asked for, or of all.
func (c *call) a21() *refusal {
	wanted, refused := c.list("periods")
	if refused != nil {
		return refused
	}
	out := object{"channel": nil, "last_updated_date": stamp(c.now), "shop_id": c.shop.ID}
	if code := c.q.Get("channel_code"); code != "" {
		out["channel"] = code
	}
	for _, w := range wanted {
		if !slices.ContainsFunc(periods, func(p period) bool { return p.code == w }) {
			return bad("Value '" + w + "' is not allowed for the parameter : periods")
		}
	}
	for _, p := range periods {
		if in(wanted, p.code) {
			c.measure(out, p)
		}
	}
	return c.ok(out)
}

// measure adds the values of one period to each statistic.
func (c *call) measure(out object, p period) {
	var from time.Time
	if p.days > 0 {
		from = c.now.AddDate(0, 0, -p.days)
	}
	m := c.counted(from)
	add := func(name string, value any) {
		list, _ := out[name].([]object)
		out[name] = append(list, object{"period": p.code, "value": value})
	}
	share := func(name string, n int) {
		value := 0.0
		if m.orders > 0 {
			value = float64(n) / float64(m.orders)
		}
		if given, ok := c.shop.Rates[name]; ok {
			value = given
		}
		add(name, value)
	}
	add("approval_delay", 33)
	share("approval_rate", m.orders)
	share("cancelation_rate", m.canceled)
	share("incident_rate", m.incident)
	share("late_shipment_rate", m.late)
	add("order_messages_response_delay", c.responseDelay())
	add("orders_count", m.orders)
	share("refund_rate", m.refunded)
	share("return_rate", m.returned)
	share("valid_tracking_rate", m.tracked)
}

func (c *call) counted(from time.Time) (m measured) {
	count := func(counter *int, yes bool) {
		if yes {
			*counter++
		}
	}
	for _, o := range c.shop.orders {
		if o.spec.PlacedAt.Before(from) || !in(c.q["channel_code"], o.spec.Channel) {
			continue
		}
		m.orders++
		count(&m.incident, o.hasIncident())
		count(&m.late, o.spec.ShipBy.Before(c.now) && (o.shipped.IsZero() || o.shipped.After(o.spec.ShipBy)))
		count(&m.refunded, slices.ContainsFunc(o.lines, func(l *Line) bool { return len(l.refunds) > 0 }))
		count(&m.returned, slices.ContainsFunc(c.shop.returns, func(r *Return) bool { return r.order == o }))
		count(&m.canceled, o.state == "CANCELED")
		count(&m.tracked, o.tracking != "" || o.shipped.IsZero())
	}
	return m
}

// responseDelay is the average seconds until the shop answered, over the messages it has answered.
func (c *call) responseDelay() int {
	sum, count := time.Duration(0), 0
	for _, t := range c.shop.threads {
		var since time.Time
		for _, m := range t.messages {
			switch {
			case m.from == "SHOP" && !since.IsZero():
				sum, count, since = sum+m.at.Sub(since), count+1, time.Time{}
			case m.from != "SHOP" && since.IsZero():
				since = m.at
			}
		}
	}
	if count == 0 {
		return 0
	}
	return int(sum.Seconds()) / count
}
