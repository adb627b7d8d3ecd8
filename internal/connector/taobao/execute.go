package taobao

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// Execute performs one act, once. What has no call here (another sum without a return, exchanges of Taobao shops, writing to the buyer without a picture)
// is a fault of kind Invalid, so that nobody believes it was done.
func (s *Session) Execute(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	acts := map[string]func(context.Context, connector.Effect) (connector.Receipt, error){
		"accept": s.accept, "accept_withdrawal": s.accept, "counter_return": s.offerReturn, "contest_with_evidence": s.refuse,
		"confirm_goods": s.confirmGoods, "contest_goods": s.refuseGoods, "send_message": s.write, "replace": s.replace,
	}
	do, known := acts[act.Do]
	if !known {
		return connector.Receipt{}, fault.Input("do", act.Do, "accept, accept_withdrawal, confirm_goods, contest_goods, contest_with_evidence, counter_return, replace, send_message")
	}
	switch {
	case act.Ref.Kind == exchangeKind && digits(act.Ref.ID):
		return s.exchangeAct(ctx, act)
	case act.Ref.Kind != refundKind || !digits(act.Ref.ID):
		return connector.Receipt{}, fault.Input("ref", act.Ref.Kind+" "+act.Ref.ID, "the number of a refund or an exchange")
	case act.Do == "replace":
		return connector.Receipt{}, fault.Input("ref", act.Ref.Kind, exchangeKind)
	}
	return do(ctx, act)
}

// accept agrees: to a return where goods come back, else to the money.
func (s *Session) accept(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	at, err := locked(act)
	if err != nil {
		return connector.Receipt{}, err
	}
	if at.back {
		return s.agreeReturn(ctx, act, at)
	}
	sum, ok := fen(act.Amount)
	if !ok {
		return connector.Receipt{}, fault.Input("amount", act.Amount.String(), "more than 0 CNY")
	}
	return s.pay(ctx, act, at, sum)
}

// codeField is the code that the platform sends to the seller's telephone where the sum is large (taobao.rp.refunds.agree, code).
const codeField = "code"

// pay agrees to a refund. A Tmall shop's refund is reviewed first, which moves no money.
func (s *Session) pay(ctx context.Context, act connector.Effect, at lock, sum string) (connector.Receipt, error) {
	if s.tmall {
		receipt, err := s.do(ctx, "taobao.rp.refund.review", []param{
			{"refund_id", act.Ref.ID}, {"operator", s.reviewer}, {"refund_phase", at.phase}, {"refund_version", at.version},
			{"result", "true"}, {"message", first(act.Text, s.reviewer)},
		}, nil, "is_success")
		if err != nil {
			return receipt, err
		}
	}
	infos := strings.Join([]string{act.Ref.ID, sum, at.version, at.phase}, "|")
	return s.do(ctx, "taobao.rp.refunds.agree", []param{{"refund_infos", strings.TrimSuffix(infos, "|")}, {"code", strings.TrimSpace(act.Fields[codeField])}}, nil, "succ")
}

// refuse says no, with the ground in words and one picture that proves it.
func (s *Session) refuse(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	at, err := locked(act)
	if err != nil {
		return connector.Receipt{}, err
	}
	if n := len([]rune(strings.TrimSpace(act.Text))); n < 2 || n > 200 {
		return connector.Receipt{}, fault.Input("text", act.Text, "2 to 200 characters")
	}
	proof, err := s.proof(act, "refuse_proof", largestProof)
	if err != nil {
		return connector.Receipt{}, err
	}
	params := []param{
		{"refund_id", act.Ref.ID}, {"refuse_message", strings.TrimSpace(act.Text)}, {"refund_phase", at.phase}, {"refund_version", at.version},
		{"refuse_reason_id", act.Reason},
	}
	return s.do(ctx, "taobao.refund.refuse", params, proof, "is_success")
}

// largestShown is the most a picture in the thread may have, and longestWords how many bytes its text.
const (
	largestShown = 500_000
	longestWords = 400
)

