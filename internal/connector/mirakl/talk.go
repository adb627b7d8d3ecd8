package mirakl

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// spoken is the talk about an order and the papers on it, as received. It is kept with every record that is read with them.
type spoken struct {
	Threads   []json.RawMessage `json:"threads,omitempty"`
	Documents []json.RawMessage `json:"order_documents,omitempty"`
}

// hear puts the talk and the papers of an order into a snapshot, and gives them as received. since is the begin of the matter: what the
// shop said from then on are acts of it.
func hear(snap *connector.Snapshot, o *order, threads []*thread, papers []value, since time.Time) (kept spoken) {
	f := &snap.Facts
	for _, t := range threads {
		f.Messages = append(f.Messages, t.messages...)
		f.Unknown = append(f.Unknown, t.unknown...)
		kept.Threads = append(kept.Threads, t.raw)
	}
	slices.SortStableFunc(f.Messages, func(a, b dispute.Message) int { return a.At.Compare(b.At) })
	f.History = append(f.History, replies(f.Messages, since)...)
	slices.SortStableFunc(f.History, func(a, b dispute.Act) int { return a.At.Compare(b.At) })
	for _, p := range papers {
		f.Evidence = append(f.Evidence, paper(o, p))
		kept.Documents = append(kept.Documents, p.raw())
	}
	return kept
}

// replies are the shop's words since an instant, as acts.
func replies(messages []dispute.Message, since time.Time) (out []dispute.Act) {
	for _, m := range messages {
		if m.From == "staff" && !m.At.Before(since) {
			out = append(out, dispute.Act{At: m.At, Who: "staff", Did: "sent_reply", Via: m.Via, Reference: m.ID})
		}
	}
	return out
}

// paper is one document on the order (OR72). The platform does not tell who put it there; sellers do, and the system its own.
func paper(o *order, v value) dispute.Evidence {
	from := "staff"
	if strings.HasPrefix(v.text("type"), "SYSTEM_") {
		from = "platform"
	}
	name := v.text("file_name")
	return dispute.Evidence{ID: v.text("id"), At: o.at(v, "date_uploaded"), From: from, Kind: kindOf(name), Order: o.id, Note: v.text("type"),
		File: &dispute.File{Name: name}}
}
