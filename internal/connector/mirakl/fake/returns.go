package fake

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Return is goods on their way back.
type Return struct {
	shop      *Shop
	order     *Order
	id        string
	state     string
	reason    string
	rejection string
	text      string
	method    string
	rma       string
	label     string
	created   time.Time
	updated   time.Time
	lines     []*returnLine
	documents []object
	address   object
	tracking  object
	temper    Temper
}

type returnLine struct {
	line      *Line
	quantity  int
	reason    string
	compliant *bool
	why, note string
}

// ReturnSpec describes a return the customer asks for.
type ReturnSpec struct {
	Reason string // RETURN_…; empty = RETURN_CHANGED_MIND
	Text   string
	Method string // RETURN_METHOD_…; empty = by mail
	Temper Temper
}

// The states of a return.
const (
	waitingAcceptance = "WAITING_ACCEPTANCE"
	inProgress        = "IN_PROGRESS"
)

// AskReturn lets the customer ask to return the nth line.
func (o *Order) AskReturn(n int, spec ReturnSpec) *Return {
	var r *Return
	o.shop.locked(func(now time.Time) {
		r = o.shop.takeBack(o, spec, []*returnLine{{line: o.lines[n], quantity: 1, reason: spec.Reason}}, now)
	})
	return r
}

func (s *Shop) takeBack(o *Order, spec ReturnSpec, lines []*returnLine, now time.Time) *Return {
	if spec.Reason == "" {
		spec.Reason = "RETURN_CHANGED_MIND"
	}
	if spec.Method == "" {
		spec.Method = "RETURN_METHOD_BY_MAIL"
	}
	for _, l := range lines {
		if l.reason == "" {
			l.reason = spec.Reason
		}
	}
	r := &Return{shop: s, order: o, id: uuid("return", s.platform.next()), state: waitingAcceptance, reason: spec.Reason, text: spec.Text, method: spec.Method, temper: spec.Temper,
		created: now, updated: now, lines: lines, documents: []object{},
		address: object{"city": "Getafe", "country_iso_code": "ESP", "state": "Madrid", "street1": "Calle del Almacén 3", "street2": "Nave 3", "zip_code": "28906"}}
	s.returns = append(s.returns, r)
	r.waits(now)
	return r
}

// ID is the return's number.
func (r *Return) ID() string { return r.id }

// State is where the return stands now.
func (r *Return) State() (state string) {
	r.shop.locked(func(time.Time) { state = r.state })
	return state
}

// Sends lets the customer send the goods.
func (r *Return) Sends(code, name, number string) {
	r.shop.locked(func(now time.Time) { r.sends(code, name, number, now) })
}

func (r *Return) sends(code, name, number string, now time.Time) {
	r.tracking = object{"carrier_code": blank(code), "carrier_name": name, "carrier_standard_code": blank(code), "tracking_number": number,
		"tracking_url": "https://tracking.example.com/" + number}
	r.updated = now
}

// Forget makes the platform lose the return.
func (r *Return) Forget() {
	r.shop.locked(func(time.Time) {
		r.shop.returns = slices.DeleteFunc(r.shop.returns, func(one *Return) bool { return one == r })
	})
}

// Moves puts the return into a state, as customer, operator or time would.
func (r *Return) Moves(state string) {
	r.shop.locked(func(now time.Time) { r.state, r.updated = state, now })
}

func (r *Return) view() object {
	lines := []object{}
	for _, l := range r.lines {
		v := object{"order_line_id": l.line.id, "quantity": l.quantity, "reason_code": l.reason, "compliance": []object{}}
		if l.compliant != nil {
			v["compliance"] = []object{{"compliant": *l.compliant, "non_compliance_additional_info": blank(l.note), "non_compliance_reason_code": blank(l.why)}}
		}
		lines = append(lines, v)
	}
	out := object{
		"date_created": stamp(r.created), "description": blank(r.text), "documents": r.documents, "id": r.id, "label_url": blank(r.label),
		"last_updated": stamp(r.updated), "method_code": r.method, "order_commercial_id": r.order.commercial, "order_id": r.order.id,
		"reason_code": r.reason, "rejection_reason_code": blank(r.rejection), "return_address": r.address, "return_lines": lines,
		"rma": blank(r.rma), "state": r.shop.platform.word(r.state), "tracking": nil,
	}
	if r.tracking != nil {
		out["tracking"] = r.tracking
	}
	return out
}

