package taobao

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"parley/internal/connector"
	"parley/internal/connector/alibaba"
	"parley/internal/fault"
)

// TMC, the platform's message service: a program opens a WebSocket for its application and a group of shops, and the platform hands each
// message of these shops to one connection of the group until it is confirmed. Sources: the platform's own clients for Java
// (com.taobao.api.internal.tmc.TmcClient), .NET and Node (ali-topsdk 2.0.5, lib/tmc).

const (
	// officialMessages is the only address the platform's own clients know; it is without TLS.
	officialMessages = "ws://mc.api.taobao.com/"
	// beatEvery is how often messages are asked for, as the platform's clients do: it hands them out by itself, and asking makes good what got lost.
	beatEvery = 30 * time.Second
	// openWithin is how long the platform may take to let us in, and aliveWithin how long to show that it is still there.
	openWithin, aliveWithin = 20 * time.Second, 30 * time.Second
	// largestFrame is the most one frame may have, in bytes.
	largestFrame = 1 << 20
	// unreadableMost is how many frames in a row may be unreadable before the connection is given up.
	unreadableMost = 20
)

// Kinds of what is sent over a connection, in the field __kind.
const (
	kindPull    = 1
	kindConfirm = 2
	kindData    = 3
	kindFailed  = 20
)

// Channel names the connection of an account: an address, an application and a group.
func (c *Connector) Channel(account connector.Account) string {
	set, err := c.checked(account.Settings)
	if err != nil || set["message_group"] == "" {
		return ""
	}
	return messagesAddress(set) + " " + set["app_key"] + " " + set["message_group"]
}

func messagesAddress(set map[string]string) string {
	return strings.TrimSuffix(first(set["message_address"], officialMessages), "/") + "/"
}

// Subscribe keeps the connection of an application and a group and hands over what concerns refunds and parcels of the accounts.
func (c *Connector) Subscribe(ctx context.Context, accounts []connector.Account, world connector.World, inbox connector.Inbox) error {
	if len(accounts) == 0 {
		return fault.Input("accounts", "", "at least one")
	}
	set, err := c.checked(accounts[0].Settings)
	if err != nil {
		return err
	}
	c.permit(ctx, accounts, world)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l, err := openLine(ctx, set, world)
	if err != nil {
		return err
	}
	defer l.ws.CloseNow() //nolint:errcheck // it is over either way
	inbox.Open()
	l.accounts, l.inbox = accounts, inbox
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cancel(l.beat(ctx))
	}()
	err = l.read(ctx)
	cancel(err)
	<-ended
	return err
}

// permit asks the platform to send the messages of each account's shop to the application. It names no topics: those named would replace
// the ones that were chosen in the console. What the platform once granted holds, so a failure is only worth a line in the log; a session
// that is no good shows when the store is read.
func (c *Connector) permit(ctx context.Context, accounts []connector.Account, world connector.World) {
	for _, account := range accounts {
		session, err := c.Open(account, world)
		if err == nil {
			_, err = session.(*Session).read(ctx, "taobao.tmc.user.permit")
		}
		if err != nil && ctx.Err() == nil {
			world.Log.Warn("the messages of a shop could not be asked for", "store", account.StoreID, "err", err)
		}
	}
}

// line is an open connection.
type line struct {
	ws       *websocket.Conn
	token    string
	world    connector.World
	accounts []connector.Account
	inbox    connector.Inbox
	heard    atomic.Bool // something came since the last beat
}

// openLine connects and is let in, or tells why not.
func openLine(ctx context.Context, set map[string]string, world connector.World) (*line, error) {
	if world.Dial == nil {
		return nil, fault.Input("message_group", set["message_group"], "empty: there is no way out but HTTP here")
	}
	soon, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DialContext: world.Dial, TLSHandshakeTimeout: openWithin, DisableKeepAlives: true}}
	ws, _, err := websocket.Dial(soon, messagesAddress(set), &websocket.DialOptions{HTTPClient: client}) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, fallen(ctx, err)
	}
	ws.SetReadLimit(largestFrame)
	l := &line{ws: ws, world: world}
	if err := l.enter(soon, set); err != nil {
		_ = ws.CloseNow() // it is over either way
		return nil, fallen(ctx, err)
	}
	return l, nil
}

