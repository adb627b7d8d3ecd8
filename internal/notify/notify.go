// Package notify says what happened to the people who have to know: what a message is, in whose hours it may ring, and in which words.
//
// hours.go moves an instant into a member's hours, never past a deadline. item.go and say.go turn one thing or several into a message
// in the reader's language. The ways out stand in the folders below (mail, webhook, chat, push) behind the interface Channel; who is
// told what, and that nobody is told twice, is the desk's affair (desk/notices.go).
package notify

import (
	"context"
	"time"
)

// Message is what goes out once to one person or program. Its ID stays the same however often the sending is tried.
type Message struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"` // when it was put together, UTC
	Lang    string    `json:"lang"`
	Subject string    `json:"subject"` // one line
	Text    string    `json:"text"`    // plain text, lines parted by \n
	Link    string    `json:"link"`    // page of the desk it is about
	Event   Event     `json:"event"`   // the same for programs
}

// Event is a message as a program reads it.
type Event struct {
	Type string `json:"type"` // such as notice.left_24h
	At   string `json:"timestamp"`
	Data any    `json:"data"`
}

// Target is where a message goes: what people filled in for the channel, by the names of About.Settings and About.Shared.
type Target map[string]string

// Setting is one field a person fills in for a channel. Its label is the text notice.setting.KIND.NAME.
type Setting struct {
	Name     string `json:"name"`
	Secret   bool   `json:"secret,omitempty"`   // never shown again
	Optional bool   `json:"optional,omitempty"` // may be empty
	Made     bool   `json:"made,omitempty"`     // made by the desk where it is left empty, and shown once
}

// About describes a kind of channel.
type About struct {
	Kind     string    `json:"kind"`
	Settings []Setting `json:"settings"`
	// Shared are settings that an owner fills in once for all channels of the kind.
	Shared []Setting `json:"shared,omitempty"`
	// Repeats: the other side knows a message by its ID, so one that perhaps arrived may be sent again. Without it, a sending that
	// perhaps arrived is left alone.
	Repeats bool `json:"repeats"`
	// Single: one notice a message. Otherwise several that are due together go out as one.
	Single bool `json:"single"`
	// Events: a program's channel of this kind can hear every event of cases.
	Events bool `json:"events,omitempty"`
	// Own: set up by the desk's pages themselves, not by filling in a form.
	Own bool `json:"own,omitempty"`
}

// Keyed is a channel whose shared settings are keys it makes itself.
type Keyed interface{ Keys() (Target, error) }

// Channel is one way out.
type Channel interface {
	About() About
	// Check refuses a target that cannot work, naming the field, and gives what may be shown of it.
	Check(Target) (shown string, err error)
	// CheckShared does the same for what is shared.
	CheckShared(Target) error
	// Send says the message once. A fault tells what is known: Limited and Unavailable = it surely did not arrive; Refused, Invalid,
	// Unauthorised and NotFound = the other side will not take it; anything else = it perhaps arrived.
	Send(context.Context, Target, Message) error
}
