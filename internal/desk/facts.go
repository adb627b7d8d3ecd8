package desk

import (
	"encoding/json"
	"slices"
	"strconv"

	"parley/internal/dispute"
	"parley/internal/store"
)

// matter is everything a case is judged by: its row, what each platform record says, the order behind it, and what was recorded here.
type matter struct {
	c       *store.Case
	st      store.Store
	sources []record
	order   *dispute.Facts  // order, buyer, shipment; nil = not read yet
	parcel  *store.Tracking // what a tracker told of the parcel; nil = nothing
	was     state           // as it stood in the database when it was read for a change
}

// record is a platform record with its facts, which are shared: nobody writes into them.
type record struct {
	store.Source
	facts dispute.Facts
}

func decodeFacts(raw json.RawMessage) (dispute.Facts, error) {
	var f dispute.Facts
	if len(raw) == 0 {
		return f, nil
	}
	err := json.Unmarshal(raw, &f)
	return f, err
}

// leading is the record that speaks for the case: of several open ones that which was found to press most (lead.go), else an open one before
// an ended one, then the one changed last.
func (m *matter) leading() *record {
	var best *record
	for i := range m.sources {
		r := &m.sources[i]
		if r.Open && r.name() == m.c.Card.Lead {
			return r
		}
		if best == nil || (r.Open && !best.Open) || (r.Open == best.Open && r.ChangedAt.After(best.ChangedAt)) {
			best = r
		}
	}
	return best
}

// facts lays all parts together: the leading record gives case and proposals, every record gives history, messages and proofs, the
// order as last read gives purchase, buyer, parcel and supplier, and what was recorded here comes on top.
func (m *matter) facts() (dispute.Facts, error) {
	own, err := sharedFacts(m.c.Own)
	if err != nil {
		return own, err
	}
	f := dispute.Facts{Store: ruleStore(m.st)}
	if lead := m.leading(); lead != nil {
		f.Case, f.Proposals, f.Order, f.Buyer, f.Shipment = lead.facts.Case, lead.facts.Proposals, lead.facts.Order, lead.facts.Buyer, lead.facts.Shipment
		f.Supplier = lead.facts.Supplier
		f.Case = m.afterEarlier(lead)
	}
	for i := range m.sources {
		s := &m.sources[i].facts
		f.History = append(f.History, s.History...)
		f.Messages = append(f.Messages, s.Messages...)
		f.Evidence = append(f.Evidence, s.Evidence...)
		f.Unknown = append(f.Unknown, s.Unknown...)
		f.Ledger = append(f.Ledger, paidBy(&m.sources[i])...)
	}
	if m.order != nil {
		overlayOrder(&f, m.order)
	}
	overlayParcel(&f, m.parcel)
	f.History = append(f.History, own.History...)
	f.Messages = append(f.Messages, own.Messages...)
	f.Evidence = append(f.Evidence, own.Evidence...)
	f.Ledger = once(append(f.Ledger, own.Ledger...))
	slices.SortStableFunc(f.History, func(a, b dispute.Act) int { return a.At.Compare(b.At) })
	f.Messages = heardOnce(f.Messages)
	slices.SortStableFunc(f.Messages, func(a, b dispute.Message) int { return a.At.Compare(b.At) })
	return f, nil
}

// afterEarlier is the case of the leading record, with the end of the last case before it of which another record tells.
func (m *matter) afterEarlier(lead *record) *dispute.Case {
	if lead.facts.Case == nil {
		return nil
	}
	c := *lead.facts.Case
	for i := range m.sources {
		e := m.sources[i].facts.Case
		if e != nil && e.Reported.Ended && e.OpenedAt.Before(c.OpenedAt) && !e.Reported.EndedAt.After(c.OpenedAt) && e.Reported.EndedAt.After(c.EarlierEndedAt) {
			c.EarlierEndedAt = e.Reported.EndedAt
		}
	}
	return &c
}

// ruleStore is the store as the rules need it.
func ruleStore(st store.Store) dispute.Store {
	return dispute.Store{
		ID: strconv.FormatInt(st.ID, 10), Marketplace: st.Marketplace, Zone: st.Zone, Country: st.Country, Language: st.Language,
		Settings: replySettings(st),
	}
}

// paidBy is what a platform says it paid by this record: the refunds it lists, or else the sum at the end.
func paidBy(r *record) []dispute.Payment {
	c := r.facts.Case
	if len(r.facts.Ledger) > 0 {
		return r.facts.Ledger
	}
	if c == nil || !c.Reported.Ended || !c.Reported.Paid.Known() || c.Reported.Paid.Minor <= 0 {
		return nil
	}
	return []dispute.Payment{{At: c.Reported.EndedAt, Did: "refund", Amount: c.Reported.Paid, Source: r.Kind + "/" + r.ExternalID}}
}

// overlayOrder lays what the order call told over what the case record told. The order line stays that of the record.
func overlayOrder(f, order *dispute.Facts) {
	if o := order.Order; o != nil {
		merged := *o
		if f.Order != nil {
			merged.Line = f.Order.Line
			merged.Handles = join(f.Order.Handles, o.Handles)
			if len(f.Order.Items) > 0 {
				merged.Items = lineItems(f.Order.Items, o.Items)
			}
		}
		f.Order = &merged
	}
	if b := order.Buyer; b != nil {
		merged := *b
		if f.Buyer != nil && merged.ID == "" {
			merged.ID = f.Buyer.ID
		}
		f.Buyer = &merged
	}
	if s := order.Shipment; s != nil {
		merged := *s
		merged.InsuredByPlatform = merged.InsuredByPlatform || (f.Shipment != nil && f.Shipment.InsuredByPlatform)
		f.Shipment = &merged
	}
	if order.Supplier != nil {
		f.Supplier = order.Supplier
	}
	if order.Account != nil {
		f.Account = order.Account
	}
	f.History = append(f.History, order.History...)
	f.Messages = append(f.Messages, order.Messages...)
	f.Evidence = append(f.Evidence, order.Evidence...)
	f.Ledger = append(f.Ledger, order.Ledger...)
	f.Unknown = append(f.Unknown, order.Unknown...)
}

// once drops payments that several records show: the same source counts once.
func once(ledger []dispute.Payment) []dispute.Payment {
	seen := map[string]bool{}
	return slices.DeleteFunc(ledger, func(p dispute.Payment) bool {
		twice := p.Source != "" && seen[p.Source]
		seen[p.Source] = true
		return twice
	})
}

// heardOnce drops messages that several records of a matter tell, such as the talk about an order and the late order itself.
func heardOnce(messages []dispute.Message) []dispute.Message {
	seen := map[string]bool{}
	return slices.DeleteFunc(messages, func(m dispute.Message) bool {
		key := m.Via + " " + m.ID
		twice := m.ID != "" && seen[key]
		seen[key] = true
		return twice
	})
}

// join gives the words of both lists, each once.
func join(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// lineItems keeps the items the case is about, completed by what the order knows of them.
func lineItems(concerned, all []dispute.Item) []dispute.Item {
	out := slices.Clone(concerned)
	for i := range out {
		for _, it := range all {
			if it.ID != "" && it.ID == out[i].ID {
				if out[i].Picture == "" {
					out[i].Picture = it.Picture
				}
				if out[i].SKU == "" {
					out[i].SKU = it.SKU
				}
				if it.Quantity > 0 {
					out[i].Quantity = it.Quantity
				}
			}
		}
	}
	return out
}
