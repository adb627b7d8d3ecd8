package store

import "time"

// HoldBack ends what a copy of a database cannot know the end of: sendings that the desk it was taken from may have carried out by an
// instant, and the notices in them or due by then. All end as unclear; it gives the notices. What was not due by then stays as it was,
// and so does what programs hear of events: they know a repetition by its id.
func (tx *Tx) HoldBack(now time.Time) ([]Notice, error) {
	_, err := tx.change("UPDATE letter SET state = 'unclear', ended_at = ?, lease_until = 0 WHERE ended_at = 0 AND event_id = 0 AND (state <> 'planned' OR due_at <= ?)", micros(now), micros(now))
	if err != nil {
		return nil, err
	}
	return all(tx.ctx, tx.reader, readNotice, "UPDATE notice SET state = 'unclear', ended_at = ? WHERE ended_at = 0 AND channel_id > 0 AND (state = 'planned' AND due_at <= ?"+
		" OR state = 'bound' AND NOT EXISTS (SELECT 1 FROM letter l WHERE l.id = notice.letter_id AND l.ended_at = 0)) RETURNING "+noticeAll, micros(now), micros(now))
}

// PutOffLooks moves the instants at which somebody has to have looked from before an instant to another one.
func (tx *Tx) PutOffLooks(before, to time.Time) error {
	_, err := tx.change("UPDATE notice SET look_at = ? WHERE look_at > 0 AND look_at <= ?", micros(to), micros(before))
	return err
}
