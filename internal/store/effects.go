package store

import (
	"cmp"
	"context"
	"slices"
	"time"
)

const decisionAll = "id, case_id, member_id, at, option_, data, basis, state"

func readDecision(r *record) Decision {
	return Decision{
		ID: r.text(), CaseID: r.int(), MemberID: r.int(), At: r.instant(), Option: r.text(), Data: r.json(), Basis: r.json(), State: r.text(),
	}
}

// DecisionsOf gives the decisions on a case, oldest first.
func (r reader) DecisionsOf(ctx context.Context, caseID int64) ([]Decision, error) {
	return all(ctx, r, readDecision, "SELECT "+decisionAll+" FROM decision WHERE case_id = ? ORDER BY at, id", caseID)
}

// Decision gives one decision. NotFound if there is none.
func (r reader) Decision(ctx context.Context, id string) (Decision, error) {
	return one(ctx, r, "decision", readDecision, "SELECT "+decisionAll+" FROM decision WHERE id = ?", id)
}

// Decisions gives decisions by id. What does not exist is left out.
func (r reader) Decisions(ctx context.Context, ids []string) (map[string]Decision, error) {
	found, err := byIDs(ctx, r, readDecision, "SELECT "+decisionAll+" FROM decision WHERE id", "", ids)
	out := make(map[string]Decision, len(found))
	for _, d := range found {
		out[d.ID] = d
	}
	return out, err
}

// WaitingDecisions gives the decisions that wait for a signature or for the safety net, oldest first: those of the cases, or all (nil).
func (r reader) WaitingDecisions(ctx context.Context, caseIDs []int64) ([]Decision, error) {
	const text = "SELECT " + decisionAll + " FROM decision WHERE state IN ('to_sign', 'prepared')"
	if caseIDs == nil {
		return all(ctx, r, readDecision, text+" ORDER BY at, id")
	}
	return byIDs(ctx, r, readDecision, text+" AND case_id", " ORDER BY at, id", caseIDs)
}

// CountWaiting counts the decisions that wait in stores (nil = all), at most up to limit.
func (r reader) CountWaiting(ctx context.Context, stores []int64, limit int) (int64, error) {
	text, args := inStores("SELECT c.id FROM decision d JOIN case_ c ON c.id = d.case_id WHERE d.state IN ('to_sign', 'prepared')", stores, nil)
	return one(ctx, r, "count", (*record).int, "SELECT count(*) FROM ("+text+" LIMIT ? + 0) x", append(args, limit)...)
}

