package mail

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// Import reads records of threads as they are kept, one or an array of them, or one mail as a mail program saves it (.eml).
func (c *Connector) Import(data []byte, _ *time.Location) ([]connector.Snapshot, error) {
	if !json.Valid(data) {
		return c.eml(data)
	}
	var one record
	var several []record
	if json.Unmarshal(data, &one) == nil {
		several = []record{one}
	} else if json.Unmarshal(data, &several) != nil {
		return nil, nothing()
	}
	var out []connector.Snapshot
	for _, r := range several {
		if r.sound() {
			out = append(out, r.snapshot())
		}
	}
	if len(out) == 0 {
		return nil, nothing()
	}
	return out, nil
}

func nothing() error {
	f := fault.Input("file", "", "a record of a thread, or a mail saved as .eml")
	f.Key = "fault.mail.import"
	return f
}

// sound: it is a record of ours and holds a letter of a buyer.
func (r *record) sound() bool {
	slices.SortFunc(r.Letters, byTime)
	return r.Thread != "" && r.Buyer != "" && slices.ContainsFunc(r.Letters, func(l letter) bool { return !l.Ours && l.ID != "" && !l.At.IsZero() })
}

// eml is one mail as a thread of its own. Without settings nobody knows whose it is: it counts as the buyer's.
func (c *Connector) eml(data []byte) ([]connector.Snapshot, error) {
	h, rest := readHeader(data)
	from, _ := h.address("from")
	if from == "" || h.when().IsZero() {
		return nil, nothing()
	}
	k := config{order: defaultOrder}
	l := k.readLetter(h, time.Time{}, int64(len(data)), false)
	rest = rest[:min(len(rest), readAhead)]
	l.fill(readBody(h, rest, l.Size <= readAhead))
	t := &thread{letters: []letter{l}}
	t.called(t.names()[0], "")
	t.ref.Order = k.firstOrder(t)
	s := k.snapshot(t)
	if strings.TrimSpace(s.Facts.Messages[0].Text) == "" {
		return nil, nothing()
	}
	return []connector.Snapshot{s}, nil
}
