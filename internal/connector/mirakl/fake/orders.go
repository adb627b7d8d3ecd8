package fake

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func orderFilters() []string {
	return []string{"order_ids", "order_references_for_customer", "order_references_for_seller", "order_state_codes", "channel_codes",
		"only_null_channel", "start_date", "end_date", "start_update_date", "end_update_date", "customer_debited", "payment_workflow",
		"has_incident", "fulfillment_center_code", "order_tax_mode", "locale"}
}

// delta is subtracted from start_update_date, so that nothing is missed that was being written.
const delta = 5 * time.Second

// or11 lists orders, a page at a time.
func (c *call) or11() *refusal {
	keep, refused := c.orderFilter()
	if refused != nil {
		return refused
	}
	var found []*Order
	for _, o := range c.shop.orders {
		if keep(o) {
			found = append(found, o)
		}
	}
	if refused := c.sorted(found); refused != nil {
		return refused
	}
	from, to, refused := c.window(len(found))
	if refused != nil {
		return refused
	}
	views := make([]object, len(found))
	for i := max(0, from-1); i < to; i++ {
		views[i] = found[i].view()
	}
	return c.ok(object{"orders": c.p.page(views, from, to), "total_count": len(found)})
}

// words are the parameters of OR11 that take one of a few words.
var words = map[string][]string{
	"order_state_codes": orderStates,
	"payment_workflow":  {"PAY_ON_ACCEPTANCE", "PAY_ON_DELIVERY", "PAY_ON_DUE_DATE", "PAY_ON_SHIPMENT", "NO_CUSTOMER_PAYMENT_CONFIRMATION"},
	"order_tax_mode":    {"TAX_INCLUDED", "TAX_EXCLUDED"},
}

// wanted reads the filters of OR11 that are lists, and those that are true or false.
func (c *call) wanted() (lists map[string][]string, flags map[string]*bool, refused *refusal) {
	lists, flags = map[string][]string{}, map[string]*bool{}
	for _, name := range []string{"order_ids", "order_references_for_customer", "order_references_for_seller", "order_state_codes", "channel_codes",
		"payment_workflow", "fulfillment_center_code", "order_tax_mode"} {
		if lists[name], refused = c.list(name); refused != nil {
			return nil, nil, refused
		}
		for _, v := range lists[name] {
			if words[name] != nil && !slices.Contains(words[name], v) {
				return nil, nil, bad("Value '" + v + "' is not allowed for the parameter : " + name)
			}
		}
	}
	for _, name := range []string{"has_incident", "customer_debited", "only_null_channel", "paginate"} {
		if flags[name], refused = c.flag(name); refused != nil {
			return nil, nil, refused
		}
	}
	return lists, flags, nil
}

func (c *call) orderFilter() (func(*Order) bool, *refusal) {
	lists, flags, refused := c.wanted()
	if refused != nil {
		return nil, refused
	}
	var bounds [4]time.Time
	for i, name := range []string{"start_date", "end_date", "start_update_date", "end_update_date"} {
		if bounds[i], refused = c.instant(name); refused != nil {
			return nil, refused
		}
	}
	return func(o *Order) bool {
		return in(lists["order_ids"], o.id) && in(lists["order_references_for_customer"], o.commercial) && in(lists["order_references_for_seller"], o.commercial) &&
			in(lists["order_state_codes"], o.state) && in(lists["channel_codes"], o.spec.Channel) && in(lists["payment_workflow"], paymentWorkflow) &&
			in(lists["fulfillment_center_code"], fulfillmentCenter) && in(lists["order_tax_mode"], o.taxMode()) &&
			is(flags["has_incident"], o.hasIncident()) && is(flags["customer_debited"], !o.debited.IsZero()) && is(flags["only_null_channel"], false) &&
			within(o.spec.PlacedAt, bounds[0], bounds[1]) && within(o.updated, before(bounds[2], delta), bounds[3])
	}, nil
}

var orderStates = []string{"STAGING", "WAITING_ACCEPTANCE", "WAITING_DEBIT", "WAITING_DEBIT_PAYMENT", "SHIPPING", "SHIPPED", "TO_COLLECT",
	"RECEIVED", "CLOSED", "REFUSED", "CANCELED"}

