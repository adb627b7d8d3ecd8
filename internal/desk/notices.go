package desk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/policy"
	"parley/internal/store"
)

// States of notices and letters. planned → bound into a letter → as the letter ends; a letter: planned → sending → sent | failed (the
// other side will not take it) | given_up (tried too often) | unclear (perhaps it arrived, and the other side could not tell a
// repetition) | dropped (pointless by then).
const (
	letterFailed  = "failed"
	letterGivenUp = "given_up"
	letterUnclear = "unclear"
	letterDropped = "dropped"
)

// tell is one occasion on which people have to know something. The people are found when it is written down.
type tell struct {
	item     notify.Item
	about    string      // the occasion; the same person is told once of it
	c        *store.Case // nil = not about a case
	st       int64       // the store it is about, where there is no case
	also     []int64     // members told in any case, such as the one who decided
	only     []int64     // nobody but these
	level    int         // 0 = those told first
	seen     []int64     // members told before
	skip     int64       // a channel that must not be used for this: it is what is broken
	names    []string    // of those told before who did not look
	watch    bool        // somebody has to look; otherwise the next people are told
	programs bool        // the programs that listen hear of it though it is about no case and no store
	hush     bool        // waits for the hours even where a deadline is near
}

// tellsOf are the occasions a judged case gives at an instant: a deadline that came near or passed, an alarm of the rules. Judging again
// gives the same occasions again, and nobody is told twice of one.
func tellsOf(c *store.Case, v *policy.Verdict, now time.Time) []tell {
	var out []tell
	if step, ok := notify.StepOf(c.DueAt.Sub(now)); ok && c.Open && !c.DueAt.IsZero() {
		out = append(out, onDeadline(c, step.Reason, c.DueKind, c.DueAt, ""))
	}
	for _, dl := range v.Deadlines {
		if !dl.Lapsed || dl.Whose != "seller" || now.Sub(dl.At) >= stale {
			continue
		}
		reason := notify.Lapsed
		if dl.Lapse == "" {
			reason = notify.Reminder
		}
		out = append(out, onDeadline(c, reason, dl.Kind, dl.At, ""))
	}
	for _, w := range v.Warnings {
		if !c.Open || w.At.After(now) || now.Sub(w.At) >= stale || isStep(c, w) {
			continue
		}
		out = append(out, onWarning(c, v, w))
	}
	return out
}

// stale is the age from which nobody is told any more of an alarm or a lapse, such as those of an old case that is read for the first time.
const stale = 24 * time.Hour

// isStep tells whether an alarm of the rules falls on one of the desk's own steps; it is said once.
func isStep(c *store.Case, w policy.Warning) bool {
	return w.Deadline == c.DueKind && slices.ContainsFunc(notify.Steps(), func(s notify.Step) bool { return c.DueAt.Add(-s.Before).Equal(w.At) })
}

func onWarning(c *store.Case, v *policy.Verdict, w policy.Warning) tell {
	i := slices.IndexFunc(v.Deadlines, func(d policy.Deadline) bool { return d.Kind == w.Deadline })
	if i < 0 {
		return onDeadline(c, notify.Reminder, w.Deadline, time.Time{}, w.Kind)
	}
	if v.Deadlines[i].Whose != "seller" {
		return onDeadline(c, notify.Reminder, w.Deadline, v.Deadlines[i].At, w.Kind)
	}
	return onDeadline(c, notify.Warning, w.Deadline, v.Deadlines[i].At, w.Kind)
}

func onDeadline(c *store.Case, reason, kind string, at time.Time, alarm string) tell {
	t := tell{c: c, item: itemOf(c, reason), about: "deadline/" + kind + "/" + strconv.FormatInt(at.Unix(), 10), watch: slices.Contains(pressing, reason), hush: reason == notify.Reminder}
	t.item.DueKind, t.item.DueAt, t.item.Alarm = kind, at, alarm
	if alarm != "" {
		t.about += "/" + alarm
	}
	return t
}

// pressing are the reasons of deadlines after which others are told if nobody looked; the earlier ones are followed by these.
var pressing = []string{notify.Left24h, notify.Left6h, notify.Left1h, notify.Lapsed}

func itemOf(c *store.Case, reason string) notify.Item {
	return notify.Item{
		Reason: reason, CaseID: c.ID, StoreID: c.StoreID, Order: c.OrderNo, Title: c.Card.Title, Class: c.Class, Advice: c.Recommended, Stake: c.Stake,
	}
}

// steps are the desk's own instants before the deadline that costs something: those that have come, and the next one. Left out are those at
// which an alarm of the rules rings: the history tells of it once.
func steps(c *store.Case, v *policy.Verdict, now time.Time) (out []store.Timer) {
	if c.DueAt.IsZero() {
		return nil
	}
	for _, s := range slices.Backward(notify.Steps()) {
		at := c.DueAt.Add(-s.Before)
		if !slices.ContainsFunc(v.Warnings, func(w policy.Warning) bool { return w.Deadline == c.DueKind && w.At.Equal(at) }) {
			out = append(out, store.Timer{CaseID: c.ID, Kind: "warn:" + c.DueKind + ":" + s.Reason, DueAt: at})
		}
		if at.After(now) {
			break
		}
	}
	return out
}

