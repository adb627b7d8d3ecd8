package fake

import (
	"fmt"
	"time"
)

// BulkIssues opens many small disputes in a shop at once, a millisecond apart and the last one now, and gives them oldest
// first. They share one buyer for each hundred.
func (p *Platform) BulkIssues(shop *Shop, count int) []*Issue {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.catchUp()
	all := make([]*Issue, 0, count)
	for i := range count {
		buyer := Buyer{Login: fmt.Sprintf("bulk%06d", i/100), First: "Bulk", Country: "ES", City: "Madrid"}
		opened := now.Add(-time.Duration(count-1-i) * time.Millisecond)
		order := p.placeOrder(shop, OrderSpec{Buyer: buyer, Lines: []LineSpec{bulkLine}}, opened)
		spec := IssueSpec{Reason: Reasons[i%len(Reasons)], Text: "The parcel has not arrived.", Amount: Money{1500, "EUR"}}
		issue := p.newIssue(order.lines[0], spec, opened)
		p.keepIssue(issue)
		p.start(issue, spec, opened)
		all = append(all, issue)
	}
	return all
}

var bulkLine = LineSpec{Product: "Desk lamp", SKU: "LAMP-1", Variant: "Color: black", Picture: "Slamp",
	Price: Money{1500, "EUR"}, Dollars: Money{1620, "USD"}, Quantity: 1}

// Touch lets the buyers of open issues change their claims a little: gmt_modified moves, the sum goes up and down by one
// minor unit, and the seller's time starts again.
func (p *Platform) Touch(issues ...*Issue) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.catchUp()
	for _, issue := range issues {
		if issue.stage != stageSeller {
			continue
		}
		issue.change(now)
		claim := issue.claim()
		claim.version++
		claim.money.Minor = issue.max().Minor - int64(claim.version%2)
		claim.dollars, claim.modifiedAt = issue.toDollars(claim.money), now
		p.waitForSeller(issue, now)
	}
}
