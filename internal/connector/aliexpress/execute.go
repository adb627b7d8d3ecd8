package aliexpress

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
	"parley/internal/money"
)

// largestPicture is the most image.upload is known to take: 2 MB, the limit a working seller program keeps to; the
// platform publishes none.
const largestPicture = 2 << 20

// Execute performs one act, once. What has no API here (confirming returned goods, appealing, writing to the buyer
// outside a dispute) is a fault of kind Invalid, so that nobody believes it was done.
func (s *Session) Execute(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if act.Ref.Kind == cancellationKind {
		return s.answerWish(ctx, act)
	}
	switch act.Do {
	case "accept":
		return s.accept(ctx, act)
	case "counter_amount", "counter_return", "contest_with_evidence":
		return s.propose(ctx, act)
	case "upload_evidence":
		return s.upload(ctx, act)
	case "extend_protection":
		return s.extend(ctx, act)
	case "reply_evaluation":
		return s.reply(ctx, act)
	}
	return connector.Receipt{}, fault.Input("do", act.Do,
		"accept, counter_amount, counter_return, contest_with_evidence, upload_evidence, extend_protection, reply_evaluation")
}

// accept agrees to the other side's plan; a plan with a return needs to know where to.
func (s *Session) accept(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := needed(act, "ref.id", act.Ref.ID, "ref.buyer", act.Ref.Buyer, "proposal", act.Proposal); err != nil {
		return connector.Receipt{}, err
	}
	address, err := s.address(ctx, act)
	if err != nil {
		return connector.Receipt{}, err
	}
	return s.do(ctx, "aliexpress.issue.solution.agree", []param{
		{"buyer_login_id", act.Ref.Buyer}, {"issue_id", act.Ref.ID}, {"solution_id", act.Proposal}, {"return_address_id", address},
	}, nil, "result_object")
}

// plan is param_dto of solution.save.
type plan struct {
	Add           bool        `json:"add_seller_solution"`
	Kind          string      `json:"add_solution_type,omitempty"`
	Buyer         string      `json:"buyer_login_id"`
	BuyerPlan     json.Number `json:"buyer_solution_id,omitempty"`
	Issue         json.Number `json:"issue_id"`
	OwnPlan       json.Number `json:"modify_seller_solution_id,omitempty"`
	Amount        string      `json:"refund_amount"`
	Currency      string      `json:"refund_amount_currency"`
	ReturnAddress json.Number `json:"return_good_address_id,omitempty"`
	Words         string      `json:"solution_context"`
}

// propose makes or changes the seller's own plan. A refusal is a plan over nothing.
func (s *Session) propose(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := proposable(act); err != nil {
		return connector.Receipt{}, err
	}
	dto := plan{
		Add: act.OwnProposal == "", Kind: "refund", Buyer: act.Ref.Buyer, Issue: json.Number(act.Ref.ID),
		OwnPlan: json.Number(act.OwnProposal), Amount: act.Amount.Plain(), Currency: act.Amount.Currency, Words: act.Text,
	}
	if dto.Add {
		dto.BuyerPlan = json.Number(act.Proposal)
	}
	if act.Do == "counter_return" {
		act.ReturnGoods = true
		dto.Kind = "return_and_refund"
		address, err := s.address(ctx, act)
		if err != nil {
			return connector.Receipt{}, err
		}
		dto.ReturnAddress = json.Number(address)
	}
	body, err := json.Marshal(dto)
	if err != nil {
		return connector.Receipt{}, fault.Input("proposal", act.Proposal, "digits").Because(err)
	}
	return s.do(ctx, "aliexpress.issue.solution.save", []param{{"param_dto", string(body)}}, nil, "result_object")
}

// proposable checks what the platform would refuse or, worse, misread.
func proposable(act connector.Effect) error {
	if err := needed(act, "ref.id", act.Ref.ID, "ref.buyer", act.Ref.Buyer, "text", act.Text, "amount", act.Amount.Currency); err != nil {
		return err
	}
	if act.OwnProposal == "" {
		if err := needed(act, "proposal", act.Proposal); err != nil {
			return err
		}
	}
	if _, err := money.Decimal(act.Amount.Plain(), act.Amount.Currency); err != nil {
		return fault.Input("amount", act.Amount.String(), "an amount with an ISO currency").Because(err)
	}
	switch {
	case act.Do == "contest_with_evidence" && act.Amount.Minor != 0:
		return fault.Input("amount", act.Amount.String(), "0 for a refusal")
	case act.Do != "contest_with_evidence" && act.Amount.Minor <= 0:
		return fault.Input("amount", act.Amount.String(), "more than 0")
	}
	return nil
}

