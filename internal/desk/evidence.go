package desk

import (
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/policy/words"
	"parley/internal/store"
)

// EvidenceInput is a proof somebody puts on file: a file, a text, or both.
type EvidenceInput struct {
	Kind    string // evidence_kinds of the glossary
	Name    string // of the file
	Text    string
	Note    string
	Reading string // what the person saw in it
	Content io.Reader
}

const maxEvidenceText = 20000

// AddEvidence puts a proof on file. The file is stored first, under the SHA-256 of its content; a failure afterwards leaves an unused
// file and no half entry.
func (d *Desk) AddEvidence(ctx context.Context, who Who, caseID int64, in EvidenceInput) (EvidenceItem, error) {
	if err := who.need(Act); err != nil {
		return EvidenceItem{}, err
	}
	if _, err := d.caseSeen(ctx, who, caseID); err != nil {
		return EvidenceItem{}, err
	}
	if err := in.check(); err != nil {
		return EvidenceItem{}, err
	}
	e := store.Evidence{CaseID: caseID, At: d.Now(), From: "staff", Kind: in.Kind, Name: cleanName(in.Name), Reading: in.Reading, Text: in.Text, Note: in.Note, MemberID: who.MemberID}
	if in.Content != nil {
		info, err := d.Blobs.Put(ctx, in.Content)
		if err != nil {
			return EvidenceItem{}, err
		}
		e.Hash, e.Size, e.Type = info.Hash, info.Size, info.Type
	}
	if e.Hash == "" && strings.TrimSpace(e.Text) == "" {
		return EvidenceItem{}, fault.Input("file", "", "a file, or a text")
	}
	return d.fileEvidence(ctx, who, e)
}

func (in *EvidenceInput) check() error {
	if !words.Known("evidence_kinds", in.Kind) {
		return fault.Input("kind", in.Kind, strings.Join(words.Codes("evidence_kinds"), ", "))
	}
	if in.Reading != "" && !words.Known("readings", in.Reading) {
		return fault.Input("reading", in.Reading, strings.Join(words.Codes("readings"), ", "))
	}
	if len(in.Text) > maxEvidenceText {
		return fault.Input("text", in.Text, "at most "+strconv.Itoa(maxEvidenceText)+" bytes")
	}
	return nil
}

// cleanName keeps the last part of a file name, without control characters, at most 120 characters.
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 120 {
		name = string(r[len(r)-120:])
	}
	return name
}

func (d *Desk) fileEvidence(ctx context.Context, who Who, e store.Evidence) (EvidenceItem, error) {
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		row := e
		if err := tx.PutEvidence(&row); err != nil {
			return err
		}
		_, err := d.rejudge(ctx, tx, []int64{e.CaseID}, e.At, func(m *matter) error {
			return m.record(dispute.Facts{Evidence: []dispute.Evidence{factOf(row, m)}})
		})
		if err != nil {
			return err
		}
		ev, err := event(e.CaseID, e.At, "evidence_added", who, map[string]any{"kind": e.Kind, "text": e.Name, "evidence": row.ID, "hash": e.Hash})
		if err != nil {
			return err
		}
		e.ID = row.ID
		return tx.AddEvents([]store.Event{ev})
	})
	return evidenceItem(e), err
}

// factOf is the proof as the rules read it.
func factOf(e store.Evidence, m *matter) dispute.Evidence {
	return dispute.Evidence{ID: strconv.FormatInt(e.ID, 10), At: e.At, From: e.From, Kind: e.Kind, Order: m.c.OrderNo, Reading: e.Reading, Text: e.Text, Note: e.Note}
}

// SetReading writes down what a person saw in a proof. A proof that was shown to a platform keeps what was seen then.
func (d *Desk) SetReading(ctx context.Context, who Who, evidenceID int64, reading string) error {
	if err := who.need(Act); err != nil {
		return err
	}
	if reading != "" && !words.Known("readings", reading) {
		return fault.Input("reading", reading, strings.Join(words.Codes("readings"), ", "))
	}
	e, err := d.DB.Evidence(ctx, evidenceID)
	if err != nil {
		return err
	}
	if _, err := d.caseSeen(ctx, who, e.CaseID); err != nil {
		return err
	}
	now := d.Now()
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		e, err := tx.Evidence(ctx, evidenceID)
		if err != nil {
			return err
		}
		if !e.FrozenAt.IsZero() {
			return fault.New(fault.Refused, "fault.evidence_frozen")
		}
		e.Reading = reading
		if err := tx.PutEvidence(&e); err != nil {
			return err
		}
		if _, err := d.rejudge(ctx, tx, []int64{e.CaseID}, now, func(m *matter) error { return m.setReading(e) }); err != nil {
			return err
		}
		ev, err := event(e.CaseID, now, "reading_set", who, map[string]any{"kind": e.Kind, "reason": reading})
		if err != nil {
			return err
		}
		return tx.AddEvents([]store.Event{ev})
	})
}

func (m *matter) setReading(e store.Evidence) error {
	own, err := decodeFacts(m.c.Own)
	if err != nil {
		return err
	}
	id := strconv.FormatInt(e.ID, 10)
	for i := range own.Evidence {
		if own.Evidence[i].ID == id {
			own.Evidence[i].Reading = e.Reading
		}
	}
	return m.setOwn(own)
}

// EvidenceFile opens the file of a proof.
func (d *Desk) EvidenceFile(ctx context.Context, who Who, evidenceID int64) (io.ReadSeekCloser, EvidenceItem, error) {
	e, err := d.DB.Evidence(ctx, evidenceID)
	if err != nil {
		return nil, EvidenceItem{}, err
	}
	if _, err := d.caseSeen(ctx, who, e.CaseID); err != nil {
		return nil, EvidenceItem{}, err
	}
	if e.Hash == "" {
		return nil, EvidenceItem{}, fault.New(fault.NotFound, "fault.no_file")
	}
	f, err := d.Blobs.Open(ctx, e.Hash)
	return f, evidenceItem(e), err
}

// event makes a line of history for something a member did.
func event(caseID int64, at time.Time, kind string, who Who, data map[string]any) (store.Event, error) {
	raw, err := json.Marshal(data)
	if who.desk {
		return store.Event{CaseID: caseID, At: at, Kind: kind, Actor: "desk", Data: raw}, err
	}
	return store.Event{CaseID: caseID, At: at, Kind: kind, Actor: "member", MemberID: who.MemberID, Data: raw}, err
}
