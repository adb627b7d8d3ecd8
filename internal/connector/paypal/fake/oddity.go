package fake

import "slices"

// Strange makes PayPal send a member nobody has documented with a dispute, holding the word.
func (p *Platform) Strange(d *Dispute, word string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d.strange = word
}

// Vanish makes PayPal forget a dispute.
func (p *Platform) Vanish(d *Dispute) {
	p.mu.Lock()
	defer p.mu.Unlock()
	is := func(one *Dispute) bool { return one == d }
	p.disputes, p.running, d.account.disputes = slices.DeleteFunc(p.disputes, is), slices.DeleteFunc(p.running, is), slices.DeleteFunc(d.account.disputes, is)
	delete(d.account.byID, d.id)
}

// Overlap makes so many rows of each page come again on the next.
func (p *Platform) Overlap(rows int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.overlap = rows
}

// Carried tells how often an act was carried out under a PayPal-Request-Id.
func (p *Platform) Carried(id string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.carried[id]
}
