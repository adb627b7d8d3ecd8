package desk

import (
	"context"
	"time"

	"parley/internal/store"
)

const (
	reindexAtOnce = 200
	reindexLease  = time.Minute
)

// runReindex makes the words that are missing. On most desks there are none, and it only waits.
func (d *Desk) runReindex(ctx context.Context) {
	for ctx.Err() == nil {
		left, err := d.DB.Reindexing(ctx)
		if err == nil && !left {
			<-ctx.Done()
			return
		}
		if err == nil {
			_, err = d.Reindex(ctx)
		}
		if err != nil {
			d.failed(ctx, "reindex", err)
		}
		d.Clock.Wait(ctx, d.Now().Add(reindexLease), nil)
	}
}

// Reindex makes the words of cases that were copied from another database, and gives how many there were. It can be broken off at any
// moment and goes on where it stood; of several nodes one does it.
func (d *Desk) Reindex(ctx context.Context) (int, error) {
	total, after := 0, int64(0)
	for ctx.Err() == nil {
		var ids []int64
		mine := false
		err := d.DB.Write(ctx, func(tx *store.Tx) (err error) {
			if ids, err = tx.Unindexed(after, reindexAtOnce); err != nil {
				return err
			}
			now := d.Now()
			if mine, err = tx.Lease("reindex", d.holder, now, now.Add(reindexLease)); err != nil || !mine {
				return err
			}
			if len(ids) == 0 {
				return tx.Indexed()
			}
			return d.index(ctx, tx, ids)
		})
		if err != nil || len(ids) == 0 || !mine {
			return total, err
		}
		total, after = total+len(ids), ids[len(ids)-1]
	}
	return total, ctx.Err()
}

func (d *Desk) index(ctx context.Context, tx *store.Tx, ids []int64) error {
	cases, err := forUpdate(tx, ids)
	if err != nil {
		return err
	}
	ms, err := gather(ctx, tx, cases)
	if err != nil {
		return err
	}
	docs := make(map[int64]store.SearchDoc, len(ms))
	for _, m := range ms {
		f, err := m.facts()
		if err != nil {
			return err
		}
		docs[m.c.ID] = searchDoc(m, &f)
	}
	return tx.IndexAll(docs)
}
