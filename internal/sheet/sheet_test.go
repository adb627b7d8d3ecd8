package sheet_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/sheet"
)

func open(t *testing.T, data []byte, o sheet.Options) *sheet.File {
	t.Helper()
	f, err := sheet.Open(bytes.NewReader(data), int64(len(data)), o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// read takes a file in with the suggested mapping, altered by the test.
func read(t *testing.T, text string, alter func(*sheet.Mapping)) (records []sheet.Record, problems []sheet.RowError) {
	t.Helper()
	return readBytes(t, []byte(text), alter)
}

func readBytes(t *testing.T, data []byte, alter func(*sheet.Mapping)) (records []sheet.Record, problems []sheet.RowError) {
	t.Helper()
	f := open(t, data, sheet.Options{})
	look, err := sheet.LookAt(f, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	m := look.Suggested
	if alter != nil {
		alter(&m)
	}
	_, err = sheet.Read(context.Background(), f, m, sheet.Defaults{Zone: zone(t, "Europe/Madrid"), Currency: "EUR"},
		func(r sheet.Record) error { records = append(records, r); return nil },
		func(e sheet.RowError) { problems = append(problems, e) })
	if err != nil {
		t.Fatal(err)
	}
	return records, problems
}

func encoded(t *testing.T, e encoding.Encoding, text string) []byte {
	t.Helper()
	out, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryEncodingIsFoundOut(t *testing.T) {
	spanish := "Pedido;Fecha;Producto\n8201;07/05/2026;Cafetera de viaje: montaña, año, señal y corazón\n"
	chinese := "订单号,下单时间,商品名称\n8201,2026-05-07 10:00,旅行咖啡壶不锈钢\n"
	for _, c := range []struct {
		want string
		data []byte
		cell string
	}{
		{sheet.UTF8, []byte(spanish), "Cafetera de viaje: montaña, año, señal y corazón"},
		{sheet.UTF8, []byte("\ufeff" + spanish), "Cafetera de viaje: montaña, año, señal y corazón"},
		{sheet.Windows1252, encoded(t, charmap.Windows1252, spanish), "Cafetera de viaje: montaña, año, señal y corazón"},
		{sheet.UTF8, []byte(chinese), "旅行咖啡壶不锈钢"},
		{sheet.GB18030, encoded(t, simplifiedchinese.GB18030, chinese), "旅行咖啡壶不锈钢"},
		{sheet.UTF16LE, encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), chinese), "旅行咖啡壶不锈钢"},
		{sheet.UTF16BE, encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), spanish), "Cafetera de viaje: montaña, año, señal y corazón"},
		{sheet.UTF16LE, encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), spanish), "Cafetera de viaje: montaña, año, señal y corazón"},
	} {
		f := open(t, c.data, sheet.Options{})
		if f.Encoding != c.want {
			t.Errorf("found %s, want %s", f.Encoding, c.want)
			continue
		}
		look, err := sheet.LookAt(f, "", 0)
		if err != nil || look.Rows[0][2] != c.cell || look.Rows[0][0] != "8201" {
			t.Errorf("%s: %q, %v", c.want, look.Rows, err)
		}
	}
}

// A long file whose only accented letter stands far behind the head is still told apart.
func TestTheWholeFileDecidesTheEncoding(t *testing.T) {
	text := "Pedido;Producto\n" + strings.Repeat("1;cafetera\n", 20000) + "2;señal\n"
	if f := open(t, []byte(text), sheet.Options{}); f.Encoding != sheet.UTF8 {
		t.Errorf("UTF-8 is found as %s", f.Encoding)
	}
	if f := open(t, encoded(t, charmap.Windows1252, text), sheet.Options{}); f.Encoding != sheet.Windows1252 {
		t.Errorf("Windows-1252 is found as %s", f.Encoding)
	}
}

func TestAnEncodingToldIsUsed(t *testing.T) {
	f := open(t, encoded(t, simplifiedchinese.GB18030, "订单号,商品\n1,x\n"), sheet.Options{Encoding: sheet.GB18030})
	if look, err := sheet.LookAt(f, "", 0); err != nil || look.Header[0] != "订单号" {
		t.Errorf("%v %v", look.Header, err)
	}
	if _, err := sheet.Open(bytes.NewReader([]byte("a")), 1, sheet.Options{Encoding: "latin-9"}); fault.Of(err) == nil || fault.Of(err).Field != "encoding" {
		t.Errorf("an encoding nobody knows gives %v", err)
	}
}

