package fake

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const maxExtension = 120 // days all extensions of one order may add up to

// sellerOrders answers aliexpress.trade.seller.orderlist.get.
func (p *Platform) sellerOrders(c *call) (body, *refusal) {
	return p.orderList(c, "param_aeop_order_query", "aeop_order_item_dto", "aeop_order_product_dto")
}

// solutionOrders answers aliexpress.solution.order.get, the same list for overseas sellers.
func (p *Platform) solutionOrders(c *call) (body, *refusal) {
	return p.orderList(c, "param0", "order_dto", "order_product_dto")
}

func (p *Platform) orderList(c *call, param, item, productItem string) (body, *refusal) {
	query, no := c.form.inner(param)
	if no != nil {
		return nil, no
	}
	page, no := query.number("current_page", 1)
	if no != nil {
		return nil, no
	}
	size, no := query.number("page_size", 20)
	if no != nil || size < 1 || size > 50 || page < 1 || page > 1_000_000 {
		return nil, invalid("page_size")
	}
	rows := orderFilter(query).of(c.shop)
	from := min(int((page-1)*size), len(rows))
	shown := rows[from:min(from+int(size), len(rows))]
	return func(w *writer) {
		w.object("result", func() {
			w.truth("success", true)
			w.number("total_count", int64(len(rows)))
			w.number("total_page", (int64(len(rows))+size-1)/size)
			w.number("current_page", page)
			w.number("page_size", size)
			w.text("time_stamp", c.now.In(gateZone).Format(wallLayout))
			w.list("target_list", item, len(shown), func(i int) { shown[i].row(w, productItem) })
		})
	}, nil
}

// orderWish narrows an order list; zero fields do not narrow. Filters are Los Angeles wall clocks.
type orderWish struct {
	statuses                     []string
	buyer                        string
	from, till, modFrom, modTill time.Time
}

func orderFilter(query arguments) orderWish {
	wish := orderWish{buyer: query.text("buyer_login_id"), statuses: query.words("order_status_list")}
	if status := query.text("order_status"); status != "" {
		wish.statuses = append(wish.statuses, status)
	}
	wish.from, _ = readWall(query.text("create_date_start"))
	wish.till, _ = readWall(query.text("create_date_end"))
	wish.modFrom, _ = readWall(query.text("modified_date_start"))
	wish.modTill, _ = readWall(query.text("modified_date_end"))
	return wish
}

// of gives the matching orders, newest first.
func (f orderWish) of(shop *Shop) []*Order {
	var rows []*Order
	for _, order := range slices.Backward(shop.orders) {
		if f.takes(order) {
			rows = append(rows, order)
		}
	}
	return rows
}

func (f orderWish) takes(o *Order) bool {
	return (f.buyer == "" || f.buyer == o.buyer.Login) && f.takesStatus(o) &&
		within(o.placedAt, f.from, f.till) && within(o.changedAt, f.modFrom, f.modTill)
}

func (f orderWish) takesStatus(o *Order) bool {
	if len(f.statuses) == 0 || slices.Contains(f.statuses, o.status) {
		return true
	}
	return slices.Contains(f.statuses, "IN_ISSUE") && o.issueStatus() == "IN_ISSUE"
}

func within(at, from, till time.Time) bool {
	return (from.IsZero() || !at.Before(from)) && (till.IsZero() || !at.After(till))
}

// orderByID answers aliexpress.trade.new.redefining.findorderbyid.
func (p *Platform) orderByID(c *call) (body, *refusal) {
	param, no := c.form.inner("param1")
	if no != nil {
		return nil, no
	}
	if no := param.need("order_id"); no != nil {
		return nil, no
	}
	order, no := p.findOrder(c, param, "order_id")
	if no != nil {
		return nil, no
	}
	flags, no := param.number("ext_info_bit_flag", 0b11111)
	if no != nil {
		return nil, no
	}
	return func(w *writer) {
		w.text("time_stamp", c.now.In(gateZone).Format(wallLayout))
		w.object("target", func() { order.write(w, flags) })
	}, nil
}

// restOrder answers /rest/2.0/orders/NUMBER.
func (p *Platform) restOrder(c *call) (body, *refusal) {
	args := arguments{plain: map[string]string{"order_id": strings.TrimPrefix(c.path, "/orders/")}}
	order, no := p.findOrder(c, args, "order_id")
	if no != nil {
		return nil, no
	}
	return func(w *writer) { w.object("target", func() { order.write(w, 0b11111) }) }, nil
}

func (p *Platform) findOrder(c *call, args arguments, name string) (*Order, *refusal) {
	number, no := args.number(name, 0)
	if no != nil {
		return nil, no
	}
	order := p.orders[number]
	if order == nil || order.shop != c.shop {
		return nil, business("isv.order-not-exist", fmt.Sprintf("Order %d does not exist", number))
	}
	return order, nil
}

// extendProtection answers aliexpress.trade.redefining.extendsbuyeracceptgoodstime: it can only lengthen. Its refusals
// are answers with a sub error code.
func (p *Platform) extendProtection(c *call) (body, *refusal) {
	number, no := c.args.number("param0", 0)
	if no != nil {
		return nil, no
	}
	days, no := c.args.number("param1", 0)
	if no != nil {
		return nil, no
	}
	order := p.orders[number]
	code, memo := extensionCode(order, c.shop, days)
	if code == 0 {
		order.protectedTill = wallLater(order.protectedTill, int(days))
		order.extended += int(days)
		order.changedAt = c.now
	}
	return func(w *writer) {
		w.truth("is_success", code == 0)
		w.number("sub_error_code", code)
		w.text("memo", memo)
	}, nil
}

func extensionCode(order *Order, shop *Shop, days int64) (int64, string) {
	switch {
	case order == nil:
		return 100, "no such order"
	case order.shop != shop:
		return 601, "no right to change this order"
	case order.protectedTill.IsZero() || days <= 0:
		return 200, "no such data"
	case order.status != "WAIT_BUYER_ACCEPT_GOODS":
		return 210, "cannot be done in the order's present state"
	case int64(order.extended)+days > maxExtension:
		return 201, "longer than allowed"
	}
	return 0, ""
}

func (p *Platform) acceptCancel(c *call) (body, *refusal) {
	return p.answerCancel(c, func(o *Order) { o.cancelled(c.now) })
}

func (p *Platform) refuseCancel(c *call) (body, *refusal) {
	return p.answerCancel(c, func(o *Order) { o.status, o.changedAt = "WAIT_SELLER_SEND_GOODS", c.now })
}

// answerCancel answers the two calls about a buyer's wish to cancel before dispatch.
func (p *Platform) answerCancel(c *call, answer func(*Order)) (body, *refusal) {
	param, no := c.form.inner("param_order_cancel_request")
	if no != nil {
		return nil, no
	}
	if no := param.need("buyer_login_id", "order_id"); no != nil {
		return nil, no
	}
	order, no := p.findOrder(c, param, "order_id")
	if no != nil {
		return nil, no
	}
	possible := order.status == "IN_CANCEL" && order.buyer.Login == param.text("buyer_login_id")
	if possible {
		answer(order)
	}
	return func(w *writer) {
		w.object("result", func() {
			w.truth("success", possible)
			w.truth("target", possible)
			if !possible {
				w.text("error_code", "ORDER_STATUS_ERROR")
				w.text("error_message", "The order does not wait for an answer to a cancellation")
			}
		})
	}, nil
}
