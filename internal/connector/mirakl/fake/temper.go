package fake

import (
	"slices"
	"strconv"
	"time"
)

// Temper is how a customer goes on with what he began. The zero Temper does nothing by itself.
type Temper struct {
	Answers time.Duration // until he reacts to what the shop said or paid
	Content int           // per cent of what he paid that content him
	Words   []string      // what he writes while he is not content, one after the other
	Then    string        // without more words: closes, operator_pays, operator_closes; anything else waits
	Sends   time.Duration // until accepted goods are on their way back; zero = he never sends them
	// FirstWord is within what time the operator wants the shop's first answer to an incident; zero = it names none.
	FirstWord time.Duration
}

// How long the operator takes for what it does by itself.
const (
	operatorLooks    = 3 * 24 * time.Hour  // at an incident it was asked about
	operatorAccepts  = 10 * 24 * time.Hour // a return nobody answered
	operatorSettles  = 9 * 24 * time.Hour  // a return that was received
	operatorGivesUp  = 30 * 24 * time.Hour // waiting for goods that nobody sends
	operatorsReason  = "17"                // of type REFUND
	customersClosing = "9"                 // of type INCIDENT_CLOSE
)

// Incident is one opening of an incident on an order line.
type Incident struct {
	line     *Line
	number   int // from 1, on that line
	temper   Temper
	said     int
	reacting bool
	answered bool
	lapsed   time.Time
	end      string // the state the line got when it ended
}

// Complain lets the customer open an incident on the nth line, with a reason of type INCIDENT_OPEN, and write why unless text is empty.
// A line that has an incident keeps it.
func (o *Order) Complain(n int, reason, text string, temper Temper) *Incident {
	var i *Incident
	o.shop.locked(func(now time.Time) {
		i = o.lines[n].openIncident(reason, temper, now)
		if text != "" {
			o.says(text, now)
		}
	})
	return i
}

func (l *Line) openIncident(reason string, temper Temper, now time.Time) *Incident {
	n := len(l.incidents)
	if l.state == incidentOpen && n > 0 {
		return l.incidents[n-1]
	}
	l.before, l.state, l.reason, l.updated, l.order.updated = l.state, incidentOpen, reason, now, now
	i := &Incident{line: l, number: n + 1, temper: temper}
	l.incidents = append(l.incidents, i)
	if temper.FirstWord > 0 && !l.order.owed() {
		l.order.shop.platform.plan(now.Add(temper.FirstWord), func(now time.Time) {
			if i.open() && !i.answered {
				i.lapsed = now
			}
		})
	}
	return i
}

// owed tells whether the shop owes an answer about the order already: its time is counted from there.
func (o *Order) owed() bool {
	return slices.ContainsFunc(o.shop.threads, func(t *Thread) bool { return t.order == o && !t.needed.IsZero() })
}

func (i *Incident) open() bool { return i.end == "" }

// ended notes that the line's incident ended with the state it has now.
func (l *Line) ended() {
	if n := len(l.incidents); n > 0 && l.incidents[n-1].end == "" {
		l.incidents[n-1].end = l.state
	}
}

// answeredAt notes that the shop did something about the line, and lets the customer react to it.
func (l *Line) answeredAt(now time.Time) {
	if len(l.incidents) == 0 {
		return
	}
	i := l.incidents[len(l.incidents)-1]
	i.answered = true
	if i.temper.Answers == 0 || i.reacting || !i.open() {
		return
	}
	i.reacting = true
	l.order.shop.platform.plan(now.Add(i.temper.Answers), func(now time.Time) {
		i.reacting = false
		if i.open() {
			i.reacts(now)
		}
	})
}

func (i *Incident) reacts(now time.Time) {
	l, p := i.line, i.line.order.shop.platform
	switch {
	case l.refunded()*100 >= l.total()*int64(i.temper.Content):
		l.closeIncident(customersClosing, now)
	case i.said < len(i.temper.Words):
		i.said++
		l.order.says(i.temper.Words[i.said-1], now)
	case i.temper.Then == "closes":
		l.closeIncident(customersClosing, now)
	case i.temper.Then == "operator_pays" || i.temper.Then == "operator_closes":
		p.plan(now.Add(operatorLooks), func(now time.Time) {
			if i.open() {
				i.decided(now)
			}
		})
	}
}

// decided is the operator's decision on an incident.
func (i *Incident) decided(now time.Time) {
	if i.temper.Then == "operator_pays" {
		i.line.payBack(now)
		return
	}
	i.line.closeIncident(customersClosing, now)
}

