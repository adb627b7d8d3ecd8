package reply

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"parley/internal/calendar"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
)

// maxFact is the longest text of a fact that is put into a reply, in characters.
const maxFact = 500

// Render fills a template from facts on record. Facts that are needed and not on record are named in missing, and then
// the text is empty: nothing is ever sent with a gap. Days are those of the store's zone.
func Render(t *Templates, name, lang string, facts dispute.Facts, verdict policy.Verdict, now time.Time) (text string, missing []string, err error) {
	one := t.Get(name, lang)
	if one == nil {
		return "", nil, fault.New(fault.NotFound, "fault.no_such_template", "template", name, "language", lang)
	}
	v := values{format: t.formats[one.Language], zone: zone(facts.Store.Zone), now: now, out: map[string]any{}}
	v.read(&facts, &verdict)
	for _, need := range one.Needs {
		if v.get(need) == "" {
			missing = append(missing, need)
		}
	}
	if len(missing) > 0 {
		return "", missing, nil
	}
	out, srcErr := one.parsed.RenderString(v.out)
	if srcErr != nil {
		return "", nil, fault.New(fault.Invalid, "fault.template", "template", name, "language", lang).Because(srcErr)
	}
	return strings.TrimSpace(out), nil, nil
}

func zone(name string) *time.Location {
	loc, ok := calendar.Zone(name)
	if !ok {
		return time.UTC
	}
	return loc
}

// values collects the facts a template may name, as text in the language of the template.
type values struct {
	format format
	zone   *time.Location
	now    time.Time
	out    map[string]any
}

// groups are all names, so that a condition over a fact that is not known reads as empty instead of failing.
var groups = map[string][]string{
	"buyer": {"name"}, "item": {"title"}, "order": {"id", "goods", "shipping", "total"}, "scan": {"day", "place"},
	"carrier": {"reference", "answer"}, "choice": {"day"}, "next": {"day"}, "answer": {"day"}, "platform": {"day"},
	"refund": {"day", "amount"}, "repair": {"day"}, "protection": {"day"}, "claim": {"amount"}, "offer": {"amount"},
	"extension": {"days"}, "customs": {"notice"}, "solved": {"day"}, "sent_back": {"day", "tracking"},
	"account": {"notice_day"}, "documents": {"day"}, "store": {"return_address", "manufacturer_contact", "usage_steps"},
}

// set puts a fact in, cleaned of control characters and shortened.
func (v *values) set(group, name, text string) {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text)), " ")
	if r := []rune(text); len(r) > maxFact {
		text = string(r[:maxFact]) + "…"
	}
	v.out[group].(map[string]any)[name] = text
}

func (v *values) get(path string) string {
	group, name, nested := strings.Cut(path, ".")
	if !nested {
		s, _ := v.out[group].(string)
		return s
	}
	m, _ := v.out[group].(map[string]any)
	s, _ := m[name].(string)
	return s
}

func (v *values) read(f *dispute.Facts, verdict *policy.Verdict) {
	for group, names := range groups {
		v.out[group] = map[string]any{}
		for _, name := range names {
			v.set(group, name, "")
		}
	}
	v.out["today"] = v.day(v.now)
	v.set("next", "day", v.day(v.now.Add(48*time.Hour)))
	if f.Buyer != nil {
		v.set("buyer", "name", f.Buyer.Name)
	}
	v.order(f)
	v.parcel(f)
	v.acts(f)
	v.deadlines(f, verdict)
	for _, name := range groups["store"] {
		v.set("store", name, f.Store.Settings[name])
	}
	if f.Account != nil && len(f.Account.Notices) > 0 {
		v.set("account", "notice_day", v.day(f.Account.Notices[len(f.Account.Notices)-1].At))
		for _, d := range f.Account.Documents {
			v.set("documents", "day", v.day(d.At))
		}
	}
}

