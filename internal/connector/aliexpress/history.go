package aliexpress

import (
	"encoding/hex"
	"hash/fnv"
	"path"
	"slices"
	"strings"
	"time"

	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
)

// history reads process_dto_list, which comes newest first, into acts, messages and evidence, oldest first.
func (i *issue) history() {
	entries := i.some("process_dto_list")
	for n := len(entries) - 1; n >= 0; n-- {
		i.in("process_dto_list", n)
		i.entry(entries[n])
	}
	slices.SortStableFunc(i.facts.History, func(a, b dispute.Act) int { return a.At.Compare(b.At) })
	i.reopenings()
	i.words()
}

// entry reads one step.
func (i *issue) entry(v wire.Value) {
	i.strangers(v, stepMembers)
	i.latest = max(i.latest, stamp(v, "gmt_create"))
	who := i.who(v)
	act := dispute.Act{At: i.at(v, "gmt_create"), Who: who, Via: "dispute_form", Raw: text(v, "action_type")}
	i.did(&act)
	i.facts.History = append(i.facts.History, act)
	i.first("did", who, "")
	files := i.files(v, act)
	if words := text(v, "content"); words != "" {
		i.say(dispute.Message{
			ID: "process/" + text(v, "gmt_create") + "/" + act.Raw, At: act.At, From: who, Via: "dispute_form",
			Text: words, Files: files,
		})
	}
	i.film(v, act.At, "buyer", "has_buyer_video")
	i.film(v, act.At, "staff", "has_seller_video")
}

// who reads submit_member_type; a value nobody knows leaves the actor open, unless the action names it.
func (i *issue) who(v wire.Value) string {
	raw := text(v, "submit_member_type")
	if who, known := members[raw]; known {
		return who
	}
	if raw != "" {
		i.note("submit_member_type", raw)
	}
	action := text(v, "action_type")
	switch {
	case strings.HasPrefix(action, "buyer_") || action == "initiate" || action == "cancel":
		return "buyer"
	case strings.HasPrefix(action, "seller_"):
		return "staff"
	}
	return "platform"
}

// did names the act in the words of the glossary. What the rest of the record decides: whether a seller's plan was an
// offer or a refusal, whether an accepted plan sends the goods back, and for whom the platform ruled.
func (i *issue) did(a *dispute.Act) {
	switch a.Raw {
	case "seller_accept":
		a.Did = "accepted_claim"
		if p := i.accepted(a.At); p != nil {
			a.Amount = p.Amount
			if p.ReturnGoods {
				a.Did = "agreed_return"
			}
		}
	case "seller_create_solution", "seller_modify_solution":
		a.Did = "countered"
		if p := near(i.sellers, a.At); p != nil {
			a.Amount = p.Amount
			if p.Amount.Known() && p.Amount.Minor == 0 && !p.ReturnGoods {
				a.Did = "contested"
			}
		}
	case "buyer_accept":
		a.Did = a.Raw
		if len(i.sellers) > 0 {
			a.Did = "accepted_offer"
		}
	case "buyer_create_solution":
		a.Did = a.Raw
		// The first plan belongs to the opening; a later one is another claim.
		if len(i.buyers) > 1 || i.answered() {
			a.Did = "changed_claim"
		}
	case "platform_force_reach":
		a.Did = i.ruling()
	default:
		i.plainly(a)
	}
}

// plainly maps what needs no context, keeps known steps under their own word and notes the rest.
func (i *issue) plainly(a *dispute.Act) {
	switch {
	case acts[a.Raw] != "":
		a.Did = acts[a.Raw]
	case steps[a.Raw]:
		a.Did = a.Raw
	default:
		a.Did = "unknown"
		i.note("action_type", a.Raw)
	}
}

// answered tells whether the seller acted before, in what was read so far.
func (i *issue) answered() bool {
	return i.seen[seen{"did", "staff", ""}]
}

// accepted is the buyer's or platform's plan that the seller accepted at the time.
func (i *issue) accepted(at time.Time) *dispute.Proposal {
	if p := i.acceptedOf("buyer_solution_list", i.buyers, at); p != nil {
		return p
	}
	if p := i.acceptedOf("platform_solution_list", i.others, at); p != nil {
		return p
	}
	return current(i.buyers)
}

func (i *issue) acceptedOf(list string, side []dispute.Proposal, at time.Time) *dispute.Proposal {
	for n, v := range i.some(list) {
		if t, ok := wallTime(text(v, "seller_accept_time"), i.zone); ok && n < len(side) && within(t, at, time.Minute) {
			return &side[n]
		}
	}
	return nil
}

// near is the plan made or changed at the time of a step, within a minute; else the newest made before it.
func near(side []dispute.Proposal, at time.Time) *dispute.Proposal {
	var found *dispute.Proposal
	for n := range side {
		p := &side[n]
		if within(p.At, at, time.Minute) || within(p.ChangedAt, at, time.Minute) {
			return p
		}
		if !p.At.After(at) && (found == nil || found.At.Before(p.At)) {
			found = p
		}
	}
	return found
}

