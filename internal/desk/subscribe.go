package desk

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/store"
)

// Some platforms hand their messages out over a connection that we keep (connector.Subscriber). One node keeps it for all stores of a
// channel, by a lease. The desk asks for nothing it could not find by polling, so that a fallen connection costs time and no message.

const (
	channelLease = 90 * time.Second
	// channelRound is how often leases are lengthened and stores looked at; a change of a store's settings is looked at once.
	channelRound = 30 * time.Second
	// steadyAfter is how long a connection must have held for its fall to count as the first failure.
	steadyAfter  = time.Minute
	shortestRest = time.Second
	longestRest  = 5 * time.Minute
	refusedRest  = 15 * time.Minute // the longest where the platform does not let us in: that does not mend itself
)

// channel is a connection that stores want.
type channel struct {
	name     string // of its lease
	from     connector.Subscriber
	accounts []connector.Account
	mark     string // changes with the stores and what stands in them
}

// holding is a channel whose connection this node keeps.
type holding struct {
	channel
	until time.Time // of the lease
	stop  context.CancelFunc
	ended chan struct{}
}

// end ends the connection and waits for it.
func (k *holding) end() {
	k.stop()
	<-k.ended
}

// runSubscriptions keeps the connections for messages until the context ends.
func (d *Desk) runSubscriptions(ctx context.Context) {
	if !slices.ContainsFunc(slices.Collect(maps.Values(d.Connectors)), subscribes) {
		<-ctx.Done()
		return
	}
	mine := map[string]*holding{}
	defer func() {
		for _, k := range mine {
			d.giveUp(k)
		}
	}()
	for ctx.Err() == nil {
		if err := d.keepChannels(ctx, mine); err != nil {
			d.failed(ctx, "subscriptions", err)
		} else {
			d.pulse.beat("subscriptions", d.Now())
		}
		d.Clock.Wait(ctx, d.Now().Add(channelRound), d.wakeSubscriptions)
	}
}

func subscribes(c connector.Connector) bool {
	_, ok := c.(connector.Subscriber)
	return ok
}

// giveUp ends a connection and lets another node keep it.
func (d *Desk) giveUp(k *holding) {
	k.end()
	d.giveBack(k.name, func(tx *store.Tx) error { return tx.EndLease(k.name, d.holder) })
}

// keepChannels begins the connections that are wanted and ours, and ends the others.
func (d *Desk) keepChannels(ctx context.Context, mine map[string]*holding) error {
	wanted, err := d.channels(ctx)
	var ours map[string]bool
	until := d.Now().Add(channelLease)
	if err == nil {
		ours, err = d.leaseAll(ctx, slices.Sorted(maps.Keys(wanted)), until)
	}
	for name, k := range mine {
		w, still := wanted[name]
		switch {
		case err != nil && d.Now().Before(k.until): // nobody else may have it yet
		case err != nil, still && !ours[name]:
			k.end()
			delete(mine, name)
		case !still:
			d.giveUp(k)
			delete(mine, name)
		case w.mark != k.mark:
			k.end()
			delete(mine, name)
		default:
			k.until = until
		}
	}
	if err != nil {
		return err
	}
	for name, w := range wanted {
		if ours[name] && mine[name] == nil {
			mine[name] = d.begin(ctx, w, until)
		}
	}
	return d.forgetConnections(ctx, wanted)
}

// channels are the connections that active stores want, by the name of their lease. A store whose secret cannot be opened wants none; that
// it cannot be read says so.
func (d *Desk) channels(ctx context.Context) (map[string]channel, error) {
	stores, err := d.DB.Stores(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]channel{}
	for _, st := range stores {
		from, ok := d.Connectors[st.Connector].(connector.Subscriber)
		if !ok || st.State != "active" {
			continue
		}
		sec, err := d.unseal(st)
		if err != nil {
			continue
		}
		account := accountOf(st.ID, st.Settings, sec)
		if way := from.Channel(account); way != "" {
			name := "channel:" + st.Connector + ":" + way
			c := out[name]
			c.name, c.from, c.accounts = name, from, append(c.accounts, account)
			c.mark += fmt.Sprintf("%d %d %x\n", st.ID, st.Version, st.Secret)
			out[name] = c
		}
	}
	return out, nil
}