func returnFilters() []string {
	return []string{"return_id", "return_state", "return_creation_date_from", "return_creation_date_to", "return_last_updated_from",
		"return_last_updated_to", "order_commercial_id", "order_line_id", "return_rma", "customer_id"}
}

var returnStates = []string{waitingAcceptance, inProgress, "REFUSED", "RECEIVED", "NO_RECEPTION", "CLOSED", "CANCELED"}

// rt11 lists returns, oldest first.
func (c *call) rt11() *refusal {
	if token := c.q.Get("page_token"); token != "" {
		return c.seek(token, 10, (*call).returnViews)
	}
	return c.seekFirst(10, (*call).returnViews)
}

func (c *call) returnViews() ([]object, *refusal) {
	lists := map[string][]string{}
	for _, name := range []string{"return_id", "return_state", "order_commercial_id", "order_line_id", "return_rma", "customer_id"} {
		list, refused := c.list(name)
		if refused != nil {
			return nil, refused
		}
		lists[name] = list
	}
	for _, s := range lists["return_state"] {
		if !slices.Contains(returnStates, s) {
			return nil, bad("Value '" + s + "' is not allowed for the parameter : return_state")
		}
	}
	var bounds [4]time.Time
	for i, name := range []string{"return_creation_date_from", "return_creation_date_to", "return_last_updated_from", "return_last_updated_to"} {
		t, refused := c.instant(name)
		if refused != nil {
			return nil, refused
		}
		bounds[i] = t
	}
	out := []object{}
	for _, r := range c.shop.returns {
		if in(lists["return_id"], r.id) && in(lists["return_state"], r.state) && in(lists["order_commercial_id"], r.order.commercial) &&
			in(lists["return_rma"], r.rma) && in(lists["customer_id"], r.order.spec.Customer.ID) &&
			(len(lists["order_line_id"]) == 0 || slices.ContainsFunc(r.lines, func(l *returnLine) bool { return slices.Contains(lists["order_line_id"], l.line.id) })) &&
			within(r.created, bounds[0], bounds[1]) && within(r.updated, bounds[2], bounds[3]) {
			out = append(out, r.view())
		}
	}
	switch sort := strings.ToUpper(c.q.Get("sort")); sort {
	case "", "DATE_CREATED", "DATE_CREATED,ASC":
	case "DATE_CREATED,DESC":
		slices.Reverse(out)
	default:
		return nil, bad("Value '" + c.q.Get("sort") + "' is not allowed for the parameter : sort")
	}
	return out, nil
}

// rt12 tells what can be returned.
func (c *call) rt12() *refusal {
	if token := c.q.Get("page_token"); token != "" {
		return c.seek(token, 10, (*call).returnable)
	}
	return c.seekFirst(10, (*call).returnable)
}

func (c *call) returnable() ([]object, *refusal) {
	commercial, refused := c.list("order_commercial_id")
	if refused != nil {
		return nil, refused
	}
	lines, refused := c.list("order_line_id")
	if refused != nil {
		return nil, refused
	}
	if len(commercial)+len(lines) == 0 {
		return nil, bad("One of order_commercial_id and order_line_id is mandatory")
	}
	out := []object{}
	for _, o := range c.shop.orders {
		for _, l := range o.lines {
			if in(commercial, o.commercial) && in(lines, l.id) {
				out = append(out, object{"available_return_methods": returnMethods, "available_return_reasons": returnReasons,
					"order_commercial_id": o.commercial, "order_line_id": l.id, "return_window": 30, "returnable_quantity": c.shop.returnable(l)})
			}
		}
	}
	return out, nil
}

