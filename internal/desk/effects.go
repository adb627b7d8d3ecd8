package desk

import (
	"context"
	"encoding/json"
	"path"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/store"
)

// States of an effect. planned → sending → sent → confirmed | contradicted; refused, cancelled and in_doubt are the other ends. What is
// in doubt or contradicted is never tried again by software: a person looks at it (ResolveEffect).
const (
	planned      = "planned"
	sending      = "sending"
	sent         = "sent"
	confirmed    = "confirmed"
	contradicted = "contradicted"
	refused      = "refused"
	cancelled    = "cancelled"
	inDoubt      = "in_doubt"
)

const (
	effectLease   = 2 * time.Minute
	effectAtOnce  = 256
	effectFew     = 64 // acts are taken in groups, so that their writes come in groups
	effectTries   = 48 // goes at which nothing could be done, before a person is asked: some six hours, longer than platforms are down
	effectPauses  = 9  // so often the pause between two goes doubles, from two seconds to some nine minutes
	effectLooks   = 6  // readings for a trace of an act, before a person is asked
	effectResends = 2  // an act without a trace, on an unchanged case, is sent again at once so often at most
	netResends    = 3  // and so often more, in growing pauses, where the safety net sent it: nobody may be there to ask
	netPause      = 20 * time.Minute
	netSpares     = 2 * time.Hour // before the deadline is left to a person in any case
)

// runEffects sends what is due, one act of a case after the other, different cases side by side.
func (d *Desk) runEffects(ctx context.Context) {
	pump(ctx, d, work[*trial]{
		name: "effects", atOnce: effectAtOnce, few: effectFew, grace: stopGrace, ring: d.wakeEffects, next: d.DB.NextEffect,
		claim:   func(n int) ([]*trial, error) { return d.claimEffects(ctx, n) },
		release: func(tx *store.Tx, t *trial) error { return tx.ReleaseEffect(t.e) },
		do: func(ctx context.Context, t *trial) {
			if err := t.advance(ctx); err != nil {
				d.failed(ctx, "effect "+t.e.ID, err)
			}
		},
	})
}

// claimEffects takes what is due, with the decisions and the stores it comes from.
func (d *Desk) claimEffects(ctx context.Context, limit int) ([]*trial, error) {
	effects, err := d.DB.ClaimEffects(ctx, d.Now(), effectLease, limit)
	if err != nil || len(effects) == 0 {
		return nil, err
	}
	var decisions []string
	var stores []int64
	for _, e := range effects {
		decisions, stores = append(decisions, e.DecisionID), append(stores, e.StoreID)
	}
	// Where these cannot be read the acts are claimed all the same, and each asks for its own.
	bases, _ := d.DB.Decisions(ctx, decisions)
	from, _ := d.DB.StoresByID(ctx, stores)
	out := make([]*trial, len(effects))
	for i, e := range effects {
		out[i] = &trial{d: d, e: e, st: from[e.StoreID], dec: bases[e.DecisionID]}
	}
	return out, nil
}

// trial is one go at an effect.
type trial struct {
	d       *Desk
	e       store.Effect
	step    connector.Effect
	dec     store.Decision
	st      store.Store
	session connector.Session
	receipt *connector.Receipt // what came back, not written yet
	unheard []string           // stores that could not be read before the money leaves
	told    []store.Event      // that it leaves all the same, not written yet
}

// advance brings a claimed effect one step further and writes down where it stands. Whatever dies in between, the next claim finds the
// state written last and goes on from there: planned is sent, sending and sent are looked for first.
func (t *trial) advance(ctx context.Context) error {
	if err := t.prepare(ctx); err != nil {
		return t.postpone(ctx, err)
	}
	if t.e.State == planned {
		return t.send(ctx)
	}
	return t.look(ctx)
}

