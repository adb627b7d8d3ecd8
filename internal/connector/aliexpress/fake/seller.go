package fake

import (
	"errors"
	"time"
)

// sellerAgrees accepts a plan of the buyer or the platform. A return needs one of the shop's refund addresses. Agreeing
// again with an address is how a seller names one later.
func (p *Platform) sellerAgrees(issue *Issue, number, address int64, now time.Time) *refusal {
	if issue.stage == stageEnd {
		return business("isv.issue-closed", "The issue is closed")
	}
	plan := issue.plan(number)
	if issue.stage == stageAddress && plan == issue.reached && issue.shop.address(address, "refund") != nil {
		plan.address = address
		issue.change(now)
		p.waitForParcel(issue, now)
		return nil
	}
	switch {
	case plan == nil:
		return business("isv.solution-not-exist", "The solution does not exist")
	case plan.owner == "seller":
		return business("isv.solution-owner-error", "Your own solution cannot be accepted by you")
	case plan.status != waitSeller && plan.status != waitBoth:
		return business("isv.solution-status-error", "The solution does not wait for the seller")
	case issue.stage == stagePlatform && plan.owner == "buyer":
		return business("isv.issue-in-arbitration", "The platform is handling the issue")
	}
	if plan.kind == kindReturn {
		if address == 0 {
			return missing("return_address_id")
		}
		if issue.shop.address(address, "refund") == nil {
			return business("isv.return-address-not-exist", "The return address does not exist")
		}
		plan.address = address
	}
	p.agreed(issue, plan, now)
	return nil
}

func (p *Platform) agreed(issue *Issue, plan *solution, now time.Time) {
	plan.sellerYes = now
	issue.note(p, now, "seller_accept", "seller", "")
	if plan.owner == "platform" {
		if plan.buyerYes.IsZero() {
			plan.status, issue.changedAt = waitBuyer, now
			return
		}
		p.reach(issue, plan, arbitrated, now)
		return
	}
	p.reach(issue, plan, consensus, now)
}

// sellerProposes puts the seller's plan on the table and gives the buyer the next word.
func (p *Platform) sellerProposes(issue *Issue, wish wish, now time.Time) *refusal {
	if no := issue.mayPropose(wish); no != nil {
		return no
	}
	if wish.add {
		return p.addOffer(issue, wish, now)
	}
	return p.changeOffer(issue, wish, now)
}

func (i *Issue) mayPropose(wish wish) *refusal {
	switch {
	case i.stage == stageEnd:
		return business("isv.issue-closed", "The issue is closed")
	case i.stage == stagePlatform || i.stage == stageOffer:
		return business("isv.issue-in-arbitration", "The platform is handling the issue")
	case i.stage == stageReturn || i.stage == stageGoods || i.stage == stageAddress:
		return business("isv.issue-solution-reached", "A solution has been reached")
	case wish.kind != kindRefund && wish.kind != kindReturn:
		return invalid("add_solution_type")
	case wish.kind == kindReturn && !i.reason.Goods:
		return business("isv.solution-type-not-allowed", "The kind of solution may be changed for SNAD issues only")
	case wish.kind == kindReturn && wish.address == 0:
		return missing("return_good_address_id")
	case wish.kind == kindReturn && i.shop.address(wish.address, "refund") == nil:
		return business("isv.return-address-not-exist", "The return address does not exist")
	case len([]rune(wish.text)) > 1000:
		return invalid("solution_context")
	}
	return nil
}

func (p *Platform) addOffer(issue *Issue, wish wish, now time.Time) *refusal {
	plan := issue.plan(wish.target)
	if plan == nil || plan.owner != "buyer" {
		return business("isv.solution-not-exist", "The buyer's solution does not exist")
	}
	if issue.offer() != nil {
		return business("isv.seller-solution-exist", "A solution of the seller is waiting for the buyer; change it instead")
	}
	issue.change(now)
	offer := p.newPlan(issue, "seller", wish.kind, wish.text, wish.money, now)
	offer.status, offer.sellerYes, offer.address = waitBuyer, now, wish.address
	issue.sellerPlans = append(issue.sellerPlans, offer)
	issue.note(p, now, "seller_create_solution", "seller", wish.text, wish.pictures...)
	issue.evidence += len(wish.pictures)
	p.negotiate(issue, now)
	return nil
}

func (p *Platform) changeOffer(issue *Issue, wish wish, now time.Time) *refusal {
	offer := issue.plan(wish.target)
	if offer == nil || offer.owner != "seller" {
		return business("isv.solution-not-exist", "The seller's solution does not exist")
	}
	if offer.status != waitBuyer {
		return business("isv.solution-status-error", "The solution does not wait for the buyer any more")
	}
	issue.change(now)
	offer.kind, offer.text, offer.money, offer.dollars = wish.kind, wish.text, wish.money, issue.toDollars(wish.money)
	offer.address, offer.modifiedAt = wish.address, now
	offer.version++
	issue.note(p, now, "seller_modify_solution", "seller", wish.text, wish.pictures...)
	issue.evidence += len(wish.pictures)
	p.negotiate(issue, now)
	return nil
}

// SellerAgrees is the seller's own click in the seller centre: it accepts the buyer's claim.
func (p *Platform) SellerAgrees(issue *Issue) error {
	return p.script(issue, beforePlatform, func(now time.Time) error {
		var address int64
		if issue.claim().kind == kindReturn {
			address = issue.shop.refundTo()
		}
		return said(p.sellerAgrees(issue, issue.claim().id, address, now))
	})
}

// SellerOffers is the seller's own counter-offer in the seller centre; amount zero refuses the claim.
func (p *Platform) SellerOffers(issue *Issue, amount Money, goodsBack bool, text string, pictures ...string) error {
	return p.script(issue, beforePlatform, func(now time.Time) error {
		wish := wish{add: true, target: issue.claim().id, money: amount, kind: kindRefund, text: text, pictures: pictureNames(pictures)}
		if goodsBack {
			wish.kind, wish.address = kindReturn, issue.shop.refundTo()
		}
		if offer := issue.offer(); offer != nil {
			wish.add, wish.target = false, offer.id
		}
		return said(p.sellerProposes(issue, wish, now))
	})
}

func (s *Shop) refundTo() int64 {
	for _, address := range s.addresses {
		if address.Kind == "refund" {
			return address.ID
		}
	}
	return 0
}

func said(no *refusal) error {
	if no == nil {
		return nil
	}
	return errors.New(no.topMsg + " " + no.sub + " " + no.subMsg)
}
