package desk

import (
	"context"
	"time"

	"parley/internal/store"
)

// Told is one thing that one person was told of a case on one way.
type Told struct {
	At      time.Time `json:"at"`
	Reason  string    `json:"reason"`
	About   string    `json:"about" doc:"the occasion: nobody is told the same twice of one"`
	Member  MemberRef `json:"member,omitzero" doc:"none = a program that listens"`
	Channel string    `json:"channel" doc:"kind of channel; list = the desk's own list"`
	Level   int       `json:"level" doc:"0 = told first; more = because those before did not look"`
	State   string    `json:"state" enum:"planned,bound,sent,failed,given_up,unclear,dropped"`
	DueAt   time.Time `json:"due_at"`
	SentAt  time.Time `json:"ended_at,omitzero"`
	SeenAt  time.Time `json:"seen_at,omitzero"`
}

// ToldOf gives everything that was or will be told of a case, oldest first.
func (d *Desk) ToldOf(ctx context.Context, who Who, caseID int64) ([]Told, error) {
	if _, err := d.caseSeen(ctx, who, caseID); err != nil {
		return nil, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return nil, err
	}
	channels, err := d.DB.Channels(ctx)
	if err != nil {
		return nil, err
	}
	kinds := map[int64]string{0: "list"}
	for _, c := range channels {
		kinds[c.ID] = c.Kind
	}
	rows, err := d.DB.NoticesFor(ctx, caseID)
	out := make([]Told, 0, len(rows))
	for _, n := range rows {
		out = append(out, toldOf(b, kinds, n))
	}
	return out, err
}

func toldOf(b book, kinds map[int64]string, n store.Notice) Told {
	t := Told{
		At: n.CreatedAt, Reason: n.Reason, About: n.About, Channel: kinds[n.ChannelID], Level: n.Level, State: n.State, DueAt: n.DueAt, SentAt: n.EndedAt, SeenAt: n.SeenAt,
	}
	if m := b.member(n.MemberID); m != nil {
		t.Member = *m
	}
	return t
}
