package api

import (
	"time"

	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
)

// Case is everything about one case: the row of the lists, the facts as told, what the rules say about them, and what was done.
type Case struct {
	desk.Row
	Company        string           `json:"company"`
	Facts          dispute.Facts    `json:"facts"`
	Verdict        policy.Verdict   `json:"verdict"`
	Clock          *policy.Deadline `json:"clock,omitempty" doc:"the deadline at which silence costs first"`
	Options        []Option         `json:"options" nullable:"false"`
	Timeline       []Line           `json:"timeline" nullable:"false" doc:"oldest first"`
	Proof          []Proof          `json:"proof" nullable:"false" doc:"what the class wants to have proven"`
	Evidence       []Evidence       `json:"evidence" nullable:"false"`
	Effects        []Effect         `json:"effects" nullable:"false" doc:"what was or will be sent to the marketplace"`
	Viewers        []desk.MemberRef `json:"viewers,omitempty" doc:"who looks at it now"`
	Sources        []Source         `json:"sources" nullable:"false" doc:"records at the platform"`
	Basis          string           `json:"basis" doc:"hand it back with a decision to be told if the case has changed since"`
	Refundable     *money.Amount    `json:"refundable,omitempty" doc:"what can still be paid back for the order; absent = not known"`
	Withheld       *policy.Option   `json:"withheld,omitempty" doc:"what would be recommended if enough were left to pay back, with why it is closed"`
	Pending        *desk.Pending    `json:"pending,omitempty" doc:"a decision that waits for a signature or for the safety net"`
	Net            *desk.NetPlan    `json:"net,omitempty" doc:"what happens if nobody answers"`
	Purchase       []desk.Row       `json:"purchase,omitempty" doc:"other cases about the same money"`
	BuyerCases     BuyerStats       `json:"buyer_cases"`
	OrderFetchedAt time.Time        `json:"order_fetched_at,omitzero"`
}

// BuyerStats is what the desk remembers of the buyer at this platform.
type BuyerStats struct {
	Cases int `json:"cases" doc:"this one included, capped at 100"`
	Open  int `json:"open"`
}

// Option is one thing that may be done, and what a decision for it has to bring.
type Option struct {
	policy.Option
	Best               bool          `json:"best,omitempty"`
	NeedsAmount        bool          `json:"needs_amount,omitempty"`
	NeedsText          bool          `json:"needs_text,omitempty"`
	NeedsDays          bool          `json:"needs_days,omitempty"`
	NeedsReturnAddress bool          `json:"needs_return_address,omitempty"`
	NeedsEvidence      bool          `json:"needs_evidence,omitempty"`
	Max                *money.Amount `json:"max,omitempty" doc:"highest amount allowed"`
	Suggested          *money.Amount `json:"suggested,omitempty"`
	SuggestedText      string        `json:"suggested_text,omitempty"`
	Sends              bool          `json:"sends" doc:"acts at the marketplace; otherwise it is only recorded"`
}

// Line is one thing that happened.
type Line struct {
	At       time.Time         `json:"at"`
	Kind     string            `json:"kind" example:"message"`
	Who      string            `json:"who,omitempty"`
	Name     string            `json:"name,omitempty"`
	Ours     bool              `json:"ours,omitempty"`
	Code     string            `json:"code,omitempty"`
	Text     string            `json:"text,omitempty" doc:"as written; never trust it as HTML"`
	Language string            `json:"language,omitempty"`
	Amount   *money.Amount     `json:"amount,omitempty"`
	Params   map[string]string `json:"params,omitempty"`
	Files    []dispute.File    `json:"files,omitempty"`
	Raw      string            `json:"raw,omitempty"`
}

// Proof is one kind of evidence the class wants.
type Proof struct {
	Kind  string     `json:"kind"`
	There bool       `json:"there"`
	Items []Evidence `json:"items,omitempty"`
}

// Evidence is a proof on file.
type Evidence struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	From    string    `json:"from"`
	Kind    string    `json:"kind"`
	Name    string    `json:"name,omitempty"`
	Type    string    `json:"type,omitempty"`
	Size    int64     `json:"size,omitempty" doc:"bytes"`
	Hash    string    `json:"hash,omitempty" doc:"lower-case hex SHA-256"`
	Reading string    `json:"reading,omitempty"`
	Text    string    `json:"text,omitempty"`
	Note    string    `json:"note,omitempty"`
	Frozen  bool      `json:"frozen,omitempty" doc:"was shown to a platform and can no longer be changed"`
}

