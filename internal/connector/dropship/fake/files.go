package fake

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// zone is a place whose clock a file shows; it is in the program's own table of zones.
func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return z
}

func table(separator rune, rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = separator
	_ = w.WriteAll(rows) // into memory
	return b.Bytes()
}

func (p *Platform) each(see func(b *Purchase, now time.Time)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now().UTC()
	for _, b := range p.purchases {
		if !b.PlacedAt.After(now) {
			see(b, now)
		}
	}
}

// Orders is the agent's list of purchases.
func (p *Platform) Orders() []byte {
	shanghai := zone("Asia/Shanghai")
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(shanghai).Format("2006-01-02 15:04:05")
	}
	rows := [][]string{{"订单号", "下单时间", "商品名称", "数量", "单价", "运费", "币种", "收货人", "收货国家", "采购平台", "代理", "最晚发货时间", "是否国内", "运单号", "快递公司", "发货时间", "地址校验", "地址校验时间"}}
	p.each(func(b *Purchase, now time.Time) {
		domestic := map[bool]string{true: "是", false: "否"}[b.Domestic]
		row := []string{b.Order, at(b.PlacedAt), b.Product, strconv.Itoa(b.Quantity), b.Price, b.Shipping, b.Currency, b.Buyer, b.Country, "tmall", "dsers", at(b.ShipBy), domestic, "", "", "", "", ""}
		if s := b.shippedAt(); !s.IsZero() && !s.After(now) {
			row[13], row[14], row[15] = b.Script.Tracking, b.Script.Carrier, at(s)
		}
		if b.Script.Address == "failed" {
			row[16], row[17] = "有误", at(b.PlacedAt.Add(time.Hour))
		}
		rows = append(rows, row)
	})
	out, err := simplifiedchinese.GB18030.NewEncoder().Bytes(table(',', rows))
	if err != nil {
		return nil
	}
	return out
}

// Reports is what came back from the supplier's side.
func (p *Platform) Reports() []byte {
	rows := [][]string{{"Order ID", "Reported at", "Event", "Reported by", "Weight g", "Amount", "Currency", "Tracking number"}}
	p.each(func(b *Purchase, now time.Time) {
		for _, r := range b.reports(now) {
			weight := ""
			if r.Weight > 0 {
				weight = strconv.Itoa(r.Weight)
			}
			rows = append(rows, []string{r.Order, r.At.Format(time.RFC3339), r.Event, r.By, weight, r.Amount, b.Currency, r.Number})
		}
	})
	return table(',', rows)
}

// Tracking is the scans of the parcels.
func (p *Platform) Tracking() []byte {
	rows := [][]string{{"Order ID", "Tracking number", "Event date", "Event status", "Place", "Event country", "Why"}}
	p.each(func(b *Purchase, now time.Time) {
		shipped := b.shippedAt()
		for _, s := range b.Script.Scans {
			if at := shipped.Add(s.After); !shipped.IsZero() && !at.After(now) {
				rows = append(rows, []string{b.Order, b.Script.Tracking, at.Format(time.RFC3339), s.Status, s.Place, s.Country, s.Why})
			}
		}
	})
	return table(',', rows)
}

// Messages is what the customers wrote to the shop.
func (p *Platform) Messages() []byte {
	madrid := zone("Europe/Madrid")
	rows := [][]string{{"Pedido", "Fecha del mensaje", "Mensaje", "Solicitud", "Canal", "Adjunto", "Visto"}}
	p.each(func(b *Purchase, now time.Time) {
		for _, m := range b.Script.Messages {
			if at := b.PlacedAt.Add(m.After); !at.After(now) {
				rows = append(rows, []string{b.Order, at.In(madrid).Format("2006-01-02 15:04:05"), m.Text, m.Asks, "email", m.Proof, m.Reading})
			}
		}
	})
	return table(';', rows)
}