func TestSeparatorsAreFoundOut(t *testing.T) {
	for want, text := range map[string]string{
		";":   "Pedido;Importe;Producto\n1;1.234,56;\"taza; azul\"\n2;3,00;vaso\n",
		",":   "Order ID,Total,Product\n1,\"1,234.56\",\"mug, blue\"\n2,3.00,glass\n",
		"tab": "Order ID\tTotal\tProduct\n1\t1,5\tmug\n2\t3,0\tglass\n",
		"|":   "Order ID|Total|Product\n1|1,5|mug\n",
	} {
		f := open(t, []byte(text), sheet.Options{})
		look, err := sheet.LookAt(f, "", 0)
		if f.Separator != want || err != nil || len(look.Header) != 3 || len(look.Rows[0]) != 3 {
			t.Errorf("found %q for %q: %v %v", f.Separator, want, look.Rows, err)
		}
	}
	f := open(t, []byte("sep=;\nOrder ID;Total\n1;2\n"), sheet.Options{})
	if look, err := sheet.LookAt(f, "", 0); err != nil || look.Header[0] != "Order ID" || look.Rows[0][1] != "2" {
		t.Errorf("sep= is not understood: %v %v", look.Header, err)
	}
}

func TestTheHeaderIsFoundBelowATitle(t *testing.T) {
	text := "Exportación de pedidos;;\nTienda Ruta;;\n\nPedido;Fecha del pedido;Producto;Cantidad\n77;07.05.2026;taza;2\n"
	look, err := sheet.LookAt(open(t, []byte(text), sheet.Options{}), "", 0)
	if err != nil || look.HeaderRow != 4 || look.Header[1] != "Fecha del pedido" {
		t.Fatalf("row %d, %v, %v", look.HeaderRow, look.Header, err)
	}
	records, problems := read(t, text, nil)
	if len(problems) > 0 || len(records) != 1 || records[0].Order != "77" || records[0].Row != 5 {
		t.Errorf("%+v %+v", records, problems)
	}
}

