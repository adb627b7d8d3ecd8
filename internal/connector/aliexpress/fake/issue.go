package fake

import (
	"slices"
	"strconv"
	"time"
)

// Times of the platform's machine, in calendar days of the Los Angeles wall clock.
const (
	answerDays  = 5  // the seller answers the buyer's claim
	stepInDays  = 7  // from opening: the platform steps into a negotiation
	returnDays  = 10 // the buyer sends the goods back
	confirmDays = 30 // the seller confirms or contests returned goods
	addressDays = 5  // the seller names a return address (length not published)
)

// Words of issue_status.
const (
	processing = "processing"
	cancelled  = "canceled_issue"
	finished   = "finish"
)

// stage is where an issue stands inside the machine.
type stage int

const (
	stageSeller   stage = iota // the seller must answer the claim
	stageTalk                  // the seller answered, the buyer has the next word
	stagePlatform              // the platform thinks
	stageOffer                 // the platform gave a solution
	stageAddress               // a return is agreed, the seller must say where to
	stageReturn                // the buyer sends back
	stageGoods                 // the seller must confirm returned goods
	stageEnd
)

// Issue is one dispute about one order line.
type Issue struct {
	id, detailID int64
	shop         *Shop
	line         *line
	reason       Reason
	received     bool
	openedAt     time.Time
	changedAt    time.Time
	stage        stage
	status       string // issue_status
	detail       string // reverse_detail_status
	due          time.Time
	dueKind      string // timeout_type
	turn         uint32 // goes up with every change: events planned before are void
	untimed      bool   // records leave out when time runs out, as older ones do
	warranty     bool   // the platform answers for this order
	temper       Temper
	ruling       *Ruling
	evidence     int // pictures of the seller
	rounds       int // how often the buyer answered a counter-offer

	buyerPlans, sellerPlans, platformPlans []*solution
	reached                                *solution
	log                                    []entry // oldest first

	returnCompany, returnNumber, returnLP string
	payouts                               []Payout
}

// solution is a plan of one side.
type solution struct {
	id         int64
	issue      *Issue
	owner      string // buyer, seller, platform
	kind       string // refund, return_and_refund
	status     string
	text       string
	money      Money // buyer's currency
	dollars    Money
	version    int
	createdAt  time.Time
	modifiedAt time.Time
	buyerYes   time.Time
	sellerYes  time.Time
	reachedAt  time.Time
	reachedBy  string
	address    int64
}

// entry is one line of the process log.
type entry struct {
	at       time.Time
	action   string
	by       string
	text     string
	received bool
	pictures []string // paths
	number   int64
}

// Payout is money that went to the buyer because of an issue.
type Payout struct {
	At      time.Time
	Amount  Money // buyer's currency
	Dollars Money
	From    string // seller or platform
	Because string // reached_type
}

const (
	kindRefund = "refund"
	kindReturn = "return_and_refund"

	waitSeller  = "wait_seller_accept"
	waitBuyer   = "wait_buyer_accept"
	waitBoth    = "wait_buyer_and_seller_accept"
	refused     = "buyer_refused"
	reachedWord = "reached"
	performed   = "perform"

	consensus  = "negotiation_consensus"
	arbitrated = "platform_arbitrate"
	tooLate    = "seller_reponse_timeout"

	platformPlanID = -2
)

// ID is the issue_id of lists and calls.
func (i *Issue) ID() string { return strconv.FormatInt(i.id, 10) }

// Buyer is the buyer's login.
func (i *Issue) Buyer() string { return i.line.order.buyer.Login }

// Order is the order the issue is about.
func (i *Issue) Order() *Order { return i.line.order }

// max is the most that can be paid back.
func (i *Issue) max() Money        { return i.line.paid() }
func (i *Issue) maxDollars() Money { return i.line.dollars() }

// left is what can still be paid back: nothing after the end.
func (i *Issue) left() (local, dollars Money) {
	local, dollars = i.max(), i.maxDollars()
	if i.stage == stageEnd && i.status == finished {
		local.Minor, dollars.Minor = 0, 0
	}
	return local, dollars
}

// toDollars converts a sum at the rate of the order line.
func (i *Issue) toDollars(local Money) Money {
	all := i.max().Minor
	if all == 0 {
		return Money{0, i.maxDollars().Currency}
	}
	return Money{(local.Minor*i.maxDollars().Minor + all/2) / all, i.maxDollars().Currency}
}

func (i *Issue) toLocal(dollars Money) Money {
	all := i.maxDollars().Minor
	if all == 0 {
		return Money{0, i.max().Currency}
	}
	return Money{(dollars.Minor*i.max().Minor + all/2) / all, i.max().Currency}
}

// claim is the buyer's present plan.
func (i *Issue) claim() *solution { return i.buyerPlans[len(i.buyerPlans)-1] }

// offer is the seller's plan that waits for the buyer, nil without one.
func (i *Issue) offer() *solution {
	for _, plan := range slices.Backward(i.sellerPlans) {
		if plan.status == waitBuyer {
			return plan
		}
	}
	return nil
}

func (i *Issue) plan(id int64) *solution {
	for _, plans := range [][]*solution{i.buyerPlans, i.sellerPlans, i.platformPlans} {
		for _, plan := range plans {
			if plan.id == id {
				return plan
			}
		}
	}
	return nil
}

// change marks that something happened at an instant; what was planned for the old state is void.
func (i *Issue) change(at time.Time) {
	i.turn++
	i.changedAt = at
	i.line.order.changedAt = at
}

// move brings the issue to a stage with the word the platform shows and the time it will run out.
func (i *Issue) move(to stage, detail string, due time.Time, dueKind string) {
	i.stage, i.detail, i.due, i.dueKind = to, detail, due, dueKind
}

func (i *Issue) note(p *Platform, at time.Time, action, by, text string, pictures ...string) {
	i.log = append(i.log, entry{at: at, action: action, by: by, text: text, received: i.received,
		pictures: pictures, number: p.number(processNumbers, i.Buyer())})
}

func (p *Platform) newPlan(issue *Issue, owner, kind, text string, money Money, at time.Time) *solution {
	return &solution{id: p.number(planNumbers, issue.Buyer()), issue: issue, owner: owner, kind: kind, text: text,
		money: money, dollars: issue.toDollars(money), version: 1, createdAt: at, modifiedAt: at}
}
