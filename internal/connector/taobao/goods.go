package taobao

import (
	"context"
	"errors"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
	"parley/internal/money"
)

// What is done about goods that come back.

const largestGoodsProof = 5_000_000 // of refuse_proof in taobao.rp.returngoods.refuse, in bytes

// agreeReturn tells the buyer where to send the goods. A Taobao shop writes the address out; a Tmall shop names it and adds a remark.
func (s *Session) agreeReturn(ctx context.Context, act connector.Effect, at lock) (connector.Receipt, error) {
	params := []param{{"refund_id", act.Ref.ID}, {"refund_phase", at.phase}, {"refund_version", at.version}}
	wanted := first(act.Address, s.returnAddress)
	if s.tmall && wanted != "" {
		params = append(params, param{"remark", first(act.Text, "同意退货")}, param{"seller_address_id", wanted})
		return s.do(ctx, "taobao.rp.returngoods.agree", params, nil, "is_success")
	}
	a, err := s.address(ctx, wanted)
	if err != nil {
		return connector.Receipt{}, err
	}
	params = append(params, param{"seller_address_id", id(a, "contact_id")})
	if s.tmall {
		params = append(params, param{"remark", first(act.Text, "同意退货")})
	} else {
		where := text(a, "province") + text(a, "city") + text(a, "country") + text(a, "addr")
		params = append(params, param{"name", text(a, "contact_name")}, param{"address", where}, param{"post", text(a, "zip_code")},
			param{"tel", first(text(a, "phone"), text(a, "mobile_phone"))}, param{"mobile", first(text(a, "mobile_phone"), text(a, "phone"))})
	}
	return s.do(ctx, "taobao.rp.returngoods.agree", params, nil, "is_success")
}

// address finds an address of the shop's address book: the one wanted, or the one for returned goods.
func (s *Session) address(ctx context.Context, wanted string) (wire.Value, error) {
	var ask []param
	if wanted == "" {
		ask = append(ask, param{"rdef", "cancel_def"})
	}
	a, err := s.read(ctx, "taobao.logistics.address.search", ask...)
	if err != nil {
		return wire.Value{}, err
	}
	for _, v := range list(a.Get("addresses")) {
		if number := id(v, "contact_id"); number != "" && (wanted == "" || number == wanted) {
			return v, nil
		}
	}
	return wire.Value{}, fault.Input("address", wanted, "an address of the shop's address book; without one, the address for returned goods")
}

// offerReturn proposes that the goods come back and a sum is paid then. What may be offered is asked first; a version that changed
// meanwhile is refused here already.
func (s *Session) offerReturn(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	at, err := locked(act)
	if err != nil {
		return connector.Receipt{}, err
	}
	sum, ok := fen(act.Amount)
	if !ok {
		return connector.Receipt{}, fault.Input("amount", act.Amount.String(), "more than 0 CNY")
	}
	a, err := s.read(ctx, "taobao.refund.negotiatereturn.render", param{"refund_id", act.Ref.ID})
	if err != nil {
		return connector.Receipt{}, err
	}
	if now := id(a.Value, "refund_version"); now != "" && now != at.version {
		return connector.Receipt{}, changedMeanwhile()
	}
	if most, told := a.In("max_refund_fee", "max_refund_fee").Int(); told && act.Amount.Minor > most {
		return connector.Receipt{}, fault.Input("amount", act.Amount.String(), "at most "+money.Amount{Minor: most, Currency: yuan}.String())
	}
	address := first(act.Address, s.returnAddress)
	for _, v := range list(a.Get("address_list")) {
		address = first(address, id(v, "address_id"))
	}
	if address == "" {
		return connector.Receipt{}, fault.Input("address", "", "an address for returned goods")
	}
	return s.do(ctx, "taobao.refund.negotiatereturn", []param{
		{"refund_id", act.Ref.ID}, {"refund_version", at.version}, {"refund_fee", sum}, {"address_id", address},
	}, nil, "")
}

// confirmGoods says that the goods are back, which pays the refund. The sum is the refund's own, read now; the version must be that on
// which a person decided.
func (s *Session) confirmGoods(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	at, err := locked(act)
	if err != nil {
		return connector.Receipt{}, err
	}
	a, err := s.read(ctx, "taobao.refund.get", param{"fields", "refund_id,status,refund_fee,refund_version,refund_phase"}, param{"refund_id", act.Ref.ID})
	if err != nil {
		return connector.Receipt{}, err
	}
	v := a.Get("refund")
	if id(v, "refund_version") != at.version {
		return connector.Receipt{}, changedMeanwhile()
	}
	r := reading{zone: s.zone}
	sum, ok := fen(r.yuan(v, "refund_fee"))
	if !ok {
		return connector.Receipt{}, garbled(errors.New("no refund_fee"), false)
	}
	return s.pay(ctx, act, at, sum)
}

// refuseGoods says no to goods that came back: on Tmall by a method of its own, which takes a picture and no words.
func (s *Session) refuseGoods(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if !s.tmall {
		return s.refuse(ctx, act)
	}
	at, err := locked(act)
	if err != nil {
		return connector.Receipt{}, err
	}
	proof, err := s.proof(act, "refuse_proof", largestGoodsProof)
	if err != nil {
		return connector.Receipt{}, err
	}
	return s.do(ctx, "taobao.rp.returngoods.refuse", []param{
		{"refund_id", act.Ref.ID}, {"refund_phase", at.phase}, {"refund_version", at.version}, {"refuse_reason_id", act.Reason},
	}, proof, "result")
}

// changedMeanwhile: the refund is not the one that was decided on.
func changedMeanwhile() *fault.Fault { return fault.New(fault.Refused, "fault.taobao.changed") }
