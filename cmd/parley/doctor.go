package main

import (
	"errors"
	"os"
	"strconv"

	"parley/internal/app"
	"parley/internal/desk"
)

type doctorVerb struct{}

// finding is one thing the doctor looked at.
type finding struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Says string `json:"says,omitempty"`
}

// Run looks at everything the desk needs and says what is wrong. Key, schema and database are looked at by opening them.
func (doctorVerb) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		h := a.Desk.Health(t.ctx)
		all := []finding{{"key", true, ""}, t.about("database", h.Database == nil, 0), t.folder(a.Data), t.about("owner", who.MemberID != 0, 0)}
		failing, missing := 0, 0
		for _, s := range h.Stores {
			if s.State == "active" && (s.Failing || s.Unheard || s.Age < 0) {
				failing++
			}
			missing += max(s.Missing, -s.Missing)
		}
		all = append(all, t.about("stores", failing == 0, failing), t.about("counts", missing == 0, missing),
			t.about("timers", h.Late == 0, int(h.Late)), t.about("effects", h.Effects["doubtful"] == 0, int(h.Effects["doubtful"])))
		return t.diagnosis(all)
	})
}

// about is a finding with the text of what is wrong; n is how many.
func (t *terminal) about(name string, ok bool, n int) finding {
	f := finding{Name: name, OK: ok}
	if !ok {
		f.Says = t.words.T("cli.doctor.bad."+name, "n", strconv.Itoa(n))
	}
	return f
}

// roomWanted is what must at least fit where the desk keeps its files, in bytes.
const roomWanted = 8 << 20

// folder tries to write where the desk keeps its files.
func (t *terminal) folder(path string) finding {
	file, err := os.CreateTemp(path, "doctor-*")
	if err == nil {
		_, err = file.Write(make([]byte, roomWanted))
		err = errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	return t.about("folder", err == nil, 0)
}

func (t *terminal) diagnosis(all []finding) error {
	var sick error
	rows := [][]string{}
	for _, f := range all {
		mark := "cli.doctor.ok"
		if !f.OK {
			mark, sick = "cli.doctor.bad", errSaid
		}
		rows = append(rows, []string{t.words.T(mark), t.words.T("cli.doctor." + f.Name), f.Says})
	}
	if t.JSON {
		if err := t.data(map[string]any{"ok": sick == nil, "items": all}); err != nil {
			return err
		}
		return sick
	}
	if err := t.table(rows); err != nil {
		return err
	}
	return sick
}
