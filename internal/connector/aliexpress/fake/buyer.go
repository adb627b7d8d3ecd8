package fake

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// IssueSpec is a dispute a buyer opens.
type IssueSpec struct {
	Line      int // index of the order line
	Reason    Reason
	Text      string
	Amount    Money // buyer's currency; zero means everything
	Return    bool
	Received  bool
	Pictures  []string // names of pictures
	WorryFree bool     // the platform owns the issue from the start and pays
	Untimed   bool     // records do not tell when time runs out
	Escalated bool     // the buyer called the platform seconds after opening
	Temper    Temper
	Ruling    *Ruling // what the platform decides, should it come to that; nil: it looks at the proof
}

// Ruling is a decision of the platform.
type Ruling struct {
	Percent int // of the buyer's claim
	Return  bool
	Text    string
}

var (
	errClosed  = errors.New("the issue is closed")
	errNotTurn = errors.New("this cannot be done in the present stage")
	errAmount  = errors.New("the amount must be above zero and at most what was paid, in the buyer's currency")
)

// OpenIssue lets the buyer of an order open a dispute. It fails where one is open already and for an impossible amount.
func (p *Platform) OpenIssue(order *Order, spec IssueSpec) (*Issue, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.catchUp()
	line := order.lines[spec.Line]
	if line.issueStatus() == "IN_ISSUE" {
		return nil, fmt.Errorf("order line %d has an open issue", line.id)
	}
	if spec.Amount.Currency == "" {
		spec.Amount = line.paid()
	}
	if !fits(spec.Amount, line.paid()) {
		return nil, errAmount
	}
	issue := p.newIssue(line, spec, now)
	p.keepIssue(issue)
	p.start(issue, spec, now)
	return issue, nil
}

func fits(amount, most Money) bool {
	return amount.Currency == most.Currency && amount.Minor > 0 && amount.Minor <= most.Minor
}

func (p *Platform) newIssue(line *line, spec IssueSpec, now time.Time) *Issue {
	number := p.number(issueNumbers, line.order.buyer.Login)
	if spec.Reason.ID == 0 {
		spec.Reason = Reasons[0]
	}
	issue := &Issue{id: number, detailID: number + 300_000 - buyerDigits(line.order.buyer.Login) + 25, shop: line.order.shop,
		line: line, reason: spec.Reason, received: spec.Received, openedAt: now, status: processing,
		untimed: spec.Untimed, warranty: spec.WorryFree, temper: spec.Temper, ruling: spec.Ruling}
	kind := kindRefund
	if spec.Return {
		kind = kindReturn
	}
	claim := p.newPlan(issue, "buyer", kind, spec.Text, spec.Amount, now)
	claim.status = waitSeller
	issue.buyerPlans = []*solution{claim}
	return issue
}

func (p *Platform) keepIssue(issue *Issue) {
	issue.line.issue = issue
	p.issues[issue.id], p.issues[issue.detailID] = issue, issue
	issue.shop.issues = append(issue.shop.issues, issue)
	issue.shop.open = append(issue.shop.open, issue)
}

func (p *Platform) start(issue *Issue, spec IssueSpec, now time.Time) {
	issue.change(now)
	issue.note(p, now, "initiate", "buyer", spec.Text, pictureNames(spec.Pictures)...)
	switch {
	case spec.WorryFree:
		issue.note(p, now, "fpl_authenticate", "platform", "AliExpress accepted")
		p.stepIn(issue, now)
	case spec.Escalated:
		p.waitForSeller(issue, now)
		p.plan(now.Add(8*time.Second), issue, (*Platform).escalate)
	default:
		p.waitForSeller(issue, now)
	}
}

// script runs a buyer's act on an open issue.
func (p *Platform) script(issue *Issue, allowed []stage, do func(now time.Time) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.catchUp()
	if issue.stage == stageEnd && !slices.Contains(allowed, stageEnd) {
		return errClosed
	}
	if !slices.Contains(allowed, issue.stage) {
		return errNotTurn
	}
	return do(now)
}

var beforePlatform = []stage{stageSeller, stageTalk}

// ChangeClaim lets the buyer ask for another amount or kind; the seller's time starts again.
func (p *Platform) ChangeClaim(issue *Issue, amount Money, goodsBack bool, text string) error {
	return p.script(issue, beforePlatform, func(now time.Time) error {
		if !fits(amount, issue.max()) {
			return errAmount
		}
		p.changeClaim(issue, amount, goodsBack, text, now)
		return nil
	})
}

func (p *Platform) changeClaim(issue *Issue, amount Money, goodsBack bool, text string, now time.Time) {
	issue.change(now)
	claim := issue.claim()
	claim.kind = kindRefund
	if goodsBack {
		claim.kind = kindReturn
	}
	claim.money, claim.dollars, claim.text = amount, issue.toDollars(amount), text
	claim.version++
	claim.modifiedAt = now
	issue.refuseOffers(now)
	issue.note(p, now, "buyer_modify_solution", "buyer", text)
	p.waitForSeller(issue, now)
}

func (i *Issue) refuseOffers(now time.Time) {
	for _, plan := range i.sellerPlans {
		if plan.status == waitBuyer {
			plan.status, plan.modifiedAt = refused, now
		}
	}
}

