package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path"
	"slices"
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/store"
)

// CaseFile opens a file that came with a message of a case and has no address, such as one of a mail. It is read from the mailbox the first
// time somebody asks for it; from then on the desk has its own copy. Faults: NotFound where the case names no such file, or it is gone;
// Refused for a program and for what is larger than the connector reads; Invalid for what is larger than the desk keeps, empty, or a broken
// picture.
func (d *Desk) CaseFile(ctx context.Context, who Who, caseID int64, ref string) (io.ReadSeekCloser, EvidenceItem, error) {
	c, err := d.caseSeen(ctx, who, caseID)
	if err != nil {
		return nil, EvidenceItem{}, err
	}
	source, file, err := fileNamed(ctx, d.DB, caseID, ref)
	if err != nil {
		return nil, EvidenceItem{}, err
	}
	kept, err := d.DB.KeptFile(ctx, caseID, ref)
	if fault.Is(err, fault.NotFound) {
		kept, err = d.fetchFile(ctx, c, source, file)
	}
	if err != nil {
		return nil, EvidenceItem{}, err
	}
	f, err := d.Blobs.Open(ctx, kept.Hash)
	return f, EvidenceItem{At: kept.At, Name: cleanName(file.Name), Type: kept.Type, Size: kept.Size, Hash: kept.Hash}, err
}

// records is what reading a case's records needs: the database or a transaction.
type records interface {
	SourcesOf(ctx context.Context, caseID int64) ([]store.Source, error)
}

// fileNamed finds a file among the messages of a case, with the record it came in.
func fileNamed(ctx context.Context, r records, caseID int64, ref string) (store.Source, dispute.File, error) {
	sources, err := r.SourcesOf(ctx, caseID)
	if err != nil {
		return store.Source{}, dispute.File{}, err
	}
	for _, src := range sources {
		facts, err := decodeFacts(src.Facts)
		if err != nil {
			return store.Source{}, dispute.File{}, err
		}
		for _, m := range facts.Messages {
			i := slices.IndexFunc(m.Files, func(f dispute.File) bool { return ref != "" && f.Ref == ref })
			if i >= 0 {
				return src, m.Files[i], nil
			}
		}
	}
	return store.Source{}, dispute.File{}, fault.New(fault.NotFound, "fault.no_file")
}

// fetchFile reads a file and keeps it. A case that was erased meanwhile keeps nothing.
func (d *Desk) fetchFile(ctx context.Context, c *store.Case, source store.Source, file dispute.File) (store.KeptFile, error) {
	content, err := d.readFile(ctx, c.StoreID, source, file)
	if err != nil {
		return store.KeptFile{}, err
	}
	if program(file.Name, content) {
		return store.KeptFile{}, fault.New(fault.Refused, "fault.file_program", "name", cleanName(file.Name))
	}
	info, err := d.Blobs.Put(ctx, bytes.NewReader(content))
	if err != nil {
		return store.KeptFile{}, err
	}
	kept := store.KeptFile{CaseID: c.ID, Ref: file.Ref, Hash: info.Hash, Type: info.Type, Size: info.Size, At: d.Now()}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := forUpdate(tx, []int64{c.ID}); err != nil {
			return err
		}
		if _, _, err := fileNamed(ctx, tx, c.ID, file.Ref); err != nil {
			return err
		}
		return tx.PutKeptFile(kept)
	})
	if err != nil {
		return kept, firstOf(err, d.dropFiles(ctx, []string{info.Hash}))
	}
	return kept, nil
}

// firstOf is the first of two faults.
func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (d *Desk) readFile(ctx context.Context, storeID int64, source store.Source, file dispute.File) ([]byte, error) {
	st, err := d.DB.Store(ctx, storeID)
	if err != nil {
		return nil, err
	}
	way, err := d.line(st)
	if err != nil {
		return nil, err
	}
	from, ok := way.session.(connector.Filer)
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.no_file")
	}
	var ref connector.Ref
	if err := json.Unmarshal(source.Ref, &ref); err != nil {
		return nil, err
	}
	return from.File(ctx, ref, file)
}

// programs are the ends of names of files that a computer runs when somebody opens them.
var programs = strings.Fields(".apk .app .bat .cmd .com .cpl .dll .exe .hta .iso .jar .js .jse .lnk .msi .pif .ps1 .reg .scr .sh .vb .vbe .vbs .wsf .xll")

// program tells whether a file runs when it is opened, by its name or its beginning. Nobody needs one to settle a dispute.
func program(name string, content []byte) bool {
	if slices.Contains(programs, strings.ToLower(path.Ext(strings.TrimRight(cleanName(name), " .")))) {
		return true
	}
	for _, begins := range []string{"MZ", "\x7fELF", "#!", "\xca\xfe\xba\xbe", "\xcf\xfa\xed\xfe"} {
		if bytes.HasPrefix(content, []byte(begins)) {
			return true
		}
	}
	return false
}
