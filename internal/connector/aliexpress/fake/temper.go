package fake

import "time"

// Temper is how a buyer answers a seller who does not simply agree. Without Answers he never answers by himself.
type Temper struct {
	// Answers is how long he takes; up to a quarter more is added, always the same for the same issue and seed.
	Answers time.Duration
	// AcceptsFrom is the share of his claim, in percent, from which he accepts an offer; zero means never.
	AcceptsFrom int
	// AcceptsReturn: he also accepts to send the goods back for the whole sum.
	AcceptsReturn bool
	// Rounds is how often he comes down by a fifth and asks again before Then.
	Rounds int
	// Words are what he says in each round; the last stands for all later ones.
	Words []string
	// Then is his last word: "escalate", "cancel", or "" for silence.
	Then string
	// SendsBackAfter is how long he takes to send goods back; zero means never.
	SendsBackAfter time.Duration
}

// react plans the buyer's answer to the seller's offer.
func (p *Platform) react(issue *Issue, at time.Time) {
	if issue.temper.Answers == 0 {
		return
	}
	quarter := uint64(issue.temper.Answers/4) + 1
	extra := (fingerprint(issue.ID()) ^ uint64(p.options.Seed)) % quarter
	p.plan(at.Add(issue.temper.Answers+time.Duration(extra)).Truncate(time.Second), issue, (*Platform).answerOffer)
}

func (p *Platform) answerOffer(issue *Issue, at time.Time) {
	offer, temper := issue.offer(), issue.temper
	if offer == nil {
		return
	}
	if issue.pleases(offer) {
		p.accept(issue, at)
		return
	}
	if issue.rounds < temper.Rounds {
		issue.rounds++
		claim := issue.claim()
		p.changeClaim(issue, claim.money.Share(80), claim.kind == kindReturn, temper.word(issue.rounds), at)
		return
	}
	switch temper.Then {
	case "escalate":
		p.escalate(issue, at)
	case "cancel":
		p.cancel(issue, at)
	}
}

func (i *Issue) pleases(offer *solution) bool {
	if offer.kind == kindReturn && i.claim().kind != kindReturn {
		return i.temper.AcceptsReturn
	}
	wanted := i.claim().money.Minor * int64(i.temper.AcceptsFrom) / 100
	return i.temper.AcceptsFrom > 0 && offer.money.Minor > 0 && offer.money.Minor >= wanted
}

func (t Temper) word(round int) string {
	if len(t.Words) == 0 {
		return ""
	}
	return t.Words[min(round, len(t.Words))-1]
}
