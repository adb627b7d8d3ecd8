package fake_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/internal/connector/mirakl/fake"
)

const form = "multipart/form-data; boundary=B"

// says lets the shop write to the customer about its order.
func (s *site) says(text string) {
	s.t.Helper()
	body := "--B\r\nContent-Disposition: form-data; name=\"thread_input\"\r\nContent-Type: application/json\r\n\r\n" +
		`{"body":"` + text + `","to":["CUSTOMER"],"topic":{"type":"REASON_CODE","value":"26"}}` + "\r\n--B--\r\n"
	s.want(201, "POST", "/api/orders/F0001001-A/threads", form, body)
}

// pays lets the shop pay back a part of the goods, in hundredths.
func (s *site) pays(minor int) {
	s.t.Helper()
	s.want(200, "PUT", "/api/orders/refund", "application/json", fmt.Sprintf(
		`{"refunds":[{"order_line_id":"F0001001-A-1","amount":%d.%02d,"shipping_amount":0,"reason_code":"14","currency_iso_code":"EUR"}]}`, minor/100, minor%100))
}

func (s *site) want(status int, method, path, kind, body string) {
	s.t.Helper()
	if got, answer, _ := s.call(method, path, kind, body); got != status {
		s.t.Fatalf("%s %s: %d %v", method, path, got, answer)
	}
}

// TestACustomerGoesOnByHisTemper: he answers words with words while he has some, takes what contents him, and has his way of ending.
func TestACustomerGoesOnByHisTemper(t *testing.T) {
	temper := fake.Temper{Answers: 2 * time.Hour, Content: 50, Words: []string{"No."}, Then: "closes"}
	for name, c := range map[string]struct {
		then  string
		do    func(*site)
		wait  time.Duration
		state string
		paid  []fake.Refunded
	}{
		"words alone are answered":  {"closes", func(s *site) { s.says("Hola.") }, 3 * time.Hour, "", nil},
		"then he gives up":          {"closes", func(s *site) { s.says("Hola."); s.platform.Advance(3 * time.Hour); s.says("Hola.") }, 3 * time.Hour, "SHIPPED", nil},
		"too little is no end":      {"closes", func(s *site) { s.pays(1000) }, 3 * time.Hour, "", []fake.Refunded{{Minor: 1000}}},
		"half contents him":         {"closes", func(s *site) { s.pays(2200) }, 3 * time.Hour, "SHIPPED", []fake.Refunded{{Minor: 2200}}},
		"not at once":               {"closes", func(s *site) { s.pays(2200) }, time.Hour, "", []fake.Refunded{{Minor: 2200}}},
		"he withdraws":              {"", func(*site) {}, 0, "SHIPPED", nil},
		"the operator pays in full": {"operator_pays", func(s *site) { s.says("Hola."); s.platform.Advance(3 * time.Hour); s.pays(1000) }, 96 * time.Hour, "REFUNDED", []fake.Refunded{{Minor: 1000}, {Minor: 3389, ByOperator: true}}},
		"the operator closes":       {"operator_closes", func(s *site) { s.says("Hola."); s.platform.Advance(3 * time.Hour); s.says("Hola.") }, 96 * time.Hour, "SHIPPED", nil},
	} {
		s := newSite(t)
		temper.Then = c.then
		i := s.order.Complain(0, "4", "Está roto.", temper)
		c.do(s)
		if c.then == "" {
			i.Withdraws()
		}
		s.platform.Advance(c.wait)
		got := i.Sight()
		paid := slices.Clone(got.Refunds)
		for n := range paid {
			paid[n].At = time.Time{}
		}
		if got.State != c.state || got.Open != (c.state == "") || !slices.Equal(paid, c.paid) || got.Most != 4389 {
			t.Errorf("%s: %+v", name, got)
		}
		if said := s.shop.Said("CUSTOMER"); name == "words alone are answered" && !slices.Equal(said, []string{"Está roto.", "No."}) {
			t.Errorf("%s: he said %q", name, said)
		}
	}
}

// TestSilenceIsNoted: a first answer that does not come in time, unless the shop owed one before.
func TestSilenceIsNoted(t *testing.T) {
	for name, c := range map[string]struct {
		before, after func(*site)
		lapses        bool
	}{
		"nobody answers":   {func(*site) {}, func(*site) {}, true},
		"words in time":    {func(*site) {}, func(s *site) { s.says("Hola.") }, false},
		"money in time":    {func(*site) {}, func(s *site) { s.pays(100) }, false},
		"owed from before": {func(s *site) { s.order.CustomerWrites("26", "¿Hola?") }, func(*site) {}, false},
	} {
		s := newSite(t)
		c.before(s)
		i := s.order.Complain(0, "4", "Está roto.", fake.Temper{FirstWord: 24 * time.Hour})
		due := s.platform.Now().Add(24 * time.Hour)
		c.after(s)
		s.platform.Advance(48 * time.Hour)
		if got := i.Sight().LapsedAt; got.Equal(due) != c.lapses || got.IsZero() == c.lapses {
			t.Errorf("%s: lapsed %v", name, got)
		}
	}
}

