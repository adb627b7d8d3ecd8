package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// EveryEvent stands for all kinds of events in Channel.Events.
const EveryEvent = "*"

// feed is a channel of a program that hears what happens to cases. Each event it wants becomes a letter in the transaction that writes the
// event, so that none is lost and none is told that did not happen.
type feed struct {
	channel int64
	kinds   []string
	stores  []int64
}

func (f feed) wants(kind string, storeID int64) bool {
	return (f.kinds[0] == EveryEvent || slices.Contains(f.kinds, kind)) && (len(f.stores) == 0 || slices.Contains(f.stores, storeID))
}

// feedsOf are the feeds among channels.
func feedsOf(channels []Channel) []feed {
	var out []feed
	for _, c := range channels {
		if c.MemberID == 0 && len(c.Events) > 0 {
			out = append(out, feed{c.ID, c.Events, c.Stores})
		}
	}
	return out
}

// Feeding tells whether some program is known to hear events.
func (db *DB) Feeding() bool {
	k := db.keeping.Load()
	return k != nil && len(k.feeds) > 0
}

func (tx *Tx) feeds() ([]feed, error) {
	if k, err := tx.reader.kept(tx.ctx); k != nil || err != nil {
		return k.all().feeds, err
	}
	channels, err := tx.ActiveChannels(tx.ctx)
	return feedsOf(channels), err
}

var letterTable = table{name: "letter", columns: []string{
	"id", "channel_id", "state", "attempts", "due_at", "lease_until", "fence", "fault", "body", "created_at", "ended_at", "case_id", "event_id",
}}

// feed writes the letters of events that were just written under these ids.
func (tx *Tx) feed(to []feed, events []Event, ids []int64) error {
	stores, err := tx.storesOf(events)
	if err != nil {
		return err
	}
	var rows [][]any
	for i, e := range events {
		for _, f := range to {
			if f.wants(e.Kind, stores[e.CaseID]) {
				id := "evt_" + strconv.FormatInt(ids[i], 10) + "_" + strconv.FormatInt(f.channel, 10)
				rows = append(rows, []any{id, f.channel, "planned", 0, micros(e.At), 0, 0, "", nil, micros(e.At), 0, e.CaseID, ids[i]})
			}
		}
	}
	_, err = put(tx, letterTable, rows, nothing)
	return err
}

