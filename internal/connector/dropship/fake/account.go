package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Closing is what AliExpress does to the account with which the merchant buys: the purchases named are closed for security reasons, papers
// are asked for, and once they were handed in and somebody spoke with the platform the block is lifted.
type Closing struct {
	At          time.Time
	Orders      []string      // of the customers behind the purchases
	VerifyAfter time.Duration // the letter that asks for papers; 0 = none comes
	Papers      string        // as the letter names them, parted by commas
	MaxFileKB   int
	LiftAfter   time.Duration // from the later of papers and talk; 0 = never

	acts []Act
}

// Close closes purchases and begins an examination of the account.
func (p *Platform) Close(c Closing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closing = &c
}

// liftedAt is when the block is lifted; zero = papers or talk are still missing.
func (c *Closing) liftedAt() time.Time {
	var last time.Time
	for _, did := range []string{"sent_documents", "chatted_with_platform"} {
		i := slices.IndexFunc(c.acts, func(a Act) bool { return a.Did == did })
		if i < 0 || c.LiftAfter == 0 {
			return time.Time{}
		}
		if c.acts[i].At.After(last) {
			last = c.acts[i].At
		}
	}
	return last.Add(c.LiftAfter)
}

// Account is the letters of AliExpress to the buying account, one row for each purchase they name and one for the account.
func (p *Platform) Account() []byte {
	rows := [][]string{{"Buying account", "Notice date", "Account notice", "Order ID", "Letter", "Papers wanted", "Largest file kB"}}
	p.mu.Lock()
	defer p.mu.Unlock()
	c, now := p.closing, p.Now().UTC()
	if c == nil {
		return table(',', rows)
	}
	add := func(at time.Time, notice, order, letter, papers, size string) {
		if !at.IsZero() && !at.After(now) {
			rows = append(rows, []string{"AliExpress", at.Format(time.RFC3339), notice, order, letter, papers, size})
		}
	}
	everywhere := append([]string{""}, c.Orders...)
	for _, order := range everywhere {
		add(c.At, "Closed for security reasons", order, "Your orders have been closed for security reasons.", "", "")
	}
	if c.VerifyAfter > 0 {
		add(c.At.Add(c.VerifyAfter), "Security verification", "", "Please send the papers to have your account reviewed.", c.Papers, strconv.Itoa(c.MaxFileKB))
	}
	for _, order := range everywhere {
		add(c.liftedAt(), "Block lifted", order, "Your account has been restored.", "", "")
	}
	return table(',', rows)
}

func (p *Platform) accountAct(w http.ResponseWriter, r *http.Request) {
	var a Act
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&a)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || p.closing == nil || (a.Did != "sent_documents" && a.Did != "chatted_with_platform") {
		http.Error(w, "no examination, or no such act", http.StatusUnprocessableEntity)
		return
	}
	p.closing.acts = append(p.closing.acts, Act{Did: a.Did, At: p.Now().UTC()})
	w.WriteHeader(http.StatusNoContent)
}
