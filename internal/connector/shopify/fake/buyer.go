package fake

import (
	"slices"
	"time"
)

// Temper is how a customer goes on by himself after he asked for a return. With the zero value he does nothing more.
type Temper struct {
	GivesUp   time.Duration // for so long he waits for an answer, then he withdraws; 0 = he waits for ever
	SendsBack time.Duration // how long after the yes he hands the goods to a carrier; 0 = never
	Travels   time.Duration // how long the parcel takes to the shop
}

// due is something that happens to a return by itself.
type due struct {
	at time.Time
	to *Return
	do func(*Shop, *Return, time.Time)
}

// plan lets something happen later. What is planned for the same instant happens in the order it was planned.
func (s *Shop) plan(d due) {
	i := len(s.due)
	for i > 0 && s.due[i-1].at.After(d.at) {
		i--
	}
	s.due = slices.Insert(s.due, i, d)
}

// happen lets happen what was due by now. The caller holds the lock.
func (s *Shop) happen(now time.Time) {
	for len(s.due) > 0 && !s.due[0].at.After(now) {
		d := s.due[0]
		s.due = s.due[1:]
		d.do(s, d.to, d.at)
	}
}

// tires: a customer who asked waits only so long.
func (s *Shop) tires(r *Return) {
	if wait := r.Temper.GivesUp; wait > 0 {
		s.plan(due{r.At.Add(wait), r, (*Shop).withdraw})
	}
}

func (s *Shop) withdraw(r *Return, at time.Time) {
	if r.Status == "REQUESTED" {
		r.end("CANCELED", at)
		s.pushReturn("RETURNS_CANCEL", r)
	}
}

// open is the seller's yes: from now on the customer sends the goods.
func (s *Shop) open(r *Return, at time.Time) {
	r.Status, r.Approved = "OPEN", at
	r.order.touch(at)
	if wait := r.Temper.SendsBack; wait > 0 {
		s.plan(due{at.Add(wait + r.Temper.Travels), r, (*Shop).arrive})
	}
}

// arrive: the parcel is at the shop's door. Nothing shows it until somebody opens it.
func (s *Shop) arrive(r *Return, at time.Time) {
	if r.Arrived.IsZero() {
		r.Arrived = at
	}
}

// Withdraw lets the customer take back a request that nobody has answered.
func (s *Shop) Withdraw(r *Return) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.settle(s.p.now())
	s.withdraw(r, s.p.now())
}

// SendBack lets the customer hand the goods to a carrier now, if he may send them.
func (s *Shop) SendBack(r *Return) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.settle(s.p.now())
	if r.Status == "OPEN" && r.Arrived.IsZero() {
		s.plan(due{s.p.now().Add(r.Temper.Travels), r, (*Shop).arrive})
	}
}

// Approve says yes in the platform's own pages.
func (s *Shop) Approve(r *Return) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.settle(s.p.now())
	if r.Status == "REQUESTED" {
		s.open(r, s.p.now())
		s.pushReturn("RETURNS_APPROVE", r)
	}
}

// Inspect opens the parcel and notes in the platform's own pages that the goods were looked at. False where no parcel is there, or it was
// looked at.
func (s *Shop) Inspect(r *Return) bool {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.settle(s.p.now())
	if r.Status != "OPEN" || r.Arrived.IsZero() || !r.Inspected.IsZero() {
		return false
	}
	r.Inspected = s.p.now()
	r.order.touch(r.Inspected)
	s.pushReturn("RETURNS_UPDATE", r)
	return true
}

// PayBack refunds an order in the platform's own pages. False where more than is left was asked for.
func (s *Shop) PayBack(r *Return, minor int64) bool {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.settle(s.p.now())
	if !s.payBack(r.order, minor, "", r) {
		return false
	}
	r.order.refunds[len(r.order.refunds)-1].byHand = true
	return true
}

// Close ends an open return in the platform's own pages.
func (s *Shop) Close(r *Return) bool {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.settle(s.p.now())
	if r.Status != "OPEN" {
		return false
	}
	r.end("CLOSED", s.p.now())
	s.pushReturn("RETURNS_CLOSE", r)
	return true
}
