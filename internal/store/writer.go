package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"time"

	"parley/internal/fault"
)

// A group is bounded so that nobody waits long for the commit: in number, and in time from its first write.
const (
	groupSize = 256
	groupTime = 5 * time.Millisecond
)

// checkpointAt is the size of the write-ahead log from which the writer moves it into the file when it is idle. It is
// small because reading beside a long log is slower.
const checkpointAt = 4 << 20

// idle is how long nobody must have written before the log is tidied up.
const idle = 200 * time.Millisecond

// writer is SQLite's one writer. Whoever finds it free leads: he opens the transaction, runs his own function, lets those run who wait by
// then, each on its own goroutine, and commits for all. Panics and early ends are the affair of the goroutine they happen on.
type writer struct {
	conn  *sql.Conn
	run   connRunner
	now   func() time.Time
	wal   string
	log   *slog.Logger
	lead  chan struct{} // holds one while somebody leads; those who wait get it in the order in which they came
	queue chan *turn    // to whoever leads
	stop  chan struct{}
	tidy  *time.Timer // nil: the log is tidied up at the end only
}

// turn is one caller's time in a group that another leads.
type turn struct {
	ctx   context.Context
	start chan error // nil: go on
	ran   chan error // the function's result
	end   chan error // the commit's result
}

func startWriter(ctx context.Context, db *sql.DB, now func() time.Time, wal string, log *slog.Logger) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &writer{
		conn: conn, run: connRunner{conn, &readyStatements{}}, now: now, wal: wal, log: log,
		lead: make(chan struct{}, 1), queue: make(chan *turn), stop: make(chan struct{}),
	}, nil
}

// tidyWhenIdle has the log tidied up from now on whenever nobody writes for a while. It must be called before the first write.
func (w *writer) tidyWhenIdle() { w.tidy = time.AfterFunc(idle, w.tidyUp) }

// write runs do inside a transaction and makes it durable, alone or together with others. An error of do undoes what it did and is given
// back, and so does a panic.
func (w *writer) write(ctx context.Context, do func(runner) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-w.stop:
		return fault.New(fault.Unavailable, "fault.store.unavailable")
	case w.lead <- struct{}{}:
		return w.group(do)
	default:
	}
	t := &turn{ctx: ctx, start: make(chan error), ran: make(chan error), end: make(chan error, 1)}
	select {
	case <-w.stop:
		return fault.New(fault.Unavailable, "fault.store.unavailable")
	case <-ctx.Done():
		return ctx.Err()
	case w.lead <- struct{}{}:
		return w.group(do)
	case w.queue <- t:
		return t.take(w.run, do)
	}
}

// take waits for the turn, runs do in it and waits for the commit, which does not come after a failure.
func (t *turn) take(r runner, do func(runner) error) error {
	select {
	case err := <-t.start:
		if err != nil {
			return err
		}
	case <-t.ctx.Done():
		return t.ctx.Err()
	}
	failed := errPanicked
	defer func() {
		if failed == errPanicked {
			t.ran <- failed // the panic goes on
		}
	}()
	failed = do(r)
	t.ran <- failed
	if failed != nil {
		return failed
	}
	return <-t.end
}

// group runs do and commits it together with those who wait.
func (w *writer) group(do func(runner) error) error {
	defer func() {
		if w.tidy != nil {
			w.tidy.Reset(idle)
		}
		<-w.lead
	}()
	if err := w.do("BEGIN IMMEDIATE"); err != nil {
		return known(err)
	}
	began := w.now()
	if err := w.first(do); err != nil {
		return err
	}
	var kept []*turn
	for n := 1; n < groupSize && w.now().Sub(began) < groupTime; n++ {
		t := w.waiting()
		if t == nil {
			break
		}
		keep, err := w.serve(t)
		if keep {
			kept = append(kept, t)
		}
		if err != nil {
			return w.lost(kept, err)
		}
	}
	return w.commit(kept)
}

// first runs what the leader of a group came for. It needs no savepoint: where it fails nothing else is undone with it.
func (w *writer) first(do func(runner) error) (err error) {
	err = errPanicked
	defer func() {
		if err != nil {
			_ = w.do("ROLLBACK") // where SQLite has rolled back by itself this does nothing
		}
	}()
	return do(w.run)
}

// close ends the writer after whoever leads now.
func (w *writer) close() {
	close(w.stop)
	if w.tidy != nil {
		w.tidy.Stop()
	}
	w.lead <- struct{}{}
	w.checkpoint()
	w.run.ready.close()
	w.conn.Close()
}

// tidyUp shortens the log when nobody has written for a while.
func (w *writer) tidyUp() {
	select {
	case w.lead <- struct{}{}:
		w.checkpoint()
		<-w.lead
	default: // whoever leads now has it done later
	}
}

// waiting gives the next turn if somebody waits already.
func (w *writer) waiting() *turn {
	select {
	case t := <-w.queue:
		return t
	default:
		return nil
	}
}

// serve lets one caller run inside a savepoint; keep tells whether its changes stay. An error means that the whole
// transaction is gone.
func (w *writer) serve(t *turn) (keep bool, err error) {
	if err := w.do("SAVEPOINT turn"); err != nil {
		t.refuse(unavailable(err))
		return false, err
	}
	select {
	case t.start <- nil:
	case <-t.ctx.Done():
		return false, w.do("RELEASE turn")
	}
	if failed := <-t.ran; failed != nil {
		if err := w.do("ROLLBACK TO turn"); err != nil {
			return false, errors.Join(failed, err) // the first tells why SQLite rolled everything back
		}
		return false, w.do("RELEASE turn")
	}
	return true, w.do("RELEASE turn")
}

// refuse ends a turn before it began.
func (t *turn) refuse(err error) {
	select {
	case t.start <- err:
	case <-t.ctx.Done():
	}
}

// lost: SQLite rolled the transaction back by itself (disk full, read error), so nothing of the group happened.
func (w *writer) lost(kept []*turn, err error) error {
	w.log.Error("store: a group of writes was rolled back", "writes", len(kept)+1, "error", err)
	_ = w.do("ROLLBACK") // nothing is left to roll back
	return end(kept, unavailable(err))
}

func (w *writer) commit(kept []*turn) error {
	err := w.do("COMMIT")
	if err != nil {
		w.log.Error("store: a commit failed", "writes", len(kept)+1, "error", err)
		_ = w.do("ROLLBACK") // the commit has failed already
		if isFull(err) {
			err = full(err) // a log that could not be written to its end holds no commit
		} else {
			err = fault.New(fault.Unknown, "fault.store.commit").Because(err)
		}
	}
	return end(kept, err)
}

// end tells everybody of a group how it ended.
func end(kept []*turn, err error) error {
	for _, t := range kept {
		t.end <- err
	}
	return err
}

func (w *writer) do(text string) error {
	_, err := w.run.exec(context.Background(), text, nil)
	return err
}

// checkpoint moves the log into the file as far as no reader is in the way.
func (w *writer) checkpoint() {
	if info, err := os.Stat(w.wal); err != nil || info.Size() < checkpointAt {
		return
	}
	if err := w.run.read(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)", nil, &record{}, func() error { return nil }); err != nil {
		w.log.Warn("store: checkpoint", "error", err)
	}
}
