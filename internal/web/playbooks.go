package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/web/page"
)

func (c *call) playbooks() error {
	if c.Rules == nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	p := page.Playbooks{Frame: c.frame(c.text.T("playbook.title")), Packs: c.Rules.Packs()}
	return c.show(http.StatusOK, page.PlaybooksPage(p))
}

func (c *call) playbook() error { return c.playbookWith("", http.StatusOK) }

// playbookWith shows a pack with its numbers in the stores and the cases its rules lead.
func (c *call) playbookWith(wrong string, code int) error {
	pack, err := c.pack()
	if err != nil {
		return err
	}
	p := page.Playbook{Frame: c.frame(pack.Title.In(c.text.Lang)), Pack: pack, Error: wrong}
	if p.Numbers, err = c.Desk.Numbers(c.r.Context(), c.who, pack.Name); err != nil {
		return err
	}
	if p.Fired, err = c.Desk.Fired(c.r.Context(), c.who, pack.Name); err != nil {
		return err
	}
	return c.show(code, page.PlaybookPage(p))
}

func (c *call) pack() (*policy.Pack, error) {
	if c.Rules == nil {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	pack, ok := c.Rules.Pack(c.r.PathValue("pack"))
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return pack, nil
}

// moving is what the form beside a number says: in which store it becomes what.
type moving struct {
	pack  *policy.Pack
	info  policy.ParameterInfo
	store int64
	value int64
}

func (c *call) moving() (m moving, err error) {
	if m.pack, err = c.pack(); err != nil {
		return m, err
	}
	list := m.pack.Parameters()
	i := slices.IndexFunc(list, func(x policy.ParameterInfo) bool { return x.Name == c.r.PathValue("name") })
	if i < 0 {
		return m, fault.New(fault.NotFound, "fault.not_found")
	}
	m.info = list[i]
	if m.store, err = c.whole("store"); err != nil {
		return m, err
	}
	m.value, err = c.whole("value")
	return m, err
}

// whole reads a whole number from the form or the address.
func (c *call) whole(field string) (int64, error) {
	text := strings.TrimSpace(c.r.FormValue(field))
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.Input(field, text, c.text.T("allowed.number"))
	}
	return n, nil
}

// previewParameter shows what moving a number would change; nothing is kept before it is confirmed.
func (c *call) previewParameter() error {
	m, err := c.moving()
	if err != nil {
		return c.refusedMove(err)
	}
	p, err := c.Desk.PreviewParameter(c.r.Context(), c.who, m.store, m.info.Name, m.value)
	if err != nil {
		return c.refusedMove(err)
	}
	f := c.frame(m.info.Name)
	return c.show(http.StatusOK, page.MovePage(page.Move{Frame: f, Pack: m.pack, Info: m.info, Preview: p}))
}

func (c *call) setParameter() error {
	m, err := c.moving()
	if err != nil {
		return c.refusedMove(err)
	}
	if err := c.Desk.SetParameter(c.r.Context(), c.who, m.store, m.info.Name, m.value); err != nil {
		return c.refusedMove(err)
	}
	return c.back(page.PackURL(m.pack.Name), "number_moved")
}

// refusedMove says on the page of the pack why a number cannot be moved.
func (c *call) refusedMove(err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	return c.playbookWith(c.detail(err), status(err))
}