// enter says who we are and waits until the platform lets us in.
func (l *line) enter(ctx context.Context, set map[string]string) error {
	stamp := strconv.FormatInt(l.world.Now().UnixMilli(), 10)
	who := []param{{"app_key", set["app_key"]}, {"group_name", set["message_group"]}, {"timestamp", stamp}}
	who = append(who, param{"sign", alibaba.Sign(alibaba.MD5, set["app_secret"], "", who)}, param{"sdk", "parley"})
	hello := frame{kind: frameConnect}
	for _, p := range who {
		hello.fields = append(hello.fields, field{name: p.Name(), format: formatText, text: p.Value()})
	}
	if err := l.ws.Write(ctx, websocket.MessageBinary, hello.encode()); err != nil {
		return err
	}
	f, err := l.next(ctx)
	switch {
	case err != nil:
		return err
	case f.kind != frameConnectAck:
		return fault.New(fault.Garbled, "fault.taobao.messages_unreadable")
	case f.status != 0 || f.token == "":
		return fault.New(fault.Unauthorised, "fault.taobao.messages_refused", "code", strconv.Itoa(int(f.status)), "message", shortened(f.phrase))
	}
	l.token = f.token
	return nil
}

// shortened makes a phrase of the platform fit to be shown.
func shortened(phrase string) string {
	r := []rune(clean(phrase))
	return string(r[:min(len(r), 200)])
}

// next reads one frame. An unreadable one is errFrame: the messages stay apart, so that the ones behind it can still be read.
func (l *line) next(ctx context.Context) (frame, error) {
	kind, raw, err := l.ws.Read(ctx)
	if err != nil {
		return frame{}, err
	}
	l.heard.Store(true)
	if kind != websocket.MessageBinary {
		return frame{}, errFrame
	}
	return decodeFrame(raw)
}

// read takes frames until the connection falls or too many are unreadable.
func (l *line) read(ctx context.Context) error {
	unreadable := 0
	for {
		f, err := l.next(ctx)
		switch {
		case errors.Is(err, errFrame):
			l.world.Log.Warn("a frame of the message service is unreadable; the platform repeats what is not confirmed")
			if unreadable++; unreadable >= unreadableMost {
				return fault.New(fault.Garbled, "fault.taobao.messages_unreadable").Because(err)
			}
			continue
		case err != nil:
			return fallen(ctx, err)
		}
		unreadable = 0
		if f.kind == frameSend && f.get("__kind").number == kindData {
			if err := l.message(ctx, f); err != nil {
				return fallen(ctx, err)
			}
		}
	}
}

// message hands one message over to every account it concerns and confirms it then. One that we cannot read is kept as it came and given
// back as failed, and the platform repeats it later.
func (l *line) message(ctx context.Context, f frame) error {
	number := f.get("id")
	m, err := noticeOf(f)
	unreadable := err != nil || number.format != formatInt64
	for _, account := range l.accounts {
		push := m.push(account.Settings)
		if unreadable && !m.another(strings.TrimSpace(account.Settings["seller_nick"])) {
			push = connector.Push{Topic: m.topic, Unknown: connector.Unreadable}
		}
		if len(push.Refs)+len(push.Orders) == 0 && push.Unknown == "" {
			continue
		}
		if push.Unknown != "" {
			push.Body = m.body
		}
		if err := l.inbox.Take(ctx, account.StoreID, push); err != nil {
			return err
		}
	}
	switch {
	case number.format != formatInt64:
		return nil // cannot be confirmed, and polling finds what it was about
	case unreadable:
		return l.send(ctx, field{name: "__kind", format: formatByte, number: kindFailed}, number, field{name: "msg", format: formatText, text: "unreadable content"})
	}
	return l.send(ctx, field{name: "__kind", format: formatByte, number: kindConfirm}, number)
}

func (l *line) send(ctx context.Context, fields ...field) error {
	return l.ws.Write(ctx, websocket.MessageBinary, frame{kind: frameSend, token: l.token, fields: fields}.encode())
}

// beat asks for messages again and again, and whether the other side is still there when nothing came meanwhile.
func (l *line) beat(ctx context.Context) error {
	for {
		if err := l.send(ctx, field{name: "__kind", format: formatByte, number: kindPull}); err != nil {
			return err
		}
		if err := l.world.Pause(ctx, beatEvery); err != nil {
			return err
		}
		if l.heard.Swap(false) {
			continue
		}
		if err := l.alive(ctx); err != nil {
			return err
		}
	}
}

func (l *line) alive(ctx context.Context) error {
	soon, cancel := context.WithTimeout(ctx, aliveWithin)
	defer cancel()
	return l.ws.Ping(soon)
}

// fallen is the fault of a connection that ended. What the desk or we ourselves said stays as it is.
func fallen(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if f := fault.Of(err); f != nil {
		return f
	}
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, errFrame):
		return fault.New(fault.Garbled, "fault.taobao.messages_unreadable").Because(err)
	}
	return fault.New(fault.Unavailable, "fault.taobao.messages_fallen").Because(err)
}
