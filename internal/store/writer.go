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

// writer is SQLite's one writer. Callers queue up; in its turn a caller runs its function itself, on its own goroutine,
// so that a panic or an early end there is the caller's affair. Whoever waits at that moment shares the next commit.
type writer struct {
	conn  *sql.Conn
	run   connRunner
	now   func() time.Time
	wal   string
	log   *slog.Logger
	queue chan *turn
	stop  chan struct{}
	done  chan struct{}
}

// turn is one caller's time at the writer.
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
	w := &writer{
		conn: conn, run: connRunner{conn, &prepared{}}, now: now, wal: wal, log: log,
		queue: make(chan *turn), stop: make(chan struct{}), done: make(chan struct{}),
	}
	go w.work()
	return w, nil
}

// enter waits for the turn. On success the caller must call leave.
func (w *writer) enter(ctx context.Context) (*turn, runner, error) {
	t := &turn{ctx: ctx, start: make(chan error), ran: make(chan error), end: make(chan error, 1)}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	select {
	case w.queue <- t:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case <-w.stop:
		return nil, nil, fault.New(fault.Unavailable, "fault.store.unavailable")
	}
	select {
	case err := <-t.start:
		return t, w.run, err
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// leave gives the function's result and waits for the commit (not after a failure). The commit's result is given back.
func (t *turn) leave(err error) error {
	t.ran <- err
	if err != nil {
		return err
	}
	return <-t.end
}

func (w *writer) close() {
	close(w.stop)
	<-w.done
	w.run.prepared.close()
	w.conn.Close()
}

func (w *writer) work() {
	defer close(w.done)
	tidy := time.NewTimer(idle)
	defer tidy.Stop()
	for {
		select {
		case t := <-w.queue:
			w.group(t)
			tidy.Reset(idle)
		case <-tidy.C:
			w.checkpoint()
		case <-w.stop:
			w.checkpoint()
			return
		}
	}
}

// group commits the first turn together with all that wait.
func (w *writer) group(first *turn) {
	if err := w.do("BEGIN IMMEDIATE"); err != nil {
		first.refuse(known(err))
		return
	}
	began := w.now()
	if !w.begin(first) {
		return
	}
	kept := []*turn{first}
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
			w.lost(kept, err)
			return
		}
	}
	w.commit(kept)
}

// begin lets the first caller of a group run. It needs no savepoint: where it fails nothing else is undone with it.
func (w *writer) begin(t *turn) bool {
	select {
	case t.start <- nil:
	case <-t.ctx.Done():
		_ = w.do("ROLLBACK") // nothing was done
		return false
	}
	if failed := <-t.ran; failed != nil {
		_ = w.do("ROLLBACK") // where SQLite has rolled back by itself this does nothing
		return false
	}
	return true
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
func (w *writer) lost(kept []*turn, err error) {
	w.log.Error("store: a group of writes was rolled back", "writes", len(kept), "error", err)
	_ = w.do("ROLLBACK") // nothing is left to roll back
	for _, t := range kept {
		t.end <- unavailable(err)
	}
}

func (w *writer) commit(kept []*turn) {
	err := w.do("COMMIT")
	if err != nil {
		w.log.Error("store: a commit failed", "writes", len(kept), "error", err)
		_ = w.do("ROLLBACK") // the commit has failed already
		if isFull(err) {
			err = full(err) // a log that could not be written to its end holds no commit
		} else {
			err = fault.New(fault.Unknown, "fault.store.commit").Because(err)
		}
	}
	for _, t := range kept {
		t.end <- err
	}
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
	rows, err := w.run.query(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)", nil)
	if err != nil {
		w.log.Warn("store: checkpoint", "error", err)
		return
	}
	rows.Close()
}