// payBack lets the operator pay back what is left of a line.
func (l *Line) payBack(now time.Time) {
	p := l.order.shop.platform
	r := &refund{id: strconv.FormatInt(p.next(), 10), reason: operatorsReason, at: now, state: "WAITING_REFUND_PAYMENT", quantity: l.spec.Quantity, byOperator: true}
	r.uuid = uuid("refund", p.ids)
	r.amount, r.shipping = l.left()
	if r.tax = l.total() - l.refunded() - r.amount - r.shipping; r.tax > 0 {
		r.taxes = []object{{"amount": number(r.tax, l.order.shop.Currency), "code": "tax1"}}
	}
	if r.amount+r.shipping > 0 {
		l.pay(r, now)
	}
}

// total is what the customer paid for the line: goods, shipping and taxes.
func (l *Line) total() int64 { return l.spec.Price + l.spec.Shipping + l.spec.Tax }

// says lets the customer write about an order, in the talk there is or in a new one.
func (o *Order) says(text string, now time.Time) *Thread {
	var t *Thread
	for _, one := range o.shop.threads {
		if one.order == o {
			t = one
		}
	}
	if t == nil {
		t = o.shop.thread([2]string{"MMP_ORDER", o.id}, o, [2]string{"REASON_CODE", "26"}, now)
	}
	t.add("CUSTOMER", []string{"SHOP"}, text, nil, now)
	return t
}

// Asks lets the customer begin a talk about an order, in which he goes on by his temper.
func (o *Order) Asks(text string, temper Temper) *Thread {
	var t *Thread
	o.shop.locked(func(now time.Time) {
		t = o.says(text, now)
		t.temper = temper
	})
	return t
}

// answeredAt lets the customer react to a word of the shop: in the talk, and on the lines it may be about.
func (t *Thread) answeredAt(now time.Time) {
	if t.order == nil {
		return
	}
	for _, l := range t.order.lines {
		l.answeredAt(now)
	}
	if t.again < len(t.temper.Words) {
		word := t.temper.Words[t.again]
		t.again++
		t.shop.platform.plan(now.Add(t.temper.Answers), func(now time.Time) { t.add("CUSTOMER", []string{"SHOP"}, word, nil, now) })
	}
}

// Writes lets the customer write to the shop.
func (i *Incident) Writes(text string) {
	i.line.order.shop.locked(func(now time.Time) { i.line.order.says(text, now) })
}

// Withdraws lets the customer close the incident.
func (i *Incident) Withdraws() {
	i.line.order.shop.locked(func(now time.Time) {
		if i.open() {
			i.line.closeIncident(customersClosing, now)
		}
	})
}

// waits lets the operator do what it does with a return that nobody looks after.
func (r *Return) waits(now time.Time) {
	if r.temper.idle() {
		return
	}
	r.after(now.Add(operatorAccepts), waitingAcceptance, func(now time.Time) {
		r.state, r.updated = inProgress, now
		r.moved(now)
	})
}

// moved lets customer and operator go on after a step of a return.
func (r *Return) moved(now time.Time) {
	switch {
	case r.temper.idle():
	case r.state == inProgress && r.temper.Sends > 0:
		r.after(now.Add(r.temper.Sends), inProgress, func(now time.Time) {
			r.sends("CORREOS", "Correos", "R"+r.id[:8], now)
		})
	case r.state == inProgress:
		r.after(now.Add(operatorGivesUp), inProgress, func(now time.Time) { r.state, r.updated = "CANCELED", now })
	case r.state == "RECEIVED":
		r.after(now.Add(operatorSettles), "RECEIVED", r.settles)
	}
}

// after plans what happens at an instant if the return is still in a state then.
func (r *Return) after(at time.Time, state string, do func(now time.Time)) {
	r.shop.platform.plan(at, func(now time.Time) {
		if r.state == state {
			do(now)
		}
	})
}

// settles lets the operator pay for goods that came back and are as they should be, and close the return.
func (r *Return) settles(now time.Time) {
	for _, l := range r.lines {
		if l.quantity == l.line.spec.Quantity && (l.compliant == nil || *l.compliant) {
			l.line.payBack(now)
		}
	}
	r.state, r.updated = "CLOSED", now
}

// Cancels lets the customer keep the goods after all.
func (r *Return) Cancels() {
	r.shop.locked(func(now time.Time) {
		if slices.Contains([]string{waitingAcceptance, inProgress}, r.state) && r.tracking == nil {
			r.state, r.updated = "CANCELED", now
		}
	})
}

// Arrives lets a person of the shop confirm in the back office that goods on their way came; false where none are.
func (r *Return) Arrives() (done bool) {
	r.shop.locked(func(now time.Time) {
		if done = r.state == inProgress && r.tracking != nil; done {
			r.state, r.updated = "RECEIVED", now
			r.moved(now)
		}
	})
	return done
}

// idle tells that somebody does nothing by himself.
func (t Temper) idle() bool { return t.Answers == 0 && t.Sends == 0 }
