package desk

import (
	"slices"
	"strconv"

	"parley/internal/fault"
)

// Who is the member in whose name something is asked or done. The zero Who may do nothing.
type Who struct {
	MemberID  int64
	Name      string
	Email     string
	Role      string // owner, lead, agent, viewer
	AllStores bool
	Stores    []int64 // granted stores where AllStores is false
	Locale    string  // en, es, zh
	Zone      string  // IANA
	Theme     string

	desk    bool     // the desk itself, by a rule a person gave
	session [32]byte // hash of the session used; zero = a token or the command line
}

// Rights by role: a viewer reads, an agent also decides and writes, a lead also manages stores, views and assignments of others, an
// owner also members, tokens of others and secrets.
const (
	Read   = "read"
	Act    = "act"
	Lead   = "lead"
	Own    = "own"
	nobody = 0
)

var rank = map[string]int{"viewer": 1, "agent": 2, "lead": 3, "owner": 4}

var needed = map[string]int{Read: 1, Act: 2, Lead: 3, Own: 4}

// May tells whether the member's role carries the right.
func (w Who) May(right string) bool {
	return rank[w.Role] > nobody && rank[w.Role] >= needed[right]
}

// Sees tells whether the member has access to the store.
func (w Who) Sees(store int64) bool {
	return rank[w.Role] > nobody && (w.AllStores || slices.Contains(w.Stores, store))
}

// Root is the installation itself: the person at its command line, who could open the database anyway. It is no member and leaves no
// name in history.
func Root() Who { return Who{Role: "owner", AllStores: true, Locale: "en", Zone: "UTC"} }

func (w Who) need(right string) error {
	if !w.May(right) {
		return fault.New(fault.Forbidden, "fault.role", "right", right, "role", w.Role)
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