// write puts a message with a picture into the refund's thread; the platform takes none without a picture.
func (s *Session) write(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	words := strings.TrimSpace(act.Text)
	if words == "" || len(words) > longestWords {
		return connector.Receipt{}, fault.Input("text", act.Text, "1 to 400 bytes")
	}
	picture, err := s.proof(act, "image", largestShown)
	if err == nil && picture == nil {
		err = fault.Input("files", "", "one picture: the platform takes no message without")
	}
	if err != nil {
		return connector.Receipt{}, err
	}
	return s.do(ctx, "taobao.refund.message.add", []param{{"refund_id", act.Ref.ID}, {"content", words}}, picture, "refund_message")
}

var pictureKinds = map[string]string{"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}

// proof gives the one picture an act may carry. Tmall takes no refusal without one.
func (s *Session) proof(act connector.Effect, field string, largest int) (*file, error) {
	files := slices.Clone(act.Files)
	if act.File != nil {
		files = append(files, act.File)
	}
	switch {
	case len(files) == 0 && !s.tmall:
		return nil, nil
	case len(files) != 1:
		return nil, fault.Input("files", strconv.Itoa(len(files)), "one picture: put several into one")
	case pictureKinds[files[0].Type] == "":
		return nil, fault.Input("files", files[0].Type, "image/gif, image/jpeg, image/png")
	case len(files[0].Bytes) == 0 || len(files[0].Bytes) > largest:
		return nil, fault.Input("files", strconv.Itoa(len(files[0].Bytes))+" bytes", "1 to "+strconv.Itoa(largest)+" bytes")
	}
	name := strings.TrimSuffix(path.Base(files[0].Name), path.Ext(files[0].Name))
	return &file{Field: field, Name: first(name, "proof") + "." + pictureKinds[files[0].Type], Bytes: files[0].Bytes}, nil
}

// do calls once and reads the member that says whether it was done: a truth, or the thing that was made. An empty one says that the
// method tells nothing but that it worked.
func (s *Session) do(ctx context.Context, method string, params []param, f *file, verdict string) (connector.Receipt, error) {
	receipt := connector.Receipt{Request: requestText(method, params, f)}
	a, err := s.act(ctx, method, slices.Clone(params), f)
	receipt.At = s.world.Now().UTC().Truncate(time.Microsecond)
	receipt.Raw = storable(a.raw)
	if err != nil || verdict == "" {
		return receipt, err
	}
	made := a.Get(verdict)
	if made.IsObject() {
		receipt.ID = id(made, "id")
		return receipt, nil
	}
	done, told := made.Bool()
	switch {
	case !told:
		return receipt, garbled(nil, true)
	case !done || !eachDone(a.Value):
		return receipt, notDone(a.Value)
	}
	return receipt, nil
}

// eachDone looks at the results of a batch: one of ours that was not carried out is no success, whatever the whole says.
func eachDone(v wire.Value) bool {
	for _, one := range list(v.Get("results")) {
		if done, told := one.Get("succ").Bool(); told && !done {
			return false
		}
	}
	return true
}

// smsSent is what the platform answers when it sent the seller a code by telephone, because of the sum.
const smsSent = "发送二次验证短信成功"

// notDone is the platform's no inside a good answer.
func notDone(v wire.Value) *fault.Fault {
	message := text(v, "message")
	if strings.Contains(message, smsSent) {
		return &fault.Fault{Kind: fault.Refused, Key: "fault.taobao.sms", Field: "fields." + codeField, Params: map[string]string{"message": message}}
	}
	for _, one := range list(v.Get("results")) {
		if done, told := one.Get("succ").Bool(); told && !done {
			message = first(text(one, "message"), message)
		}
	}
	return fault.New(fault.Refused, "fault.taobao.refused", "code", text(v, "msg_code"), "message", message, "request", text(v, "request_id"))
}

// requestText is what was sent, for the record: no session, no signature, no code from a telephone, of a file only name and size.
func requestText(method string, params []param, f *file) json.RawMessage {
	record := map[string]any{"method": method}
	for _, p := range params {
		if p.Value() != "" && !private[p.Name()] {
			record[p.Name()] = p.Value()
		}
	}
	if f != nil {
		record[f.Field] = map[string]any{"name": f.Name, "bytes": len(f.Bytes)}
	}
	text, _ := json.Marshal(record) // texts and numbers can always be written
	return text
}

// private are parameters that are not kept: the code from the telephone, and who takes returned goods where.
var private = set("code name address post tel mobile")
