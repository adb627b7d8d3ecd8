package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// beat is how often an open stream says that it is alive, and the presence of its member is renewed.
const beat = 20 * time.Second

// live tells the browser that something changed, as server-sent events. What changed the page reads by itself: the stream carries
// numbers of cases and stores only. With ?case=ID the member is shown to others as looking at that case, and is told of them.
func (c *call) live() error {
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(c.w)
	_ = out.SetWriteDeadline(time.Time{})
	caseID, _ := strconv.ParseInt(c.r.URL.Query().Get("case"), 10, 64)
	changes := c.Desk.Watch(c.r.Context(), c.who)
	tick := time.NewTicker(beat)
	defer tick.Stop()
	if err := c.tell(out, "hello", struct{}{}); err != nil {
		return nil
	}
	for {
		if caseID > 0 {
			if err := c.tell(out, "viewers", c.viewers(caseID)); err != nil {
				return nil
			}
		}
		select {
		case <-c.r.Context().Done():
			return nil
		case <-tick.C:
			if err := c.tell(out, "beat", struct{}{}); err != nil {
				return nil
			}
		case change, open := <-changes:
			if !open {
				return nil
			}
			if err := c.tell(out, "change", changed{change.Cases, change.Stores}); err != nil {
				return nil
			}
		}
	}
}

type changed struct {
	Cases  []int64 `json:"cases"`
	Stores []int64 `json:"stores"`
}

// viewers are the sentences about who else is at the case.
func (c *call) viewers(caseID int64) []string {
	out := []string{}
	for _, m := range c.Desk.Here(c.who, caseID) {
		out = append(out, c.text.T("case.also_here", "name", m.Name))
	}
	return out
}

func (c *call) tell(out *http.ResponseController, event string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c.w, "event: %s\ndata: %s\n\n", event, body); err != nil {
		return err
	}
	return out.Flush()
}