// leaseAll takes or lengthens the leases of names and tells which are ours.
func (d *Desk) leaseAll(ctx context.Context, names []string, until time.Time) (map[string]bool, error) {
	ours := map[string]bool{}
	if len(names) == 0 {
		return ours, nil
	}
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		clear(ours)
		for _, name := range names {
			mine, err := tx.Lease(name, d.holder, d.Now(), until)
			if err != nil {
				return err
			}
			ours[name] = mine
		}
		return nil
	})
	return ours, err
}

// forgetConnections removes what is written about connections of stores that want none any more.
func (d *Desk) forgetConnections(ctx context.Context, wanted map[string]channel) error {
	known, err := d.DB.Subscriptions(ctx)
	if err != nil {
		return err
	}
	for _, c := range wanted {
		for _, a := range c.accounts {
			known = slices.DeleteFunc(known, func(s store.Subscription) bool { return s.StoreID == a.StoreID })
		}
	}
	if len(known) == 0 {
		return nil
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		for _, s := range known {
			if err := tx.EndSubscription(s.StoreID); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) begin(ctx context.Context, c channel, until time.Time) *holding {
	ctx, stop := context.WithCancel(ctx)
	k := &holding{channel: c, until: until, stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(k.ended)
		d.keepOpen(ctx, c)
	}()
	return k
}

// keepOpen opens a connection again and again until the context ends, after longer and longer rests while it fails. One that fell and opens
// again at the first try is nobody's trouble.
func (d *Desk) keepOpen(ctx context.Context, c channel) {
	failures := 0
	for ctx.Err() == nil {
		held, err := d.subscribed(ctx, c)
		if ctx.Err() != nil {
			return
		}
		if held >= steadyAfter {
			failures = 0
		}
		if failures++; failures > 1 {
			d.noteConnection(ctx, c, err)
		}
		d.Log.Info("the connection for messages is opened again soon", "channel", c.name, "failures", failures, "err", err)
		d.Clock.Wait(ctx, d.Now().Add(rest(c.name+d.holder, failures, err)), nil)
	}
}

// subscribed keeps a connection as long as it holds and tells how long that was, from when the platform let us in.
func (d *Desk) subscribed(ctx context.Context, c channel) (held time.Duration, err error) {
	var openedAt atomic.Int64
	err = errors.New("ended badly") // stays where it panicked
	d.guarded(ctx, "subscription", func(ctx context.Context) {
		var w connector.World
		if w, err = d.world(c.accounts[0].Settings); err != nil {
			return
		}
		err = c.from.Subscribe(ctx, c.accounts, w, connector.Inbox{Take: d.take, Open: func() {
			openedAt.Store(d.Now().UnixMicro())
			d.noteConnection(ctx, c, nil)
		}})
	})
	if at := openedAt.Load(); at != 0 {
		held = d.Now().Sub(time.UnixMicro(at))
	}
	return held, err
}

// noteConnection writes how a connection stands for each of its stores; err nil = it is open.
func (d *Desk) noteConnection(ctx context.Context, c channel, err error) {
	now := d.Now()
	kind, key := "internal", "fault.internal"
	if f := fault.Of(err); f != nil {
		kind, key = string(f.Kind), f.Key
	}
	werr := d.DB.Write(ctx, func(tx *store.Tx) error {
		for _, a := range c.accounts {
			var werr error
			if err == nil {
				werr = tx.SubscriptionOpened(a.StoreID, now)
			} else {
				werr = tx.SubscriptionFailed(a.StoreID, now, kind, key)
			}
			if werr != nil {
				return werr
			}
		}
		return nil
	})
	if werr != nil {
		d.failed(ctx, "write subscription", werr)
	}
}

// rest is how long to wait after the nth failure in a row: twice as long each time, spread by the name so that neither channels nor nodes
// knock all at once.
func rest(name string, failures int, err error) time.Duration {
	f := fault.Of(err)
	most := longestRest
	if f != nil && (f.Kind == fault.Unauthorised || f.Kind == fault.Invalid) {
		most = refusedRest
	}
	longest := min(shortestRest<<min(failures, 12), most)
	h := fnv.New32a()
	_, _ = h.Write([]byte(name + strconv.Itoa(failures))) // it takes everything
	wait := longest/2 + time.Duration(int64(longest/2)*int64(h.Sum32()%1000)/1000)
	if f != nil {
		wait = max(wait, f.After)
	}
	return wait
}
