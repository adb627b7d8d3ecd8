package fake

import (
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Thread is a talk about an order, an offer, or with the operator.
type Thread struct {
	shop     *Shop
	id       string
	order    *Order // nil: no order
	entity   [2]string
	topic    [2]string // type, value
	messages []*message
	created  time.Time
	updated  time.Time
	needed   time.Time // shop_reply_needed_since
	settled  []object  // no_store_reply_needed
	temper   Temper
	again    int // how often the customer wrote again
}

type message struct {
	id    string
	from  string // CUSTOMER, SHOP, OPERATOR
	to    []string
	body  string
	at    time.Time
	files []file
}

// file is something that was sent along.
type file struct {
	ID, Name, Type string
	Bytes          []byte
}

// always stands for a null that is written even where nulls are left out: the documentation says of this member that it is null.
type always struct{}

// MarshalJSON writes null.
func (always) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// CustomerWrites lets the customer write to the shop; a new thread is begun with topic (a reason of type ORDER_MESSAGING).
func (o *Order) CustomerWrites(topic, body string, files ...string) *Thread {
	var t *Thread
	o.shop.locked(func(now time.Time) {
		t = o.shop.thread([2]string{"MMP_ORDER", o.id}, o, [2]string{"REASON_CODE", topic}, now)
		t.add("CUSTOMER", []string{"SHOP"}, body, attached(o.shop, files), now)
	})
	return t
}

// Writes lets somebody (CUSTOMER or OPERATOR) write to the shop in a thread.
func (t *Thread) Writes(from, body string, files ...string) {
	t.shop.locked(func(now time.Time) { t.add(from, []string{"SHOP"}, body, attached(t.shop, files), now) })
}

// OperatorWrites begins a talk of the operator with the shop about no order.
func (s *Shop) OperatorWrites(subject, body string) *Thread {
	var t *Thread
	s.locked(func(now time.Time) {
		t = s.thread([2]string{"SELLER_OPERATOR", uuid("talk", s.platform.next())}, nil, [2]string{"FREE_TEXT", subject}, now)
		t.add("OPERATOR", []string{"SHOP"}, body, nil, now)
	})
	return t
}

// NoReplyNeeded is somebody (OPERATOR or SHOP) saying that no answer is needed.
func (t *Thread) NoReplyNeeded(by string) {
	t.shop.locked(func(now time.Time) {
		t.needed, t.updated = time.Time{}, now
		t.settled = append(t.settled, object{"date": stamp(now), "user_type": by})
	})
}

// ID is the thread's number.
func (t *Thread) ID() string { return t.id }

// Waiting tells whether the shop owes an answer.
func (t *Thread) Waiting() (yes bool) {
	t.shop.locked(func(time.Time) { yes = !t.needed.IsZero() })
	return yes
}

// Said are the texts one side (SHOP, CUSTOMER, OPERATOR) wrote in all threads of the shop, oldest first.
func (s *Shop) Said(from string) (texts []string) {
	s.locked(func(time.Time) {
		for _, t := range s.threads {
			for _, m := range t.messages {
				if m.from == from {
					texts = append(texts, m.body)
				}
			}
		}
	})
	return texts
}

func attached(s *Shop, names []string) (out []file) {
	for _, name := range names {
		out = append(out, s.keep(name, "image/jpeg", []byte("\xff\xd8\xff\xe0 picture "+name)))
	}
	return out
}

// keep stores a file under a number of its own.
func (s *Shop) keep(name, kind string, content []byte) file {
	f := file{ID: uuid("file", s.platform.next()), Name: name, Type: kind, Bytes: content}
	s.files[f.ID] = f
	return f
}

func (s *Shop) thread(entity [2]string, o *Order, topic [2]string, now time.Time) *Thread {
	t := &Thread{shop: s, id: uuid("thread", s.platform.next()), order: o, entity: entity, topic: topic, created: now, updated: now}
	s.threads = append(s.threads, t)
	return t
}

// add writes a message: one to the shop makes the shop owe an answer, one of the shop settles it.
func (t *Thread) add(from string, to []string, body string, files []file, now time.Time) *message {
	m := &message{id: uuid("message", t.shop.platform.next()), from: from, to: to, body: body, at: now, files: files}
	t.messages = append(t.messages, m)
	t.updated = now
	if from == "SHOP" {
		t.needed = time.Time{}
		t.answeredAt(now)
	} else if t.needed.IsZero() {
		t.needed = now
	}
	if t.order != nil {
		t.order.updated = now
		t.order.hasMessage = t.order.hasMessage || from == "CUSTOMER"
	}
	return m
}

func (t *Thread) party(kind string) object {
	switch kind {
	case "SHOP":
		return object{"display_name": t.shop.Name, "id": number64(t.shop.ID), "type": "SHOP"}
	case "CUSTOMER":
		c := Customer{ID: "CUSTOMER", First: "Customer"}
		if t.order != nil {
			c = t.order.spec.Customer
		}
		return object{"display_name": c.name(), "id": c.ID, "type": "CUSTOMER"}
	}
	return object{"display_name": t.shop.platform.options.Operator, "type": "OPERATOR"}
}

func (t *Thread) sender(kind string) object {
	return object{"display_name": t.party(kind)["display_name"], "organization_details": t.party(kind), "type": kind + "_USER"}
}

// view writes a thread as M10 and M11 give it; most limits how many messages, 0 = none, negative = all.
func (t *Thread) view(most int) object {
	last := t.messages[len(t.messages)-1]
	var needed any = always{}
	if !t.needed.IsZero() {
		needed = stamp(t.needed)
	}
	everybody := []object{t.party("SHOP"), t.party("OPERATOR")}
	if t.order != nil {
		everybody = []object{t.party("SHOP"), t.party("CUSTOMER"), t.party("OPERATOR")}
	}
	out := object{
		"authorized_participants": everybody, "current_participants": t.present(),
		"date_created": stamp(t.created), "date_updated": stamp(t.updated),
		"entities": []object{{"id": t.entity[1], "label": t.entity[1], "type": t.entity[0]}},
		"id":       t.id,
		"metadata": object{"last_message_date": stamp(last.at), "last_sender": t.sender(last.from), "shop_reply_needed_since": needed, "total_count": len(t.messages)},
		"topic":    object{"type": t.topic[0], "value": t.topic[1]},
	}
	if most != 0 {
		out["messages"], out["no_store_reply_needed"] = t.written(most), list0(t.settled)
	}
	return out
}

// present are those who wrote or were written to.
func (t *Thread) present() []object {
	seen := map[string]bool{}
	for _, m := range t.messages {
		seen[m.from] = true
		for _, to := range m.to {
			seen[to] = true
		}
	}
	out := []object{}
	for _, kind := range []string{"SHOP", "CUSTOMER", "OPERATOR"} {
		if seen[kind] {
			out = append(out, t.party(kind))
		}
	}
	return out
}

func (t *Thread) written(most int) []object {
	list := t.messages
	if most > 0 && len(list) > most {
		list = list[len(list)-most:]
	}
	out := []object{}
	for _, m := range list {
		files, to := []object{}, []object{}
		for _, f := range m.files {
			files = append(files, object{"id": f.ID, "name": f.Name, "size": len(f.Bytes)})
		}
		for _, kind := range m.to {
			to = append(to, t.party(kind))
		}
		out = append(out, object{"attachments": files, "body": m.body, "date_created": stamp(m.at), "from": t.sender(m.from), "id": m.id, "to": to})
	}
	return out
}

// entityTypes are what a thread may be about.
var entityTypes = []string{"MMP_ORDER", "MMP_OFFER", "MPS_ORDER", "MPS_SERVICE", "SELLER_OPERATOR"}

// m11 lists threads, the one changed last first.
func (c *call) m11() *refusal {
	if token := c.q.Get("page_token"); token != "" {
		return c.seek(token, 50, (*call).threadViews)
	}
	return c.seekFirst(50, (*call).threadViews)
}

func (c *call) threadViews() ([]object, *refusal) {
	entities, refused := c.list("entity_id")
	if refused != nil {
		return nil, refused
	}
	kind := c.q.Get("entity_type")
	if kind != "" && !slices.Contains(entityTypes, kind) {
		return nil, bad("Value '" + kind + "' is not allowed for the parameter : entity_type")
	}
	if kind == "" && len(entities) > 0 {
		return nil, bad("The parameter entity_type must be specified to use entity_id")
	}
	since, refused := c.instant("updated_since")
	if refused != nil {
		return nil, refused
	}
	most := 0
	if full, refused := c.flag("with_messages"); refused != nil {
		return nil, refused
	} else if full != nil && *full {
		most = 100
	}
	channels, refused := c.list("channel_codes")
	if refused != nil {
		return nil, refused
	}
	list := slices.Clone(c.shop.threads)
	slices.SortStableFunc(list, func(a, b *Thread) int { return b.updated.Compare(a.updated) })
	out := []object{}
	for _, t := range list {
		if (kind == "" || t.entity[0] == kind) && in(entities, t.entity[1]) && !t.updated.Before(since) && (t.order == nil || in(channels, t.order.spec.Channel)) {
			out = append(out, t.view(most))
		}
	}
	return out, nil
}

// m10 gives one thread with all its messages.
func (c *call) m10() *refusal {
	t, refused := c.thread()
	if refused != nil {
		return refused
	}
	return c.ok(t.view(-1))
}

func (c *call) thread() (*Thread, *refusal) {
	id := c.r.PathValue("thread_id")
	i := slices.IndexFunc(c.shop.threads, func(t *Thread) bool { return t.id == id })
	if i < 0 {
		return nil, missing("Thread with id '" + id + "' not found")
	}
	return c.shop.threads[i], nil
}

// topic is what a thread is about, in a request.
type topic struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// m12 answers in a thread.
func (c *call) m12() *refusal {
	t, refused := c.thread()
	if refused != nil {
		return refused
	}
	var in struct {
		Body string `json:"body"`
		To   []struct {
			Type string  `json:"type"`
			ID   *string `json:"id"`
		} `json:"to"`
		Topic *topic `json:"topic"`
	}
	files, refused := c.form("message_input", &in)
	if refused != nil {
		return refused
	}
	var to []string
	for _, r := range in.To {
		to = append(to, r.Type)
	}
	if refused := c.message(in.Body, to, files, t.order); refused != nil {
		return refused
	}
	if len(t.messages) >= 1000 {
		return bad("The thread has reached its maximum of 1000 messages")
	}
	if in.Topic != nil {
		if refused := c.about(in.Topic, "ORDER_MESSAGING"); refused != nil {
			return refused
		}
		t.topic = [2]string{in.Topic.Type, in.Topic.Value}
	}
	m := t.add("SHOP", to, in.Body, c.keepAll(files), c.now)
	c.did = true
	return c.give(http.StatusCreated, object{"message_id": m.id, "thread_id": t.id})
}

// or43 begins a thread about an order.
func (c *call) or43() *refusal {
	o, refused := c.order()
	if refused != nil {
		return refused
	}
	var in struct {
		Body  string   `json:"body"`
		To    []string `json:"to"`
		Topic *topic   `json:"topic"`
	}
	files, refused := c.form("thread_input", &in)
	if refused != nil {
		return refused
	}
	if refused := c.message(in.Body, in.To, files, o); refused != nil {
		return refused
	}
	if refused := c.about(in.Topic, "ORDER_MESSAGING"); refused != nil {
		return refused
	}
	t := c.shop.thread([2]string{"MMP_ORDER", o.id}, o, [2]string{in.Topic.Type, in.Topic.Value}, c.now)
	m := t.add("SHOP", in.To, in.Body, c.keepAll(files), c.now)
	c.did = true
	return c.give(http.StatusCreated, object{"message_id": m.id, "thread_id": t.id})
}

// m14 begins a thread with the operator.
func (c *call) m14() *refusal {
	var in struct {
		Body   string `json:"body"`
		Entity *struct {
			Type string `json:"type"`
		} `json:"entity"`
		Topic *topic `json:"topic"`
	}
	files, refused := c.form("thread_input", &in)
	if refused != nil {
		return refused
	}
	if in.Entity == nil || in.Entity.Type != "SELLER_OPERATOR" {
		return bad("The entity type must be SELLER_OPERATOR")
	}
	if refused := c.message(in.Body, []string{"OPERATOR"}, files, nil); refused != nil {
		return refused
	}
	if refused := c.about(in.Topic, "MMP_SELLER_MESSAGING"); refused != nil {
		return refused
	}
	t := c.shop.thread([2]string{"SELLER_OPERATOR", uuid("talk", c.p.next())}, nil, [2]string{in.Topic.Type, in.Topic.Value}, c.now)
	m := t.add("SHOP", []string{"OPERATOR"}, in.Body, c.keepAll(files), c.now)
	c.did = true
	return c.give(http.StatusCreated, object{"message_id": m.id, "thread_id": t.id})
}

// message checks text, recipients and files.
func (c *call) message(body string, to []string, files []file, o *Order) *refusal {
	switch n := utf8.RuneCountInString(body); {
	case n < 3:
		return bad("The body must have at least 3 characters")
	case n > 50000:
		return bad("The body must have at most 50000 characters")
	case len(to) == 0:
		return bad("The recipients are mandatory")
	}
	for _, r := range to {
		if r != "OPERATOR" && (r != "CUSTOMER" || o == nil) {
			return bad("Recipient '" + r + "' is not authorized on this thread")
		}
	}
	size := 0
	for _, f := range files {
		size += len(f.Bytes)
	}
	if size > 30<<20 {
		return bad("The attachments of a message must not exceed 30 MB")
	}
	if o != nil {
		if o.attachments += len(files); o.attachments > 50 {
			o.attachments -= len(files)
			return bad("The order has reached its maximum of 50 attachments")
		}
	}
	return nil
}

func (c *call) about(t *topic, kind string) *refusal {
	switch {
	case t == nil:
		return bad("The topic is mandatory")
	case t.Type == "REASON_CODE":
		return c.mayUse(t.Value, kind)
	case t.Type != "FREE_TEXT":
		return bad("Topic type '" + t.Type + "' is not allowed")
	}
	if n := utf8.RuneCountInString(t.Value); n < 3 || n > 200 {
		return bad("The topic value must have between 3 and 200 characters")
	}
	return nil
}

func (c *call) keepAll(files []file) (out []file) {
	for _, f := range files {
		out = append(out, c.shop.keep(f.Name, f.Type, f.Bytes))
	}
	return out
}

// form reads a multipart body: one part of JSON, and any number of parts "files".
func (c *call) form(name string, into any) ([]file, *refusal) {
	parts, refused := c.parts()
	if refused != nil {
		return nil, refused
	}
	var files []file
	found := false
	for _, p := range parts {
		switch p.field {
		case "files":
			files = append(files, p.file)
		case name:
			found = true
			if refused := c.decode(p.Bytes, into); refused != nil {
				return nil, refused
			}
		default:
			return nil, bad("Unknown part '" + p.field + "'")
		}
	}
	if !found {
		return nil, bad("Required part '" + name + "' is not present.")
	}
	return files, nil
}

type part struct {
	field string
	file
}

func (c *call) parts() (out []part, refused *refusal) {
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, largestBody)
	reader, err := c.r.MultipartReader()
	if err != nil {
		return nil, &refusal{http.StatusUnsupportedMediaType, "Content-Type '" + c.r.Header.Get("Content-Type") + "' is not supported"}
	}
	for {
		p, err := reader.NextPart()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, bad("The multipart body cannot be read")
		}
		one, err := readPart(p)
		if err != nil {
			return nil, bad("The multipart body cannot be read")
		}
		out = append(out, one)
	}
}

func readPart(p *multipart.Part) (part, error) {
	content, err := io.ReadAll(p)
	return part{p.FormName(), file{Name: p.FileName(), Type: p.Header.Get("Content-Type"), Bytes: content}}, err
}

// m13 gives an attachment.
func (c *call) m13() *refusal {
	f, ok := c.shop.files[c.r.PathValue("attachment_id")]
	if !ok {
		return missing("Attachment with id '" + c.r.PathValue("attachment_id") + "' not found")
	}
	return c.download(f)
}

func (c *call) download(f file) *refusal {
	c.w.Header().Set("Content-Type", "application/octet-stream")
	c.w.Header().Set("Content-Disposition", `attachment; filename="`+strings.ReplaceAll(f.Name, `"`, "")+`"`)
	_, _ = c.w.Write(f.Bytes) // the caller may be gone
	return nil
}

func number64(n int64) string {
	b, _ := json.Marshal(n)
	return string(b)
}
