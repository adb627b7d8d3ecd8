package mail

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-imap/v2"

	"parley/internal/connector"
	"parley/internal/fault"
)

// longestAnswer is how much an answer may say, in characters.
const longestAnswer = 20_000

// Execute sends an answer into its thread, once. SMTP knows no repeats and tells nothing afterwards, so the trace is laid first: a copy
// marked as a draft goes into the folder with what was sent, then the mail goes out, then the mark is taken off. What breaks in between
// leaves a draft behind, and a person looks; nothing is sent a second time by itself.
func (s *Session) Execute(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := possible(act); err != nil {
		return connector.Receipt{}, err
	}
	b, err := s.open(ctx)
	if err != nil {
		return connector.Receipt{}, before(err)
	}
	defer b.close()
	sending, err := s.ready(b, act)
	if err != nil {
		return connector.Receipt{}, before(err)
	}
	return s.send(ctx, b, act, sending)
}

// possible checks what needs no call.
func possible(act connector.Effect) error {
	n := utf8.RuneCountInString(strings.TrimSpace(act.Text))
	switch {
	case act.Do != "send_message":
		return fault.Input("do", act.Do, "send_message")
	case act.ID == "":
		return fault.Input("id", "", "our own number of the act: by it the mail is found again")
	case act.Ref.Kind != threadKind || act.Ref.ID == "":
		return fault.Input("ref.kind", act.Ref.Kind, threadKind)
	case act.To != "" && act.To != "buyer":
		return fault.Input("to", act.To, "buyer")
	case n < 1 || n > longestAnswer:
		return fault.Input("text", strconv.Itoa(n)+" characters", "1 to "+strconv.Itoa(longestAnswer)+" characters")
	}
	return nil
}

// before is a fault of what comes before sending: nothing was sent, whatever the fault.
func before(err error) error {
	if f := fault.Of(err); f == nil || f.Kind == fault.Garbled || f.Kind == fault.Unknown {
		return fault.New(fault.Unavailable, "fault.mail.unreachable").Because(err)
	}
	return err
}

// outgoing is an answer whose copy was laid down.
type outgoing struct {
	*reply
	folder string
}

// ready writes the answer and lays its copy down. An act whose trace is there already is not done again.
func (s *Session) ready(b *box, act connector.Effect) (outgoing, error) {
	snap, err := s.thread(b, act.Ref)
	if err != nil {
		return outgoing{}, err
	}
	var r record
	if err := json.Unmarshal(snap.Raw, &r); err != nil {
		return outgoing{}, err
	}
	out := outgoing{}
	if out.reply, err = s.compose(act, &thread{letters: r.Letters, ref: act.Ref}, s.world.Now().UTC()); err != nil {
		return out, err
	}
	if out.folder, err = b.sentFolder(s); err != nil {
		return out, err
	}
	if err := b.enter(out.folder, true); err != nil {
		return out, err
	}
	there, err := b.find("Message-ID", out.id)
	if err != nil {
		return out, err
	}
	if len(there) > 0 {
		return out, fault.New(fault.Refused, "fault.mail.trace")
	}
	_, err = b.put(out.folder, out.raw, imap.FlagDraft, imap.FlagSeen)
	return out, err
}

// send hands the mail in and settles its copy.
func (s *Session) send(ctx context.Context, b *box, act connector.Effect, out outgoing) (connector.Receipt, error) {
	receipt := connector.Receipt{At: s.world.Now().UTC().Truncate(1000), ID: out.id, Request: request(act, out)}
	client, end, err := s.post(ctx)
	if err != nil {
		s.settle(b, out, false)
		return receipt, err
	}
	defer end()
	err = client.Send(out.msg)
	if err != nil {
		err = s.noted("smtp", sendFault(ctx, err))
		receipt.Raw = answer(err)
		if !fault.Is(err, fault.Unknown) {
			s.settle(b, out, false)
		}
		return receipt, err
	}
	receipt.Raw = answer(nil)
	s.settle(b, out, true)
	return receipt, nil
}

// settle takes the mark off the copy of a mail that went out, or the copy away of one that surely did not. Where the server keeps a copy
// by itself, that one stays. What fails here leaves the draft, which a person looks at.
func (s *Session) settle(b *box, out outgoing, went bool) {
	err := b.enter(out.folder, true)
	if err == nil {
		err = s.settled(b, out, went)
	}
	if err != nil {
		s.world.Log.Warn("mail: the copy of an answer stays marked as a draft", "store", s.store, "err", err)
	}
}

func (s *Session) settled(b *box, out outgoing, went bool) error {
	copies, err := b.find("Message-ID", out.id)
	if err != nil || len(copies) == 0 {
		return err
	}
	var drafts []imap.UID
	found, err := b.UIDSearch(&imap.SearchCriteria{
		Flag: []imap.Flag{imap.FlagDraft}, Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: out.id}},
	}, nil).Wait()
	if err != nil {
		return unread(b.ctx, err)
	}
	if drafts = found.AllUIDs(); len(drafts) == 0 {
		return nil
	}
	if went && len(copies) == len(drafts) {
		return b.mark(drafts, imap.StoreFlagsDel, imap.FlagDraft)
	}
	return b.remove(drafts)
}

// request is what is kept of what was sent: no address and no content of files.
func request(act connector.Effect, out outgoing) json.RawMessage {
	files := []map[string]any{}
	for _, f := range append(act.Files, act.File) {
		if f != nil {
			files = append(files, map[string]any{"name": f.Name, "bytes": len(f.Bytes), "hash": f.Hash})
		}
	}
	raw, _ := json.Marshal(map[string]any{"smtp": "DATA", "message_id": out.id, "to": masked(out.to), "text": act.Text, "files": files}) // made of JSON
	return raw
}

// masked is an address by which nobody can be written to.
func masked(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	if len(local) > 1 {
		local = string([]rune(local)[:1]) + "***"
	}
	return local + "@" + domain
}

// answer is what the server said: SMTP gives no record of it.
func answer(err error) json.RawMessage {
	said := map[string]string{"accepted": "true"}
	if f := fault.Of(err); f != nil {
		said = map[string]string{"accepted": "false", "kind": string(f.Kind), "code": f.Params["code"]}
	}
	raw, _ := json.Marshal(said) // made of JSON
	return raw
}