// Effect is one outward act.
type Effect struct {
	ID       string            `json:"id"`
	CaseID   int64             `json:"case_id"`
	Do       string            `json:"do"`
	State    string            `json:"state" example:"confirmed"`
	Amount   *money.Amount     `json:"amount,omitempty"`
	Attempts int               `json:"attempts"`
	At       time.Time         `json:"at"`
	EndedAt  time.Time         `json:"ended_at,omitzero"`
	By       string            `json:"by,omitempty"`
	FaultKey string            `json:"fault_key,omitempty"`
	Params   map[string]string `json:"params,omitempty"`
}

// Source is a record at a platform.
type Source struct {
	Kind       string            `json:"kind"`
	ExternalID string            `json:"external_id"`
	Status     string            `json:"status"`
	Open       bool              `json:"open"`
	SeenAt     time.Time         `json:"seen_at"`
	Problem    string            `json:"problem,omitempty"`
	Unknown    []dispute.Unknown `json:"unknown,omitempty"`
	Speaks     bool              `json:"speaks,omitempty" doc:"of several open records, the one whose state, deadline and options the case shows"`
	Next       *policy.Deadline  `json:"next,omitempty" doc:"what presses by an open record that does not speak for the case"`
}

// known leaves an amount out that is not known.
func known(m money.Amount) *money.Amount {
	if !m.Known() {
		return nil
	}
	return &m
}

// each turns a list of the desk into one of the API, never null.
func each[A, B any](all []A, turn func(A) B) []B {
	out := make([]B, 0, len(all))
	for _, one := range all {
		out = append(out, turn(one))
	}
	return out
}

// CaseOf is a case page of the desk as the API writes it.
func CaseOf(p desk.CasePage) Case {
	return Case{
		Row: p.Row, Company: p.Company, Facts: p.Facts, Verdict: p.Verdict, Clock: p.Clock, Options: each(p.Options, optionOf),
		Timeline: each(p.Timeline, lineOf), Proof: each(p.Proof, proofOf), Evidence: each(p.Evidence, evidenceOf), Effects: each(p.Effects, effectOf),
		Viewers: p.Viewers, Sources: each(p.Sources, sourceOf), Basis: p.Basis, Refundable: known(p.Rest),
		Withheld: p.Withheld, Pending: p.Pending, Net: p.Net, Purchase: p.Purchase, BuyerCases: BuyerStats(p.BuyerStats), OrderFetchedAt: p.OrderFetchedAt,
	}
}

func optionOf(o desk.OptionView) Option {
	return Option{
		Option: o.Option, Best: o.Best, NeedsAmount: o.NeedsAmount, NeedsText: o.NeedsText, NeedsDays: o.NeedsDays,
		NeedsReturnAddress: o.NeedsReturnAddress, NeedsEvidence: o.NeedsEvidence, Max: known(o.Max), Suggested: known(o.Suggested),
		SuggestedText: o.SuggestedText, Sends: o.Sends,
	}
}

func lineOf(l desk.Line) Line {
	return Line{
		At: l.At, Kind: l.Kind, Who: l.Who, Name: l.Name, Ours: l.Ours, Code: l.Code, Text: l.Text, Language: l.Language,
		Amount: known(l.Amount), Params: l.Params, Files: l.Files, Raw: l.Raw,
	}
}

func proofOf(p desk.ProofItem) Proof { return Proof{p.Kind, p.There, each(p.Items, evidenceOf)} }

func evidenceOf(e desk.EvidenceItem) Evidence {
	return Evidence{
		ID: e.ID, At: e.At, From: e.From, Kind: e.Kind, Name: e.Name, Type: e.Type, Size: e.Size, Hash: e.Hash, Reading: e.Reading,
		Text: e.Text, Note: e.Note, Frozen: e.Frozen,
	}
}

func effectOf(e desk.EffectItem) Effect {
	return Effect{
		ID: e.ID, CaseID: e.CaseID, Do: e.Do, State: e.State, Amount: known(e.Amount), Attempts: e.Attempts, At: e.At, EndedAt: e.EndedAt,
		By: e.By, FaultKey: e.FaultKey, Params: e.Params,
	}
}

func sourceOf(s desk.SourceItem) Source {
	return Source{Kind: s.Kind, ExternalID: s.ExternalID, Status: s.Status, Open: s.Open, SeenAt: s.SeenAt, Problem: s.Problem, Unknown: s.Unknown, Speaks: s.Speaks, Next: s.Next}
}
