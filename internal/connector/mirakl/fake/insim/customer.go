package insim

import (
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/mirakl/fake"
	"parley/internal/sim"
)

// otherReasons are those of operators who do not write Spanish.
var otherReasons = []fake.Reason{
	{Code: "101", Label: "Item not received", Type: "INCIDENT_OPEN"}, {Code: "102", Label: "Defective item", Type: "INCIDENT_OPEN"},
	{Code: "103", Label: "Item not as described", Type: "INCIDENT_OPEN"}, {Code: "104", Label: "Article endommagé", Type: "INCIDENT_OPEN"},
	{Code: "105", Label: "Article manquant", Type: "INCIDENT_OPEN"},
}

// reasons for incidents, by operator.
var reasons = map[string][]string{
	"pccomponentes": {"1", "2", "3", "4", "5", "6", "7"}, "alltricks": {"101", "102", "103", "104", "105"}, "other": {"101", "102", "103", "104", "105", "4"},
}

var returnReasons = []string{
	"RETURN_BROKEN_ITEM", "RETURN_CHANGED_MIND", "RETURN_DEFECTIVE_ITEM", "RETURN_DELIVERED_PRODUCT_DIFFERENT", "RETURN_MISSING_ITEM", "RETURN_WARRANTY",
	"RETURN_PDNT_TOO_SMALL", "RETURN_OTHER",
}

var customers = []fake.Customer{
	{First: "Lucía", Last: "Moreno", Country: "España", CountryCode: "ESP", City: "Sevilla", Locale: "es_ES"},
	{First: "Marie", Last: "Durand", Country: "France", CountryCode: "FRA", City: "Lyon", Locale: "fr_FR"},
	{First: "Hans", Last: "Vogel", Country: "Deutschland", CountryCode: "DEU", City: "Köln", Locale: "de_DE"},
	{First: "Giulia", Last: "Rossi", Country: "Italia", CountryCode: "ITA", City: "Bari", Locale: "it_IT"},
	{First: "Rui", Last: "Costa", Country: "Portugal", CountryCode: "PRT", City: "Porto", Locale: "pt_PT"},
}

var products = []string{"Batería externa", "Lámpara de mesa", "Casco de bici", "Teclado", "Cafetera", "Mochila"}

var words = []string{"No estoy de acuerdo, ofrézcanme algo mejor.", "Sigo esperando una solución.", "It still does not work.", "C'est ma dernière demande."}

// firstWord is within what time operators want a first answer (PC02; alltricks asks the same).
const firstWord = 24 * time.Hour

// Open lets a customer begin something: mostly incidents, also returns, questions, and orders that were not sent in time.
func (s *shop) Open(d *sim.Draw) (sim.Matter, error) {
	switch kind := d.IntN(100); {
	case kind < 8:
		if m := s.again(d); m != nil {
			return m, nil
		}
		return s.incident(d), nil
	case kind < 62:
		return s.incident(d), nil
	case kind < 82:
		return s.giveBack(d), nil
	case kind < 93:
		return s.question(d), nil
	}
	return s.unsent(d), nil
}

// buys places an order of one or two lines, some of it long ago.
func (s *shop) buys(d *sim.Draw, placed time.Time) *fake.Order {
	spec := fake.OrderSpec{PlacedAt: placed, Customer: sim.Pick(d, customers), TaxExcluded: s.company.country == "US"}
	spec.Customer.ID = "C" + strconv.Itoa(10_000+d.IntN(90_000))
	for range 1 + d.IntN(2) {
		line := fake.LineSpec{
			Title: sim.Pick(d, products), SKU: "SKU" + strconv.Itoa(d.IntN(1000)), Quantity: 1, Price: int64(500 + d.IntN(20_000)), Shipping: int64(d.IntN(2) * 399),
		}
		if spec.TaxExcluded {
			line.Tax = line.Price * 8 / 100
		}
		spec.Lines = append(spec.Lines, line)
	}
	return s.PlaceOrder(spec)
}

// bought is an order that was sent, and often arrived.
func (s *shop) bought(d *sim.Draw, arrived float64) *fake.Order {
	now := s.platform.Now()
	placed := now.Add(-d.Between(10*24*time.Hour, 40*24*time.Hour))
	order := s.buys(d, placed)
	s.platform.At(placed.Add(d.Between(12*time.Hour, 40*time.Hour)), func() { order.Ship("CORREOS", "Correos", "PQ"+order.Commercial()) })
	if d.Chance(arrived) {
		s.platform.At(now.Add(-d.Between(time.Hour, 6*24*time.Hour)), order.Deliver)
	}
	return order
}

func (s *shop) incident(d *sim.Draw) sim.Matter {
	order := s.bought(d, 70)
	text := ""
	if d.Chance(80) {
		text = "¿Qué pasa con mi pedido? " + sim.Pick(d, words)
	}
	n := d.IntN(order.Lines())
	m := &incident{order.Complain(n, sim.Pick(d, reasons[s.operator]), text, s.temper(d)), s, s.platform.Now(), n}
	s.ended = append(s.ended, m)
	return m
}

// again lets a customer open an incident on a line that had one; nil where none is long over.
func (s *shop) again(d *sim.Draw) sim.Matter {
	for i, m := range s.ended {
		t := m.Sight()
		if t.Open || t.Left == 0 || m.Order().LineState(m.n) == "INCIDENT_OPEN" || s.platform.Now().Sub(t.ChangedAt) < 4*24*time.Hour {
			continue
		}
		s.ended = append(s.ended[:i:i], s.ended[i+1:]...)
		return &incident{m.Order().Complain(m.n, sim.Pick(d, reasons[s.operator]), "Otra vez lo mismo.", s.temper(d)), s, s.platform.Now(), m.n}
	}
	return nil
}

func (s *shop) giveBack(d *sim.Draw) sim.Matter {
	order := s.bought(d, 100)
	spec := fake.ReturnSpec{Reason: sim.Pick(d, returnReasons), Text: "Quiero devolverlo.", Temper: s.temper(d)}
	return &giveBack{order.AskReturn(d.IntN(order.Lines()), spec), s}
}

func (s *shop) question(d *sim.Draw) sim.Matter {
	return &question{s.bought(d, 50).Asks("¿Me mandan la factura, por favor?", s.temper(d)), s}
}

func (s *shop) unsent(d *sim.Draw) sim.Matter {
	now := s.platform.Now()
	return &unsent{s.buys(d, now.AddDate(0, 0, -2)), s, now}
}

func (s *shop) temper(d *sim.Draw) fake.Temper {
	t := fake.Temper{
		Answers: d.Between(2*time.Hour, 40*time.Hour), Content: 20 + d.IntN(81), Then: sim.Pick(d, []string{"closes", "closes", "operator_pays", "operator_closes", ""}),
	}
	for range d.IntN(3) {
		t.Words = append(t.Words, sim.Pick(d, words))
	}
	if s.operator != "other" {
		t.FirstWord = firstWord
	}
	if d.Chance(85) {
		t.Sends = d.Between(24*time.Hour, 12*24*time.Hour)
	}
	return t
}

// known is a text with the numbers of a line and its incident, as the desk names it.
func known(line string, number int) string {
	return strings.Join([]string{line, strconv.Itoa(number)}, "#")
}
