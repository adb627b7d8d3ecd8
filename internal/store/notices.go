package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Notice is one thing that one member is told on one way, once.
type Notice struct {
	ID        int64
	CaseID    int64 // 0 = not about a case
	StoreID   int64 // 0 = about the desk itself
	Reason    string
	About     string // the occasion: the same reason on another occasion is another notice
	MemberID  int64  // 0 = a program that listens
	ChannelID int64  // 0 = the desk's own list
	Level     int    // 0 = told first; 1, 2, … = because those before did not look
	State     string // planned → sent | failed | given_up | unclear | dropped
	DueAt     time.Time
	LookAt    time.Time // when to see whether anybody looked; zero = not to be seen after
	LetterID  string    // the sending it went into
	Data      json.RawMessage
	CreatedAt time.Time
	EndedAt   time.Time
	SeenAt    time.Time
}

// Letter is one sending of one or several notices on one channel.
type Letter struct {
	ID         string // the other side knows it by this: a Message-ID, a webhook-id
	ChannelID  int64
	State      string // planned → sending → sent | failed | given_up | unclear | dropped
	Attempts   int
	DueAt      time.Time
	LeaseUntil time.Time
	Fence      int64
	Fault      json.RawMessage
	Body       []byte // what is said, so that a repetition says the same
	CreatedAt  time.Time
	EndedAt    time.Time
	CaseID     int64 // of the event
	EventID    int64 // the event it carries; 0 = it carries notices
}

const noticeAll = "id, case_id, store_id, reason, about, member_id, channel_id, level, state, due_at, look_at, letter_id, data, created_at, ended_at, seen_at"

func readNotice(r *record) Notice {
	return Notice{
		ID: r.int(), CaseID: r.int(), StoreID: r.int(), Reason: r.text(), About: r.text(), MemberID: r.int(), ChannelID: r.int(), Level: int(r.int()),
		State: r.text(), DueAt: r.instant(), LookAt: r.instant(), LetterID: r.text(), Data: r.json(), CreatedAt: r.instant(), EndedAt: r.instant(),
		SeenAt: r.instant(),
	}
}

var noticeTable = table{
	name: "notice", returns: "id", skip: true,
	columns: []string{"case_id", "store_id", "reason", "about", "member_id", "channel_id", "level", "state", "due_at", "look_at", "letter_id", "data", "created_at", "ended_at", "seen_at"},
}

// AddNotices writes notices; one that exists already (same case, occasion, reason, member and channel) stays as it is. It tells how
// many are new.
func (tx *Tx) AddNotices(notices []Notice) (int, error) {
	rows := make([][]any, 0, len(notices))
	for _, n := range notices {
		rows = append(rows, []any{
			n.CaseID, n.StoreID, n.Reason, n.About, n.MemberID, n.ChannelID, n.Level, n.State, micros(n.DueAt), micros(n.LookAt), n.LetterID, string(n.Data),
			micros(n.CreatedAt), micros(n.EndedAt), micros(n.SeenAt),
		})
	}
	ids, err := put(tx, noticeTable, rows, (*record).int)
	return len(ids), err
}

// DueNotices gives notices on channels that are to go out by now, at most limit, and keeps other nodes from taking them meanwhile.
func (tx *Tx) DueNotices(now time.Time, limit int) ([]Notice, error) {
	return all(tx.ctx, tx.reader, readNotice, "SELECT "+noticeAll+" FROM notice WHERE state = 'planned' AND due_at <= ? ORDER BY due_at, id LIMIT ? + 0"+
		tx.dialect.skipLocked(), micros(now), limit)
}

