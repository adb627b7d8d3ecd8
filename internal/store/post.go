package store

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// post carries news between the nodes that share a PostgreSQL database. After commits it calls "look" on a channel all nodes
// listen to, with the numbers of what changed and nothing of the content, at most every postPause: a call inside each
// transaction would make the server commit one after the other. A call may get lost: after a break, and whenever more
// changed than fits, the word is "look at everything"; whoever listens reads the tables again in any case, and looks by
// itself from time to time.
type post struct {
	db     *DB
	config *pgx.ConnConfig
	self   string // a name of this node, to leave out its own calls

	mu  sync.Mutex
	out gathered

	wake chan struct{}
	stop context.CancelFunc
	work sync.WaitGroup
}

const (
	postChannel = "parley"
	postPause   = 20 * time.Millisecond
	postBytes   = 4000             // of 8,000 that PostgreSQL carries
	postQuiet   = 15 * time.Second // after so long without a call the line is tried
	postAnswer  = 5 * time.Second  // within which the server must answer then
	postRetry   = time.Second      // between two attempts to get a line
)

func startPost(db *DB, config *pgx.ConnConfig) *post {
	ctx, stop := context.WithCancel(context.Background())
	p := &post{db: db, config: config, self: rand.Text()[:12], out: newGathered(), wake: make(chan struct{}, 1), stop: stop}
	p.work.Go(func() { p.send(ctx) })
	p.work.Go(func() { p.listen(ctx) })
	return p
}

func (p *post) close() {
	p.stop()
	p.work.Wait()
}

// add notes what a commit of this node changed.
func (p *post) add(g gathered) {
	if g.empty() {
		return
	}
	p.mu.Lock()
	p.out.join(g)
	p.mu.Unlock()
	ring(p.wake)
}

// send calls what was noted, and after each call rests a moment so that what follows is told together.
func (p *post) send(ctx context.Context) {
	for pause(ctx, p.wake, 0) {
		p.mu.Lock()
		changes := p.out.take()
		p.mu.Unlock()
		if err := p.call(ctx, changes.payload(p.self)); err != nil && ctx.Err() == nil {
			p.db.log.Warn("store: the other nodes could not be told", "error", err)
			p.add(gathered{all: true})
			pause(ctx, nil, postRetry)
		}
		pause(ctx, nil, postPause)
	}
}

func (p *post) call(ctx context.Context, payload string) error {
	ctx, cancel := context.WithTimeout(ctx, postAnswer)
	defer cancel()
	_, err := p.db.pool.ExecContext(ctx, "SELECT pg_notify($1, $2)", postChannel, payload)
	return err
}

// pause waits for the ring, for a time (0 = no limit), or until the context ends, which gives false.
func pause(ctx context.Context, ring <-chan struct{}, d time.Duration) bool {
	var over <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-ring:
	case <-over:
	}
	return true
}

// listen hears the others on a connection of its own, and gets a new one whenever that breaks.
func (p *post) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := p.hear(ctx)
		if ctx.Err() == nil {
			p.db.log.Warn("store: the line to the other nodes broke", "error", err)
			pause(ctx, nil, postRetry)
		}
	}
}

func (p *post) hear(ctx context.Context) error {
	open, cancel := context.WithTimeout(ctx, 2*postAnswer)
	defer cancel()
	conn, err := pgx.ConnectConfig(open, p.config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(open))
	if _, err := conn.Exec(open, "LISTEN "+postChannel); err != nil {
		return err
	}
	p.db.log.Log(ctx, slog.LevelDebug, "store: listening to other nodes")
	p.db.heard(gathered{elsewhere: true, all: true}) // whatever was called before is unheard
	for {
		if err := p.next(ctx, conn); err != nil {
			return err
		}
	}
}

// next waits for one call. Where none comes for a while the server has to show that it is still there: a line that was
// cut without a word would be waited on for ever.
func (p *post) next(ctx context.Context, conn *pgx.Conn) error {
	quiet, cancel := context.WithTimeout(ctx, postQuiet)
	defer cancel()
	call, err := conn.WaitForNotification(quiet)
	if err == nil {
		if from, g := readPayload(call.Payload); from != p.self {
			p.db.heard(g)
		}
		return nil
	}
	if quiet.Err() == nil || ctx.Err() != nil {
		return err
	}
	answer, cancel := context.WithTimeout(ctx, postAnswer)
	defer cancel()
	return conn.Ping(answer)
}

// payload is "look NODE", then n if names changed, c and s with numbers; "look NODE all" where that would be too long.
func (c Changes) payload(self string) string {
	everything := "look " + self + " all"
	if c.All {
		return everything
	}
	var b strings.Builder
	b.WriteString("look " + self)
	if c.Names {
		b.WriteString(" n")
	}
	for _, id := range c.Cases {
		b.WriteString(" c" + strconv.FormatInt(id, 10))
	}
	for _, id := range c.Stores {
		b.WriteString(" s" + strconv.FormatInt(id, 10))
	}
	if b.Len() > postBytes {
		return everything
	}
	return b.String()
}

// readPayload takes a payload apart. What it does not understand, such as words of a later version, means everything.
func readPayload(text string) (from string, g gathered) {
	g = newGathered()
	g.elsewhere = true
	words := strings.Fields(text)
	if len(words) < 2 || words[0] != "look" {
		g.all = true
		return "", g
	}
	for _, w := range words[2:] {
		id, err := strconv.ParseInt(w[1:], 10, 64)
		switch {
		case w == "n":
			g.names = true
		case err == nil && w[0] == 'c':
			g.cases[id] = true
		case err == nil && w[0] == 's':
			g.stores[id] = true
		default:
			g.all = true
		}
	}
	return words[1], g
}