func (v *values) order(f *dispute.Facts) {
	if c := f.Case; c != nil {
		v.set("claim", "amount", v.amount(c.Claim.Amount))
	}
	for _, p := range f.Proposals {
		if oneOf(p.By, "staff", "desk") && p.Open {
			v.set("offer", "amount", v.amount(p.Amount))
		}
	}
	o := f.Order
	if o == nil {
		return
	}
	v.set("order", "id", o.ID)
	v.set("order", "goods", v.amount(o.Goods))
	v.set("order", "shipping", v.amount(o.Shipping))
	if total, err := o.Goods.Add(o.Shipping); err == nil {
		v.set("order", "total", v.amount(total))
	}
	if len(o.Items) > 0 {
		v.set("item", "title", o.Items[0].Title)
	}
	if o.ProtectionEndsAt.After(v.now) {
		v.set("protection", "day", v.day(o.ProtectionEndsAt))
		v.set("choice", "day", v.day(o.ProtectionEndsAt))
	}
	if s := f.Shipment; s != nil && o.PromisedDays > 0 && !s.ShippedAt.IsZero() {
		if promised := s.ShippedAt.AddDate(0, 0, o.PromisedDays); promised.After(v.now) {
			v.set("choice", "day", v.day(promised))
		}
	}
}

func (v *values) parcel(f *dispute.Facts) {
	if f.Shipment == nil {
		return
	}
	var last dispute.Scan
	for _, s := range f.Shipment.Events {
		if !s.At.After(v.now) && !oneOf(s.Status, "not_found", "info_received") && !s.At.Before(last.At) {
			last = s
		}
	}
	if !last.At.IsZero() {
		v.set("scan", "day", v.day(last.At))
		v.set("scan", "place", last.Place)
	}
}

func (v *values) acts(f *dispute.Facts) {
	for _, a := range f.History {
		if a.At.After(v.now) {
			continue
		}
		switch a.Did {
		case "asked_carrier", "answered_enquiry":
			if a.Reference != "" {
				v.set("carrier", "reference", a.Reference)
			}
		case "extended_protection":
			if a.Days > 0 {
				v.set("extension", "days", strconv.Itoa(a.Days))
			}
		case "confirmed_solved":
			v.set("solved", "day", v.day(a.At))
		case "sent_back_goods":
			v.set("sent_back", "day", v.day(a.At))
			v.set("sent_back", "tracking", a.Reference)
		case "sent_documents":
			v.set("documents", "day", v.day(a.At))
		}
	}
	for _, e := range f.Evidence {
		switch {
		case e.At.After(v.now):
		case e.Kind == "carrier_ticket":
			v.set("carrier", "answer", e.Text)
		case e.Kind == "customs_notice":
			v.set("customs", "notice", e.Text)
		}
	}
}

// deadlineFacts are the deadlines of a verdict that a template may name.
var deadlineFacts = map[string]string{
	"seller_response": "answer", "platform_steps_in": "platform", "refund_due": "refund", "repair_due": "repair", "protection_ends": "protection",
}

// deadlines names the last whole day before a deadline, so that nobody is promised more time than there is.
func (v *values) deadlines(_ *dispute.Facts, verdict *policy.Verdict) {
	for _, d := range verdict.Deadlines {
		if group, ok := deadlineFacts[d.Kind]; ok && d.At.After(v.now) {
			at := d.At
			if d.Kind != "platform_steps_in" {
				at = at.Add(-time.Minute)
			}
			v.set(group, "day", v.day(at))
		}
	}
	if verdict.Refund != nil {
		v.set("refund", "amount", v.amount(*verdict.Refund))
	}
}

func (v *values) day(at time.Time) string {
	at = at.In(v.zone)
	if len(v.format.Months) != 12 {
		return at.Format("2006-01-02")
	}
	return strings.NewReplacer("{day}", strconv.Itoa(at.Day()), "{month}", v.format.Months[at.Month()-1]).Replace(v.format.Day)
}

func (v *values) amount(a money.Amount) string {
	if !a.Known() {
		return ""
	}
	number := strings.Replace(a.Plain(), ".", v.format.Decimal, 1)
	if v.format.Amount == "" {
		return a.String()
	}
	return strings.NewReplacer("{number}", number, "{currency}", a.Currency).Replace(v.format.Amount)
}