func TestMappingsAreSuggestedInThreeLanguages(t *testing.T) {
	for kind, header := range map[string]string{
		sheet.Orders:   "订单号,下单时间,商品名称,数量,实付金额,收货人,运单号,最晚发货时间",
		sheet.Cases:    "Nº de incidencia;Pedido;Fecha de apertura;Motivo;Importe reclamado;Estado;Fecha límite",
		sheet.Payments: "Transaction ID,Order ID,Transaction date,Type,Amount,Currency",
		sheet.Supplier: "订单号,反馈时间,异常类型,备注",
		sheet.Tracking: "Pedido;Número de seguimiento;Fecha del evento;Estado del envío;Lugar",
		sheet.Messages: "Order ID,Sent at,From,Message",
	} {
		look, err := sheet.LookAt(open(t, []byte(header+"\nx\n"), sheet.Options{}), "", 0)
		if err != nil || look.Suggested.Record != kind {
			t.Errorf("%s: suggested %s (%v), %v", kind, look.Suggested.Record, look.Suggested.Columns, err)
			continue
		}
		if err := look.Suggested.Check(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestAnOrderWithItsPurchase(t *testing.T) {
	text := "订单号,下单时间,商品名称,SKU,数量,单价,运费,币种,收货人,收货国家,采购平台,代理,最晚发货时间,采购状态,采购状态时间,备用\n" +
		"82067344123456789,2026-05-06 10:00:00,旅行咖啡壶,CF-1,2,¥12.30,0,CNY,Carmen,西班牙,tmall,dsers,2026-05-08,缺货,2026-05-07 09:00,x\n"
	records, problems := read(t, text, func(m *sheet.Mapping) { m.Zone = "Asia/Shanghai" })
	if len(problems) > 0 || len(records) != 1 {
		t.Fatalf("%+v %+v", records, problems)
	}
	r := records[0]
	f := sheet.Fold([]dispute.Facts{r.Facts})
	if r.Order != "82067344123456789" || f.Order.Goods.String() != "24.60 CNY" || f.Order.Shipping.String() != "0.00 CNY" || f.Buyer.Country != "ES" {
		t.Errorf("%+v %+v %+v", r.Order, f.Order, f.Buyer)
	}
	if got := f.Order.PlacedAt.Format(time.RFC3339); got != "2026-05-06T02:00:00Z" {
		t.Errorf("placed at %s", got)
	}
	if got := f.Supplier.ShipBy.Format(time.RFC3339); got != "2026-05-08T16:00:00Z" {
		t.Errorf("a date without a time ends with its day: %s", got)
	}
	if len(f.History) != 1 || f.History[0].Did != "reported_no_stock" || f.History[0].Who != "supplier" || !f.History[0].At.Equal(time.Date(2026, 5, 7, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", f.History)
	}
}

func TestACaseIsASnapshot(t *testing.T) {
	text := "Nº de incidencia;Pedido;Fecha de apertura;Motivo;Importe reclamado;Con devolución;Estado;Fecha límite\n" +
		"INC-1;77;07/05/2026 09:30;artículo en mal estado;1.234,56 €;sí;Abierta;30/05/2026\n" +
		"INC-2;78;08/05/2026 09:30;=HYPERLINK(\"http://x\");12,00 €;no;Cerrada;\n"
	records, problems := read(t, text, nil)
	if len(problems) > 0 || len(records) != 2 {
		t.Fatalf("%+v %+v", records, problems)
	}
	one := records[0].Snapshot()
	c := one.Facts.Case
	if one.Ref.ID != "INC-1" || one.Ref.Order != "77" || !one.Open || c.Claim.Amount.String() != "1234.56 EUR" || !c.Claim.ReturnGoods || c.Reported.Status != "Abierta" {
		t.Errorf("%+v %+v", one.Ref, c)
	}
	if got := c.PlatformDueAt.Format(time.RFC3339); got != "2026-05-30T22:00:00Z" {
		t.Errorf("due at %s", got)
	}
	if records[1].Open || records[1].Facts.Case.Reason != `=HYPERLINK("http://x")` {
		t.Errorf("%+v", records[1].Facts.Case)
	}
	if one.Fingerprint == records[1].Snapshot().Fingerprint || one.Fingerprint == "" {
		t.Error("fingerprints do not tell rows apart")
	}
}

func TestPaymentsReportsScansAndMessages(t *testing.T) {
	pay, problems := read(t, "Transaction ID,Order ID,Transaction date,Type,Amount,Currency\nT1,77,2026-05-09 10:00,Refund,-12.50,EUR\nT2,77,2026-05-08 10:00,Sale,12.50,EUR\n", nil)
	if len(problems) > 0 || len(pay) != 2 || len(pay[1].Facts.Ledger) != 0 {
		t.Fatalf("%+v %+v", pay, problems)
	}
	if p := pay[0].Facts.Ledger[0]; p.Did != "refund" || p.Amount.String() != "12.50 EUR" || p.Source != "sheet:refund/T1" {
		t.Errorf("%+v", p)
	}
	rep, problems := read(t, "Order ID,Reported at,Event,Weight g,Note\n77,2026-06-01 10:00,Overweight,34000,limit 30 kg\n77,2026-06-02 10:00,Refunded,,\n77,2026-06-03 10:00,Paraphrased,,\n", nil)
	if len(problems) > 0 || len(rep) != 3 {
		t.Fatalf("%+v %+v", rep, problems)
	}
	if a := rep[0].Facts.History[0]; a.Did != "reported_oversize" || a.WeightG != 34000 || a.Who != "supplier" {
		t.Errorf("%+v", a)
	}
	if rep[1].Facts.Ledger[0].Did != "payout" || rep[2].Facts.Unknown[0].Value != "Paraphrased" || len(rep[2].Facts.History) != 0 {
		t.Errorf("%+v %+v", rep[1].Facts, rep[2].Facts)
	}
	scans, problems := read(t, "Pedido;Seguimiento;Fecha del evento;Estado del envío;Lugar;País\n77;RX1;07/05/2026 09:30;Entregado;Bilbao;España\n77;RX1;17/05/2026 09:30;Teletransportado;Bilbao;España\n", nil)
	if len(problems) > 0 || len(scans) != 2 {
		t.Fatalf("%+v %+v", scans, problems)
	}
	if s := scans[0].Facts.Shipment; s.Number != "RX1" || s.Events[0].Status != "delivered" || s.Events[0].Country != "ES" {
		t.Errorf("%+v", s)
	}
	if e := scans[1].Facts.Shipment.Events[0]; e.Status != "unknown" || e.Raw != "Teletransportado" {
		t.Errorf("%+v", e)
	}
	msg, problems := read(t, "Order ID,Sent at,From,Message,Topic,Attachment\n77,2026-05-10 09:00,Customer,It is broken,Damaged,Photo\n", nil)
	if len(problems) > 0 || msg[0].Facts.Messages[0].Asks != "report_damage" || msg[0].Facts.Evidence[0].Kind != "photo" {
		t.Errorf("%+v %+v", msg, problems)
	}
}

func TestWhatCannotBeReadIsNamed(t *testing.T) {
	text := "Order ID,Order date,Total,Quantity,Tracking number,Shipped at\n" +
		"8.20673E+16,2026-05-07,10.00,1,RX1,\n" + // a number of an order that went through a number
		"2,05/06/2026,10.00,1,RX1,\n" + // May or June?
		"3,2026-05-07,\"1,234\",1,RX1,\n" + // a thousand, or one and a bit?
		"4,2026-02-30,10.00,1,RX1,\n" +
		"5,2026-05-07,10.00 doubloons,1,RX1,\n" +
		"6,2026-05-07,10.00,many,RX1,\n" +
		",2026-05-07,10.00,1,RX1,\n" +
		"8,2026-05-07,10.00,1,RX1,yesterday\n" +
		"9,2026-05-07,10.00,1,RX1,\n"
	records, problems := read(t, text, func(m *sheet.Mapping) { m.DateOrder, m.Decimal = "", "" })
	if len(records) != 1 || records[0].Order != "9" {
		t.Errorf("taken: %+v", records)
	}
	want := []struct {
		row   int
		field string
		key   string
	}{
		{2, "order.number", "id_number"}, {3, "order.placed_at", "date_order"}, {4, "order.total", "amount_decimal"}, {5, "order.placed_at", "date_range"},
		{6, "order.total", "currency"}, {7, "item.quantity", "count"}, {8, "order.number", "empty"}, {9, "shipment.shipped_at", "date"},
	}
	if len(problems) != len(want) {
		t.Fatalf("%+v", problems)
	}
	for i, w := range want {
		p := problems[i]
		if p.Row != w.row || p.Field != w.field || p.Key != "sheet.error."+w.key || p.Column == "" {
			t.Errorf("%+v, want %+v", p, w)
		}
	}
}

func TestAWrongMappingIsRefused(t *testing.T) {
	f := open(t, []byte("Order ID,Total\n1,2\n"), sheet.Options{})
	for want, m := range map[string]sheet.Mapping{
		"record":       {Record: "invoices"},
		"field":        {Record: sheet.Orders, Columns: []sheet.Column{{Field: "order.colour", Header: "Total"}}},
		"zone":         {Record: sheet.Orders, Zone: "Mars/Phobos"},
		"decimal":      {Record: sheet.Orders, Decimal: "'"},
		"currency":     {Record: sheet.Orders, Currency: "euro"},
		"order.number": {Record: sheet.Orders, Columns: []sheet.Column{{Field: "order.total", Header: "Total"}}},
		"Order No":     {Record: sheet.Orders, Columns: []sheet.Column{{Field: "order.number", Header: "Order No"}}},
	} {
		_, err := sheet.Read(context.Background(), f, m, sheet.Defaults{}, func(sheet.Record) error { return nil }, func(sheet.RowError) {})
		flt := fault.Of(err)
		if flt == nil || flt.Field != want && flt.Params["field"] != want && flt.Params["header"] != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestRowsOfOneKeyAreToldApart(t *testing.T) {
	records, _ := read(t, "Order ID,Product,SKU,Quantity,Price\n1,mug,A,1,2.00\n1,glass,B,1,3.00\n1,mug,A,1,2.00\n", nil)
	if len(records) != 3 || records[0].Key == records[1].Key || records[0].Key == records[2].Key {
		t.Fatalf("%+v", records)
	}
	f := sheet.Fold([]dispute.Facts{records[0].Facts, records[1].Facts, records[2].Facts})
	if f.Order.Goods.String() != "7.00 EUR" || len(f.Order.Items) != 3 {
		t.Errorf("%+v", f.Order)
	}
}