// TestActsAreCounted: what changed something for customer or operator, and nothing else.
func TestActsAreCounted(t *testing.T) {
	s := newSite(t)
	back := s.order.AskReturn(0, fake.ReturnSpec{})
	s.order.OpenIncident(0, "4")
	returns := func(path, more string) func() {
		return func() {
			s.call("PUT", "/api/returns/"+path, "application/json", `{"returns":[{"id":"`+back.ID()+`"`+more+`}]}`)
		}
	}
	resolve := func() {
		s.call("PUT", "/api/orders/F0001001-A/lines/F0001001-A-1/resolve_incident", "application/json", `{"reason_code":"9"}`)
	}
	for n, c := range []struct {
		acts int
		do   func()
	}{
		{0, func() { s.call("GET", "/api/orders", "", "") }},
		{1, func() { s.says("Hola.") }},
		{1, func() { s.pays(100) }},
		{0, func() { s.call("PUT", "/api/orders/refund", "application/json", `{"refunds":[]}`) }},
		{0, func() {
			s.want(204, "PUT", "/api/orders/F0001001-A/tracking", "application/json", `{"carrier_code":"UPS","tracking_number":"1"}`)
		}},
		{0, func() { s.call("PUT", "/api/orders/F0001001-A/ship", "", "") }},
		{0, returns("receive", "")},
		{1, returns("accept", `,"accepted":true`)},
		{0, returns("accept", `,"accepted":true`)},
		{1, returns("receive", "")},
		{1, resolve},
		{0, resolve},
	} {
		before := s.platform.Acted()
		c.do()
		if got := s.platform.Acted() - before; got != c.acts {
			t.Errorf("%d: %d acts", n, got)
		}
	}
}

// TestAReturnGoesItsWay without anybody of the shop: the operator accepts and pays in the end, and goods that nobody sends end it.
func TestAReturnGoesItsWay(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		temper fake.Temper
		after  time.Duration
		arrive bool
		state  string
		open   bool
		left   int64
	}{
		"nobody answers":         {fake.Temper{Sends: 2 * day}, 9 * day, false, "WAITING_ACCEPTANCE", true, 4389},
		"the operator accepts":   {fake.Temper{Sends: 2 * day}, 11 * day, false, "IN_PROGRESS", true, 4389},
		"the goods come":         {fake.Temper{Sends: 2 * day}, 13 * day, true, "RECEIVED", true, 4389},
		"the operator pays":      {fake.Temper{Sends: 2 * day}, 13*day + 10*day, true, "CLOSED", false, 0},
		"the goods are kept":     {fake.Temper{Answers: day}, 41 * day, false, "CANCELED", false, 4389},
		"nothing goes by itself": {fake.Temper{}, 90 * day, false, "WAITING_ACCEPTANCE", true, 4389},
	} {
		s := newSite(t)
		back := s.order.AskReturn(0, fake.ReturnSpec{Temper: c.temper})
		if c.arrive {
			s.platform.Advance(13 * day)
			if !back.Arrives() || back.Arrives() {
				t.Errorf("%s: the goods come once", name)
			}
			c.after -= 13 * day
		}
		s.platform.Advance(c.after)
		if got := back.Sight(); got.State != c.state || got.Open != c.open || got.Left != c.left || got.Most != 4389 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestTroublesOfItsOwn: words nobody knows and rows that come twice, until it is well again.
func TestTroublesOfItsOwn(t *testing.T) {
	s := newSite(t)
	look := func() (rows int, state string) {
		_, body, _ := s.call("GET", "/api/orders", "", "")
		list := body["orders"].([]any)
		return len(list), list[0].(map[string]any)["order_lines"].([]any)[0].(map[string]any)["order_line_state"].(string)
	}
	s.platform.Odd(true)
	if _, state := look(); state == "SHIPPED" {
		t.Error("the word is known")
	}
	s.platform.Odd(false)
	s.platform.Twice(true)
	if rows, state := look(); rows != 2 || state != "SHIPPED" {
		t.Errorf("%d rows, %s", rows, state)
	}
	s.platform.Twice(false)
	if rows, _ := look(); rows != 1 {
		t.Errorf("%d rows", rows)
	}
}
