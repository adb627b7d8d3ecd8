package fake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// issueList answers aliexpress.issue.issuelist.get: newest first, pages of at most 50.
func (p *Platform) issueList(c *call) (body, *refusal) {
	query, no := c.form.inner("query_dto")
	if no != nil {
		return nil, no
	}
	rows, page, size, no := p.listed(c, query)
	if no != nil {
		return nil, no
	}
	from := min(max((page-1)*size, 0), len(rows))
	till := min(from+size, len(rows))
	if c.fault.is(DuplicateRows) && from > 0 {
		from--
	}
	shown := rows[len(rows)-till : len(rows)-from] // rows are oldest first
	return func(w *writer) {
		w.number("current_page", int64(page))
		w.number("page_size", int64(size))
		w.number("total_item", int64(len(rows)))
		w.list("data_list", "issue_api_issue_dto", len(shown), func(i int) { shown[len(shown)-1-i].row(w) })
	}, nil
}

func (p *Platform) listed(c *call, query arguments) (rows []*Issue, page, size int, no *refusal) {
	if no := query.need("current_page", "page_size"); no != nil {
		return nil, 0, 0, no
	}
	page64, no1 := query.number("current_page", 1)
	size64, no2 := query.number("page_size", 50)
	wanted, no3 := issueFilter(query)
	for _, no := range []*refusal{no1, no2, no3} {
		if no != nil {
			return nil, 0, 0, no
		}
	}
	if size64 < 1 || size64 > 50 {
		return nil, 0, 0, invalid("page_size")
	}
	if page64 < 1 || page64 > 1_000_000 {
		return nil, 0, 0, invalid("current_page")
	}
	return wanted.of(c.shop), int(page64), int(size64), nil
}

// filter is what an issue list is narrowed to; zero fields do not narrow.
type filter struct {
	status, buyer string
	order         int64
	from, till    time.Time
}

func issueFilter(query arguments) (filter, *refusal) {
	wanted := filter{status: query.text("issue_status"), buyer: query.text("buyer_login_id")}
	switch wanted.status {
	case "", processing, cancelled, finished:
	default:
		return filter{}, invalid("issue_status")
	}
	var no *refusal
	if wanted.order, no = query.number("order_no", 0); no != nil {
		return filter{}, no
	}
	if wanted.from, no = millis(query, "create_time_start"); no != nil {
		return filter{}, no
	}
	wanted.till, no = millis(query, "create_time_end")
	return wanted, no
}

func millis(query arguments, name string) (time.Time, *refusal) {
	value, no := query.number(name, 0)
	if no != nil || value == 0 {
		return time.Time{}, no
	}
	return time.UnixMilli(value), nil
}

func (f filter) of(shop *Shop) []*Issue {
	all := shop.issues
	if f.status == processing {
		all = shop.open
	}
	if (f == filter{status: f.status}) && (f.status == "" || f.status == processing) {
		return all
	}
	var rows []*Issue
	for _, issue := range all {
		if f.takes(issue) {
			rows = append(rows, issue)
		}
	}
	return rows
}

func (f filter) takes(i *Issue) bool {
	return (f.status == "" || f.status == i.status) && (f.buyer == "" || f.buyer == i.Buyer()) &&
		(f.order == 0 || f.order == i.line.id || f.order == i.line.order.id) &&
		(f.from.IsZero() || !i.openedAt.Before(f.from)) && (f.till.IsZero() || !i.openedAt.After(f.till))
}

func (i *Issue) row(w *writer) {
	w.text("buyer_login_id", i.Buyer())
	w.text("gmt_create", wallText(i.openedAt))
	w.text("gmt_modified", wallText(i.changedAt))
	w.number("issue_id", i.id)
	w.text("issue_status", i.status)
	w.number("order_id", i.line.id)
	w.number("parent_order_id", i.line.order.id)
	w.text("reason_chinese", i.reason.Chinese)
	w.text("reason_english", i.reason.English)
}

// findIssue finds the caller's issue and checks the buyer's login, which every issue call must name.
func (p *Platform) findIssue(c *call, args arguments) (*Issue, *refusal) {
	if no := args.need("issue_id", "buyer_login_id"); no != nil {
		return nil, no
	}
	number, no := args.number("issue_id", 0)
	if no != nil {
		return nil, no
	}
	issue := p.issues[number]
	if issue == nil || issue.shop != c.shop {
		return nil, business("isv.issue-not-exist", "The issue does not exist")
	}
	if args.text("buyer_login_id") != issue.Buyer() {
		return nil, business("isv.buyer-login-id-not-match", "buyer_login_id does not belong to the issue")
	}
	return issue, nil
}

// issueDetail answers aliexpress.issue.detail.get.
func (p *Platform) issueDetail(c *call) (body, *refusal) {
	issue, no := p.findIssue(c, c.args)
	if no != nil {
		return nil, no
	}
	return func(w *writer) { w.object("result_object", func() { issue.write(w) }) }, nil
}

