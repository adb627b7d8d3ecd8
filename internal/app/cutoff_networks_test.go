package app_test

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// network is how the nodes reach the database and the platform.
type network interface {
	// platform listens where both nodes reach it.
	platform(t *testing.T) net.Listener
	// database gives the address under which a node reaches it.
	database(t *testing.T, address, node string) string
	// inside gives the words before the command of a node.
	inside(node string) []string
	// cut takes a node off the database, and off everything else where that is asked for, without a word to anybody.
	cut(t *testing.T, node string, everything bool)
	mend(t *testing.T, node string)
}

// lines are connections to the database that pass through this process, where they can be cut: nothing goes through any more, and nobody is
// told. What comes from the platform is held back by the platform itself.
type lines struct {
	mu   sync.Mutex
	open chan struct{} // closed while data passes
}

func newLines() *lines {
	l := &lines{open: make(chan struct{})}
	close(l.open)
	return l
}

func (l *lines) inside(string) []string { return nil }

func (l *lines) cut(*testing.T, string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = make(chan struct{})
}

func (l *lines) mend(*testing.T, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.open)
}

func (l *lines) pass() {
	l.mu.Lock()
	open := l.open
	l.mu.Unlock()
	<-open
}

func (l *lines) platform(t *testing.T) net.Listener { return listenAt(t, "127.0.0.1:0") }

func listenAt(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// database gives the first node a line that can be cut, and the other one the database itself.
func (l *lines) database(t *testing.T, address, node string) string {
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if node != "a" {
		return address
	}
	listener, to := listenAt(t, "127.0.0.1:0"), u.Host
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			go l.carry(in, out)
			go l.carry(out, in)
		}
	}()
	u.Host = listener.Addr().String()
	return u.String()
}

func (l *lines) carry(to, from net.Conn) {
	defer to.Close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		l.pass()
		if n > 0 {
			_, _ = to.Write(b[:n])
		}
		if err != nil {
			return
		}
	}
}

// namespaces are networks of this machine that only wires join, each a namespace of its own: one for each node, one for the database, and
// the world outside, in which the platform and this test are. Every pair that speaks has its own wire, so that each can be cut alone:
//
//	a ─── database ─── b
//	 \       │       /
//	  ╰──── world ──╯
//
// The text stands at the end of their names.
type namespaces struct{ name string }

const (
	worldAddress    = "10.77.0.1" // of the platform
	databaseAddress = "10.77.0.2"
)

func (n namespaces) of(place string) string { return "parley-" + place + "-" + n.name }

func (n namespaces) inside(node string) []string { return []string{"ip", "netns", "exec", n.of(node)} }

func (n namespaces) platform(t *testing.T) net.Listener { return listenAt(t, worldAddress+":0") }

func (n namespaces) database(_ *testing.T, address, _ string) string { return address }

func (n namespaces) cut(t *testing.T, node string, everything bool) {
	ip(t, "-n", n.of("database"), "link", "set", "to-"+node, "down")
	if everything {
		ip(t, "-n", n.of("world"), "link", "set", "to-"+node, "down")
	}
}

func (n namespaces) mend(t *testing.T, node string) {
	for _, place := range []string{"database", "world"} {
		ip(t, "-n", n.of(place), "link", "set", "to-"+node, "up")
	}
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// build makes the networks and the wires, and takes them away when the test ends.
func (n namespaces) build(t *testing.T) {
	for place, address := range map[string]string{"world": worldAddress, "database": databaseAddress, "a": "", "b": ""} {
		ip(t, "netns", "add", n.of(place))
		t.Cleanup(func() { ip(t, "netns", "del", n.of(place)) })
		ip(t, "-n", n.of(place), "link", "set", "lo", "up")
		if address != "" {
			ip(t, "-n", n.of(place), "addr", "add", address+"/32", "dev", "lo")
		}
	}
	n.wire(t, 1, "database", databaseAddress, "a")
	n.wire(t, 2, "database", databaseAddress, "b")
	n.wire(t, 3, "world", worldAddress, "a")
	n.wire(t, 4, "world", worldAddress, "b")
	n.wire(t, 5, "database", databaseAddress, "world")
}

// wire joins a place to one that reaches it under its address; the net of the wire is 10.77.NUMBER.0.
func (n namespaces) wire(t *testing.T, number int, place, address, from string) {
	here, there := fmt.Sprintf("10.77.%d.1", number), fmt.Sprintf("10.77.%d.2", number)
	ip(t, "-n", n.of(place), "link", "add", "to-"+from, "type", "veth", "peer", "name", "to-"+place, "netns", n.of(from))
	ip(t, "-n", n.of(place), "addr", "add", here+"/30", "dev", "to-"+from)
	ip(t, "-n", n.of(from), "addr", "add", there+"/30", "dev", "to-"+place)
	ip(t, "-n", n.of(place), "link", "set", "to-"+from, "up")
	ip(t, "-n", n.of(from), "link", "set", "to-"+place, "up")
	ip(t, "-n", n.of(from), "route", "add", address, "via", here)
}

// inNamespaces makes the networks and plays this test again in the world, with PostgreSQL in the place of the database.
func inNamespaces(t *testing.T) {
	n := namespaces{strconv.Itoa(os.Getpid())}
	n.build(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const name = "TestANodeCutOffInTheMiddleOfARefund"
	command := exec.CommandContext(t.Context(), "ip", "netns", "exec", n.of("world"), self, "-test.run", "^"+name+"$", "-test.v", "-test.timeout", "5m")
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "PARLEY_TEST_POSTGRES") {
			command.Env = append(command.Env, entry)
		}
	}
	command.Env = append(command.Env, insideVariable+"="+n.name, "PARLEY_TEST_POSTGRES_NETNS="+n.of("database"), "PARLEY_TEST_POSTGRES_LISTEN="+databaseAddress)
	out, err := command.CombinedOutput()
	if err != nil || bytes.Count(out, []byte("    --- PASS: "+name+"/off_")) != 2 {
		t.Errorf("%v: %s", err, out)
	}
}