// noticeEffect tells of an outward act that ended badly.
func (d *Desk) noticeEffect(ctx context.Context, tx *store.Tx, e store.Effect, do string, f *fault.Fault, now time.Time) error {
	reason := map[string]string{inDoubt: notify.Doubt, contradicted: notify.Doubt, refused: notify.Refused}[e.State]
	if reason == "" {
		return nil
	}
	if f != nil && f.Key == "fault.case_changed" {
		reason = notify.Changed
	}
	c, err := tx.Case(ctx, e.CaseID)
	if err != nil {
		return err
	}
	t := tell{c: &c, item: itemOf(&c, reason), about: "effect/" + e.ID + "/" + strconv.Itoa(e.Attempts), watch: true}
	t.item.Do, t.item.DueKind, t.item.DueAt = do, c.DueKind, c.DueAt
	if f != nil {
		t.item.Fault, t.item.Params = f.Key, f.Params
	}
	if dec, err := tx.Decision(ctx, e.DecisionID); err == nil && dec.MemberID != 0 {
		t.also = []int64{dec.MemberID}
	}
	return d.tell(ctx, tx, now, []tell{t})
}

// noticeAssigned tells a member of a case somebody else handed them.
func (d *Desk) noticeAssigned(ctx context.Context, tx *store.Tx, who Who, c *store.Case, now time.Time) error {
	if c.AssigneeID == 0 || c.AssigneeID == who.MemberID {
		return nil
	}
	t := tell{c: c, item: itemOf(c, notify.Assigned), about: "assigned/" + strconv.FormatInt(c.Version, 10), only: []int64{c.AssigneeID}}
	t.item.By, t.item.DueKind, t.item.DueAt = who.Name, c.DueKind, c.DueAt
	return d.tell(ctx, tx, now, []tell{t})
}

