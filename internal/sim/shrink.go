package sim

import (
	"slices"
	"time"
)

// mostTries bounds how many runs shrinking may take.
const mostTries = 400

// Shrink makes a failing run as small as it gets while the same invariant fails: it ends after the failure, leaves out matters and then
// incidents. try plays a script and reports; a script that fails differently counts as good. It gives nil where the failure does not come
// again.
func Shrink(failed Report, try func(Script) (Report, error)) (*Script, error) {
	if len(failed.Violations) == 0 {
		return nil, nil
	}
	h := &shrinking{try: try, shows: failed.Violations[0].Invariant}
	first := failed.Violations[0]
	script := failed.script
	script.Shows = h.shows
	for _, incidents := range [][]Incident{failed.fired, failed.script.Incidents} { // as they hit, or as they were drawn
		script.Incidents = slices.Clone(incidents)
		if ok, err := h.fails(script); err != nil || ok {
			if err != nil {
				return nil, err
			}
			return h.reduce(script, first)
		}
	}
	return nil, nil
}

type shrinking struct {
	try   func(Script) (Report, error)
	shows string
	tries int
}

func (h *shrinking) fails(s Script) (bool, error) {
	if h.tries++; h.tries > mostTries {
		return false, nil
	}
	r, err := h.try(s)
	return r.Violated[h.shows] > 0, err
}

func (h *shrinking) reduce(s Script, first Violation) (*Script, error) {
	if err := h.shorten(&s, first.At); err != nil {
		return nil, err
	}
	if err := h.alone(&s, first.Matter); err != nil {
		return nil, err
	}
	err := h.without(len(s.Incidents), 0, func(keep []int) Script {
		t := s
		t.Incidents = pickOf(s.Incidents, keep)
		return t
	}, &s)
	if err != nil {
		return nil, err
	}
	if len(s.Matters) != 1 {
		if len(s.Matters) == 0 {
			for n := range s.Cases {
				s.Matters = append(s.Matters, n)
			}
		}
		err = h.without(len(s.Matters), 1, func(keep []int) Script {
			t := s
			t.Matters = pickOf(s.Matters, keep)
			return t
		}, &s)
	}
	return &s, err
}

// shorten ends the run after the failure.
func (h *shrinking) shorten(s *Script, at time.Time) error {
	t := *s
	t.Days = min(s.Days, int(at.Sub(s.Start).Hours()/24)+1)
	t.Incidents = slices.DeleteFunc(slices.Clone(s.Incidents), func(in Incident) bool { return in.At.After(at) })
	ok, err := h.fails(t)
	if ok {
		*s = t
	}
	return err
}

// alone tries the matter the failure names alone, without any incident and with all.
func (h *shrinking) alone(s *Script, matter int) error {
	if matter < 0 {
		return nil
	}
	t := *s
	t.Matters = []int{matter % s.Cases} // a second matter about the same money begins where the first does
	for _, incidents := range [][]Incident{{}, s.Incidents} {
		t.Incidents = incidents
		ok, err := h.fails(t)
		if ok {
			*s = t
		}
		if ok || err != nil {
			return err
		}
	}
	return nil
}

// without leaves out parts of a list, in smaller and smaller pieces, while the failure stays and at least so many are left.
func (h *shrinking) without(n, least int, with func(keep []int) Script, s *Script) error {
	keep := make([]int, n)
	for i := range keep {
		keep[i] = i
	}
	made := func(k []int) Script { return with(k) }
	for size := (n + 1) / 2; size >= 1; size /= 2 {
		for from := 0; from < len(keep); {
			less := slices.Delete(slices.Clone(keep), from, min(from+size, len(keep)))
			ok := false
			if len(less) >= least {
				var err error
				if ok, err = h.fails(made(less)); err != nil {
					return err
				}
			}
			if !ok {
				from += size
				continue
			}
			keep = less
		}
	}
	*s = made(keep)
	return nil
}

func pickOf[T any](of []T, keep []int) []T {
	out := make([]T, 0, len(keep))
	for _, i := range keep {
		out = append(out, of[i])
	}
	return out
}
