package desk

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/store"
)

// What a platform or a service sends and the desk can make nothing of is kept as it came for as long as deliveries are remembered
// (keepPushes), and shown to those who may see raw records: lead and owner. What is not proved to come from it is only counted.

const (
	// wrongSignature is the reason of deliveries with a wrong signature or age, of which nothing is kept.
	wrongSignature = "signature"
	// wrongEvery is how often they are written down for a place: whoever sends them needs no leave to.
	wrongEvery = 10 * time.Second
	// mostTopic is the most of a topic that is kept, in characters.
	mostTopic = 200
)

// UnknownTopic is a kind of messages that the desk can make nothing of.
type UnknownTopic struct {
	Topic    string           `json:"topic" doc:"the sender's own word for the kind; * = all kinds after the first hundred"`
	Reason   string           `json:"reason" doc:"topic: no word for this kind; record: it names nothing that can be read; content: unreadable; signature: signature or age are wrong, nothing is kept"`
	Times    int64            `json:"times"`
	FirstAt  time.Time        `json:"first_at"`
	LastAt   time.Time        `json:"last_at"`
	Messages []UnknownMessage `json:"messages" nullable:"false" doc:"the newest, without bodies"`
}

// UnknownMessage is one of them. The same content counts up.
type UnknownMessage struct {
	ID        int64     `json:"id"`
	StoreID   int64     `json:"store_id,omitempty"`
	TrackerID int64     `json:"tracker_id,omitempty"`
	Topic     string    `json:"topic"`
	Reason    string    `json:"reason"`
	FaultKey  string    `json:"fault,omitempty" doc:"what was wrong with it"`
	Params    Params    `json:"params,omitempty"`
	Times     int64     `json:"times"`
	FirstAt   time.Time `json:"first_at"`
	LastAt    time.Time `json:"last_at"`
	Size      int64     `json:"size" doc:"in bytes, as it came"`
	Body      []byte    `json:"body,omitempty" doc:"as it came, at most its first 256 KiB, in Base64"`
}

// UnknownOf gives what the platform of a store sent that the desk can make nothing of, the newest first. Faults: Forbidden below a lead,
// NotFound.
func (d *Desk) UnknownOf(ctx context.Context, who Who, storeID int64) ([]UnknownTopic, error) {
	if err := who.need(Lead); err != nil {
		return nil, err
	}
	if _, err := d.StoreOf(ctx, who, storeID); err != nil {
		return nil, err
	}
	return d.unknownAt(ctx, store.Place{StoreID: storeID})
}

// UnknownOfTracker gives the same of an account at a service that watches parcels.
func (d *Desk) UnknownOfTracker(ctx context.Context, who Who, id int64) ([]UnknownTopic, error) {
	if _, err := d.ownTracker(ctx, who, id); err != nil {
		return nil, err
	}
	return d.unknownAt(ctx, store.Place{TrackerID: id})
}

func (d *Desk) unknownAt(ctx context.Context, p store.Place) ([]UnknownTopic, error) {
	topics, err := d.DB.UnknownTopics(ctx, p)
	if err != nil {
		return nil, err
	}
	kept, err := d.DB.UnknownMessages(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]UnknownTopic, 0, len(topics))
	for _, t := range topics {
		v := UnknownTopic{Topic: t.Topic, Reason: t.Reason, Times: t.Times, FirstAt: t.FirstAt, LastAt: t.LastAt, Messages: []UnknownMessage{}}
		for _, m := range kept {
			if m.Topic == t.Topic && m.Reason == t.Reason {
				v.Messages = append(v.Messages, unknownView(m))
			}
		}
		out = append(out, v)
	}
	return out, nil
}

func unknownView(m store.UnknownMessage) UnknownMessage {
	v := UnknownMessage{
		ID: m.ID, StoreID: m.StoreID, TrackerID: m.TrackerID, Topic: m.Topic, Reason: m.Reason, Times: m.Times, FirstAt: m.FirstAt, LastAt: m.LastAt,
		Size: m.Size, Body: m.Body,
	}
	v.FaultKey, v.Params = faultOf(m.Fault)
	return v
}

// UnknownMessage gives one message with its body.
func (d *Desk) UnknownMessage(ctx context.Context, who Who, id int64) (UnknownMessage, error) {
	if err := who.need(Lead); err != nil {
		return UnknownMessage{}, err
	}
	m, err := d.DB.UnknownMessage(ctx, id)
	if err != nil {
		return UnknownMessage{}, err
	}
	if m.StoreID != 0 {
		_, err = d.StoreOf(ctx, who, m.StoreID)
	} else {
		_, err = d.ownTracker(ctx, who, m.TrackerID)
	}
	if err != nil {
		return UnknownMessage{}, err
	}
	return unknownView(m), nil
}

// EraseUnknown removes one message for good; that it came stays counted.
func (d *Desk) EraseUnknown(ctx context.Context, who Who, id int64) error {
	if err := who.need(Own); err != nil {
		return err
	}
	if _, err := d.UnknownMessage(ctx, who, id); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.DropUnknown([]int64{id}) })
}