// BindNotices says which letter notices go out in. EndNotices says how they ended without one.
func (tx *Tx) BindNotices(ids []int64, letter string) error {
	for _, part := range chunks(ids, 512) {
		those, args := among(tx.dialect, part)
		if _, err := tx.change("UPDATE notice SET state = 'bound', letter_id = ? WHERE id "+those, append([]any{letter}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

// EndNotices ends notices that go out in no letter.
func (tx *Tx) EndNotices(ids []int64, state string, at time.Time) error {
	for _, part := range chunks(ids, 512) {
		those, args := among(tx.dialect, part)
		if _, err := tx.change("UPDATE notice SET state = ?, ended_at = ? WHERE id "+those, append([]any{state, micros(at)}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

// EndNoticesOf gives the notices of a letter the state in which it ended.
func (tx *Tx) EndNoticesOf(letter, state string, at time.Time) error {
	_, err := tx.change("UPDATE notice SET state = ?, ended_at = ? WHERE letter_id = ? AND letter_id <> '' AND ended_at = 0", state, micros(at), letter)
	return err
}

// NoticesOf gives a member's own list, newest first, those before an id (0 = from the newest on).
func (r reader) NoticesOf(ctx context.Context, memberID, before int64, limit int) ([]Notice, error) {
	text, args := "SELECT "+noticeAll+" FROM notice WHERE channel_id = 0 AND member_id = ?", []any{memberID}
	if before > 0 {
		text, args = text+" AND id < ?", append(args, before)
	}
	return all(ctx, r, readNotice, text+" ORDER BY id DESC LIMIT ? + 0", append(args, limit)...)
}

// NoticesFor gives every notice of a case, oldest first.
func (r reader) NoticesFor(ctx context.Context, caseID int64) ([]Notice, error) {
	return all(ctx, r, readNotice, "SELECT "+noticeAll+" FROM notice WHERE case_id = ? ORDER BY id", caseID)
}

// NoticesIn gives what a letter carries.
func (r reader) NoticesIn(ctx context.Context, letterID string) ([]Notice, error) {
	return all(ctx, r, readNotice, "SELECT "+noticeAll+" FROM notice WHERE letter_id = ? AND letter_id <> '' ORDER BY id", letterID)
}

// NoticesAfter gives every notice behind an id, oldest first, at most limit.
func (r reader) NoticesAfter(ctx context.Context, id int64, limit int) ([]Notice, error) {
	return all(ctx, r, readNotice, "SELECT "+noticeAll+" FROM notice WHERE id > ? ORDER BY id LIMIT ? + 0", id, limit)
}

// NoticesAbout gives what was told on the desk's own lists on one occasion.
func (r reader) NoticesAbout(ctx context.Context, caseID int64, about, reason string) ([]Notice, error) {
	return all(ctx, r, readNotice, "SELECT "+noticeAll+" FROM notice WHERE case_id = ? AND about = ? AND reason = ? AND channel_id = 0 ORDER BY id", caseID, about, reason)
}

// CountUnseen counts what a member has not looked at, up to limit.
func (r reader) CountUnseen(ctx context.Context, memberID int64, limit int) (int, error) {
	n, err := one(ctx, r, "count", (*record).int, "SELECT count(*) FROM (SELECT 1 FROM notice WHERE channel_id = 0 AND seen_at = 0 AND member_id = ? LIMIT ? + 0) t", memberID, limit)
	return int(n), err
}

// CountUnseenOn is CountUnseen for one case.
func (r reader) CountUnseenOn(ctx context.Context, memberID, caseID int64) (int, error) {
	n, err := one(ctx, r, "count", (*record).int, "SELECT count(*) FROM notice WHERE channel_id = 0 AND seen_at = 0 AND member_id = ? AND case_id = ?", memberID, caseID)
	return int(n), err
}

// SeeCase marks what a member was told of a case as seen. SeeNotices does so up to an id on the member's whole list.
func (tx *Tx) SeeCase(memberID, caseID int64, at time.Time) error {
	_, err := tx.change("UPDATE notice SET seen_at = ? WHERE channel_id = 0 AND seen_at = 0 AND member_id = ? AND case_id = ?", micros(at), memberID, caseID)
	return err
}

// SeeNotices marks the member's list as seen up to an id.
func (tx *Tx) SeeNotices(memberID, upTo int64, at time.Time) error {
	_, err := tx.change("UPDATE notice SET seen_at = ? WHERE channel_id = 0 AND seen_at = 0 AND member_id = ? AND id <= ?", micros(at), memberID, upTo)
	return err
}

// TakeLooks gives the notices for which somebody has to have looked by now, and takes the appointment off them.
func (tx *Tx) TakeLooks(now time.Time, limit int) ([]Notice, error) {
	return all(tx.ctx, tx.reader, readNotice, "UPDATE notice SET look_at = 0 WHERE id IN (SELECT id FROM notice WHERE look_at > 0 AND look_at <= ?"+
		" ORDER BY look_at, id LIMIT ? + 0"+tx.dialect.skipLocked()+") RETURNING "+noticeAll, micros(now), limit)
}

// EndLooks takes the appointments off everything said on an occasion.
func (tx *Tx) EndLooks(caseID int64, about, reason string) error {
	_, err := tx.change("UPDATE notice SET look_at = 0 WHERE case_id = ? AND about = ? AND reason = ? AND look_at > 0", caseID, about, reason)
	return err
}

// NextNotice gives the next instant at which something of this file is due; zero if nothing is.
func (r reader) NextNotice(ctx context.Context) (time.Time, error) {
	return one(ctx, r, "notice", (*record).instant, nextNotice)
}

const nextNotice = "SELECT coalesce(min(at), 0) FROM (SELECT min(due_at) AS at FROM notice WHERE state = 'planned'" +
	" UNION ALL SELECT min(due_at) FROM letter WHERE ended_at = 0 AND event_id = 0) t"

// NextLook gives the next instant at which somebody has to have looked, or a list of the day is due; zero if there is none.
func (r reader) NextLook(ctx context.Context) (time.Time, error) {
	return one(ctx, r, "notice", (*record).instant, nextLook)
}

const nextLook = "SELECT coalesce(min(at), 0) FROM (SELECT min(look_at) AS at FROM notice WHERE look_at > 0" +
	" UNION ALL SELECT min(digest_at) FROM hours WHERE digest_at > 0 UNION ALL SELECT min(evening_at) FROM hours WHERE evening_at > 0) t"

const letterAll = "id, channel_id, state, attempts, due_at, lease_until, fence, fault, body, created_at, ended_at, case_id, event_id"

type packedLetter struct {
	Letter
	packed []byte
}

func readLetter(r *record) packedLetter {
	return packedLetter{Letter: Letter{
		ID: r.text(), ChannelID: r.int(), State: r.text(), Attempts: int(r.int()), DueAt: r.instant(), LeaseUntil: r.instant(), Fence: r.int(), Fault: r.json(),
	}, packed: r.bytes()}.rest(r.instant(), r.instant(), r.int(), r.int())
}

func (p packedLetter) rest(created, ended time.Time, caseID, eventID int64) packedLetter {
	p.CreatedAt, p.EndedAt, p.CaseID, p.EventID = created, ended, caseID, eventID
	return p
}

func unpackLetters(found []packedLetter, err error) ([]Letter, error) {
	out := make([]Letter, len(found))
	for i := range found {
		if err != nil {
			break
		}
		out[i] = found[i].Letter
		out[i].Body, err = unpack(found[i].packed)
	}
	return out, err
}

// AddLetter writes a new sending of notices; those of events are written with the events.
func (tx *Tx) AddLetter(l Letter) error {
	body, err := pack(l.Body)
	if err != nil {
		return err
	}
	_, err = tx.change("INSERT INTO letter ("+letterAll+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
		l.ID, l.ChannelID, l.State, l.Attempts, micros(l.DueAt), micros(l.LeaseUntil), l.Fence, string(l.Fault), body, micros(l.CreatedAt), micros(l.EndedAt))
	return err
}

// PutLetter writes how a sending stands. Conflict if somebody else claimed it since: the fence differs.
func (tx *Tx) PutLetter(l Letter) error {
	return tx.must("letter", "UPDATE letter SET state = ?, attempts = ?, due_at = ?, lease_until = ?, fault = ?, ended_at = ? WHERE id = ? AND fence = ?",
		l.State, l.Attempts, micros(l.DueAt), micros(l.LeaseUntil), string(l.Fault), micros(l.EndedAt), l.ID, l.Fence)
}

// ClaimLetters takes sendings of notices that are due by now and not leased, longest waiting first, each with a new fence and a lease.
func (db *DB) ClaimLetters(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]Letter, error) {
	text := "UPDATE letter SET fence = fence + 1, lease_until = ? WHERE id IN (SELECT id FROM letter WHERE ended_at = 0 AND event_id = 0 AND due_at <= ? AND lease_until <= ?" +
		" ORDER BY due_at, id LIMIT ? + 0" + db.dialect.skipLocked() + ") RETURNING " + letterAll
	var taken []Letter
	err := db.Write(ctx, func(tx *Tx) (err error) {
		taken, err = unpackLetters(all(tx.ctx, tx.reader, readLetter, text, micros(now.Add(lease)), micros(now), micros(now), limit))
		return err
	})
	slices.SortFunc(taken, func(a, b Letter) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID)) })
	return taken, err
}

// LettersOf gives the newest sendings on a channel.
func (r reader) LettersOf(ctx context.Context, channelID int64, limit int) ([]Letter, error) {
	return unpackLetters(all(ctx, r, readLetter, "SELECT "+letterAll+" FROM letter WHERE channel_id = ? ORDER BY created_at DESC, id LIMIT ? + 0", channelID, limit))
}

// ForgetNotices removes notices and sendings that ended before an instant, at most limit of each, and tells how many notices that was.
func (tx *Tx) ForgetNotices(before time.Time, limit int) (int64, error) {
	n, err := tx.change("DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE created_at < ? AND ended_at > 0 ORDER BY created_at LIMIT ? + 0)", micros(before), limit)
	if err != nil {
		return 0, err
	}
	_, err = tx.change("DELETE FROM letter WHERE id IN (SELECT id FROM letter WHERE created_at < ? AND ended_at > 0 ORDER BY created_at LIMIT ? + 0)", micros(before), limit)
	return n, err
}

// OldestNotice gives when the oldest notice was made; zero if there is none.
func (r reader) OldestNotice(ctx context.Context) (time.Time, error) {
	found, err := all(ctx, r, (*record).instant, "SELECT created_at FROM notice ORDER BY created_at LIMIT 1")
	if err != nil || len(found) == 0 {
		return time.Time{}, err
	}
	return found[0], nil
}

// ReleaseLetter ends the lease of a claim that is not carried on, so that another node takes the sending at once.
func (tx *Tx) ReleaseLetter(l Letter) error {
	_, err := tx.change("UPDATE letter SET lease_until = 0 WHERE id = ? AND fence = ?", l.ID, l.Fence)
	return err
}

// LettersLate counts sendings that were due before an instant and have not ended, up to limit.
func (r reader) LettersLate(ctx context.Context, before time.Time, limit int) (int64, error) {
	return one(ctx, r, "count", (*record).int, "SELECT count(*) FROM (SELECT 1 FROM letter WHERE ended_at = 0 AND created_at < ? LIMIT ? + 0) t", micros(before), limit)
}
