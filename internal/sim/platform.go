package sim

import (
	"net/http"
	"slices"
	"time"

	"parley/internal/desk"
	"parley/internal/money"
)

// Platform is one simulated marketplace or payment provider, as the simulation drives it and looks at it. What it answers to the desk
// comes from its own handler, byte by byte as over a wire.
type Platform interface {
	http.Handler
	// Kind is the name of its connector.
	Kind() string
	// AddShop opens the n-th shop. address is where the platform can be called.
	AddShop(n int, address string) (Shop, error)
	// Call tells what a request is.
	Call(r *http.Request, body []byte) Call
	// Done is how many acts of sellers were carried out so far, whoever asked for them.
	Done() int
	// Spoil lets the next request meet a trouble of the platform's own kind: limited, expired, odd_words, twice_listed. A platform that
	// does not know the trouble answers as ever. Heal ends what is left of it.
	Spoil(trouble string)
	Heal()
}

// Call is a request as scripts name it.
type Call struct {
	Name  string // such as "POST /refunds"
	Acts  bool   // it may change something for a buyer
	Login bool   // it renews an authorisation
	Same  string // equal for requests that ask for the same thing, whenever they are made; empty = unlike any other

	effect string // for which it is made
	send   int    // number of the sending; what the wire doubles has one
}

// Shop is a store at a platform.
type Shop interface {
	// Input is how a person adds the shop to the desk.
	Input() desk.StoreInput
	// Open lets a buyer begin a matter now.
	Open(d *Draw) (Matter, error)
	// Expire ends the shop's authorisation before its time.
	Expire()
}

// Payments is a platform through which the money of purchases goes that were made elsewhere.
type Payments interface {
	Platform
	// PaymentID is the number a payment has here, and by which shops elsewhere name it; the n-th of the run.
	PaymentID(n int) string
}

// Purchase is something a buyer paid for, with what two platforms know of it: the shop where it was bought and the one that took the money.
type Purchase struct {
	Number  int
	By      string // the kind of platform through which the money went
	Payment string // the number of the payment there
	Amount  money.Amount
	At      time.Time
}

// Part is a shop at one of two platforms that know the same purchases: where things are bought, or where they are paid.
type Part interface {
	Shop
	// OpenFor lets the buyer begin a matter about a purchase now.
	OpenFor(d *Draw, p Purchase) (Matter, error)
}

// Matter is one dispute, return or claim at a platform.
type Matter interface {
	// Ref is the kind and the number under which the desk keeps it.
	Ref() (kind, id string)
	// Whim lets the buyer do something nobody waited for: claim something else, ask the platform, withdraw, send the goods back.
	Whim(d *Draw)
	// Click lets a person of the shop do in the platform's own pages what programs cannot do there; false where nothing is to do.
	Click(d *Draw) bool
	// Truth is how it stands at the platform.
	Truth() Truth
}

// Truth is how a matter stands at its platform, whatever anybody believes.
type Truth struct {
	Open    bool
	Word    string    // the platform's own word of the state
	Waits   bool      // for an answer of the seller that the desk can send
	Due     time.Time // zero = the platform names no instant
	Lapsed  time.Time // when the seller's time ran out without an answer; zero = it did not
	Changed time.Time
	Claim   money.Amount
	Most    money.Amount // what the buyer paid for what the matter is about
	Paid    []Payment
}

// Payment is money that went to a buyer.
type Payment struct {
	At     time.Time
	Amount money.Amount
	// Promised is when the seller acted for it, where the money went later, as by an offer that the buyer accepts; zero = At.
	Promised time.Time
	Seller   bool // because the seller acted through an interface; else by hand in the platform's pages, or because the platform or a bank decided
	Beside   bool // a refund of the purchase, which the end of the matter's own record does not tell
}

func paidSum(t Truth) int64 {
	var sum int64
	for _, p := range t.Paid {
		sum += p.Amount.Minor
	}
	return sum
}

// endedWith is what the buyer got as the record of the matter tells it.
func endedWith(t Truth) int64 {
	t.Paid = slices.DeleteFunc(slices.Clone(t.Paid), func(p Payment) bool { return p.Beside })
	return paidSum(t)
}
