package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/web/page"
)

func (c *call) casePage() error { return c.caseWith("", "", http.StatusOK) }

// caseWith shows the case with what was wrong with a form on it, and what was typed.
func (c *call) caseWith(wrong, typed string, code int) error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	cp, err := c.Desk.Case(c.r.Context(), c.who, id)
	if err != nil {
		return err
	}
	c.lookedAt(id)
	f := c.frame(cp.Title)
	f.Live, f.Watch, f.Back = true, id, page.CaseURL(id)
	return c.show(code, page.CasePage(page.Case{Frame: f, C: cp, People: c.people(), Largest: c.MaxUpload, Error: wrong, Typed: typed}))
}

// again shows the form's page again for a failure the member can mend; other failures pass.
func (c *call) again(err error, typed string) error {
	code := status(err)
	if code >= 500 || code == http.StatusNotFound || code == http.StatusUnauthorized {
		return err
	}
	return c.caseWith(c.detail(err), typed, code)
}

func (c *call) note() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	text := c.r.PostFormValue("text")
	if err := c.Desk.Note(c.r.Context(), c.who, []int64{id}, text); err != nil {
		return c.again(err, text)
	}
	return c.back(page.CaseURL(id), "noted")
}

func (c *call) assign() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	member, err := strconv.ParseInt(c.r.PostFormValue("member"), 10, 64)
	if err != nil {
		return fault.Input("member", c.r.PostFormValue("member"), c.text.T("allowed.number"))
	}
	if err := c.Desk.Assign(c.r.Context(), c.who, []int64{id}, member); err != nil {
		return c.again(err, "")
	}
	return c.back(page.CaseURL(id), "assigned")
}

func (c *call) record() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	in, err := c.recorded()
	if err == nil {
		err = c.Desk.Record(c.r.Context(), c.who, id, in)
	}
	if err != nil {
		return c.again(err, "")
	}
	return c.back(page.CaseURL(id), "recorded")
}

// recorded reads the form of something that happened elsewhere. Times are those of the member's zone.
func (c *call) recorded() (desk.RecordInput, error) {
	p := c.r.PostFormValue
	in := desk.RecordInput{Did: p("did"), Via: p("via"), Reference: p("reference"), Note: p("note")}
	if at := p("at"); at != "" {
		zone, err := time.LoadLocation(c.who.Zone)
		if err != nil {
			zone = time.UTC
		}
		if in.At, err = time.ParseInLocation("2006-01-02T15:04", at, zone); err != nil {
			return in, fault.Input("at", at, "2026-05-07T10:00").Because(err)
		}
	}
	if typed := p("amount"); typed != "" {
		amount, err := amountOf(typed, p("currency"), c.text.Point())
		if err != nil {
			return in, fault.Input("amount", typed, c.text.T("allowed.amount", "example", "12"+c.text.Point()+"40")).Because(err)
		}
		in.Amount = amount
	}
	return in, nil
}

// part is a file of a form, or none.
type part struct {
	name string
	data io.ReadCloser
}

// file reads the form with its file. A file that is too large is a clear fault, not a broken connection.
func (c *call) file(field string) (part, error) {
	if err := c.r.ParseMultipartForm(1 << 20); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return part{}, err
		}
		return part{}, fault.New(fault.Invalid, "fault.form").Because(err)
	}
	f, head, err := c.r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) {
		return part{}, nil
	}
	if err != nil {
		return part{}, fault.New(fault.Invalid, "fault.form").Because(err)
	}
	if head.Size > c.MaxUpload {
		_ = f.Close()
		return part{}, fault.New(fault.Invalid, "fault.file_too_large", "max", c.text.Size(c.MaxUpload))
	}
	return part{path.Base(strings.ReplaceAll(head.Filename, "\\", "/")), f}, nil
}

func (c *call) addEvidence() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	file, err := c.file("file")
	if err != nil {
		return c.again(err, "")
	}
	in := desk.EvidenceInput{Kind: c.r.PostFormValue("kind"), Name: file.name, Text: c.r.PostFormValue("text"), Note: c.r.PostFormValue("note")}
	if file.data != nil {
		defer func() { _ = file.data.Close() }()
		in.Content = file.data
	}
	if _, err := c.Desk.AddEvidence(c.r.Context(), c.who, id, in); err != nil {
		return c.again(err, "")
	}
	return c.back(page.CaseURL(id)+"#proof", "evidence_added")
}

func (c *call) setReading() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	evidence, err := c.number("evidence")
	if err != nil {
		return err
	}
	if err := c.Desk.SetReading(c.r.Context(), c.who, evidence, c.r.PostFormValue("reading")); err != nil {
		return c.again(err, "")
	}
	return c.back(page.CaseURL(id)+"#proof", "reading_set")
}

// evidenceFile gives a stored file. Only plain pictures and films open in the browser; everything else is a download, and nothing in
// it may run or load anything.
func (c *call) evidenceFile() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	file, item, err := c.Desk.EvidenceFile(c.r.Context(), c.who, id)
	if err != nil {
		return err
	}
	return c.serve(file, item)
}

// caseFile gives a file that came with a message, such as one of a mail.
func (c *call) caseFile() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	file, item, err := c.Desk.CaseFile(c.r.Context(), c.who, id, c.r.URL.Query().Get("ref"))
	if err != nil {
		return err
	}
	return c.serve(file, item)
}

// serve gives a file so that nothing in it can run.
func (c *call) serve(file io.ReadSeekCloser, item desk.EvidenceItem) error {
	defer func() { _ = file.Close() }()
	kind, way := "application/octet-stream", "attachment"
	switch item.Type {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm":
		kind, way = item.Type, "inline"
	}
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(way, map[string]string{"filename": item.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(c.w, c.r, "", item.At, file)
	return nil
}