func (s *Shop) returnable(l *Line) int {
	left := l.spec.Quantity
	for _, r := range s.returns {
		for _, rl := range r.lines {
			if rl.line == l && r.state != "REFUSED" && r.state != "CANCELED" {
				left -= rl.quantity
			}
		}
	}
	return max(0, left)
}

var (
	returnMethods = []string{"RETURN_METHOD_BY_MAIL", "RETURN_METHOD_DROP_OFF_POINT", "RETURN_METHOD_HOME_PICKUP", "RETURN_METHOD_IN_STORE", "RETURN_METHOD_RETURNLESS"}
	returnReasons = []string{"RETURN_BROKEN_ITEM", "RETURN_CHANGED_MIND", "RETURN_COUNTERFEIT_ITEM", "RETURN_DAMAGED_PACKAGING", "RETURN_DEFECTIVE_ITEM",
		"RETURN_DELIVERED_PRODUCT_DIFFERENT", "RETURN_MISSING_ITEM", "RETURN_OTHER", "RETURN_CM_DONT_WANT", "RETURN_CM_DONT_LIKE", "RETURN_CM_QUALITY",
		"RETURN_DPD_WRONG_SIZE", "RETURN_DPD_WRONG_COLOR", "RETURN_DEFECTIVE_ON_ARRIVAL", "RETURN_PRODUCT_DOES_NOT_FIT", "RETURN_PDNT_TOO_BIG",
		"RETURN_PDNT_TOO_SMALL", "RETURN_INACCURATE_ITEM_DESCRIPTION", "RETURN_WARRANTY"}
	rejections    = []string{"RETURN_REJECTION_NOT_ELIGIBLE", "RETURN_REJECTION_NOT_NEEDED", "RETURN_REJECTION_WINDOW_CLOSED"}
	noncompliance = []string{"RETURN_NON_COMPLIANT_MISSING_ITEM", "RETURN_NON_COMPLIANT_WRONG_PRODUCT", "RETURN_NON_COMPLIANT_DAMAGED_PRODUCT",
		"RETURN_NON_COMPLIANT_WINDOW_CLOSED", "RETURN_NON_COMPLIANT_OTHER"}
)

// rt01 makes returns.
func (c *call) rt01() *refusal {
	var body struct {
		Returns []struct {
			Accepted   *bool   `json:"accepted"`
			Text       *string `json:"description"`
			Label      *string `json:"label_url"`
			Method     *string `json:"method_code"`
			Commercial string  `json:"order_commercial_id"`
			Reason     string  `json:"reason_code"`
			RMA        *string `json:"rma"`
			Address    any     `json:"return_address"`
			Tracking   any     `json:"tracking"`
			Lines      []struct {
				Line     string  `json:"order_line_id"`
				Quantity int     `json:"quantity"`
				Reason   *string `json:"reason_code"`
			} `json:"return_lines"`
		} `json:"returns"`
	}
	if refused := c.read(&body); refused != nil {
		return refused
	}
	if len(body.Returns) == 0 || len(body.Returns) > 200 {
		return bad("The field returns must have between 1 and 200 elements")
	}
	good, wrong := []object{}, []object{}
	for _, g := range body.Returns {
		byOrder := map[*Order][]*returnLine{}
		var problem string
		for _, l := range g.Lines {
			found := c.shop.line(l.Line)
			switch {
			case found == nil || found.order.commercial != g.Commercial:
				problem = "The order line " + l.Line + " does not exist."
			case l.Quantity < 1 || l.Quantity > c.shop.returnable(found):
				problem = "The quantity of the order line " + l.Line + " is not returnable"
			case !slices.Contains(returnReasons, cmp.Or(text(l.Reason), g.Reason)):
				problem = "The reason code is incorrect."
			default:
				byOrder[found.order] = append(byOrder[found.order], &returnLine{line: found, quantity: l.Quantity, reason: cmp.Or(text(l.Reason), g.Reason)})
			}
		}
		if !slices.Contains(returnMethods, text(g.Method)) {
			problem = "The return method code is incorrect."
		}
		if problem != "" || len(byOrder) == 0 {
			wrong = append(wrong, object{"message": problem, "order_commercial_id": g.Commercial})
			continue
		}
		for _, o := range c.shop.orders {
			if lines := byOrder[o]; lines != nil {
				r := c.shop.takeBack(o, ReturnSpec{Reason: cmp.Or(g.Reason, lines[0].reason), Text: text(g.Text), Method: text(g.Method)}, lines, c.now)
				r.label, r.rma = text(g.Label), text(g.RMA)
				if g.Accepted != nil && *g.Accepted {
					r.state = inProgress
				}
				v := r.view()
				if c.p.options.Nulls {
					v["status"] = r.state // the documentation's example says "status" here, its description "state"
				}
				good = append(good, v)
			}
		}
	}
	c.did = len(good) > 0
	return c.ok(object{"return_errors": wrong, "return_success": good})
}

