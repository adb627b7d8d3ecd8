package taobao

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
)

// thread reads what was written and shown in a refund (taobao.refund.messages.get).
func (r *reading) thread(v wire.Value, into *dispute.Facts) {
	r.messages("refund_messages", v.Get("refund_messages"), roles, into)
}

// messages reads a list of messages; who tells what the numbers of those who wrote them mean.
func (r *reading) messages(name string, all wire.Value, who map[string]string, into *dispute.Facts) {
	for n, m := range list(all) {
		r.where = name + "[" + strconv.Itoa(n) + "]."
		r.message(m, who, into)
	}
	r.where = ""
}

func (r *reading) message(m wire.Value, who map[string]string, into *dispute.Facts) {
	from, known := who[text(m, "owner_role")]
	if !known {
		r.note("owner_role", text(m, "owner_role"))
		from = "platform"
	}
	at := r.at(m, "created")
	if at.IsZero() {
		r.note("created", text(m, "created"))
		return // what has no time cannot be put in order; it stays in the raw record
	}
	written := dispute.Message{ID: id(m, "id"), At: at, From: from, Via: "dispute_form", Text: text(m, "content")}
	for _, p := range list(m.Get("pic_urls")) {
		if address := text(p, "url"); address != "" {
			picture := dispute.File{URL: address, Kind: "photo"}
			written.Files = append(written.Files, picture)
			into.Evidence = append(into.Evidence, dispute.Evidence{ID: "file/" + short(address), At: at, From: from, Kind: "photo", File: &picture})
		}
	}
	if written.Text != "" || len(written.Files) > 0 {
		into.Messages = append(into.Messages, written)
	}
	if r.word(m, "message_type", messageTypes) == "RETURN_GOODS_APPROVED" {
		into.History = append(into.History, dispute.Act{At: at, Who: "staff", Did: "agreed_return", Raw: "RETURN_GOODS_APPROVED", Reference: written.ID})
	}
}

func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
