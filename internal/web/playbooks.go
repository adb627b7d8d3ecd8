package web

import (
	"net/http"

	"parley/internal/fault"
	"parley/internal/web/page"
)

func (c *call) playbooks() error {
	if c.Rules == nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	p := page.Playbooks{Frame: c.frame(c.text.T("playbook.title")), Packs: c.Rules.Packs()}
	return c.show(http.StatusOK, page.PlaybooksPage(p))
}

func (c *call) playbook() error {
	if c.Rules == nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	pack, ok := c.Rules.Pack(c.r.PathValue("pack"))
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	f := c.frame(pack.Title.In(c.text.Lang))
	return c.show(http.StatusOK, page.PlaybookPage(page.Playbook{Frame: f, Pack: pack}))
}