// rt04 gives the customer label, address, number and tracking.
func (c *call) rt04() *refusal {
	type tracking struct {
		Code     *string `json:"carrier_code"`
		Name     *string `json:"carrier_name"`
		Standard *string `json:"carrier_standard_code"`
		Number   *string `json:"tracking_number"`
		URL      *string `json:"tracking_url"`
	}
	var body struct {
		Returns []struct {
			ID      string  `json:"id"`
			Label   *string `json:"label_url"`
			Method  *string `json:"method_code"`
			RMA     *string `json:"rma"`
			Address *struct {
				Address object `json:"address"`
			} `json:"return_address"`
			Tracking *tracking `json:"tracking"`
		} `json:"returns"`
	}
	if refused := c.read(&body); refused != nil {
		return refused
	}
	if len(body.Returns) == 0 || len(body.Returns) > 100 {
		return bad("The field returns must have between 1 and 100 elements")
	}
	good, wrong := []object{}, []object{}
	for _, g := range body.Returns {
		r := c.shop.back(g.ID)
		switch {
		case len(g.ID) != 36:
			wrong = append(wrong, object{"id": g.ID, "message": "The return id is incorrect."})
		case r == nil:
			wrong = append(wrong, object{"id": g.ID, "message": "The return does not exist."})
		case r.state != inProgress && r.state != waitingAcceptance:
			wrong = append(wrong, object{"id": g.ID, "message": "Return is in invalid state"})
		case g.Method != nil && !slices.Contains(returnMethods, *g.Method):
			wrong = append(wrong, object{"id": g.ID, "message": "The return method code is incorrect."})
		case g.Address != nil && !complete(g.Address.Address):
			wrong = append(wrong, object{"id": g.ID, "message": "The return address is incomplete."})
		case g.Tracking != nil && g.Tracking.URL != nil && !strings.Contains(strings.TrimPrefix(*g.Tracking.URL, "https://"), "."):
			wrong = append(wrong, object{"id": g.ID, "message": "Invalid return tracking URL format"})
		default:
			set(&r.label, g.Label)
			set(&r.rma, g.RMA)
			set(&r.method, g.Method)
			if g.Address != nil && g.Address.Address != nil {
				r.address = g.Address.Address
			}
			if t := g.Tracking; t != nil {
				r.tracking = object{"carrier_code": pointed(t.Code), "carrier_name": pointed(t.Name), "carrier_standard_code": pointed(t.Standard),
					"tracking_number": pointed(t.Number), "tracking_url": pointed(t.URL)}
			}
			r.updated = c.now
			good = append(good, r.view())
		}
	}
	c.did = len(good) > 0
	return c.ok(object{"return_errors": wrong, "return_success": good})
}

// complete: city, country and street are required, and the postal code nearly everywhere; they are texts.
func complete(address object) bool {
	for name, v := range address {
		s, text := v.(string)
		if !text && v != nil || len(s) > 255 || !slices.Contains([]string{"city", "country_iso_code", "state", "street1", "street2", "zip_code"}, name) {
			return false
		}
	}
	return address == nil || address["city"] != nil && address["country_iso_code"] != nil && address["street1"] != nil && address["zip_code"] != nil
}

