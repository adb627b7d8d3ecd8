package mail

import (
	"context"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// Session is an open way to one mailbox.
type Session struct {
	config
	store  string
	limits *webclient.Limits
	world  connector.World
}

// turn waits until a server may be called again.
func (s *Session) turn(ctx context.Context, server string) error {
	return s.limits.Wait(ctx, webclient.Clock{Now: s.world.Now, Pause: s.world.Pause}, s.store+" "+server, perSecond)
}

// noted remembers what a server said about how often it is called, and gives the fault on.
func (s *Session) noted(server string, err error) error {
	if f := fault.Of(err); f != nil && f.Kind == fault.Limited && f.After == stayAway {
		f.After = s.limits.Complained(s.world.Now(), s.store+" "+server, stayAway)
	} else if err == nil {
		s.limits.Worked(s.world.Now(), s.store+" "+server)
	}
	return err
}

// Check signs in at both servers and looks whether the folders are there.
func (s *Session) Check(ctx context.Context) (connector.Identity, error) {
	b, err := s.open(ctx)
	if err != nil {
		return connector.Identity{}, err
	}
	defer b.close()
	folders, err := s.places(b)
	if err != nil {
		return connector.Identity{}, err
	}
	for folder := range folders {
		if err := b.enter(folder, false); err != nil {
			return connector.Identity{}, err
		}
	}
	return connector.Identity{ID: s.from.Address, Name: first(s.from.Name, s.from.Address)}, s.greet(ctx)
}

// places are the folders of the mailbox that are read, the one with what was sent among them.
func (s *Session) places(b *box) (map[string]place, error) {
	sent, err := b.sentFolder(s)
	if err != nil {
		return nil, err
	}
	out := map[string]place{}
	for _, folder := range append(slices.Clone(s.folders), sent) {
		if out[folder], err = b.place(folder); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Renew is not there: a password holds until it is changed, and a token is put into the settings.
func (s *Session) Renew(context.Context, string) (connector.Token, error) {
	return connector.Token{}, fault.Input("token", "", "no token of the desk: password or oauth_token in the settings")
}

// letters reads the headers of all folders since a day, and of reports also what they are about.
func (s *Session) letters(b *box, since time.Time) ([]letter, error) {
	sent, err := b.sentFolder(s)
	if err != nil {
		return nil, err
	}
	var all []letter
	for _, folder := range distinct(append(slices.Clone(s.folders), sent)) {
		some, err := b.headers(s, folder, since, folder == sent)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	var reports []*letter
	for i := range all {
		if all[i].report && len(reports) < mostReports {
			reports = append(reports, &all[i])
		}
	}
	_, err = b.fill(reports)
	return all, err
}

const mostReports = 200

// Fetch reads one thread again, from the day on which it began.
func (s *Session) Fetch(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	if ref.Kind != threadKind || ref.ID == "" {
		return connector.Snapshot{}, fault.Input("ref.kind", ref.Kind, threadKind)
	}
	b, err := s.open(ctx)
	if err != nil {
		return connector.Snapshot{Ref: ref, Problem: err}, err
	}
	defer b.close()
	return s.thread(b, ref)
}

func (s *Session) thread(b *box, ref connector.Ref) (connector.Snapshot, error) {
	since := s.window()
	began, err := s.oldest(b, ref.Note)
	if err != nil {
		return connector.Snapshot{Ref: ref, Problem: err}, err
	}
	if !began.IsZero() && began.Before(since) {
		since = began
	}
	all, err := s.letters(b, since)
	if err != nil {
		return connector.Snapshot{Ref: ref, Problem: err}, err
	}
	for _, t := range s.threads(all) {
		if slices.ContainsFunc(t.names(), func(n name) bool { return n.id == ref.ID }) {
			t.ref = ref
			_, err := b.fill(t.unread())
			return s.snapshot(t), err
		}
	}
	return connector.Snapshot{}, fault.New(fault.NotFound, "fault.mail.missing")
}

// window is from when on mails are looked at.
func (s *Session) window() time.Time { return s.world.Now().AddDate(0, 0, -s.days).UTC() }

// oldest is when the mail of this Message-ID came, at most a year ago; zero where it is not there.
func (s *Session) oldest(b *box, id string) (time.Time, error) {
	if id == "" {
		return time.Time{}, nil
	}
	sent, err := b.sentFolder(s)
	if err != nil {
		return time.Time{}, err
	}
	at, err := b.began(distinct(append(slices.Clone(s.folders), sent)), id)
	if year := s.world.Now().AddDate(-1, 0, 0); !at.IsZero() && at.Before(year) {
		at = year
	}
	return at, err
}

// mostRead is how many letters of a thread are read, the newest; of the others the headers are enough.
const mostRead = 100

// unread are the letters of a thread whose content is wanted.
func (t *thread) unread() (out []*letter) {
	for i := max(0, len(t.letters)-mostRead); i < len(t.letters); i++ {
		out = append(out, &t.letters[i])
	}
	return out
}

// Order tells nothing: a mailbox knows no purchases.
func (s *Session) Order(context.Context, connector.Ref) (connector.OrderFacts, error) {
	return connector.OrderFacts{}, fault.New(fault.NotFound, "fault.mail.no_order")
}