// tell writes the notices of occasions down, in the transaction of what caused them: one on the desk's own list of each person, one on
// each of their channels that takes the reason. Those that exist already stay as they are.
func (d *Desk) tell(ctx context.Context, tx *store.Tx, now time.Time, tells []tell) error {
	if len(tells) == 0 {
		return nil
	}
	p, err := d.peopleOf(ctx, tx)
	if err != nil {
		return err
	}
	var rows []store.Notice
	for i := range tells {
		more, err := p.notices(&tells[i], now)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	n, err := tx.AddNotices(rows)
	if n > 0 {
		for _, t := range tells {
			if t.c != nil {
				tx.Touched(t.c.ID)
			}
		}
	}
	return err
}

// tellAll is tell for many cases.
func (d *Desk) tellAll(ctx context.Context, tx *store.Tx, now time.Time, tells map[int64][]tell) error {
	var all []tell
	for _, id := range slices.Sorted(maps.Keys(tells)) {
		all = append(all, tells[id]...)
	}
	return d.tell(ctx, tx, now, all)
}

// people is everybody who can be told, and how.
type people struct {
	d        *Desk
	members  map[int64]store.Member
	channels map[int64][]store.Channel // by member, active ones
	plans    map[int64]json.RawMessage // by member
	duty     map[int64][]int64         // by store
	store    func(id int64) (store.Store, error)
}

func (d *Desk) peopleOf(ctx context.Context, tx *store.Tx) (*people, error) {
	p := &people{
		d: d, members: map[int64]store.Member{}, channels: map[int64][]store.Channel{},
		store: func(id int64) (store.Store, error) { return tx.Store(ctx, id) },
	}
	members, err := tx.Members(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		p.members[m.ID] = m
	}
	channels, err := tx.ActiveChannels(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range channels {
		p.channels[c.MemberID] = append(p.channels[c.MemberID], c)
	}
	if p.plans, err = tx.Plans(ctx); err != nil {
		return nil, err
	}
	p.duty, err = dutyLists(ctx, tx)
	return p, err
}

// circles are the people who may be told of a matter of a store, those who are told first before those who are told when nobody looked:
// whoever has the case, who is on duty for the store, agents, leads, owners. Nobody stands in two of them; empty ones are left out.
func (p *people) circles(storeID, assignee int64) [][]int64 {
	var out [][]int64
	had := map[int64]bool{}
	add := func(ids ...int64) {
		var circle []int64
		for _, id := range ids {
			if m := p.members[id]; !had[id] && m.State == "active" && whoOfMember(m).May(Act) && (storeID == 0 || whoOfMember(m).Sees(storeID)) {
				had[id] = true
				circle = append(circle, id)
			}
		}
		if len(circle) > 0 {
			out = append(out, circle)
		}
	}
	add(assignee)
	add(p.duty[storeID]...)
	for _, role := range []string{"agent", "lead", "owner"} {
		add(p.inRole(role)...)
	}
	return out
}

func (p *people) inRole(role string) []int64 {
	var ids []int64
	for id, m := range p.members {
		if m.Role == role {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func whoOfMember(m store.Member) Who {
	return Who{MemberID: m.ID, Name: m.Name, Role: m.Role, AllStores: m.AllStores, Stores: m.Stores, Locale: m.Locale, Zone: m.Zone}
}

// audience is who is told on an occasion, and whether there is anybody left to tell if they do not look.
func (p *people) audience(t *tell) (ids []int64, further bool) {
	if t.only != nil {
		return p.with(slices.Clone(t.only), t.also), false
	}
	storeID, assignee := t.st, int64(0)
	if t.c != nil {
		storeID, assignee = t.c.StoreID, t.c.AssigneeID
	}
	circles := p.circles(storeID, assignee)
	if t.st != 0 && t.c == nil { // what only leads and owners can mend goes to them first
		slices.Reverse(circles)
	}
	for len(circles) > 0 && within(circles[0], t.seen) {
		circles = circles[1:]
	}
	if t.level > 0 && len(circles) == 0 {
		return nil, false
	}
	if len(circles) > 0 {
		ids = slices.Clone(circles[0])
	}
	return p.with(ids, t.also), len(circles) > 1
}

// with adds active members who are not among those told anyway.
func (p *people) with(ids, also []int64) []int64 {
	for _, id := range also {
		if !slices.Contains(ids, id) && p.members[id].State == "active" {
			ids = append(ids, id)
		}
	}
	return ids
}

func within(ids, all []int64) bool {
	return !slices.ContainsFunc(ids, func(id int64) bool { return !slices.Contains(all, id) })
}

// notices are the rows of one occasion.
func (p *people) notices(t *tell, now time.Time) ([]store.Notice, error) {
	n := store.Notice{About: t.about, Reason: t.item.Reason, Level: t.level, CreatedAt: now, StoreID: t.st}
	if t.c != nil {
		n.CaseID, n.StoreID, t.item.CaseID, t.item.StoreID = t.c.ID, t.c.StoreID, t.c.ID, t.c.StoreID
	}
	st, err := p.store(n.StoreID)
	if err != nil && !fault.Is(err, fault.NotFound) { // some occasions are of no store
		return nil, err
	}
	t.item.Store, t.item.Level, t.item.Nobody = st.Name, t.level, t.names
	data, err := json.Marshal(t.item)
	if err != nil {
		return nil, err
	}
	n.Data = data
	ids, further := p.audience(t)
	var rows []store.Notice
	for _, id := range ids {
		rows = append(rows, p.noticesOf(n, t, id, further, now)...)
	}
	return append(rows, p.forPrograms(n, t, now)...), nil
}

// forPrograms are the rows of the programs that listen to the whole desk. They hear at once of what concerns cases and stores.
func (p *people) forPrograms(n store.Notice, t *tell, now time.Time) []store.Notice {
	var rows []store.Notice
	for _, c := range p.channels[0] {
		if n.CaseID == 0 && n.StoreID == 0 && !t.programs || t.item.Reason == notify.Evening || !hears(c, n) {
			continue
		}
		out := n
		out.ChannelID, out.State, out.DueAt = c.ID, planned, now
		rows = append(rows, out)
	}
	return rows
}

func (p *people) noticesOf(n store.Notice, t *tell, member int64, further bool, now time.Time) []store.Notice {
	n.MemberID = member
	deadline := t.item.DueAt
	if t.hush {
		deadline = time.Time{}
	}
	n.DueAt = notify.When(now, deadline, p.hours(member))
	own := n
	own.State, own.EndedAt = sent, now // the desk's own list has it at once; the browser rings at DueAt
	if t.watch && further {
		own.LookAt = n.DueAt.Add(patience(n.DueAt, t.item.DueAt))
	}
	rows := []store.Notice{own}
	for _, c := range p.channels[member] {
		if c.ID == t.skip || !takes(c, n.Reason) {
			continue
		}
		out := n
		out.ChannelID, out.State = c.ID, planned
		rows = append(rows, out)
	}
	return rows
}

func (p *people) hours(member int64) notify.Hours {
	return planOf(p.plans[member]).hours(p.members[member].Zone)
}

func takes(c store.Channel, reason string) bool {
	return len(c.Reasons) == 0 || slices.Contains(c.Reasons, reason)
}

// patience is how long people have to look before others are told: a quarter of the time left, at least five minutes and at most eight
// hours; two hours where no deadline runs.
func patience(from, deadline time.Time) time.Duration {
	if deadline.IsZero() || !deadline.After(from) {
		return 2 * time.Hour
	}
	return min(max(deadline.Sub(from)/4, 5*time.Minute), 8*time.Hour)
}