func set(field *string, value *string) {
	if value != nil {
		*field = *value
	}
}

func pointed(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

func (s *Shop) back(id string) *Return {
	i := slices.IndexFunc(s.returns, func(r *Return) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return s.returns[i]
}

// answered is one element of RT21, RT25, RT26, RT27 and RT29.
type answered struct {
	ID        string      `json:"id"`
	Accepted  *bool       `json:"accepted"`
	Rejection *string     `json:"rejection_reason_code"`
	Lines     []inspected `json:"return_lines"`
}

// inspected is what the seller found in one line of a return.
type inspected struct {
	Line      string  `json:"order_line_id"`
	Compliant *bool   `json:"compliant"`
	Why       *string `json:"non_compliance_reason_code"`
	Note      *string `json:"non_compliance_additional_info"`
}

func (c *call) rt21() *refusal {
	return c.each(func(r *Return, a answered) string {
		switch {
		case r.state != waitingAcceptance:
			return "Return is in invalid state"
		case a.Accepted == nil:
			return "The field accepted is mandatory."
		case *a.Accepted:
			r.state = inProgress
		case !slices.Contains(rejections, text(a.Rejection)):
			return "The rejection reason code is incorrect."
		default:
			r.state, r.rejection = "REFUSED", *a.Rejection
		}
		return ""
	})
}

func (c *call) rt25() *refusal {
	return c.each(func(r *Return, _ answered) string { return r.step("RECEIVED", inProgress, "NO_RECEPTION") })
}

func (c *call) rt26() *refusal {
	return c.each(func(r *Return, a answered) string {
		if r.state != "RECEIVED" {
			return "Return is in invalid state"
		}
		for _, l := range r.lines {
			i := slices.IndexFunc(a.Lines, func(g inspected) bool { return g.Line == l.line.id && g.Compliant != nil })
			if i < 0 {
				return "The compliance has not been specified on the following order lines: " + l.line.id
			}
			g := a.Lines[i]
			if !*g.Compliant && !slices.Contains(noncompliance, text(g.Why)) {
				return "The non compliance reason code is incorrect."
			}
			l.compliant, l.why, l.note = g.Compliant, text(g.Why), text(g.Note)
		}
		return ""
	})
}

func (c *call) rt27() *refusal {
	return c.each(func(r *Return, _ answered) string { return r.step("CLOSED", inProgress, "RECEIVED", "NO_RECEPTION") })
}

func (c *call) rt29() *refusal {
	return c.each(func(r *Return, _ answered) string { return r.step("CANCELED", waitingAcceptance, inProgress) })
}

func (r *Return) step(to string, from ...string) string {
	if !slices.Contains(from, r.state) {
		return "Return is in invalid state"
	}
	r.state = to
	return ""
}

// each does one thing to each return of a request and tells in a 200 which were done and which not.
func (c *call) each(do func(*Return, answered) string) *refusal {
	var body struct {
		Returns []answered `json:"returns"`
	}
	if refused := c.read(&body); refused != nil {
		return refused
	}
	if len(body.Returns) == 0 || len(body.Returns) > 100 {
		return bad("The field returns must have between 1 and 100 elements")
	}
	good, wrong := []object{}, []object{}
	for _, a := range body.Returns {
		r, problem := c.shop.back(a.ID), "The return does not exist."
		if r != nil {
			if problem = do(r, a); problem == "" {
				r.updated, c.did = c.now, true
				r.moved(c.now)
				for _, l := range r.lines {
					l.line.answeredAt(c.now)
				}
				good = append(good, object{"id": a.ID})
				continue
			}
		}
		wrong = append(wrong, object{"id": a.ID, "message": problem})
	}
	return c.ok(object{"return_errors": wrong, "return_success": good})
}