// AddDecision writes a new decision. Conflict if its id exists: the same decision was sent twice.
func (tx *Tx) AddDecision(d Decision) error {
	tx.Touched(d.CaseID)
	_, err := tx.change("INSERT INTO decision ("+decisionAll+") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		d.ID, d.CaseID, d.MemberID, micros(d.At), d.Option, string(d.Data), string(d.Basis), d.State)
	return err
}

// SetDecisionState writes how a decision stands; nothing else of it ever changes. Conflict if there is no such decision.
func (tx *Tx) SetDecisionState(id, state string) error {
	return tx.must("decision", "UPDATE decision SET state = ? WHERE id = ?", state, id)
}

// EndDecisions marks those decisions as done of which every act has ended.
func (tx *Tx) EndDecisions(ids []string) error {
	for _, part := range chunks(ids, 512) {
		those, args := among(tx.dialect, part)
		_, err := tx.change("UPDATE decision SET state = 'done' WHERE id "+those+
			" AND NOT EXISTS (SELECT 1 FROM effect e WHERE e.decision_id = decision.id AND e.ended_at = 0)", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

const effectAll = "id, decision_id, case_id, store_id, seq, payload, state, attempts, retries, looks, due_at, lease_until, fence, before_, fault, created_at, ended_at"

func readEffect(r *record) Effect {
	return Effect{
		ID: r.text(), DecisionID: r.text(), CaseID: r.int(), StoreID: r.int(), Seq: int(r.int()), Payload: r.json(), State: r.text(),
		Attempts: int(r.int()), Retries: int(r.int()), Looks: int(r.int()), DueAt: r.instant(), LeaseUntil: r.instant(), Fence: r.int(), Before: r.json(), Fault: r.json(),
		CreatedAt: r.instant(), EndedAt: r.instant(),
	}
}

// EffectsOf gives the outward acts of a case in their order.
func (r reader) EffectsOf(ctx context.Context, caseID int64) ([]Effect, error) {
	return all(ctx, r, readEffect, "SELECT "+effectAll+" FROM effect WHERE case_id = ? ORDER BY seq", caseID)
}

// Effect gives one outward act. NotFound if there is none.
func (r reader) Effect(ctx context.Context, id string) (Effect, error) {
	return one(ctx, r, "effect", readEffect, "SELECT "+effectAll+" FROM effect WHERE id = ?", id)
}

// NextEffect gives the instant at which the next outward act is to go on; zero if there is none.
func (r reader) NextEffect(ctx context.Context) (time.Time, error) {
	return one(ctx, r, "effect", (*record).instant, nextEffect)
}

const nextEffect = "SELECT coalesce(min(due_at), 0) FROM effect WHERE ended_at = 0 AND due_at > 0"

// AddEffect writes a new outward act. Seq 0 takes the next place in the case. Conflict if its id or its place exists.
func (tx *Tx) AddEffect(e *Effect) error {
	tx.Touched(e.CaseID)
	if e.Seq == 0 {
		last, err := tx.number("SELECT coalesce(max(seq), 0) FROM effect WHERE case_id = ?", e.CaseID)
		if err != nil {
			return err
		}
		e.Seq = int(last) + 1
	}
	_, err := tx.change("INSERT INTO effect ("+effectAll+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e.ID, e.DecisionID, e.CaseID, e.StoreID, e.Seq, string(e.Payload), e.State, e.Attempts, e.Retries, e.Looks, micros(e.DueAt), micros(e.LeaseUntil),
		e.Fence, string(e.Before), string(e.Fault), micros(e.CreatedAt), micros(e.EndedAt))
	return err
}

// PutEffect writes how an outward act stands; what it does (Payload) never changes. Conflict if somebody else claimed it since: the fence differs.
func (tx *Tx) PutEffect(e Effect) error {
	tx.Touched(e.CaseID)
	return tx.must("effect", "UPDATE effect SET state = ?, attempts = ?, retries = ?, looks = ?, due_at = ?, lease_until = ?, before_ = ?, fault = ?,"+
		" ended_at = ? WHERE id = ? AND fence = ?", e.State, e.Attempts, e.Retries, e.Looks, micros(e.DueAt), micros(e.LeaseUntil),
		string(e.Before), string(e.Fault), micros(e.EndedAt), e.ID, e.Fence)
}

// PutEffects is PutEffect for many. Conflict, and nothing of the write stays, if one of them has another fence.
func (tx *Tx) PutEffects(effects []Effect) error {
	if len(effects) == 1 {
		return tx.PutEffect(effects[0])
	}
	rows := make([][]any, len(effects))
	for i, e := range effects {
		tx.Touched(e.CaseID)
		rows[i] = []any{
			e.ID, e.Fence, e.State, e.Attempts, e.Retries, e.Looks, micros(e.DueAt), micros(e.LeaseUntil), string(e.Before), string(e.Fault), micros(e.EndedAt),
		}
	}
	columns := []string{"id", "fence", "state", "attempts", "retries", "looks", "due_at", "lease_until", "before_", "fault", "ended_at"}
	hit, err := tx.update("effect", columns, 2, rows)
	if err == nil && hit != int64(len(effects)) {
		err = changedMeanwhile("effect")
	}
	return err
}

// ClaimEffects takes outward acts that are due by now and not leased, longest waiting first, each with a new fence and a
// lease. Only the first unfinished act of a case is given, so the acts of a case leave in their order: one that is
// stuck (not ended, not due) holds back those behind it.
func (db *DB) ClaimEffects(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]Effect, error) {
	text := "UPDATE effect SET fence = fence + 1, lease_until = ? WHERE id IN (SELECT e.id FROM effect e WHERE e.ended_at = 0" +
		" AND e.due_at > 0 AND e.due_at <= ? AND e.lease_until <= ? AND NOT EXISTS (SELECT 1 FROM effect f WHERE f.case_id = e.case_id" +
		" AND f.seq < e.seq AND f.ended_at = 0) ORDER BY e.due_at, e.id LIMIT ? + 0" + db.dialect.skipLockedOf("e") + ") RETURNING " + effectAll
	var taken []Effect
	err := db.Write(ctx, func(tx *Tx) (err error) {
		taken, err = all(tx.ctx, tx.reader, readEffect, text, micros(now.Add(lease)), micros(now), micros(now), limit)
		return err
	})
	slices.SortFunc(taken, func(a, b Effect) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID)) })
	return taken, err
}

// Receipts gives what was sent and what came back for an outward act, oldest first.
func (r reader) Receipts(ctx context.Context, effectID string) ([]Receipt, error) {
	type packed struct {
		at           time.Time
		request, raw []byte
	}
	read := func(r *record) packed { return packed{r.instant(), r.bytes(), r.bytes()} }
	found, err := all(ctx, r, read, "SELECT at, request, raw FROM receipt WHERE effect_id = ? ORDER BY id", effectID)
	if err != nil {
		return nil, err
	}
	receipts := make([]Receipt, len(found))
	for i, p := range found {
		receipts[i] = Receipt{EffectID: effectID, At: p.at}
		if receipts[i].Request, err = unpack(p.request); err != nil {
			return nil, err
		}
		if receipts[i].Raw, err = unpack(p.raw); err != nil {
			return nil, err
		}
	}
	return receipts, nil
}

var receiptTable = table{name: "receipt", columns: []string{"effect_id", "at", "request", "raw"}}

// AddReceipts keeps what was sent and what came back.
func (tx *Tx) AddReceipts(receipts []Receipt) error {
	rows := make([][]any, len(receipts))
	for i, r := range receipts {
		request, err := pack(r.Request)
		if err != nil {
			return err
		}
		raw, err := pack(r.Raw)
		if err != nil {
			return err
		}
		rows[i] = []any{r.EffectID, micros(r.At), request, raw}
	}
	_, err := put(tx, receiptTable, rows, nothing)
	return err
}
