package desk

import (
	"context"
	"encoding/json"
	"strings"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/store"
)

// Erase takes out of an ended case what it tells of people: names, numbers of buyers, words, pictures, and everything as it was received.
// What the shop has to account for stays: the order's number, sums, instants, what was done. It cannot be taken back.
func (d *Desk) Erase(ctx context.Context, who Who, caseID int64, reason string) error {
	if err := who.need(Own); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return fault.Input("reason", "", "why it is erased, without naming the person")
	}
	c, err := d.caseSeen(ctx, who, caseID)
	if err != nil {
		return err
	}
	names, err := d.namesOf(ctx, c)
	if err != nil {
		return err
	}
	if err := d.erase(ctx, who, caseID, reason); err != nil {
		return err
	}
	return d.eraseUnknownAbout(ctx, c.StoreID, names)
}

// erase strips one case in one transaction, and then removes files that no case has any more.
func (d *Desk) erase(ctx context.Context, who Who, caseID int64, reason string) error {
	var files []string
	err := d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		cases, err := forUpdate(tx, []int64{caseID})
		if err != nil {
			return err
		}
		if cases[0].Open {
			return fault.New(fault.Refused, "fault.erase_open")
		}
		files, err = d.strip(ctx, tx, cases[0], who, reason)
		return err
	})
	if err != nil {
		return err
	}
	return d.dropFiles(ctx, files)
}

func (d *Desk) strip(ctx context.Context, tx *store.Tx, c *store.Case, who Who, reason string) ([]string, error) {
	ms, err := gather(ctx, tx, []*store.Case{c})
	if err != nil {
		return nil, err
	}
	m := ms[0]
	s, err := strippedOf(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	files, err := tx.Erase(c.ID, s)
	if err != nil {
		return nil, err
	}
	factsRead.forget()
	own, err := decodeFacts(c.Own)
	if err != nil {
		return nil, err
	}
	stripFacts(&own)
	if err := m.setOwn(own); err != nil {
		return nil, err
	}
	c.BuyerID, c.Card.Buyer, c.Card.Params, c.ChangedAt = "", "", nil, d.Now()
	if err := tx.PutCases([]*store.Case{c}); err != nil {
		return nil, err
	}
	if err := stripOrder(ctx, tx, m); err != nil {
		return nil, err
	}
	ev, err := event(c.ID, d.Now(), "erased", who, map[string]any{"reason": reason})
	if err != nil {
		return nil, err
	}
	return files, tx.AddEvents([]store.Event{ev})
}

// strippedOf makes every row of a case anew without what it tells of people.
func strippedOf(ctx context.Context, tx *store.Tx, m *matter) (store.Stripped, error) {
	s := store.Stripped{Sources: map[int64]json.RawMessage{}, Events: map[int64]json.RawMessage{}, Decisions: map[string]json.RawMessage{}, Effects: map[string]json.RawMessage{}}
	s.Numbers = []string{m.c.OrderNo}
	for i := range m.sources {
		f, err := decodeFacts(m.sources[i].Facts)
		if err != nil {
			return s, err
		}
		stripFacts(&f)
		raw, err := json.Marshal(f)
		if err != nil {
			return s, err
		}
		s.Sources[m.sources[i].ID] = raw
		s.Numbers = append(s.Numbers, m.sources[i].ExternalID)
	}
	if err := stripEvents(ctx, tx, m.c.ID, s.Events); err != nil {
		return s, err
	}
	decisions, err := tx.DecisionsOf(ctx, m.c.ID)
	if err != nil {
		return s, err
	}
	for _, dec := range decisions {
		if s.Decisions[dec.ID], err = wordless(dec.Data); err != nil {
			return s, err
		}
	}
	effects, err := tx.EffectsOf(ctx, m.c.ID)
	for _, e := range effects {
		if s.Effects[e.ID], err = wordless(e.Payload); err != nil {
			return s, err
		}
	}
	return s, err
}

func stripEvents(ctx context.Context, tx *store.Tx, caseID int64, out map[int64]json.RawMessage) error {
	before := int64(0)
	for {
		events, err := tx.Events(ctx, caseID, before, eventsShown)
		if err != nil {
			return err
		}
		for _, e := range events {
			if out[e.ID], err = wordless(e.Data); err != nil {
				return err
			}
			before = e.ID
		}
		if len(events) < eventsShown {
			return nil
		}
	}
}

// telling are the members of our own records that hold words or numbers of people.
var telling = []string{"text", "note", "acts", "fields", "file", "ref", "name", "reference", "tracking"}

// wordless drops what tells of people from an object of ours.
func wordless(data json.RawMessage) (json.RawMessage, error) {
	if len(data) == 0 {
		return data, nil
	}
	object := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, err
	}
	for _, key := range telling {
		delete(object, key)
	}
	return json.Marshal(object)
}

// stripFacts takes out of facts what they tell of people, and leaves what the rules and the books need.
func stripFacts(f *dispute.Facts) {
	if f.Buyer != nil {
		f.Buyer = &dispute.Buyer{Country: f.Buyer.Country, Language: f.Buyer.Language, Zone: f.Buyer.Zone, Kind: f.Buyer.Kind}
	}
	if f.Case != nil {
		c := *f.Case
		c.ReasonNote = ""
		f.Case = &c
	}
	if f.Order != nil {
		o := *f.Order
		o.AddressCheck = nil
		f.Order = &o
	}
	for i := range f.Messages {
		f.Messages[i].Text, f.Messages[i].Files = "", nil
	}
	for i := range f.Proposals {
		f.Proposals[i].Text = ""
	}
	for i := range f.History {
		f.History[i].Note, f.History[i].Reference = "", ""
	}
	for i := range f.Evidence {
		f.Evidence[i].Text, f.Evidence[i].Note, f.Evidence[i].File = "", "", nil
	}
	f.Unknown = nil // nobody knows what it tells
}

// stripOrder strips the purchase once no open case needs it.
func stripOrder(ctx context.Context, tx *store.Tx, m *matter) error {
	if m.order == nil {
		return nil
	}
	cases, err := tx.CasesOfOrder(ctx, m.c.StoreID, m.c.OrderNo)
	if err != nil {
		return err
	}
	for i := range cases {
		if cases[i].Open {
			return nil
		}
	}
	o, err := tx.OrderOf(ctx, m.c.StoreID, m.c.OrderNo)
	if err != nil {
		return err
	}
	f, err := decodeFacts(o.Facts)
	if err != nil {
		return err
	}
	stripFacts(&f)
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return tx.EraseOrder(o.ID, raw)
}

// dropFiles removes files that no case has any more.
func (d *Desk) dropFiles(ctx context.Context, hashes []string) error {
	for _, hash := range hashes {
		used, err := d.DB.FileInUse(ctx, hash)
		if err != nil {
			return err
		}
		if !used {
			if err := d.Blobs.Remove(ctx, hash); err != nil {
				return err
			}
		}
	}
	return nil
}
