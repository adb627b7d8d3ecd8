package stripe

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// everything is listed again after so long, in case an event was missed. Banks give a week at least to answer.
const everything = 3 * 24 * time.Hour

// eventPages bounds how much is read of what happened since the last pull; a list of everything is cheaper than more.
const eventPages = 5

// toldBy are the kinds of events by which records change (docs.stripe.com/api/events/types).
var toldBy = []string{
	"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
	"radar.early_fraud_warning.created", "radar.early_fraud_warning.updated",
	"refund.created", "refund.updated", "refund.failed", "charge.refunded", "charge.refund.updated",
}

// happenings is a page of such events.
func (s *Session) happenings(ctx context.Context, params ...param) (list, error) {
	for _, kind := range toldBy {
		params = append(params, param{"types[]", kind})
	}
	return s.page(ctx, source{path: "/v1/events"}, params...)
}

// newestEvent is the last thing that happened in the account; empty where nothing did lately or the key may not read events.
func (p *pull) newestEvent(ctx context.Context) (string, error) {
	l, err := p.s.happenings(ctx, param{"limit", "1"})
	switch {
	case optional(err):
		return "", nil
	case err != nil || len(l.Data) == 0:
		return "", err
	}
	return idOf(l.Data[0]), nil
}

// news are the events since the last pull, the newest first on each page. ok is false where they do not tell everything: the last one is not
// kept any more, may not be read, or too much happened. They are asked for by the place of the last one, not by time: clocks differ.
func (p *pull) news(ctx context.Context) (pushes []connector.Push, ok bool, err error) {
	for range eventPages {
		l, err := p.s.happenings(ctx, param{"limit", "100"}, param{"ending_before", p.event})
		if optional(err) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Refused) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		for _, raw := range l.Data {
			var e event
			if json.Unmarshal(raw, &e) != nil {
				return nil, false, nil
			}
			pushes = append(pushes, e.push())
		}
		if len(l.Data) > 0 {
			p.event = idOf(l.Data[0])
		}
		if !bool(l.More) || len(l.Data) == 0 {
			return pushes, true, nil
		}
	}
	return nil, false, nil
}

// changes reads what events since the last pull name, and keeps the rest as it was. done is false where everything has to be listed.
func (p *pull) changes(ctx context.Context) (done bool, err error) {
	if p.event = p.last.Event; p.event == "" || p.began.Sub(time.Unix(p.last.Full, 0)) >= everything {
		return false, nil
	}
	pushes, ok, err := p.news(ctx)
	if err != nil || !ok {
		return false, err
	}
	for _, push := range pushes {
		for _, ref := range push.Refs {
			if err := p.named(ctx, ref); err != nil {
				return false, err
			}
		}
		for _, order := range push.Orders {
			if err := p.ofPayment(ctx, order); err != nil {
				return false, err
			}
		}
	}
	return true, p.resting(ctx)
}

// named reads a record that an event names, once.
func (p *pull) named(ctx context.Context, ref connector.Ref) error {
	if key := ref.Kind + "/" + ref.ID; p.seen[key] || ref.Kind == warningKind && !p.s.warnings {
		return nil
	}
	of, err := sourceOf(ref)
	if err != nil {
		return err
	}
	snap, err := p.again(ctx, of, ref.ID)
	if err != nil {
		return err
	}
	return p.fresh(ctx, of, []connector.Snapshot{snap})
}

// ofPayment reads the records of a payment of which something was paid back.
func (p *pull) ofPayment(ctx context.Context, number string) error {
	if p.paid[number] {
		return nil
	}
	p.paid[number] = true
	for _, of := range []source{disputes, warnings} {
		if of == warnings && !p.s.warnings {
			continue
		}
		if err := p.pages(ctx, of, behind(number)); err != nil && !(of == warnings && optional(err)) {
			return err
		}
	}
	return nil
}

// resting keeps what was open and has no news. Warnings end by time alone.
func (p *pull) resting(ctx context.Context) error {
	for _, key := range sortedKeys(p.last.Open) {
		created := p.last.Open[key]
		kind, id, _ := strings.Cut(key, "/")
		switch {
		case p.seen[key]:
		case kind == warningKind && p.began.Sub(time.Unix(created, 0)) >= warningLasts:
			if err := p.named(ctx, connector.Ref{Kind: kind, ID: id}); err != nil {
				return err
			}
		default:
			p.open[key] = created
		}
	}
	return nil
}

// behind picks the records of a payment: of an intent, or of a charge without one.
func behind(number string) param {
	if strings.HasPrefix(number, "pi_") {
		return param{"payment_intent", number}
	}
	return param{"charge", number}
}