// is tells whether something is as it was asked for.
func is(asked *bool, so bool) bool { return asked == nil || *asked == so }

func in(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }

func within(t, from, until time.Time) bool {
	return (from.IsZero() || !t.Before(from)) && (until.IsZero() || !t.After(until))
}

func before(t time.Time, by time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-by)
}

// sorted puts orders by creation, or by their last change, as asked.
func (c *call) sorted(list []*Order) *refusal {
	by, down := c.q.Get("sort"), false
	switch c.q.Get("order") {
	case "", "asc":
	case "desc":
		down = true
	default:
		return bad("Value '" + c.q.Get("order") + "' is not allowed for the parameter : order")
	}
	if by != "" && by != "dateCreated" {
		return bad("Value '" + by + "' is not allowed for the parameter : sort")
	}
	slices.SortStableFunc(list, func(a, b *Order) int {
		return cmp.Or(a.spec.PlacedAt.Compare(b.spec.PlacedAt), cmp.Compare(a.id, b.id))
	})
	if down {
		slices.Reverse(list)
	}
	return nil
}

// window reads max and offset and writes the header Link.
func (c *call) window(total int) (from, to int, refused *refusal) {
	size, offset := 10, 0
	var err error
	if v := c.q.Get("max"); v != "" {
		if size, err = strconv.Atoi(v); err != nil || size < 1 || size > 100 {
			return 0, 0, bad("The parameter max must be between 1 and 100")
		}
	}
	if v := c.q.Get("offset"); v != "" {
		if offset, err = strconv.Atoi(v); err != nil || offset < 0 {
			return 0, 0, bad("The parameter offset must be positive")
		}
	}
	if strings.EqualFold(c.q.Get("paginate"), "false") {
		return 0, total, nil
	}
	var links []string
	if offset+size < total {
		links = append(links, c.link(offset+size, size, "next"))
	}
	if offset > 0 {
		links = append(links, c.link(max(0, offset-size), size, "previous"))
	}
	if len(links) > 0 {
		c.w.Header().Set("Link", strings.Join(links, ", "))
	}
	return min(offset, total), min(offset+size, total), nil
}

func (c *call) link(offset, size int, rel string) string {
	q := url.Values{}
	for name, values := range c.q {
		q[name] = values
	}
	q.Set("offset", strconv.Itoa(offset))
	q.Set("max", strconv.Itoa(size))
	scheme := "http"
	if c.r.TLS != nil {
		scheme = "https"
	}
	return "<" + scheme + "://" + c.r.Host + c.r.URL.Path + "?" + q.Encode() + `>; rel="` + rel + `"`
}

// list reads a parameter with several values, separated by commas or repeated; at most a hundred.
func (c *call) list(name string) ([]string, *refusal) {
	var out []string
	for _, v := range c.q[name] {
		for _, one := range strings.Split(v, ",") {
			if one != "" {
				out = append(out, one)
			}
		}
	}
	if len(out) > 100 {
		return nil, bad("The limit of 100 is exceeded for the parameter : " + name)
	}
	return out, nil
}

func (c *call) flag(name string) (*bool, *refusal) {
	v := strings.ToLower(c.q.Get(name))
	if v == "" {
		return nil, nil
	}
	b := v == "true"
	if !b && v != "false" {
		return nil, bad("Failed to convert value '" + v + "' of the parameter : " + name)
	}
	return &b, nil
}

func (c *call) instant(name string) (time.Time, *refusal) {
	v := c.q.Get(name)
	if v == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return t, bad("Failed to convert value '" + v + "' of the parameter : " + name)
	}
	return t.UTC(), nil
}

// order finds the order of the path.
func (c *call) order() (*Order, *refusal) {
	id := c.r.PathValue("order_id")
	i := slices.IndexFunc(c.shop.orders, func(o *Order) bool { return o.id == id })
	if i < 0 {
		return nil, missing("Order with id '" + id + "' not found")
	}
	return c.shop.orders[i], nil
}

func (s *Shop) line(id string) *Line {
	for _, o := range s.orders {
		for _, l := range o.lines {
			if l.id == id {
				return l
			}
		}
	}
	return nil
}