func (t *trial) prepare(ctx context.Context) error {
	var err error
	if t.step, err = payload(t.e); err != nil {
		return err
	}
	if t.st.ID == 0 {
		if t.st, err = t.d.DB.Store(ctx, t.e.StoreID); err != nil {
			return err
		}
	}
	if t.session, err = t.d.ready(ctx, t.st); err != nil {
		return err
	}
	for _, f := range append([]*connector.Attachment{t.step.File}, t.step.Files...) {
		if err := t.fillFile(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// maxSide is the longer side of a picture that has to be made smaller, in pixels.
const maxSide = 2000

// fillFile reads the file that goes out. A picture larger than the platform takes is made smaller; the original stays on file.
func (t *trial) fillFile(ctx context.Context, f *connector.Attachment) (err error) {
	if f == nil {
		return nil
	}
	most := t.d.abouts[t.st.Connector].MaxPicture
	if f.Bytes, err = t.d.Blobs.Read(ctx, f.Hash); err != nil || most == 0 || int64(len(f.Bytes)) <= most || !strings.HasPrefix(f.Type, "image/") {
		return err
	}
	if f.Bytes, err = t.d.Blobs.Fit(ctx, f.Hash, most, maxSide); err == nil {
		f.Type, f.Name = "image/jpeg", strings.TrimSuffix(f.Name, path.Ext(f.Name))+".jpg"
	}
	return err
}

func payload(e store.Effect) (connector.Effect, error) {
	var step connector.Effect
	err := json.Unmarshal(e.Payload, &step)
	return step, err
}

// send looks at the case once more, writes that it is about to send, sends, and looks for the trace.
func (t *trial) send(ctx context.Context) error {
	before, err := t.fetch(ctx)
	if err != nil {
		return t.postpone(ctx, err)
	}
	conflict, err := t.movedOn(ctx, before)
	if err != nil {
		return err
	}
	if conflict != nil && notUnderstood(&before.Facts) {
		return t.postpone(ctx, conflict) // nobody can tell whether the case moved on
	}
	if conflict != nil {
		return t.endSeeing(ctx, refused, conflict, before)
	}
	if err := t.stillLeft(ctx, before); fault.Is(err, fault.Refused) {
		return t.endSeeing(ctx, refused, fault.Of(err), before)
	} else if err != nil {
		return t.postpone(ctx, err)
	}
	if err := t.mark(ctx, before); err != nil {
		return err // not written: not sent
	}
	receipt, err := t.session.Execute(ctx, t.step)
	if err != nil {
		return t.unsent(ctx, err, receipt)
	}
	t.e.State, t.e.Fault, t.receipt = sent, nil, &receipt // written with what the look finds; "sending" stands there until then
	return t.look(ctx)
}

// fetch reads the record the act is about, with the purchase where the trace of the act shows there.
func (t *trial) fetch(ctx context.Context) (connector.Snapshot, error) {
	snap, err := t.session.Fetch(ctx, t.step.Ref)
	if err != nil {
		return snap, err
	}
	if snap.Problem != nil {
		return snap, fault.New(fault.Garbled, "fault.unreadable").Because(snap.Problem)
	}
	if t.step.Do == "extend_protection" {
		o, err := t.session.Order(ctx, t.step.Ref)
		if err != nil {
			return snap, err
		}
		snap.Facts.Order, snap.Facts.Shipment = o.Order, o.Shipment
	}
	return snap, nil
}

// movedOn tells whether the case is still what the decision was based on.
func (t *trial) movedOn(ctx context.Context, now connector.Snapshot) (*fault.Fault, error) {
	if err := t.readDecision(ctx); err != nil {
		return nil, err
	}
	var seen basis
	if err := json.Unmarshal(t.dec.Basis, &seen); err != nil {
		return nil, err
	}
	return seen.changed(basisOf(&now.Facts)), nil
}

// readDecision reads the decision the act belongs to, if it did not come with the claim.
func (t *trial) readDecision(ctx context.Context) (err error) {
	if t.dec.ID == "" {
		t.dec, err = t.d.DB.Decision(ctx, t.e.DecisionID)
	}
	return err
}

// kept is a snapshot as an effect keeps it for comparing.
type kept struct {
	Fingerprint string        `json:"fingerprint"`
	Open        bool          `json:"open"`
	ChangedAt   time.Time     `json:"changed_at"`
	Facts       dispute.Facts `json:"facts"`
}

// mark writes "sending" with the state before, under the fence of the claim: from here on the act may have happened.
func (t *trial) mark(ctx context.Context, before connector.Snapshot) error {
	raw, err := json.Marshal(kept{before.Fingerprint, before.Open, before.ChangedAt, before.Facts})
	if err != nil {
		return err
	}
	if t.told, err = t.leavesUnheard(); err != nil {
		return err
	}
	t.e.State, t.e.Before = sending, raw
	t.e.Attempts++
	t.e.Looks = 0
	return t.save(ctx)
}

// unsent sorts a failure of sending by whether the act may have happened.
func (t *trial) unsent(ctx context.Context, cause error, receipt connector.Receipt) error {
	f := fault.Of(cause)
	switch {
	case f != nil && (f.Kind == fault.Limited || f.Kind == fault.Unavailable || f.Kind == fault.Unauthorised):
		t.e.State = planned
		return t.postpone(ctx, cause)
	case f != nil && (f.Kind == fault.Refused || f.Kind == fault.Invalid || f.Kind == fault.NotFound):
		return t.denied(ctx, f, receipt)
	}
	t.e.State, t.e.Fault = sent, faultJSON(cause) // perhaps it happened: look for it, do not repeat it
	if err := t.save(ctx); err != nil {
		return err
	}
	return t.look(ctx)
}

// denied: the platform said no. The record is read all the same: something between us may have sent the call twice, and then the no is
// the answer to the second one. Where the record is as it was, it is looked at again as after any act: what is shown may be behind. A no
// that asks for one of the platform's own fields first, such as a code it sent by telephone, is final: whoever decides anew must not wait.
func (t *trial) denied(ctx context.Context, no *fault.Fault, receipt connector.Receipt) error {
	t.e.State, t.e.Fault = sent, deniedJSON(no)
	if len(receipt.Raw) > 0 {
		t.receipt = &receipt
	}
	if strings.HasPrefix(no.Field, "fields.") {
		return t.end(ctx, refused, no)
	}
	if err := t.save(ctx); err != nil {
		return err
	}
	after, err := t.fetch(ctx)
	if err != nil {
		return t.postpone(ctx, err)
	}
	before, err := t.before()
	if err != nil {
		return err
	}
	was := basisOf(&before.Facts)
	switch {
	case t.session.Compare(t.step, before, after) == connector.Confirmed:
		return t.confirm(ctx, after)
	case was.changed(basisOf(&after.Facts)) != nil && !notUnderstood(&after.Facts):
		return t.end(ctx, refused, no)
	}
	return t.absent(ctx, before, after)
}

// deniedJSON is a failure that is the platform's own no.
func deniedJSON(no *fault.Fault) json.RawMessage {
	raw, err := json.Marshal(map[string]any{"kind": no.Kind, "key": no.Key, "field": no.Field, "params": no.Params, "denied": true})
	if err != nil {
		return nil
	}
	return raw
}

// no is the platform's answer that the act is not done; nil where it gave none.
func (t *trial) no() *fault.Fault {
	var f struct {
		Kind   fault.Kind
		Key    string
		Field  string
		Params map[string]string
		Denied bool
	}
	if json.Unmarshal(t.e.Fault, &f) != nil || !f.Denied {
		return nil
	}
	return &fault.Fault{Kind: f.Kind, Key: f.Key, Field: f.Field, Params: f.Params}
}

// before is the record as it stood when the act was sent.
func (t *trial) before() (connector.Snapshot, error) {
	var k kept
	err := json.Unmarshal(t.e.Before, &k)
	return connector.Snapshot{Ref: t.step.Ref, Fingerprint: k.Fingerprint, Open: k.Open, ChangedAt: k.ChangedAt, Facts: k.Facts}, err
}

// look reads the record back and compares. An act without a trace on a case that is still the same is sent again, a few times at most;
// whatever stays unclear goes to a person.
func (t *trial) look(ctx context.Context) error {
	after, err := t.fetch(ctx)
	if err != nil {
		return t.postpone(ctx, err)
	}
	before, err := t.before()
	if err != nil {
		return err
	}
	switch t.session.Compare(t.step, before, after) {
	case connector.Confirmed:
		return t.confirm(ctx, after)
	case connector.Contradicted:
		if notUnderstood(&after.Facts) {
			return t.postpone(ctx, fault.New(fault.Garbled, "fault.unreadable")) // the word may be a passing fault
		}
		return t.endSeeing(ctx, contradicted, fault.New(fault.Conflict, "fault.contradicted"), after)
	}
	return t.absent(ctx, before, after)
}

// absent: the platform shows no trace (yet).
func (t *trial) absent(ctx context.Context, before, after connector.Snapshot) error {
	t.e.Looks++
	now := t.d.Now()
	if t.e.Looks < effectLooks {
		t.e.State = sent
		return t.pause(ctx, now.Add(time.Duration(1<<t.e.Looks)*5*time.Second))
	}
	was := basisOf(&before.Facts)
	changed := was.changed(basisOf(&after.Facts))
	if changed != nil && notUnderstood(&after.Facts) {
		return t.postpone(ctx, changed) // nobody can tell whether the case moved on
	}
	if no := t.no(); no != nil {
		return t.end(ctx, refused, no)
	}
	if changed == nil {
		again, err := t.again(ctx, now)
		if err != nil {
			return err
		}
		if !again.IsZero() {
			t.e.State = planned
			return t.pause(ctx, again)
		}
	}
	return t.end(ctx, inDoubt, fault.New(fault.Unknown, "fault.no_trace"))
}

// again is when an act without a trace is sent once more; zero means never.
func (t *trial) again(ctx context.Context, now time.Time) (time.Time, error) {
	if t.e.Attempts <= effectResends {
		return now, nil
	}
	late := t.e.Attempts - effectResends // 1 for the first of the later ones
	if late > netResends {
		return time.Time{}, nil
	}
	if err := t.readDecision(ctx); err != nil || t.dec.MemberID != netMember {
		return time.Time{}, err
	}
	c, err := t.d.DB.Case(ctx, t.e.CaseID)
	if err != nil {
		return time.Time{}, err
	}
	at := now.Add(netPause << (late - 1))
	if c.DueAt.IsZero() || at.Add(netSpares).After(c.DueAt) {
		return time.Time{}, nil
	}
	return at, nil
}

// postpone tries again later, a bounded number of times; then a person is asked. It is only used where nothing went out, or where
// only reading failed.
func (t *trial) postpone(ctx context.Context, cause error) error {
	if ctx.Err() != nil {
		return nil // the lease ends by itself
	}
	t.d.doubtToken(t.e.StoreID, cause)
	t.e.Fault = faultJSON(cause)
	t.e.Retries++
	if t.e.Retries > effectTries {
		f := fault.Of(cause)
		if f == nil {
			f = fault.New(fault.Unavailable, "fault.gave_up")
		}
		end := inDoubt
		if t.e.State == planned {
			end = refused // it surely never went out
		}
		return t.end(ctx, end, f)
	}
	wait := time.Duration(1<<min(t.e.Retries, effectPauses)) * time.Second
	if f := fault.Of(cause); f != nil && f.After > wait {
		wait = f.After
	}
	return t.pause(ctx, t.d.Now().Add(wait))
}

// pause gives the effect back until an instant: the lease ends, so that any node may go on with it then.
func (t *trial) pause(ctx context.Context, until time.Time) error {
	t.e.DueAt, t.e.LeaseUntil = until, time.Time{}
	return t.save(ctx)
}

// save writes the effect under the fence of this claim; another claim since then makes it fail, and this one stops.
func (t *trial) save(ctx context.Context) error { return t.d.saves.take(ctx, t) }

// rideSeats is how many shared writes of one kind are under way at once: while one waits for its commit, the next fills. With more, each
// would be smaller.
const rideSeats = 1

// saveAll writes how several acts stand.
func (d *Desk) saveAll(ctx context.Context, all []*trial) error {
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := putEffects(tx, all, d.Now()); err != nil {
			return err
		}
		if err := tx.AddEvents(newsOf(all)); err != nil {
			return err
		}
		return tx.SetCaseEffects(statesOf(all))
	})
	if err == nil {
		written(all)
	}
	return err
}

func newsOf(all []*trial) (events []store.Event) {
	for _, t := range all {
		events = append(events, t.told...)
	}
	return events
}

// putEffects writes the effects, and what came back where that was not written yet.
func putEffects(tx *store.Tx, all []*trial, now time.Time) error {
	effects := make([]store.Effect, len(all))
	var receipts []store.Receipt
	for i, t := range all {
		effects[i] = t.e
		if t.receipt != nil {
			receipts = append(receipts, receiptRow(t.e.ID, *t.receipt, now))
		}
	}
	if err := tx.PutEffects(effects); err != nil {
		return err
	}
	return tx.AddReceipts(receipts)
}

func statesOf(all []*trial) map[int64]string {
	states := make(map[int64]string, len(all))
	for _, t := range all {
		states[t.e.CaseID] = t.e.State
	}
	return states
}

// written notes that what came back, and what is told, stands in the database.
func written(all []*trial) {
	for _, t := range all {
		t.receipt, t.told = nil, nil
	}
}

func receiptRow(id string, r connector.Receipt, now time.Time) store.Receipt {
	if r.At.IsZero() {
		r.At = now
	}
	return store.Receipt{EffectID: id, At: r.At, Request: r.Request, Raw: r.Raw}
}

// faultJSON keeps what a person may read of a failure.
func faultJSON(err error) json.RawMessage {
	f := fault.Of(err)
	if f == nil {
		f = fault.New(fault.Unknown, "fault.internal")
	}
	raw, merr := json.Marshal(map[string]any{"kind": f.Kind, "key": f.Key, "field": f.Field, "params": f.Params})
	if merr != nil {
		return nil
	}
	return raw
}

func effectItems(effects []store.Effect) []EffectItem {
	out := make([]EffectItem, 0, len(effects))
	for _, e := range effects {
		out = append(out, effectItem(e))
	}
	return out
}

func effectItem(e store.Effect) EffectItem {
	it := EffectItem{ID: e.ID, CaseID: e.CaseID, State: e.State, Attempts: e.Attempts, At: e.CreatedAt, EndedAt: e.EndedAt}
	if step, err := payload(e); err == nil {
		it.Do, it.Amount = step.Do, step.Amount
	}
	var f struct {
		Key    string            `json:"key"`
		Params map[string]string `json:"params"`
	}
	if len(e.Fault) > 0 && json.Unmarshal(e.Fault, &f) == nil {
		it.FaultKey, it.Params = f.Key, f.Params
	}
	return it
}
