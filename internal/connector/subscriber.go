package connector

import "context"

// Subscriber is a connector whose platform hands its messages out over a connection that we open and keep, such as a WebSocket. Like a
// delivery of a Listener, a message only makes the desk read what it names, and polling stays the net under it.
//
// The desk keeps one subscription a channel, on one of its nodes, opens it again after it fell, and waits longer after each failure; a
// connector only opens it, keeps it alive and says what comes.
type Subscriber interface {
	// Channel names the connection an account's messages come over: empty where its settings want none. Accounts with the same channel
	// share one connection, because such a platform gives each message to one connection only. The name holds no secret. It makes no call.
	Channel(account Account) string
	// Subscribe opens the connection of accounts that share a channel and gives each message to the inbox, until ctx ends (it returns the
	// context's error then) or the connection falls. What the inbox has not kept is not acknowledged, so that the platform repeats it.
	// Faults: Invalid (settings), Unauthorised (the platform does not let us in), Limited (with After), Unavailable (it fell or was not
	// reached), Garbled (it cannot be understood), and whatever the inbox gave.
	Subscribe(ctx context.Context, accounts []Account, world World, inbox Inbox) error
}

// Inbox is where a subscription puts what comes.
type Inbox struct {
	// Open is called once, when the platform has let us in.
	Open func()
	// Take keeps a message for a store, for good once it returns nil. The same Push.ID may come twice and counts once.
	Take func(ctx context.Context, storeID int64, push Push) error
}