// agree answers aliexpress.issue.solution.agree.
func (p *Platform) agree(c *call) (body, *refusal) {
	issue, no := p.findIssue(c, c.args)
	if no != nil {
		return nil, no
	}
	number, no := c.args.number("solution_id", 0)
	if no != nil {
		return nil, no
	}
	address, no := c.args.number("return_address_id", 0)
	if no != nil {
		return nil, no
	}
	if no := p.sellerAgrees(issue, number, address, c.now); no != nil {
		return nil, no
	}
	return done, nil
}

func done(w *writer) { w.truth("result_object", true) }

// uploadImage answers aliexpress.issue.image.upload: a picture of at most 2 MB as proof.
func (p *Platform) uploadImage(c *call) (body, *refusal) {
	issue, no := p.findIssue(c, c.args)
	if no != nil {
		return nil, no
	}
	file, ok := c.form.files["image_bytes"]
	if !ok {
		return nil, missing("image_bytes")
	}
	extension := strings.ToLower(strings.TrimPrefix(c.args.text("extension"), "."))
	if extension != "jpg" && extension != "jpeg" && extension != "png" {
		return nil, invalid("extension")
	}
	if issue.stage == stageEnd {
		return nil, business("isv.issue-closed", "The issue is closed")
	}
	if no := checkPicture(file.bytes); no != nil {
		return nil, no
	}
	p.addProof(issue, file.bytes, extension, c.now)
	return done, nil
}

func checkPicture(content []byte) *refusal {
	failed := noUpload
	switch {
	case len(content) > maxFile:
		failed.subMsg = "The picture is larger than 2 MB"
	case !strings.HasPrefix(string(content), "\xff\xd8\xff") && !strings.HasPrefix(string(content), "\x89PNG"):
		failed.subMsg = "The file is not a JPG or PNG picture"
	default:
		return nil
	}
	return &failed
}

func (p *Platform) addProof(issue *Issue, content []byte, extension string, now time.Time) {
	sum := sha256.Sum256(content)
	name := "U" + hex.EncodeToString(sum[:16]) + "." + extension
	p.pictures[name] = content
	issue.evidence++
	issue.changedAt = now
	issue.note(p, now, "seller_add_evidence", "seller", "", "/kf/"+name)
}

// saveSolution answers aliexpress.issue.solution.save: a counter-offer, a change of one, or a refusal (amount zero).
func (p *Platform) saveSolution(c *call) (body, *refusal) {
	param, no := c.form.inner("param_dto")
	if no != nil {
		return nil, no
	}
	if no := param.need("add_seller_solution", "buyer_login_id", "issue_id", "refund_amount",
		"refund_amount_currency", "solution_context"); no != nil {
		return nil, no
	}
	issue, no := p.findIssue(c, param)
	if no != nil {
		return nil, no
	}
	wish, no := readWish(issue, param)
	if no != nil {
		return nil, no
	}
	if no := p.sellerProposes(issue, wish, c.now); no != nil {
		return nil, no
	}
	return done, nil
}

// wish is what a seller wants to put on the table.
type wish struct {
	add     bool
	target  int64 // the buyer's plan that is refused, or the own one that is changed
	money   Money // buyer's currency
	kind    string
	text    string
	address int64
	// pictures come with an offer made in the seller centre; calls upload them apart.
	pictures []string
}

func readWish(issue *Issue, param arguments) (wish, *refusal) {
	add, err := strconv.ParseBool(param.text("add_seller_solution"))
	if err != nil {
		return wish{}, invalid("add_seller_solution")
	}
	name := "buyer_solution_id"
	if !add {
		name = "modify_seller_solution_id"
	}
	if no := param.need(name); no != nil {
		return wish{}, no
	}
	target, no := param.number(name, 0)
	if no != nil {
		return wish{}, no
	}
	address, no := param.number("return_good_address_id", 0)
	if no != nil {
		return wish{}, no
	}
	money, no := readAmount(issue, param.text("refund_amount"), param.text("refund_amount_currency"))
	return wish{add: add, target: target, money: money, kind: or(param.text("add_solution_type"), kindRefund),
		text: param.text("solution_context"), address: address}, no
}

// readAmount reads a sum in the buyer's currency or in US dollars and gives it in the buyer's currency.
func readAmount(issue *Issue, number, currency string) (Money, *refusal) {
	local, dollars := issue.left()
	if currency != local.Currency && currency != dollars.Currency {
		return Money{}, business("isv.refund-currency-not-match",
			fmt.Sprintf("The currency must be %s or %s", local.Currency, dollars.Currency))
	}
	money, ok := parseSum(number, currency)
	if !ok {
		return Money{}, invalid("refund_amount")
	}
	most := local
	if currency != local.Currency {
		most = dollars
	}
	switch {
	case money.Minor < 0:
		return Money{}, business("isv.refund-amount-negative", "The amount must not be negative")
	case money.Minor > most.Minor:
		return Money{}, business("isv.refund-amount-exceed-limit", "The amount is above refund_money_max")
	case currency != local.Currency:
		return issue.toLocal(money), nil
	}
	return money, nil
}
