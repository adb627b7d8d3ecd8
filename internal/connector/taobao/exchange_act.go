package taobao

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// doneFields are what an act on an exchange is answered with.
var doneFields = param{"fields", "dispute_id,bizorder_id,modified,status"}

// exchangeAct performs an act on an exchange. These methods take no version, so the exchange is looked at first: what changed since a
// person decided is refused here.
func (s *Session) exchangeAct(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	acts := map[string]func(context.Context, connector.Effect) (connector.Receipt, error){
		"accept": s.agreeExchange, "contest_with_evidence": s.refuseExchange, "confirm_goods": s.receiveGoods, "contest_goods": s.refuseReturned,
		"replace": s.replace, "send_message": s.writeInExchange,
	}
	do := acts[act.Do]
	if do == nil {
		return connector.Receipt{}, fault.Input("do", act.Do, "for an exchange: accept, confirm_goods, contest_goods, contest_with_evidence, replace, send_message")
	}
	if act.Do != "send_message" {
		if err := s.unchanged(ctx, act); err != nil {
			return connector.Receipt{}, err
		}
	}
	return do(ctx, act)
}

// unchanged reads the version of the exchange and compares it with the one that was decided on.
func (s *Session) unchanged(ctx context.Context, act connector.Effect) error {
	if !digits(act.Proposal) {
		return fault.Input("proposal", act.Proposal, "the version of the exchange")
	}
	a, err := s.read(ctx, "tmall.exchange.get", param{"dispute_id", act.Ref.ID}, param{"fields", "dispute_id,status,modified,refund_version"})
	if err != nil {
		return err
	}
	v, r := a.In("result", "exchange"), reading{zone: s.zone}
	if swapVersion(v, r.changed(v)) != act.Proposal {
		return fault.New(fault.Refused, "fault.taobao.exchange_changed")
	}
	return nil
}

// agreeExchange tells the buyer where to send the goods.
func (s *Session) agreeExchange(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	address := first(act.Address, s.returnAddress)
	if address == "" {
		v, err := s.address(ctx, "")
		if err != nil {
			return connector.Receipt{}, err
		}
		address = id(v, "contact_id")
	}
	return s.doExchange(ctx, "tmall.exchange.agree", []param{{"dispute_id", act.Ref.ID}, {"address_id", address}, {"leave_message", strings.TrimSpace(act.Text)}, doneFields}, nil)
}

// refuseExchange says no before anything came back, with a ground of the platform's list.
func (s *Session) refuseExchange(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	return s.sayNo(ctx, act, "tmall.exchange.refuse", doneFields)
}

// refuseReturned says no to the goods that came back.
func (s *Session) refuseReturned(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	return s.sayNo(ctx, act, "tmall.exchange.returngoods.refuse")
}

// sayNo sends a refusal. Its ground is one of those listed for this very exchange, as "3001 words" or the number alone.
func (s *Session) sayNo(ctx context.Context, act connector.Effect, method string, more ...param) (connector.Receipt, error) {
	number, _, _ := strings.Cut(strings.TrimSpace(act.Reason), " ")
	if !digits(number) {
		return connector.Receipt{}, s.noGround(ctx, act)
	}
	proof, err := s.proof(act, "leave_message_pics", largestShown)
	if err != nil {
		return connector.Receipt{}, err
	}
	params := append([]param{{"dispute_id", act.Ref.ID}, {"seller_refuse_reason_id", number}, {"leave_message", strings.TrimSpace(act.Text)}}, more...)
	return s.doExchange(ctx, method, params, proof)
}

// noGround names the grounds the platform lists.
func (s *Session) noGround(ctx context.Context, act connector.Effect) error {
	a, err := s.read(ctx, "tmall.exchange.refusereason.get", param{"dispute_id", act.Ref.ID}, param{"fields", "reason_id,reason_text"})
	if err != nil {
		return err
	}
	listed := groundsFor([]string{act.Do}, a.Get("result"))[act.Do]
	return &fault.Fault{Kind: fault.Invalid, Key: "fault.taobao.exchange_reason", Field: "reason_code", Params: map[string]string{"reasons": strings.Join(listed, "; ")}}
}

// receiveGoods says that the goods are back; the other article is to be sent then.
func (s *Session) receiveGoods(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	return s.doExchange(ctx, "tmall.exchange.returngoods.agree", []param{{"dispute_id", act.Ref.ID}, doneFields}, nil)
}