func within(a, b time.Time, d time.Duration) bool {
	return !a.IsZero() && !b.IsZero() && a.Sub(b).Abs() <= d
}

// ruling compares the platform's plan with the claim.
func (i *issue) ruling() string {
	if len(i.others) == 0 {
		return "gave_solution"
	}
	plan, claim := i.others[newest(i.others)], current(i.buyers)
	if !plan.Amount.Known() {
		return "gave_solution"
	}
	if plan.Amount.Minor == 0 {
		return "ruled_for_seller"
	}
	if claim == nil {
		return "gave_solution"
	}
	if order, err := plan.Amount.Cmp(claim.Amount); err != nil || order < 0 {
		return "gave_solution"
	}
	return "ruled_for_buyer"
}

// reopenings turns an opening after a cancellation into a re-opening.
func (i *issue) reopenings() {
	cancelled := false
	for n := range i.facts.History {
		a := &i.facts.History[n]
		switch {
		case a.Did == "cancelled_case":
			cancelled = true
		case a.Raw == "initiate" && cancelled:
			a.Did, cancelled = "reopened_case", false
		}
	}
}

// returned adds the parcel in which the goods come back. The record has its number and not when it was entered; that
// was after the return was agreed, and the time of the agreement is given because it does not move.
func (i *issue) returned() {
	number := first(text(i.of, "buyer_return_no"), text(i.of, "buyer_return_logistics_lp_no"))
	if number == "" {
		return
	}
	i.facts.History = append(i.facts.History, dispute.Act{
		At: i.agreed(), Who: "buyer", Did: "entered_return_tracking", Via: "dispute_form", Reference: number,
		Raw: "buyer_return_no", Note: text(i.of, "buyer_return_logistics_company"),
	})
	slices.SortStableFunc(i.facts.History, func(a, b dispute.Act) int { return a.At.Compare(b.At) })
}

// agreed is when the sides last agreed or the platform ruled; without such a step, the first step of the case.
func (i *issue) agreed() (at time.Time) {
	for _, a := range i.facts.History {
		switch a.Did {
		case "agreed_return", "accepted_claim", "accepted_offer", "gave_solution", "ruled_for_buyer":
			at = a.At
		}
		if at.IsZero() {
			at = a.At
		}
	}
	return at
}

// words adds the text of plans that no step already brought.
func (i *issue) words() {
	for _, p := range i.facts.Proposals {
		if p.Text != "" {
			i.say(dispute.Message{ID: "solution/" + p.ID, At: moved(p), From: p.By, Via: "dispute_form", Text: p.Text})
		}
	}
	slices.SortStableFunc(i.facts.Messages, func(a, b dispute.Message) int { return a.At.Compare(b.At) })
}

// say keeps a message unless the same side said the same before.
func (i *issue) say(m dispute.Message) {
	if i.first("said", m.From, m.Text) {
		i.facts.Messages = append(i.facts.Messages, m)
	}
}

// files reads the attachments of a step as evidence and gives them for its message.
func (i *issue) files(v wire.Value, a dispute.Act) (files []dispute.File) {
	for _, at := range firstOnes(v.Get("attachments").List()) {
		raw := text(at, "file_path")
		address := webAddress(raw)
		if address == "" {
			if raw != "" {
				i.note("attachments.file_path", raw)
			}
			continue
		}
		from := a.Who
		if side, known := owners[text(at, "owner")]; known {
			from = side
		} else if owner := text(at, "owner"); owner != "" {
			i.note("attachments.owner", owner)
		}
		when := i.at(at, "gmt_create")
		if when.IsZero() {
			when = a.At
		}
		i.latest = max(i.latest, stamp(at, "gmt_create"))
		file := dispute.File{Name: fileName(address), URL: address, Kind: fileKind(address)}
		files = append(files, file)
		i.prove(dispute.Evidence{ID: "file/" + shortHash(address), At: when, From: from, Kind: file.Kind, File: &file})
	}
	return files
}

// film notes a video that the platform has and does not hand out ("must be authorised to play, not supported").
func (i *issue) film(v wire.Value, at time.Time, from, field string) {
	if !yes(v, field) {
		return
	}
	i.prove(dispute.Evidence{ID: field, At: at, From: from, Kind: "video", Reference: field})
}

// prove keeps evidence once; the first step that showed it counts.
func (i *issue) prove(e dispute.Evidence) {
	if i.first("shown", e.ID, "") {
		i.facts.Evidence = append(i.facts.Evidence, e)
	}
}

func fileName(address string) string {
	address, _, _ = strings.Cut(address, "?")
	name := path.Base(address)
	if name == "." || name == "/" {
		return ""
	}
	return name
}

func fileKind(address string) string {
	switch strings.ToLower(path.Ext(fileName(address))) {
	case ".mp4", ".mov", ".avi", ".webm", ".m4v", ".3gp", ".mkv":
		return "video"
	}
	return "photo"
}

func shortHash(s string) string {
	h := fnv.New128a()
	h.Write([]byte(s))
	return hex.EncodeToString(h.Sum(nil))
}
