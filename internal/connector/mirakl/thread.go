package mirakl

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// thread is one element of M11, or an answer of M10.
type thread struct {
	value
	reading
	id       string
	order    string // number of the order it is about; empty: about an offer, or with the operator
	needed   time.Time
	updated  time.Time
	customer string
	messages []dispute.Message
	raw      json.RawMessage
}

// readThread reads a thread; base is the address under which attachments lie.
func readThread(v value, base string) *thread {
	t := &thread{value: v, id: v.text("id"), raw: v.raw()}
	t.members(v, threadMembers)
	t.updated, t.needed = t.at(v, "date_updated"), t.at(v.get("metadata"), "shop_reply_needed_since")
	for _, e := range v.list("entities") {
		kind := e.text("type")
		t.word("entities.type", kind, entityTypes[kind] || kind == "Entity type") // the latter stands in the documentation's example
		if kind == "MMP_ORDER" && t.order == "" {
			t.order = e.text("id")
		}
	}
	for _, p := range append(v.list("current_participants"), v.list("authorized_participants")...) {
		t.word("participants.type", p.text("type"), senders[p.text("type")] != "")
		if p.text("type") == "CUSTOMER" && t.customer == "" {
			t.customer = p.text("id")
		}
	}
	for n, m := range v.list("messages") {
		t.where = "messages[" + strconv.Itoa(n) + "]"
		t.messages = append(t.messages, t.message(m, base))
	}
	t.where = ""
	slices.SortStableFunc(t.messages, func(a, b dispute.Message) int { return a.At.Compare(b.At) })
	return t
}

var entityTypes = map[string]bool{"MMP_ORDER": true, "MMP_OFFER": true, "MPS_ORDER": true, "MPS_SERVICE": true, "SELLER_OPERATOR": true}

func (t *thread) message(v value, base string) dispute.Message {
	t.members(v, messageMembers)
	sender := v.text("from", "type")
	from, known := senders[sender]
	t.word("from.type", sender, known)
	if !known {
		from = "platform"
	}
	m := dispute.Message{ID: v.text("id"), At: t.at(v, "date_created"), From: from, Via: "platform_message", Text: v.text("body")}
	for _, a := range v.list("attachments") {
		m.Files = append(m.Files, dispute.File{Name: a.text("name"), URL: base + "/api/inbox/threads/" + a.text("id") + "/download", Kind: kindOf(a.text("name"))})
	}
	return m
}

// kindOf tells photo from video by the name; empty = neither.
func kindOf(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic":
		return "photo"
	case ".mov", ".mp4", ".avi", ".webm":
		return "video"
	}
	return ""
}

// snapshot is the thread as a source of its own: open while the shop owes an answer.
func (t *thread) snapshot() connector.Snapshot {
	snap := connector.Snapshot{
		Ref: connector.Ref{Kind: threadKind, ID: t.id, Buyer: t.customer, Order: t.order}, ChangedAt: t.updated, Open: !t.needed.IsZero(), Raw: t.raw,
		Fingerprint: digest(t.text("date_updated"), t.text("metadata", "shop_reply_needed_since"), t.text("metadata", "total_count"), t.get("no_store_reply_needed").v),
	}
	snap.Facts = dispute.Facts{Messages: t.messages, History: replies(t.messages, time.Time{}), Unknown: t.unknown}
	if t.order != "" {
		snap.Facts.Order = &dispute.Order{ID: t.order}
	}
	if t.customer != "" {
		snap.Facts.Buyer = &dispute.Buyer{ID: t.customer}
	}
	return snap
}