// byExpress is the logistics_type of a parcel; 100 is ordinary mail.
const byExpress = "200"

// replace tells with which parcel the other article was sent.
func (s *Session) replace(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	number, carrier := strings.TrimSpace(act.Tracking), strings.TrimSpace(act.Carrier)
	switch {
	case number == "":
		return connector.Receipt{}, fault.Input("tracking", "", "the number of the parcel")
	case carrier == "":
		return connector.Receipt{}, fault.Input("carrier", "", "the carrier's name, such as 顺丰速运")
	}
	return s.doExchange(ctx, "tmall.exchange.consigngoods", []param{
		{"dispute_id", act.Ref.ID}, {"logistics_no", number}, {"logistics_type", byExpress}, {"logistics_company_name", carrier}, doneFields,
	}, nil)
}

// writeInExchange puts a message into the exchange's thread, with a picture or without.
func (s *Session) writeInExchange(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	words := strings.TrimSpace(act.Text)
	if words == "" || len(words) > longestWords {
		return connector.Receipt{}, fault.Input("text", act.Text, "1 to 400 bytes")
	}
	var picture *file
	if len(act.Files) > 0 || act.File != nil {
		var err error
		if picture, err = s.proof(act, "message_pics", largestShown); err != nil {
			return connector.Receipt{}, err
		}
	}
	return s.doExchange(ctx, "tmall.exchange.message.add", []param{{"dispute_id", act.Ref.ID}, {"content", words}, {"fields", commas(exchangeMessageFields)}}, picture)
}

// doExchange calls once and reads what stands inside "result": success, or the message that was made.
func (s *Session) doExchange(ctx context.Context, method string, params []param, f *file) (connector.Receipt, error) {
	receipt := connector.Receipt{Request: requestText(method, params, f)}
	a, err := s.act(ctx, method, slices.Clone(params), f)
	receipt.At = s.world.Now().UTC().Truncate(time.Microsecond)
	receipt.Raw = storable(a.raw)
	if err != nil {
		return receipt, err
	}
	result := a.Get("result")
	if made := list(result.Get("results")); len(made) > 0 {
		receipt.ID = id(made[0], "id")
		return receipt, nil
	}
	done, told := result.Get("success").Bool()
	switch {
	case done:
		return receipt, nil
	case !told && text(result, "error_code") == "":
		return receipt, garbled(nil, true)
	}
	return receipt, exchangeNo(result, text(a.Value, "request_id"))
}

// exchangeNo is the platform's no inside a good answer.
func exchangeNo(result wire.Value, request string) *fault.Fault {
	return fault.New(fault.Refused, "fault.taobao.refused", "code", first(text(result, "msg_code"), text(result, "error_code")),
		"message", first(text(result, "message"), text(result, "error_msg")), "request", request)
}

// exchangeResults are the states to which an act leads.
var exchangeResults = map[string]map[string]bool{
	"accept": set(swapReturn + " " + swapReturned + " " + swapSend + " " + swapSent + " " + swapDone), "contest_with_evidence": set(swapRefused + " " + swapClosed),
	"confirm_goods": set(swapSend + " " + swapSent + " " + swapDone), "contest_goods": set(swapRefused + " " + swapClosed),
	"replace": set(swapSent + " " + swapDone),
}

// compareExchange tells from the states before and after whether an act took effect.
func compareExchange(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	wanted, known := exchangeResults[act.Do]
	if !known || before.Facts.Case == nil {
		return connector.Contradicted
	}
	was, now := before.Facts.Case.Reported.Status, after.Facts.Case.Reported.Status
	switch {
	case now == was:
		return connector.Absent // whatever else changed, the answer is still open
	case wanted[now] && !shownSent(act, after):
		return connector.Contradicted
	case wanted[now]:
		return connector.Confirmed
	}
	return connector.Contradicted
}

// shownSent tells whether the record names the parcel an act told of, where it told of one.
func shownSent(act connector.Effect, after connector.Snapshot) bool {
	return act.Do != "replace" || slices.ContainsFunc(parcelActs(after), func(number string) bool { return number == strings.TrimSpace(act.Tracking) })
}

func parcelActs(s connector.Snapshot) (numbers []string) {
	for _, a := range s.Facts.History {
		if a.Did == "sent_replacement" {
			numbers = append(numbers, a.Reference)
		}
	}
	return numbers
}
