package desk

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/store"
)

// ruleSetting begins the settings of a store that hold numbers of the packs: rule.next_update_hours = "24".
const ruleSetting = "rule."

// rulesChanged is the kind of the timers that make open cases be judged again after a number was moved. They are rows like all work:
// a restart in between loses none, and they are taken in bounded batches.
const rulesChanged = "rules_changed"

// parametersOf are the numbers a store has tightened, by name.
func parametersOf(st store.Store) map[string]int64 {
	out := map[string]int64{}
	for key, value := range st.Settings {
		if name, ok := strings.CutPrefix(key, ruleSetting); ok {
			if n, err := strconv.ParseInt(value, 10, 64); err == nil {
				out[name] = n
			}
		}
	}
	return out
}

func withoutParameters(settings map[string]string) map[string]string {
	out := maps.Clone(settings)
	maps.DeleteFunc(out, func(key, _ string) bool { return ours(key) })
	return out
}

// ours are the settings that no form of the platform holds: the tightened numbers and the safety net.
func ours(key string) bool { return strings.HasPrefix(key, ruleSetting) || key == netSetting }

// keepParameters carries the tightened numbers over to settings that come from a form without them.
func keepParameters(to, from map[string]string) {
	for key, value := range from {
		if ours(key) {
			to[key] = value
		}
	}
}

// replySettings are what the checks on drafts read of a store.
func replySettings(st store.Store) map[string]string {
	if n, ok := st.Settings[ruleSetting+"reply_max_words"]; ok {
		return map[string]string{"reply_max_words": n}
	}
	return nil
}

// rulesOf are the packs as the store has tightened them. The library composes each combination once.
func (d *Desk) rulesOf(st store.Store, packs []string) (*policy.Rules, error) {
	return d.Library.For(packs, policy.WithStore(parametersOf(st)))
}

// StoreNumbers are the numbers of one pack as they hold in a store.
type StoreNumbers struct {
	Store StoreRef         `json:"store"`
	Now   map[string]int64 `json:"now"`   // by parameter
	Moved map[string]bool  `json:"moved"` // which of them the store has tightened
}

// Numbers tells what the parameters of a pack are in each store the member sees whose cases are judged by it. Closed stores are left out.
func (d *Desk) Numbers(ctx context.Context, who Who, pack string) ([]StoreNumbers, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	p, ok := d.Library.Pack(pack)
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	b, err := d.book(ctx)
	if err != nil {
		return nil, err
	}
	var out []StoreNumbers
	for _, id := range slices.Sorted(maps.Keys(b.stores)) {
		st := b.stores[id]
		rules, err := d.rulesOf(st, st.Packs)
		if err != nil {
			return nil, err
		}
		if who.Sees(id) && st.State != "closed" && slices.Contains(rules.Packs(), pack) {
			out = append(out, d.numbersIn(b, st, p, rules))
		}
	}
	return out, nil
}

func (d *Desk) numbersIn(b book, st store.Store, p *policy.Pack, rules *policy.Rules) StoreNumbers {
	n := StoreNumbers{Store: d.storeRef(b, st.ID), Now: map[string]int64{}, Moved: map[string]bool{}}
	moved := parametersOf(st)
	for _, x := range p.Parameters() {
		n.Now[x.Name], _ = rules.Parameter(x.Name)
		_, n.Moved[x.Name] = moved[x.Name]
	}
	return n
}

// SetParameter tightens a number of the packs for a store, and takes that back where the value is the pack's own. Invalid, with the
// reason, for a number that is the platform's or the law's and for a value that loosens. The store's open cases are judged again
// right afterwards by the timers; each that comes out differently gets its judged_again event.
func (d *Desk) SetParameter(ctx context.Context, who Who, storeID int64, name string, value int64) error {
	if err := d.mayMove(who, storeID); err != nil {
		return err
	}
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		st, err := tx.Store(ctx, storeID)
		if err != nil {
			return err
		}
		if st.Settings, err = d.moved(st, name, value); err != nil {
			return err
		}
		if err := tx.PutStore(&st); err != nil {
			return err
		}
		return tx.RingAll(storeID, rulesChanged, d.Now())
	})
	if err != nil {
		return err
	}
	d.names.forget()
	d.Log.Info("a number of the rules was moved", "store", storeID, "parameter", name, "value", value, "member", who.MemberID)
	wake(d.wakeTimers)
	return nil
}

func (d *Desk) mayMove(who Who, storeID int64) error {
	if err := who.need(Own); err != nil {
		return err
	}
	if !who.Sees(storeID) {
		return fault.New(fault.NotFound, "fault.store_not_found")
	}
	return nil
}

// moved are the store's settings with the number in them.
func (d *Desk) moved(st store.Store, name string, value int64) (map[string]string, error) {
	if _, err := d.Library.For(st.Packs, policy.WithParameter(name, value)); err != nil {
		return nil, err
	}
	packs, err := d.Library.For(st.Packs)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	maps.Copy(out, st.Settings)
	out[ruleSetting+name] = strconv.FormatInt(value, 10)
	if own, _ := packs.Parameter(name); own == value {
		delete(out, ruleSetting+name)
	}
	return out, nil
}

// ParameterPreview is what moving a number would change now.
type ParameterPreview struct {
	Store   StoreRef   `json:"store"`
	Name    string     `json:"name"`
	Was     int64      `json:"was"`
	Value   int64      `json:"value"`
	Looked  int        `json:"looked"`  // open cases that were judged both ways
	More    bool       `json:"more"`    // there are more open cases than those
	Changed int        `json:"changed"` // how many would come out differently
	Cases   []Replayed `json:"cases"`   // the first of these, the next deadline first
}

const (
	previewLooks = 2000 // open cases judged for a preview
	previewShows = 20
)

// PreviewParameter judges the store's open cases with the number as it is and as it would be. Nothing is kept. The nearest deadlines
// come first; beyond 2,000 cases it says that there are more.
func (d *Desk) PreviewParameter(ctx context.Context, who Who, storeID int64, name string, value int64) (ParameterPreview, error) {
	p := ParameterPreview{Name: name, Value: value}
	if err := d.mayMove(who, storeID); err != nil {
		return p, err
	}
	st, err := d.DB.Store(ctx, storeID)
	if err != nil {
		return p, err
	}
	then := st
	if then.Settings, err = d.moved(st, name, value); err != nil {
		return p, err
	}
	rules, err := d.rulesOf(st, st.Packs)
	if err != nil {
		return p, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return p, err
	}
	p.Was, _ = rules.Parameter(name)
	p.Store = d.storeRef(b, storeID)
	open := true
	w := walk{d: d, query: store.Query{Open: &open, Stores: []int64{storeID}}, limit: previewLooks, now: d.Now(), book: b}
	w.rules = func(m *matter) (before, after *policy.Rules, err error) { return d.both(m, m.c.Packs, then) }
	err = w.each(ctx, func(r Replayed) error {
		if p.Changed++; len(p.Cases) < previewShows {
			p.Cases = append(p.Cases, r)
		}
		return nil
	})
	p.Looked, p.More = w.looked, w.more
	return p, err
}

// both are the rules of a case as they are, and other packs as a store with other numbers would have them.
func (d *Desk) both(m *matter, packs []string, then store.Store) (before, after *policy.Rules, err error) {
	if before, err = d.rulesOf(m.st, m.c.Packs); err != nil {
		return nil, nil, err
	}
	after, err = d.rulesOf(then, packs)
	return before, after, err
}
