package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/web"
	"parley/internal/web/gallery"
)

// examined is a desk whose cases are about an account that a platform examines.
type examined struct{ *gallery.Desk }

func (e examined) Case(ctx context.Context, who desk.Who, id int64) (desk.CasePage, error) {
	c, err := e.Desk.Case(ctx, who, id)
	c.Facts.Account = &dispute.Account{Platform: "aliexpress", Notices: []dispute.Notice{{At: gallery.Now.Add(-time.Hour), Code: "security_verification", Text: "Please send <the> papers.",
		Documents: []string{"card_copy", "passport_copy"}, MaxFileKB: 2000}}}
	return c, err
}

func (e examined) Consider(ctx context.Context, who desk.Who, id int64) (desk.CasePage, error) {
	return e.Case(ctx, who, id)
}

// TestLettersToTheAccountAreShown with the papers they want, and what was done about them can be put on record.
func TestLettersToTheAccountAreShown(t *testing.T) {
	s := newScene(t, func(o *web.Options) { o.Desk = examined{gallery.New("aliexpress", "en", "")} })
	code, body := s.get("/cases/1")
	if code != 200 {
		t.Fatal(code)
	}
	s.has(body, "Letters of the platform", "Papers wanted for an examination", "Please send &lt;the&gt; papers.", "last four digits covered", "passport, numbers covered", "Largest file: 2000 kB",
		`value="sent_documents"`, `value="lifted_block"`)
	if _, body := newScene(t).get("/cases/1"); strings.Contains(body, "Letters of the platform") || strings.Contains(body, `value="sent_documents"`) {
		t.Error("a case without an account shows letters")
	}
}
