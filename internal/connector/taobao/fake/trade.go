package fake

import (
	"strconv"
	"time"
)

// Trade is one purchase.
type Trade struct {
	ID int64

	shop                   *Shop
	buyer, uid, state      string
	status                 string
	created, paid, consign time.Time
	finished               time.Time
	postage                int64 // fen
	orders                 []*Order
	company, sid           string
	steps                  []step
}

// Order is one line of a purchase.
type Order struct {
	ID int64

	title, sku string
	item       int64
	num        int
	price      int64 // fen, each
	payment    int64 // fen, the line
	status     string
	refund     *Refund
}

type step struct {
	at          time.Time
	desc, where string
}

// TradeSpec is a purchase of one line. Empty fields are made up; a trade without Sent waits to be sent.
type TradeSpec struct {
	Buyer, UID, Province string
	Title, SKU           string
	Num                  int
	Price, Postage       int64 // fen
	Ago                  time.Duration
	Sent                 bool
	SentAgo              time.Duration
	Company, SID         string
	Signed               bool // the parcel was handed over
	Finished             bool // the buyer confirmed
	Lines                []string
}

// Sell lets a buyer buy.
func (s *Shop) Sell(spec TradeSpec) *Trade {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	p := s.platform
	now := p.now().Truncate(time.Second)
	t := &Trade{
		ID: p.number(), shop: s, buyer: or(spec.Buyer, "sandbox_c_12"), state: or(spec.Province, "浙江省"), status: "WAIT_SELLER_SEND_GOODS",
		created: now.Add(-spec.Ago), paid: now.Add(-spec.Ago).Add(36 * time.Second), postage: spec.Postage,
	}
	t.uid = or(spec.UID, "AAF"+strconv.FormatInt(t.ID%1_000_000_007, 36))
	titles := append([]string{or(spec.Title, "沙箱测试商品")}, spec.Lines...)
	for n, title := range titles {
		o := &Order{ID: t.ID, title: title, sku: spec.SKU, item: 2_100_000_000_000 + p.number()%1_000_000_000, num: max(spec.Num, 1), price: spec.Price, status: t.status}
		if o.price == 0 {
			o.price = 9060
		}
		if len(titles) > 1 {
			o.ID = t.ID + int64(n+1)*20000
		}
		o.payment = o.price * int64(o.num)
		t.orders = append(t.orders, o)
	}
	if len(titles) == 1 {
		t.orders[0].payment += t.postage // of a purchase of one line, the line's payment holds the postage
	}
	s.trades = append(s.trades, t)
	if spec.Sent || spec.Signed || spec.Finished {
		t.ship(now.Add(-spec.SentAgo), or(spec.Company, "顺丰速运"), or(spec.SID, "SF"+strconv.FormatInt(t.ID%1_000_000_000_000, 10)))
	}
	if spec.Signed || spec.Finished {
		t.steps = append(t.steps, step{t.consign.Add(48 * time.Hour), "快件已签收", "签收"})
	}
	if spec.Finished {
		t.setStatus("TRADE_FINISHED")
		t.finished = t.consign.Add(72 * time.Hour)
	}
	return t
}

func (t *Trade) ship(at time.Time, company, sid string) {
	t.setStatus("WAIT_BUYER_CONFIRM_GOODS")
	t.consign, t.company, t.sid = at, company, sid
	t.steps = append(t.steps, step{at.Add(2 * time.Hour), "快件已揽收", "揽收"}, step{at.Add(20 * time.Hour), "已到达集散地", "集散"})
}

// Ship lets the seller send the goods. A refund that was asked for before closes by that.
func (t *Trade) Ship(company, sid string) {
	p := t.shop.platform
	p.mu.Lock()
	defer p.mu.Unlock()
	t.ship(p.now().Truncate(time.Second), company, sid)
	for _, o := range t.orders {
		if r := o.refund; r != nil && !r.over() {
			r.move("CLOSED", 0)
			t.shop.tell("taobao_refund_RefundClosed", r)
		}
	}
}

func (t *Trade) setStatus(status string) {
	t.status = status
	for _, o := range t.orders {
		o.status = status
	}
}

func (t *Trade) sent() bool { return !t.consign.IsZero() }

func (t *Trade) payment() (sum int64) {
	for _, o := range t.orders {
		sum += o.payment
	}
	if len(t.orders) > 1 {
		sum += t.postage
	}
	return sum
}
