package mail

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// thread are the letters that belong together, oldest first.
type thread struct {
	letters []letter
	ref     connector.Ref
}

// sameTopic is how far apart two letters without references may lie to count as one talk.
const sameTopic = 60 * 24 * time.Hour

// threads puts together what belongs together: letters that name one another, and a letter that names none with the last one of the same
// sender, the same subject and the same order number in it. Letters of different senders meet only where one names the other: two
// answers to one mail of ours to many people are two threads.
func (k *config) threads(all []letter) []*thread {
	all = onceEach(all)
	u := newUnion(len(all))
	crowd := crowds(all)
	seen := map[string][]int{}
	for i, l := range all {
		seen[l.ID] = append(seen[l.ID], i)
	}
	missing := map[string]int{} // letters that are named and not here, with whom of each sender named them first
	for i, l := range all {
		for _, id := range l.Refs {
			if crowd[id] {
				continue
			}
			for _, j := range seen[id] {
				u.join(i, j)
			}
			key := id + "\x00" + l.other()
			if j, ok := missing[key]; ok {
				u.join(i, j)
			} else if len(seen[id]) == 0 {
				missing[key] = i
			}
		}
	}
	k.byTopic(all, u)
	return gathered(all, u)
}

// other is the address on the other side of a letter.
func (l *letter) other() string {
	if l.Ours {
		return l.To
	}
	return l.From
}

// crowds are letters of ours that begin a talk and were answered by several people.
func crowds(all []letter) map[string]bool {
	begins := map[string]bool{}
	for _, l := range all {
		if l.Ours && len(l.Refs) == 0 {
			begins[l.ID] = true
		}
	}
	by, out := map[string]string{}, map[string]bool{}
	for _, l := range all {
		// Who also names another letter has been in the talk before: it holds together by that.
		if l.Ours || len(l.Refs) != 1 || !begins[l.Refs[0]] {
			continue
		}
		id := l.Refs[0]
		if had, ok := by[id]; ok && had != l.From {
			out[id] = true
		}
		by[id] = l.From
	}
	return out
}

// byTopic joins letters that name none of those that are here.
func (k *config) byTopic(all []letter, u union) {
	known := map[string]bool{}
	for _, l := range all {
		known[l.ID] = true
	}
	last := map[string]int{}
	for i, l := range all {
		base, answer := topic(l.Subject)
		number := k.orderIn(l.Subject)
		key := strings.Join([]string{l.other(), strings.ToLower(base), number}, "\x00")
		lost := !slices.ContainsFunc(l.Refs, func(id string) bool { return known[id] })
		if j, ok := last[key]; ok && lost && l.Auto == "" && base != "" && (number != "" || answer) && l.At.Sub(all[j].At) < sameTopic {
			u.join(i, j)
		}
		if l.Auto == "" {
			last[key] = i
		}
	}
}

func gathered(all []letter, u union) (out []*thread) {
	by := map[int]*thread{}
	for i, l := range all {
		root := u.root(i)
		t := by[root]
		if t == nil {
			t = &thread{}
			by[root] = t
			out = append(out, t)
		}
		t.letters = append(t.letters, l)
	}
	return slices.DeleteFunc(out, func(t *thread) bool { return t.buyers() == nil }) // nobody wrote to us
}

