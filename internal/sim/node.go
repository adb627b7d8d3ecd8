package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/store"
)

// node is one life of one process: a desk with its own memory, sessions and connections.
type node struct {
	s      *Sim
	number int
	life   int
	db     *store.DB
	gate   *store.Gate
	desk   *desk.Desk
	ctx    context.Context
	kill   context.CancelFunc

	dead      bool
	deciding  bool   // a person is deciding at this node
	executing string // the effect whose act is being sent
	inside    int    // calls of the desk that are under way on this node
}

// Now is the node's own clock.
func (n *node) Now() time.Time { return n.s.now.Add(n.s.skews[n.number]) }

// Wait is only asked by loops, which a simulated node does not run.
func (n *node) Wait(ctx context.Context, _ time.Time, _ <-chan struct{}) { <-ctx.Done() }

// cache is what a node keeps of a database that grows to some hundred megabytes, in kilobytes. More would cost time: splitting a page lets
// SQLite search its whole cache when it commits.
const cache = 16_000

// start begins a life of a node: it opens the database and knows nothing else.
func (s *Sim) start(number int) error {
	s.lives++
	n := &node{s: s, number: number, life: s.lives}
	n.ctx, n.kill = context.WithCancel(context.Background())
	n.gate = &store.Gate{Around: n.around, Wires: &s.wires}
	n.gate.Full(s.diskFull)
	n.db, n.dead = nil, false
	s.quiet++ // nothing hits a node that only starts
	db, err := store.Open(n.ctx, s.o.DB, store.Options{Now: n.Now, Log: s.o.Log, Gate: n.gate, Cache: cache})
	s.quiet--
	if err != nil {
		n.kill()
		return err
	}
	n.db = db
	n.desk = s.newDesk(n)
	s.nodes[number] = n
	return nil
}

func (s *Sim) newDesk(n *node) *desk.Desk {
	o := s.o.Desk
	o.DB, o.Connectors, o.Channels, o.Clock, o.Log = n.db, n.watched(s.o.Connectors()), n.ways(), n, s.o.Log
	o.PublicURL = func() string { return "https://desk.example" }
	o.World = connector.World{HTTP: s.client(n), Now: n.Now, Log: s.o.Log, Pause: n.pause, OneByOne: true}
	o.Private = &o.World
	o.SyncEvery, o.OrderEvery, o.WatchEvery = s.o.SyncEvery, s.o.OrderEvery, 4*time.Hour
	o.NewID = s.newID
	return desk.New(o)
}

func (s *Sim) newID(prefix string) string {
	s.ids++
	return fmt.Sprintf("%s_%016x%016x", prefix, s.ids, NewDraw(s.o.Seed, "id", s.ids).next())
}

// pause is how a piece of work waits.
func (n *node) pause(ctx context.Context, d time.Duration) error {
	if n.dead {
		return errDied
	}
	n.s.pass(d)
	return ctx.Err()
}

// pass lets virtual time pass inside a piece of work.
func (s *Sim) pass(d time.Duration) {
	if !s.still {
		s.now = s.now.Add(d)
	}
}

var errDied = errors.New("sim: the node died")

// die ends the node between two operations. What it had not committed is undone, and it comes back some time later.
func (n *node) die() {
	if n.dead {
		return
	}
	n.dead = true
	n.gate.Cut()
	n.kill()
	n.s.report.Crashes++
	n.s.nodes[n.number] = nil
	n.s.back(n.number, n.s.draw.Between(time.Second, 5*time.Minute))
}

// back lets a node come back after a while. Until then nobody works, where it was the only one: that is not the desk's fault.
func (s *Sim) back(number int, after time.Duration) {
	if len(s.alive()) == 0 {
		s.stands(after)
	}
	s.at(s.now.Add(after), func() { s.revive(number) })
}

// revive starts the node again; it tries later where the database is not there.
func (s *Sim) revive(number int) {
	if s.nodes[number] != nil {
		return
	}
	if s.dbDown || s.start(number) != nil {
		s.back(number, 20*time.Second)
		return
	}
	s.wakeWork()
}

// use runs a call of the node's desk and clears the node away if it died in it.
func (n *node) use(do func(context.Context) error) error {
	n.inside++
	err := do(n.ctx)
	n.inside--
	if n.dead && n.inside == 0 {
		_ = n.db.Close() // everything on it fails already
	}
	return err
}

// around is asked before every sentence to the database.
func (n *node) around(sentence store.Sentence, do func() error) error {
	s := n.s
	if n.dead {
		return store.ErrCut
	}
	if s.dbDown && sentence.Kind != "rollback" {
		return n.noDatabase(sentence)
	}
	if s.quiet > 0 || sentence.Kind == "rollback" {
		return do()
	}
	in := s.hit(operation{node: n, text: sentence.Text, commit: sentence.Kind == "commit"})
	if in == nil {
		return do()
	}
	if in.Late && sentence.Kind == "commit" {
		if err := do(); err != nil {
			return err
		}
	}
	if in.What == "db_cut" && s.postgres() {
		n.gate.Cut()
		return errCutOff
	}
	n.die()
	return store.ErrCut
}

var errCutOff = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// noDatabase is what a node hears while the server is down.
func (n *node) noDatabase(sentence store.Sentence) error {
	if sentence.Kind == "connect" {
		return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	n.gate.Cut()
	return errCutOff
}

func (s *Sim) postgres() bool { return strings.HasPrefix(s.o.DB, "postgres") }

// alive are the nodes that run.
func (s *Sim) alive() []*node {
	var out []*node
	for _, n := range s.nodes {
		if n != nil && !n.dead {
			out = append(out, n)
		}
	}
	return out
}

// anyNode is the node that answers the next person or does the next piece of work; nil if none runs.
func (s *Sim) anyNode() *node {
	all := s.alive()
	if len(all) == 0 {
		return nil
	}
	return all[s.draw.IntN(len(all))]
}

// watched lets the simulation know which effect is being sent.
func (n *node) watched(all map[string]connector.Connector) map[string]connector.Connector {
	out := make(map[string]connector.Connector, len(all))
	for kind, c := range all {
		w := watched{c, n}
		out[kind] = w
		if several, ok := c.(connector.Several); ok {
			out[kind] = watchedSeveral{w, several}
		}
	}
	return out
}

type watched struct {
	connector.Connector
	n *node
}

type watchedSeveral struct {
	watched
	connector.Several
}

func (w watched) Open(a connector.Account, world connector.World) (connector.Session, error) {
	session, err := w.Connector.Open(a, world)
	return watchedSession{session, w.n}, err
}

type watchedSession struct {
	connector.Session
	n *node
}

func (w watchedSession) Execute(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	before := w.n.executing
	w.n.executing = act.ID
	defer func() { w.n.executing = before }()
	return w.Session.Execute(ctx, act)
}