// Cancel lets the buyer withdraw the issue.
func (p *Platform) Cancel(issue *Issue) error {
	return p.script(issue, []stage{stageSeller, stageTalk, stagePlatform, stageOffer, stageReturn}, func(now time.Time) error {
		p.cancel(issue, now)
		return nil
	})
}

func (p *Platform) cancel(issue *Issue, now time.Time) {
	issue.change(now)
	issue.note(p, now, "cancel", "buyer", "")
	p.end(issue, cancelled, "refund_reject")
}

// Reopen lets the buyer open a withdrawn issue again; the seller's time starts anew.
func (p *Platform) Reopen(issue *Issue, text string) error {
	return p.script(issue, []stage{stageEnd}, func(now time.Time) error {
		if issue.status != cancelled {
			return errClosed
		}
		issue.status, issue.openedAt = processing, now
		issue.shop.issues = append(slices.DeleteFunc(issue.shop.issues, func(other *Issue) bool { return other == issue }), issue)
		issue.shop.open = append(issue.shop.open, issue)
		issue.change(now)
		issue.claim().status = waitSeller
		issue.note(p, now, "initiate", "buyer", text)
		p.waitForSeller(issue, now)
		return nil
	})
}

// Escalate lets the buyer ask the platform to decide, saying why if he likes.
func (p *Platform) Escalate(issue *Issue, why ...string) error {
	return p.script(issue, beforePlatform, func(now time.Time) error {
		issue.note(p, now, "buyer_initiate_arbitration", "buyer", strings.Join(why, "\n"))
		p.stepIn(issue, now)
		return nil
	})
}

func (p *Platform) escalate(issue *Issue, now time.Time) {
	issue.note(p, now, "buyer_initiate_arbitration", "buyer", "")
	p.stepIn(issue, now)
}

// Rule gives the platform's solution now. It is carried out later (Options.ForcedAfter) or when both sides agree.
func (p *Platform) Rule(issue *Issue, ruling Ruling) error {
	return p.script(issue, []stage{stageSeller, stageTalk, stagePlatform, stageOffer}, func(now time.Time) error {
		p.giveSolution(issue, ruling, now)
		return nil
	})
}

// Accept lets the buyer accept the seller's offer or the platform's solution.
func (p *Platform) Accept(issue *Issue) error {
	return p.script(issue, []stage{stageTalk, stageOffer}, func(now time.Time) error {
		if issue.stage == stageOffer {
			return p.buyerAcceptsRuling(issue, now)
		}
		if issue.offer() == nil {
			return errNotTurn
		}
		p.accept(issue, now)
		return nil
	})
}

func (p *Platform) accept(issue *Issue, now time.Time) {
	plan := issue.offer()
	plan.buyerYes = now
	issue.note(p, now, "buyer_accept", "buyer", "")
	p.reach(issue, plan, consensus, now)
}

func (p *Platform) buyerAcceptsRuling(issue *Issue, now time.Time) error {
	plan := issue.platformPlans[0]
	plan.buyerYes = now
	issue.note(p, now, "buyer_accept", "buyer", "")
	if !plan.sellerYes.IsZero() {
		p.reach(issue, plan, arbitrated, now)
		return nil
	}
	plan.status, issue.changedAt = waitSeller, now
	return nil
}

// EnterReturnTracking lets the buyer tell with which parcel the goods come back.
func (p *Platform) EnterReturnTracking(issue *Issue, company, number string) error {
	return p.script(issue, []stage{stageReturn}, func(now time.Time) error {
		p.returnTracking(issue, company, number, now)
		return nil
	})
}

// SellerConfirms is the seller's click "goods received" in the seller centre; the open platform has no call for it.
func (p *Platform) SellerConfirms(issue *Issue) error {
	return p.script(issue, []stage{stageGoods}, func(now time.Time) error {
		p.confirmed(issue, now)
		return nil
	})
}

// SellerContests is the seller's click "goods not as sent" in the seller centre: the platform decides.
func (p *Platform) SellerContests(issue *Issue, text string) error {
	return p.script(issue, []stage{stageGoods}, func(now time.Time) error {
		issue.reached.status = "reach_cancle"
		issue.note(p, now, "seller_initiate_arbitration", "seller", text)
		p.stepIn(issue, now)
		return nil
	})
}

// SaySomething adds a text and pictures of the buyer to the log of an open issue; no clock starts or stops.
func (p *Platform) SaySomething(issue *Issue, text string, pictures ...string) error {
	return p.script(issue, []stage{stageSeller, stageTalk, stagePlatform, stageOffer, stageReturn, stageGoods}, func(now time.Time) error {
		issue.changedAt = now
		issue.note(p, now, "buyer_add_evidence", "buyer", text, pictureNames(pictures)...)
		return nil
	})
}

// Issue finds an issue by its number, nil when there is none.
func (p *Platform) Issue(id string) *Issue {
	p.mu.Lock()
	defer p.mu.Unlock()
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil
	}
	return p.issues[number]
}

// Payouts are the payments to the buyer because of an issue: never more than one.
func (p *Platform) Payouts(issueID string) []Payout {
	issue := p.Issue(issueID)
	if issue == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.catchUp()
	return slices.Clone(issue.payouts)
}
