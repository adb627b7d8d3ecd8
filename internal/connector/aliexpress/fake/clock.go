package fake

import (
	"slices"
	"time"
)

// waitForSeller starts the seller's time to answer the buyer's claim.
func (p *Platform) waitForSeller(issue *Issue, at time.Time) {
	issue.move(stageSeller, "wait_for_seller_response", wallLater(at, answerDays), "WAIT_SOLUTION_TIMEOUT")
	p.plan(issue.due, issue, (*Platform).sellerTooLate)
}

// sellerTooLate carries the buyer's claim out.
func (p *Platform) sellerTooLate(issue *Issue, at time.Time) {
	p.reach(issue, issue.claim(), tooLate, at)
}

// negotiate gives the buyer the next word; the platform steps in seven days after opening.
func (p *Platform) negotiate(issue *Issue, at time.Time) {
	due := wallLater(issue.openedAt, stepInDays)
	if due.Before(at) {
		due = at
	}
	issue.move(stageTalk, "wait_for_buyer_response", due, "WAIT_SOLUTION_TIMEOUT")
	p.plan(due, issue, (*Platform).stepIn)
	p.react(issue, at)
}

// stepIn makes the issue the platform's.
func (p *Platform) stepIn(issue *Issue, at time.Time) {
	issue.change(at)
	issue.move(stagePlatform, "wait_for_AE_feedback", time.Time{}, "")
	p.plan(at.Add(p.options.RulesAfter), issue, (*Platform).ruleItself)
}

// ruleItself is the platform's own decision where no script gave one.
func (p *Platform) ruleItself(issue *Issue, at time.Time) {
	p.giveSolution(issue, issue.judged(at), at)
}

// judged is what the platform makes of an issue: the ruling written into it, or else a look at the proof: a signed parcel
// decides against a claim of non-receipt, pictures of the seller halve a complaint about goods.
func (i *Issue) judged(at time.Time) Ruling {
	if i.ruling != nil {
		return *i.ruling
	}
	if !i.reason.Goods {
		if !i.line.order.deliveredAt(at).IsZero() && i.evidence > 0 {
			return Ruling{Percent: 0, Text: "The tracking information shows delivery to the buyer's address."}
		}
		return Ruling{Percent: 100, Text: "The seller did not prove delivery."}
	}
	if i.evidence > 0 {
		return Ruling{Percent: 50, Text: "Both sides share the loss."}
	}
	return Ruling{Percent: 100, Text: "The seller did not provide evidence."}
}

// giveSolution puts the platform's solution on the table; it is carried out after a while whatever the sides say.
func (p *Platform) giveSolution(issue *Issue, ruling Ruling, at time.Time) {
	issue.change(at)
	kind := kindRefund
	if ruling.Return {
		kind = kindReturn
	}
	base := issue.claim().money
	plan := p.newPlan(issue, "platform", kind, ruling.Text, base.Share(ruling.Percent), at)
	plan.id, plan.status = platformPlanID, waitBoth
	issue.platformPlans = []*solution{plan}
	issue.note(p, at, "platform_give_solution", "platform", ruling.Text)
	issue.move(stageOffer, "wait_for_final_solution", at.Add(p.options.ForcedAfter), "")
	p.plan(issue.due, issue, (*Platform).force)
}

func (p *Platform) force(issue *Issue, at time.Time) {
	issue.note(p, at, "platform_force_reach", "platform", "")
	p.reach(issue, issue.platformPlans[0], arbitrated, at)
}

// reach carries a plan out: money now, or the goods first.
func (p *Platform) reach(issue *Issue, plan *solution, because string, at time.Time) {
	issue.change(at)
	for _, other := range slices.Concat(issue.buyerPlans, issue.sellerPlans, issue.platformPlans) {
		if other != plan && other.status == waitBuyer {
			other.status = refused
		}
	}
	plan.status, plan.reachedAt, plan.reachedBy, plan.modifiedAt = reachedWord, at, because, at
	issue.reached = plan
	if plan.kind == kindReturn && plan.money.Minor > 0 {
		p.returnGoods(issue, plan, at)
		return
	}
	p.pay(issue, at)
}

// returnGoods lets the buyer send back to the plan's address or the shop's own; without any the seller must name one.
func (p *Platform) returnGoods(issue *Issue, plan *solution, at time.Time) {
	if plan.address == 0 {
		plan.address = issue.shop.refundTo()
	}
	if plan.address != 0 {
		p.waitForParcel(issue, at)
		return
	}
	issue.move(stageAddress, "wait_for_seller_set_return_address", wallLater(at, addressDays), "WAIT_SELLER_FILL_ADDRESS_TIMEOUT")
	p.plan(issue.due, issue, (*Platform).confirmed)
}

func (p *Platform) waitForParcel(issue *Issue, at time.Time) {
	issue.move(stageReturn, "wait_for_buyer_return", wallLater(at, returnDays), "")
	p.plan(issue.due, issue, (*Platform).neverSentBack)
	if days := issue.temper.SendsBackAfter; days > 0 {
		p.plan(at.Add(days), issue, (*Platform).sendBack)
	}
}

// neverSentBack ends an issue whose goods did not come back: the money stays with the seller.
func (p *Platform) neverSentBack(issue *Issue, at time.Time) {
	issue.change(at)
	issue.reached.status = "reach_cancle"
	issue.note(p, at, "cancel", "system", "The buyer did not return the goods in time.")
	p.end(issue, finished, "refund_reject")
}

func (p *Platform) sendBack(issue *Issue, at time.Time) {
	p.returnTracking(issue, "Correos", "RT"+issue.ID()[6:], at)
}

func (p *Platform) returnTracking(issue *Issue, company, number string, at time.Time) {
	issue.change(at)
	issue.returnCompany, issue.returnNumber = company, number
	issue.move(stageGoods, "wait_for_seller_confirmation", wallLater(at, confirmDays), "WAIT_RECEIVE_ITEM_TIMEOUT")
	p.plan(issue.due, issue, (*Platform).confirmed)
}

// confirmed pays after the goods came back, or after the seller said nothing for 30 days, or named no return address.
func (p *Platform) confirmed(issue *Issue, at time.Time) {
	issue.change(at)
	p.pay(issue, at)
}

// pay pays the reached plan, once, and ends the issue.
func (p *Platform) pay(issue *Issue, at time.Time) {
	plan := issue.reached
	plan.status = performed
	issue.note(p, at, "perform_solution", "platform", "")
	if plan.money.Minor == 0 {
		p.end(issue, finished, "refund_reject")
		return
	}
	from := "seller"
	if issue.warranty {
		from = "platform"
	}
	issue.payouts = append(issue.payouts, Payout{At: at, Amount: plan.money, Dollars: plan.dollars, From: from, Because: plan.reachedBy})
	detail := "refund_success"
	if plan.kind == kindReturn {
		detail = "return_success"
	}
	p.end(issue, finished, detail)
	if plan.money == issue.max() && len(issue.line.order.lines) == 1 {
		issue.line.order.status, issue.line.order.endedAt = "FINISH", at
	}
}

func (p *Platform) end(issue *Issue, status, detail string) {
	issue.status = status
	issue.move(stageEnd, detail, time.Time{}, "")
	open := issue.shop.open
	if at := slices.Index(open, issue); at >= 0 {
		issue.shop.open = slices.Delete(open, at, at+1)
	}
}