func (tx *Tx) storesOf(events []Event) (map[int64]int64, error) {
	out := map[int64]int64{}
	var ids []int64
	for _, e := range events {
		if h, ok := tx.held[e.CaseID]; ok {
			out[e.CaseID] = h.store
		} else {
			ids = append(ids, e.CaseID)
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	slices.Sort(ids)
	type owned struct{ id, store int64 }
	found, err := byIDs(tx.ctx, tx.reader, func(r *record) owned { return owned{r.int(), r.int()} }, "SELECT id, store_id FROM case_ WHERE id", "", slices.Compact(ids))
	for _, o := range found {
		out[o.id] = o.store
	}
	return out, err
}

// NextFeed gives the next instant at which a letter of an event is due; zero if none is.
func (r reader) NextFeed(ctx context.Context) (time.Time, error) {
	return one(ctx, r, "letter", (*record).instant, nextFeed)
}

const nextFeed = "SELECT coalesce(min(due_at), 0) FROM letter WHERE ended_at = 0 AND event_id > 0"

// feedPause is after what time a letter behind one that is on its way is looked at again.
const feedPause = 2 * time.Second

// feedWindow is how many letters are looked at for a claim: some of them stand behind others of their case.
func feedWindow(limit int) int { return 4*limit + 16 }

// line is a letter of an event as a claim sees it.
type line struct {
	id          string
	channel, of int64
	dueAt       time.Time
}

func readLine(r *record) line {
	return line{r.text(), r.int(), r.int(), r.instant()}
}

const lineAll = "id, channel_id, case_id, due_at"

type lineKey struct{ channel, of int64 }

func (l line) key() lineKey { return lineKey{l.channel, l.of} }

// ClaimFeed takes letters of events that are due by now, each with a new fence and a lease: of a case and channel only the first, and never
// two at a time. Those behind are put off until the first is due again; FreeFeed calls them sooner.
func (db *DB) ClaimFeed(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]Letter, error) {
	var taken []Letter
	err := db.Write(ctx, func(tx *Tx) error {
		due, err := all(tx.ctx, tx.reader, readLine, "SELECT "+lineAll+" FROM letter WHERE ended_at = 0 AND event_id > 0 AND due_at <= ? AND lease_until <= ?"+
			" ORDER BY due_at, event_id LIMIT ? + 0"+tx.dialect.skipLocked(), micros(now), micros(now), feedWindow(limit))
		if err != nil || len(due) == 0 {
			taken = nil
			return err
		}
		first, err := tx.firstOfLines(due)
		if err != nil {
			return err
		}
		taken, err = tx.takeLines(due, first, now, lease, limit)
		return err
	})
	slices.SortFunc(taken, func(a, b Letter) int { return cmp.Compare(a.EventID, b.EventID) })
	return taken, err
}

// firstOfLines gives the first letter that has not ended of each case and channel.
func (tx *Tx) firstOfLines(due []line) (map[lineKey]line, error) {
	cases := make([]int64, len(due))
	for i, l := range due {
		cases[i] = l.of
	}
	slices.Sort(cases)
	const head = "SELECT " + lineAll + " FROM letter WHERE ended_at = 0 AND event_id > 0 AND NOT EXISTS (SELECT 1 FROM letter b WHERE b.ended_at = 0 AND b.event_id > 0" +
		" AND b.case_id = letter.case_id AND b.channel_id = letter.channel_id AND b.event_id < letter.event_id) AND case_id"
	found, err := byIDs(tx.ctx, tx.reader, readLine, head, "", slices.Compact(cases))
	first := make(map[lineKey]line, len(found))
	for _, l := range found {
		first[l.key()] = l
	}
	return first, err
}

// takeLines claims those that come first and puts the others off.
func (tx *Tx) takeLines(due []line, first map[lineKey]line, now time.Time, lease time.Duration, limit int) ([]Letter, error) {
	var ids []string
	later := map[time.Time][]string{}
	for _, l := range due {
		switch head := first[l.key()]; {
		case head.id != l.id:
			at := now.Add(feedPause)
			if head.dueAt.After(at) {
				at = head.dueAt
			}
			later[at] = append(later[at], l.id)
		case len(ids) < limit:
			ids = append(ids, l.id)
		}
	}
	for at, behind := range later {
		those, args := among(tx.dialect, behind)
		if _, err := tx.change("UPDATE letter SET due_at = ? WHERE id "+those, append([]any{micros(at)}, args...)...); err != nil {
			return nil, err
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	those, args := among(tx.dialect, ids)
	return unpackLetters(all(tx.ctx, tx.reader, readLetter, "UPDATE letter SET fence = fence + 1, lease_until = ? WHERE id "+those+" RETURNING "+letterAll,
		append([]any{micros(now.Add(lease))}, args...)...))
}

// FreeFeed makes the next letter of a case and channel due, once the one before it has ended. It is written even where it is due: a claim
// under way that saw the one before may be about to put it off, and is waited for.
func (tx *Tx) FreeFeed(ended Letter, at time.Time) error {
	_, err := tx.change("UPDATE letter SET due_at = ? WHERE id = (SELECT id FROM letter WHERE ended_at = 0 AND event_id > 0 AND case_id = ?"+
		" AND channel_id = ? ORDER BY event_id LIMIT 1)", micros(at), ended.CaseID, ended.ChannelID)
	return err
}

// Event gives one line of history. NotFound if there is none.
func (r reader) Event(ctx context.Context, id int64) (Event, error) {
	return one(ctx, r, "event", readEvent, "SELECT id, case_id, at, kind, actor, member_id, data FROM event WHERE id = ?", id)
}

// numbered are the ids of rows that were written in one order: the same order, however they came back.
func numbered(ids []int64, rows int) ([]int64, error) {
	if len(ids) != rows {
		return nil, fmt.Errorf("store: %d rows written, %d ids given back", rows, len(ids))
	}
	slices.Sort(ids)
	return ids, nil
}