// keepUnknown keeps a message the desk can make nothing of.
func keepUnknown(tx *store.Tx, p store.Place, topic string, why connector.Unknown, body []byte, at time.Time) error {
	return tx.KeepUnknown(store.UnknownMessage{Place: p, Topic: shortTopic(topic), Reason: string(why), Body: body}, at)
}

func shortTopic(topic string) string {
	if r := []rune(topic); len(r) > mostTopic {
		return string(r[:mostTopic])
	}
	return topic
}

// refusedDelivery keeps a delivery that is proved to be the sender's and cannot be read, counts one that is not proved, and gives the fault
// the sender shall hear.
func (d *Desk) refusedDelivery(ctx context.Context, p store.Place, topic string, body []byte, why error) error {
	switch {
	case fault.Is(why, fault.Garbled):
		m := store.UnknownMessage{Place: p, Topic: shortTopic(topic), Reason: string(connector.Unreadable), Fault: faultJSON(why), Body: body}
		if err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.KeepUnknown(m, d.Now()) }); err != nil {
			return err // the sender comes again
		}
	case fault.Is(why, fault.Unauthorised):
		if n := d.wrong.add(p, d.Now()); n > 0 {
			d.countWrong(ctx, p, n)
		}
	}
	return why
}

func (d *Desk) countWrong(ctx context.Context, p store.Place, n int64) {
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.CountUnknown(p, "", wrongSignature, n, d.Now())
		return err
	})
	if err != nil {
		d.failed(ctx, "counting deliveries", err)
	}
}

// wrongDeliveries are those with a wrong signature that are not written down yet.
type wrongDeliveries struct {
	mu sync.Mutex
	at map[store.Place]*wrongAt
}

type wrongAt struct {
	waiting int64
	written time.Time
}

// add counts one and gives how many are to be written down now.
func (w *wrongDeliveries) add(p store.Place, now time.Time) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at == nil {
		w.at = map[store.Place]*wrongAt{}
	}
	if w.at[p] == nil {
		w.at[p] = &wrongAt{}
	}
	c := w.at[p]
	c.waiting++
	if now.Sub(c.written) < wrongEvery {
		return 0
	}
	n := c.waiting
	c.waiting, c.written = 0, now
	return n
}

// rest gives what waits to be written down.
func (w *wrongDeliveries) rest() map[store.Place]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[store.Place]int64{}
	for p, c := range w.at {
		if c.waiting > 0 {
			out[p] = c.waiting
		}
	}
	w.at = nil
	return out
}

// shortestName is the fewest characters by which a message is taken to be about a case: shorter numbers stand in any text.
const shortestName = 5

// namesOf are the numbers and names by which a message may be about a case.
func (d *Desk) namesOf(ctx context.Context, c *store.Case) ([][]byte, error) {
	ms, err := gather(ctx, d.DB, []*store.Case{c})
	if err != nil {
		return nil, err
	}
	m := ms[0]
	all := []string{c.OrderNo, c.BuyerID}
	facts := []*dispute.Facts{m.order}
	for i := range m.sources {
		id := m.sources[i].ExternalID
		all = append(all, id, id[strings.LastIndex(id, "/")+1:])
		facts = append(facts, &m.sources[i].facts)
	}
	for _, f := range facts {
		if f != nil && f.Buyer != nil {
			all = append(all, f.Buyer.ID, strings.TrimSpace(f.Buyer.Name+" "+f.Buyer.Surname))
		}
		if f != nil && f.Shipment != nil {
			all = append(append(all, f.Shipment.Number), f.Shipment.Numbers...)
		}
	}
	var out [][]byte
	for _, name := range all {
		if len([]rune(name)) >= shortestName {
			out = append(out, []byte(name))
		}
	}
	return out, nil
}

// eraseUnknownAbout removes the kept messages of a company in which one of the names stands.
func (d *Desk) eraseUnknownAbout(ctx context.Context, storeID int64, names [][]byte) error {
	st, err := d.DB.Store(ctx, storeID)
	if err != nil {
		return err
	}
	trackers, err := d.DB.Trackers(ctx)
	if err != nil {
		return err
	}
	places := []store.Place{{StoreID: storeID}}
	for _, t := range trackers {
		if t.CompanyID == st.CompanyID {
			places = append(places, store.Place{TrackerID: t.ID})
		}
	}
	var about []int64
	for _, p := range places {
		found, err := d.unknownNaming(ctx, p, names)
		if err != nil {
			return err
		}
		about = append(about, found...)
	}
	if len(about) == 0 {
		return nil
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.DropUnknown(about) })
}

func (d *Desk) unknownNaming(ctx context.Context, p store.Place, names [][]byte) ([]int64, error) {
	kept, err := d.DB.UnknownMessages(ctx, p)
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, m := range kept {
		whole, err := d.DB.UnknownMessage(ctx, m.ID)
		if fault.Is(err, fault.NotFound) {
			continue // forgotten meanwhile
		}
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if bytes.Contains(whole.Body, name) {
				out = append(out, m.ID)
				break
			}
		}
	}
	return out, nil
}
