package fake

import (
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"
)

// redeliverAfter is when a message comes again that was not confirmed: about five minutes, as the platform's examples for its clients say.
const redeliverAfter = 5 * time.Minute

// Kinds of what clients send, in the header __kind.
const (
	kindPull    = 1
	kindConfirm = 2
	kindData    = 3
	kindFailed  = 20
)

// sockets are the open connections of TMC and what goes wrong with them. The platform's lock guards them.
type sockets struct {
	open    map[*socket]bool
	refuse  bool
	doubled bool
	garbled int // how many frames go out unreadable
}

// socket is one connection.
type socket struct {
	key, group, token string
	ring              chan struct{}
	end               context.CancelFunc
}

// serveSocket is a connection from its opening to its end.
func (p *Platform) serveSocket(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // answered already
	}
	defer ws.CloseNow() //nolint:errcheck // it is over either way
	ctx, end := context.WithCancel(context.WithoutCancel(r.Context()))
	defer end()
	_, raw, err := ws.Read(ctx)
	if err != nil {
		return
	}
	s, answer := p.enter(raw)
	if s == nil {
		_ = ws.Write(ctx, websocket.MessageBinary, answer.bytes()) // it is over either way
		_ = ws.Close(websocket.StatusNormalClosure, "")
		return
	}
	s.end = end
	p.hold(s)
	defer p.leave(s)
	if err := ws.Write(ctx, websocket.MessageBinary, answer.bytes()); err != nil {
		return
	}
	go func() {
		defer end()
		p.hand(ctx, ws, s)
	}()
	for {
		_, raw, err := ws.Read(ctx)
		if err != nil {
			return
		}
		p.heard(s, raw)
	}
}

// enter checks who connects: a known key, a signature over key, group and time, a group the application has.
func (p *Platform) enter(raw []byte) (*socket, packet) {
	hello, err := parsePacket(raw)
	given := map[string]string{}
	for _, name := range []string{"app_key", "group_name", "timestamp", "sign"} {
		given[name], _ = hello.of(name).(string)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at, secret := time.Time{}, ""
	if ms, bad := strconv.ParseInt(given["timestamp"], 10, 64); bad == nil {
		at = time.UnixMilli(ms)
	}
	for _, s := range p.shops {
		if s.AppKey == given["app_key"] {
			secret = s.Secret
		}
	}
	switch {
	case err != nil || hello.kind != packetConnect:
		return nil, no(1, "bad message")
	case p.sockets.refuse || secret == "":
		return nil, no(29, "Invalid app key")
	case Sign(given, secret, false) != given["sign"]:
		return nil, no(25, "Invalid signature")
	case p.now().Sub(at).Abs() > 10*time.Minute:
		return nil, no(31, "Invalid timestamp")
	case !p.grouped(given["app_key"], given["group_name"]):
		return nil, no(41, "Invalid group")
	}
	s := &socket{key: given["app_key"], group: given["group_name"], token: rand.Text(), ring: make(chan struct{}, 1)}
	return s, packet{kind: packetConnectAck, own: map[string]any{"token": s.token}}
}

func no(code int32, phrase string) packet {
	return packet{kind: packetConnectAck, own: map[string]any{"status": code, "phrase": phrase}}
}

func (p *Platform) hold(s *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets.open[s] = true
	p.ring()
}

// leave ends a connection: what was handed out over it and not confirmed goes to whoever asks next.
func (p *Platform) leave(s *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sockets.open, s)
	for _, n := range p.notices(s.key, s.group) {
		if n.holder == s {
			n.holder = nil
		}
	}
	p.ring()
}

// ring lets every connection look for messages.
func (p *Platform) ring() {
	for s := range p.sockets.open {
		select {
		case s.ring <- struct{}{}:
		default:
		}
	}
}

// notices are the messages that an application and group have not confirmed.
func (p *Platform) notices(key, group string) []*notice {
	var out []*notice
	for _, shop := range p.shops {
		if shop.AppKey != key || shop.Group != group {
			continue
		}
		for _, n := range shop.messages {
			if n.owed && !n.received {
				out = append(out, n)
			}
		}
	}
	return out
}

// hand sends what is due over a connection, until it ends.
func (p *Platform) hand(ctx context.Context, ws *websocket.Conn, s *socket) {
	for {
		for _, raw := range p.due(s) {
			if err := ws.Write(ctx, websocket.MessageBinary, raw); err != nil {
				return
			}
		}
		select {
		case <-s.ring:
		case <-ctx.Done():
			return
		}
	}
}

// due takes the messages that nobody has, or has had for too long without confirming them.
func (p *Platform) due(s *socket) (out [][]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.sockets.open[s] {
		return nil // it ended meanwhile
	}
	for _, n := range p.notices(s.key, s.group) {
		if n.holder != nil && p.now().Sub(n.sentAt) < redeliverAfter {
			continue
		}
		n.holder, n.sentAt = s, p.now()
		raw := n.packet(s.token).bytes()
		if p.sockets.garbled > 0 {
			p.sockets.garbled--
			raw = raw[:len(raw)/2]
		}
		out = append(out, raw)
		if p.sockets.doubled {
			out = append(out, raw)
		}
	}
	return out
}

func (n *notice) packet(token string) packet {
	return packet{kind: packetSend, own: map[string]any{"token": token}, custom: []pair{
		{"__kind", uint8(kindData)}, {"id", n.id}, {"topic", n.topic}, {"content", n.content}, {"dataid", strconv.FormatInt(n.id, 10)},
		{"userid", int64(60000001)}, {"nick", n.shop.Nick}, {"publisher", "12497914"}, {"time", n.at}, {"outtime", n.at.Add(3 * 24 * time.Hour)},
	}}
}

// heard takes what a client said: it asks for messages, confirms one, or gives one back. Anything without the connection's token is passed
// over.
func (p *Platform) heard(s *socket, raw []byte) {
	said, err := parsePacket(raw)
	if err != nil || said.kind != packetSend || said.own["token"] != s.token {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch kind, _ := said.of("__kind").(uint8); kind {
	case kindPull:
		p.ring()
	case kindConfirm, kindFailed:
		for _, n := range p.notices(s.key, s.group) {
			if n.id == said.of("id") {
				n.received = kind == kindConfirm
			}
		}
	}
}

// Unconfirmed is how many messages the application of a shop has not confirmed.
func (s *Shop) Unconfirmed() int {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	return len(s.platform.notices(s.AppKey, s.Group))
}

// Subscribers is how many connections of TMC are open.
func (p *Platform) Subscribers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sockets.open)
}

// Hangup ends all connections of TMC at once.
func (p *Platform) Hangup() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.sockets.open {
		s.end()
	}
}

// Bar refuses, or takes again, whoever opens a connection of TMC.
func (p *Platform) Bar(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets.refuse = refuse
}

// Double sends each message of TMC twice from now on.
func (p *Platform) Double() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets.doubled = true
}

// Garble sends the next messages of TMC cut off in the middle.
func (p *Platform) Garble(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets.garbled = n
}