// address gives where returned goods go: as said, as set for the store, or the seller's default at the platform.
func (s *Session) address(ctx context.Context, act connector.Effect) (string, error) {
	if !act.ReturnGoods {
		return "", nil
	}
	if known := first(act.Address, s.returnAddress); known != "" {
		return known, nil
	}
	a, err := s.read(ctx, "aliexpress.logistics.redefining.getlogisticsselleraddresses", param{"seller_address_query", `["refund"]`})
	if err != nil {
		return "", err
	}
	all := a.Get("refund_seller_address_list").List()
	for _, v := range all {
		if yes(v, "is_default") || len(all) == 1 {
			return id(v, "address_id"), nil
		}
	}
	return "", fault.Input("address", "", "id of a return address")
}

// upload sends one picture.
func (s *Session) upload(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := needed(act, "ref.id", act.Ref.ID, "ref.buyer", act.Ref.Buyer); err != nil {
		return connector.Receipt{}, err
	}
	if act.File == nil || len(act.File.Bytes) == 0 {
		return connector.Receipt{}, fault.Input("file", "", "a picture")
	}
	if n := len(act.File.Bytes); n > largestPicture {
		return connector.Receipt{}, fault.Input("file", strconv.Itoa(n)+" bytes", "at most "+strconv.Itoa(largestPicture)+" bytes")
	}
	extension := pictureKinds[act.File.Type]
	if extension == "" {
		return connector.Receipt{}, fault.Input("file", act.File.Type, "image/jpeg, image/png, image/gif")
	}
	name := strings.TrimSuffix(path.Base(act.File.Name), path.Ext(act.File.Name)) + "." + extension
	return s.do(ctx, "aliexpress.issue.image.upload", []param{
		{"buyer_login_id", act.Ref.Buyer}, {"issue_id", act.Ref.ID}, {"extension", extension},
	}, &file{Field: "image_bytes", Name: name, Bytes: act.File.Bytes}, "result_object")
}

var pictureKinds = map[string]string{"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}

// extend lengthens the time the buyer has to confirm receipt, which is the buyer's protection.
func (s *Session) extend(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := needed(act, "ref.order", act.Ref.Order); err != nil {
		return connector.Receipt{}, err
	}
	if act.Days < 1 || act.Days > 365 {
		return connector.Receipt{}, fault.Input("days", strconv.Itoa(act.Days), "1 to 365")
	}
	return s.do(ctx, "aliexpress.trade.redefining.extendsbuyeracceptgoodstime",
		[]param{{"param0", act.Ref.Order}, {"param1", strconv.Itoa(act.Days)}}, nil, "is_success")
}

// reply answers a buyer's rating.
func (s *Session) reply(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := needed(act, "ref.order", act.Ref.Order, "ref.line", act.Ref.Line, "text", act.Text); err != nil {
		return connector.Receipt{}, err
	}
	return s.do(ctx, "aliexpress.evaluation.evaluation.reply",
		[]param{{"child_order_id", act.Ref.Line}, {"parent_order_id", act.Ref.Order}, {"text", act.Text}}, nil, "target")
}

// needed checks pairs of name and value.
func needed(act connector.Effect, pairs ...string) error {
	for n := 0; n+1 < len(pairs); n += 2 {
		if strings.TrimSpace(pairs[n+1]) == "" {
			return fault.Input(pairs[n], "", "needed for "+act.Do)
		}
	}
	return nil
}

// do calls once and reads the member that says whether it was done.
func (s *Session) do(ctx context.Context, method string, params []param, f *file, verdict string) (connector.Receipt, error) {
	receipt := connector.Receipt{Request: requestText(method, params, f)}
	a, err := s.act(ctx, method, slices.Clone(params), f)
	receipt.At = s.world.Now().UTC().Truncate(time.Microsecond)
	receipt.Raw = storable(a)
	if err != nil {
		return receipt, err
	}
	done, told := nested(a, verdict).Get(verdict).Bool()
	switch {
	case !told:
		return receipt, garbled(nil, true)
	case !done:
		inner := nested(a, verdict)
		return receipt, fault.New(fault.Refused, "fault.aliexpress.refused",
			"code", first(text(inner, "sub_error_code"), text(inner, "error_code")), "message", first(text(inner, "memo"), text(inner, "error_message")))
	}
	return receipt, nil
}

// nested finds the object that holds the verdict: the answer itself, or its result.
func nested(a answer, verdict string) wire.Value {
	if !a.Get(verdict).Exists() && a.Get("result").IsObject() {
		return a.Get("result")
	}
	return a.Value
}

// requestText is what was sent, for the record: no token, no signature, of a file only name and size.
func requestText(method string, params []param, f *file) json.RawMessage {
	record := map[string]any{"method": method}
	for _, p := range params {
		if p.Value() == "" {
			continue
		}
		if json.Valid([]byte(p.Value())) && strings.HasPrefix(p.Value(), "{") {
			record[p.Name()] = json.RawMessage(p.Value())
		} else {
			record[p.Name()] = p.Value()
		}
	}
	if f != nil {
		record[f.Field] = map[string]any{"name": f.Name, "bytes": len(f.Bytes)}
	}
	text, _ := json.Marshal(record)
	return text
}
