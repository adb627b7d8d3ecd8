package web

import (
	"context"
	"net/http"

	"parley/internal/desk"
	"parley/internal/web/page"
)

// Unknowns are messages that the desk can make nothing of.
type Unknowns interface {
	UnknownOf(ctx context.Context, who desk.Who, storeID int64) ([]desk.UnknownTopic, error)
	UnknownOfTracker(ctx context.Context, who desk.Who, id int64) ([]desk.UnknownTopic, error)
	UnknownMessage(ctx context.Context, who desk.Who, id int64) (desk.UnknownMessage, error)
	EraseUnknown(ctx context.Context, who desk.Who, id int64) error
	TrackerOf(ctx context.Context, who desk.Who, id int64) (desk.TrackerView, error)
}

// trackerUnknown lists what a service sent that the desk can make nothing of.
func (c *call) trackerUnknown() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	topics, err := c.Desk.UnknownOfTracker(c.r.Context(), c.who, id)
	if err != nil {
		return err
	}
	t, err := c.Desk.TrackerOf(c.r.Context(), c.who, id)
	if err != nil {
		return err
	}
	name := t.Service + " " + t.Name
	return c.show(http.StatusOK, page.UnknownPage(page.Unknown{Frame: c.frame(name), Name: name, Topics: topics}))
}

// unknownMessage shows one message as it came.
func (c *call) unknownMessage() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	m, err := c.Desk.UnknownMessage(c.r.Context(), c.who, id)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, page.UnknownMessagePage(page.UnknownMessage{Frame: c.frame(c.text.T("unknown.messages")), Message: m}))
}

// eraseUnknown removes one for good and goes back to the list.
func (c *call) eraseUnknown() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	m, err := c.Desk.UnknownMessage(c.r.Context(), c.who, id)
	if err != nil {
		return err
	}
	if err := c.Desk.EraseUnknown(c.r.Context(), c.who, id); err != nil {
		return err
	}
	if m.StoreID != 0 {
		return c.back("/stores/"+page.ID(m.StoreID), "erased")
	}
	return c.back("/trackers/"+page.ID(m.TrackerID)+"/unknown", "erased")
}
