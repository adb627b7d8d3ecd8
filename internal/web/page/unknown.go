package page

import (
	"strings"

	"parley/internal/desk"
)

// Unknown lists what an account at a service sent that the desk can make nothing of.
type Unknown struct {
	Frame
	Name   string // of the account
	Topics []desk.UnknownTopic
}

// UnknownMessage shows one such message as it came.
type UnknownMessage struct {
	Frame
	Message desk.UnknownMessage
}

// from is where the message is listed.
func (u UnknownMessage) from() string {
	if u.Message.StoreID != 0 {
		return "/stores/" + ID(u.Message.StoreID) + "#unknown"
	}
	return "/trackers/" + ID(u.Message.TrackerID) + "/unknown"
}

// text is the body as it can be shown: what is no text gets the sign for it.
func (u UnknownMessage) text() string { return strings.ToValidUTF8(string(u.Message.Body), "\uFFFD") }

// cut tells whether only the beginning was kept.
func (u UnknownMessage) cut() bool { return int64(len(u.Message.Body)) < u.Message.Size }

// fault tells what was wrong with a message.
func (f Frame) fault(m desk.UnknownMessage) string {
	if !f.Has(m.FaultKey) {
		return f.T("fault.other", "key", m.FaultKey)
	}
	return f.P(m.FaultKey, m.Params)
}

// topic is the sender's word for a kind of message, or what stands for it.
func (f Frame) topic(t desk.UnknownTopic) string {
	switch {
	case t.Topic == "*":
		return f.T("unknown.others")
	case t.Topic == "":
		return f.T("unknown.untold")
	}
	return t.Topic
}
