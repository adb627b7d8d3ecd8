package connector

import (
	"net/http"
	"net/url"
	"time"
)

// Listener is a connector whose platform pushes.
type Listener interface {
	// Receive checks a delivery (signature over the raw body, age) and says what it concerns. It makes no call. Faults: Unauthorised
	// where signature or age are wrong, Garbled where both are right and the body cannot be read; the Push then says at most the topic. A
	// delivery about something the desk has no word for gives a Push without Refs that says so.
	Receive(account Account, d Delivery, now time.Time) (Push, error)
}

// Delivery is one call of a platform to the desk.
type Delivery struct {
	Header http.Header
	Query  url.Values
	Body   []byte // as received: signatures are over the raw bytes
}

// Push is what a delivery says. The desk reads the records again; the delivery itself is never taken for the truth.
type Push struct {
	ID     string   // the platform's number of the delivery or event; the same one comes twice when the first answer got lost
	Refs   []Ref    // records to read again
	Orders []string // purchases to read again
	Answer []byte   // what the platform wants to hear; empty = an empty 200
	Topic  string   // the platform's own word for the kind of message, such as "charge.dispute.created"
	// Unknown says that the desk can make nothing of the message, or not all, and why. It is kept as it came, and shown.
	Unknown Unknown
	// Body is the message as it came, where Unknown is set and it did not come as a Delivery.
	Body []byte
}

// Unknown is why the desk can make nothing of a message; empty = it can.
type Unknown string

const (
	// UnknownTopic: the desk has no word for this kind of message.
	UnknownTopic Unknown = "topic"
	// UnknownRecord: the kind is known, and the message names nothing that can be read.
	UnknownRecord Unknown = "record"
	// Unreadable: its content is not of the form the platform documents. Such a Push has no ID where the platform may send it again mended.
	Unreadable Unknown = "content"
)