// union holds sets that are joined (path halving).
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) root(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(i, j int) {
	a, b := u.root(i), u.root(j)
	u[max(a, b)] = min(a, b)
}

// buyers are the addresses of those who wrote to us, people before machines, in the order of their first letters.
func (t *thread) buyers() (out []string) {
	for _, people := range []bool{true, false} {
		for _, l := range t.letters {
			if !l.Ours && (l.Auto == "") == people && !slices.Contains(out, l.From) {
				out = append(out, l.From)
			}
		}
	}
	return out
}

// name is under which a thread may be known: a letter in it and who wrote first.
type name struct{ id, root, buyer string }

const mostNames = 40

// names are those a thread may be known by, the oldest first: its first letter may have left the mailbox since.
func (t *thread) names() (out []name) {
	var ids []string
	for _, l := range t.letters {
		ids = append(append(ids, l.Refs...), l.ID)
	}
	ids = distinct(ids)
	for _, buyer := range t.buyers() {
		for _, id := range ids {
			if len(out) < mostNames {
				out = append(out, name{short(id, buyer), id, buyer})
			}
		}
	}
	return out
}

// called sets the name, and the order of the first letter that names one when the thread is new.
func (t *thread) called(n name, order string) {
	t.ref = connector.Ref{Kind: threadKind, ID: n.id, Buyer: n.buyer, Order: order, Note: n.root}
}

// open: somebody waits for an answer.
func (t *thread) open() bool {
	return slices.ContainsFunc(t.letters, func(l letter) bool { return l.waits() && !t.answered(&l) })
}

// answered: a letter of ours that arrived names it, or is later than it and not what it answers. Clocks of servers differ, names do not.
func (t *thread) answered(l *letter) bool {
	return slices.ContainsFunc(t.letters, func(o letter) bool {
		if !o.Ours || o.Draft || t.bounced(o.ID) {
			return false
		}
		return slices.Contains(o.Refs, l.ID) || (!o.At.Before(l.At) && !slices.Contains(l.Refs, o.ID))
	})
}

func (t *thread) bounced(id string) bool {
	return slices.ContainsFunc(t.letters, func(l letter) bool { return l.Bounced == id })
}

// fingerprint changes with every letter that comes or goes. It needs no content.
func (t *thread) fingerprint() string {
	var all []string
	for _, l := range t.letters {
		all = append(all, l.ID, strconv.FormatInt(l.Size, 10), strconv.FormatBool(l.Draft))
	}
	return short(all...)
}

// record is what is kept of a thread.
type record struct {
	Thread  string   `json:"mail_thread"`
	Root    string   `json:"root"`
	Buyer   string   `json:"buyer"`
	Order   string   `json:"order,omitempty"` // what the first letter of the buyer names; it never changes for a thread
	Named   string   `json:"named,omitempty"` // or else what any letter names
	Handles []string `json:"handles,omitempty"`
	Letters []letter `json:"letters"`
}

// firstOrder is the order number the first letter of the buyer names: in its subject, in its own words, then in what it quotes.
func (k *config) firstOrder(t *thread) string {
	for _, l := range t.letters {
		if l.waits() {
			return first(k.orderIn(l.Subject), k.orderIn(ownWords(l.Text)), k.orderIn(l.Text))
		}
	}
	return ""
}

// anyOrder is an order number that any letter names.
func (k *config) anyOrder(t *thread) string {
	for _, l := range t.letters {
		if n := first(k.orderIn(l.Subject), k.orderIn(ownWords(l.Text))); n != "" {
			return n
		}
	}
	return ""
}

// snapshot is the thread as the desk takes it.
func (k *config) snapshot(t *thread) connector.Snapshot {
	r := record{Thread: t.ref.ID, Root: t.ref.Note, Buyer: t.ref.Buyer, Order: t.ref.Order, Letters: t.letters}
	if r.Named = first(r.Order, k.anyOrder(t)); r.Named != "" && k.handles != "" {
		r.Handles = []string{k.handles + strings.TrimPrefix(r.Named, "#")}
	}
	return r.snapshot()
}

// snapshot is made of nothing but the record, so that a kept one gives the same again.
func (r record) snapshot() connector.Snapshot {
	t := &thread{letters: r.Letters}
	t.ref = connector.Ref{Kind: threadKind, ID: r.Thread, Buyer: r.Buyer, Order: r.Order, Note: r.Root}
	s := connector.Snapshot{Ref: t.ref, Fingerprint: t.fingerprint(), Open: t.open()}
	s.Raw, _ = json.Marshal(r) // made of JSON
	if r.Named != "" {
		s.Facts.Order = &dispute.Order{ID: r.Named, Handles: r.Handles}
	}
	s.Facts.Buyer = &dispute.Buyer{ID: r.Buyer}
	for i := range r.Letters {
		t.tell(&s, &r.Letters[i])
	}
	return s
}

// tell lays one letter into the facts. A copy laid down before sending is nothing that was said.
func (t *thread) tell(s *connector.Snapshot, l *letter) {
	if l.At.After(s.ChangedAt) {
		s.ChangedAt = l.At
	}
	for _, u := range l.Unknown {
		s.Facts.Unknown = append(s.Facts.Unknown, dispute.Unknown{Field: "letter." + u.Field, Value: u.Value})
	}
	if l.Draft {
		return
	}
	if l.From == t.ref.Buyer && s.Facts.Buyer.Name == "" {
		s.Facts.Buyer.Name = l.Name
	}
	m := dispute.Message{ID: l.ID, At: l.At, From: l.speaker(), Via: "email", Text: first(ownWords(l.Text), l.Subject)}
	for n, f := range l.Files {
		m.Files = append(m.Files, dispute.File{Name: first(f.Name, f.Type), Kind: f.kind(), Type: f.Type, Size: max(f.Size, 0), Ref: l.fileRef(n)})
	}
	s.Facts.Messages = append(s.Facts.Messages, m)
	if l.Ours && !t.bounced(l.ID) {
		s.Facts.History = append(s.Facts.History, dispute.Act{At: l.At, Who: "staff", Did: "sent_reply", Via: "email", Reference: l.ID})
	}
}

// speaker is who wrote it, in the words of the glossary. What a machine sends wants no answer, whoever it works for.
func (l *letter) speaker() string {
	switch {
	case l.Ours:
		return "staff"
	case l.Auto != "":
		return "platform"
	}
	return "buyer"
}

func (p paper) kind() string {
	switch {
	case strings.HasPrefix(p.Type, "image/"):
		return "photo"
	case strings.HasPrefix(p.Type, "video/"):
		return "video"
	}
	return ""
}
