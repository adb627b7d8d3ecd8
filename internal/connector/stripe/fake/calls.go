package fake

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (c *call) on(ch *Charge) bool {
	charge, intent := c.form.Get("charge"), c.form.Get("payment_intent")
	return (charge == "" || charge == ch.ID) && (intent == "" || intent == ch.Intent)
}

// inList are the expansions of the rows of a list.
func (c *call) inList() expansions { return c.expand.below("data") }

func only[T any](all []T, keep func(T) bool) (out []T) {
	for _, x := range all {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}

func listDisputes(c *call) (any, *refusal) {
	all := only(c.account.disputes, func(d *Dispute) bool { return c.on(d.charge) })
	return page(c, "/v1/disputes", all, func(d *Dispute) string { return d.ID }, func(d *Dispute) int64 { return d.Created },
		func(d *Dispute) any { return d.json(c.account, c.inList()) })
}

func (c *call) dispute() (*Dispute, *refusal) {
	for _, d := range c.account.disputes {
		if d.ID == c.PathValue("id") {
			return d, nil
		}
	}
	return nil, missing("dispute", c.PathValue("id"))
}

func getDispute(c *call) (any, *refusal) {
	d, no := c.dispute()
	if no != nil {
		return nil, no
	}
	return d.json(c.account, c.expand), nil
}

// longTexts take 20,000 characters, other texts 5,000.
var longTexts = strings.Fields("access_activity_log cancellation_policy_disclosure cancellation_rebuttal duplicate_charge_explanation " +
	"product_description refund_policy_disclosure refund_refusal_explanation uncategorized_text")

var fileFields = strings.Fields("cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt " +
	"refund_policy service_documentation shipping_documentation uncategorized_file")

func updateDispute(c *call) (any, *refusal) {
	d, no := c.dispute()
	if no != nil {
		return nil, no
	}
	submit := c.form.Get("submit")
	if !slices.Contains([]string{"", "true", "false"}, submit) {
		return nil, invalid("submit", "parameter_invalid_boolean", "Invalid boolean: "+submit)
	}
	evidence, no := c.evidence()
	if no != nil {
		return nil, no
	}
	if !d.waits() && (len(evidence) > 0 || submit == "true") {
		return nil, invalid("", "", "This dispute can no longer be answered: its status is "+d.Status+".")
	}
	for name, value := range evidence {
		d.Evidence[name] = value
	}
	d.mark(c)
	now := c.account.p.now()
	if submit != "false" && (len(evidence) > 0 || submit == "true") {
		d.submit(now.Unix())
	}
	d.touched(now)
	c.account.p.acted++
	c.account.happened("charge.dispute.updated", now, d.json(c.account, nil))
	return d.json(c.account, c.expand), nil
}

// submit hands the evidence to the bank.
func (d *Dispute) submit(at int64) {
	d.Submitted++
	d.SentAt = at
	d.Status = map[string]string{"needs_response": "under_review", "warning_needs_response": "warning_under_review"}[d.Status]
}

// mark sets and removes metadata.
func (d *Dispute) mark(c *call) {
	for name, values := range c.form {
		if inner, ok := strings.CutPrefix(name, "metadata["); ok {
			if d.Metadata == nil {
				d.Metadata = map[string]string{}
			}
			if d.Metadata[strings.TrimSuffix(inner, "]")] = values[0]; values[0] == "" {
				delete(d.Metadata, strings.TrimSuffix(inner, "]"))
			}
		}
	}
}

// evidence reads and checks the fields of the form.
func (c *call) evidence() (map[string]string, *refusal) {
	out := map[string]string{}
	for name, values := range c.form {
		inner, ok := strings.CutPrefix(name, "evidence[")
		if !ok {
			continue
		}
		field := strings.TrimSuffix(inner, "]")
		most := 5000
		if slices.Contains(longTexts, field) {
			most = 20000
		}
		switch {
		case !slices.Contains(evidenceNames, field):
			return nil, invalid(name, "parameter_unknown", "Received unknown parameter: "+name)
		case utf8.RuneCountInString(values[0]) > most:
			return nil, invalid(name, "", "Evidence "+field+" must have at most "+strconv.Itoa(most)+" characters.")
		case slices.Contains(fileFields, field) && values[0] != "" && !slices.ContainsFunc(c.account.files, func(f *File) bool { return f.ID == values[0] }):
			return nil, invalid(name, "resource_missing", "No such file upload: '"+values[0]+"'")
		}
		out[field] = values[0]
	}
	return out, nil
}

func closeDispute(c *call) (any, *refusal) {
	d, no := c.dispute()
	if no != nil {
		return nil, no
	}
	if d.Status != "needs_response" {
		return nil, invalid("", "", "This dispute cannot be closed: its status is "+d.Status+".")
	}
	now := c.account.p.now()
	d.Status, d.lost, d.given = "lost", now, true
	d.touched(now)
	c.account.p.acted++
	c.account.happened("charge.dispute.closed", now, d.json(c.account, nil))
	return d.json(c.account, c.expand), nil
}

func listWarnings(c *call) (any, *refusal) {
	all := only(c.account.warnings, func(w *Warning) bool { return c.on(w.charge) })
	return page(c, "/v1/radar/early_fraud_warnings", all, func(w *Warning) string { return w.ID }, func(w *Warning) int64 { return w.Created },
		func(w *Warning) any { return w.json(c.account, c.inList()) })
}

func getWarning(c *call) (any, *refusal) {
	for _, w := range c.account.warnings {
		if w.ID == c.PathValue("id") {
			return w.json(c.account, c.expand), nil
		}
	}
	return nil, missing("early_fraud_warning", c.PathValue("id"))
}

func (c *call) charge(id string) (*Charge, *refusal) {
	for _, ch := range c.account.charges {
		if ch.ID == id || ch.Intent == id {
			return ch, nil
		}
	}
	if strings.HasPrefix(id, "pi_") {
		return nil, missing("payment_intent", id)
	}
	return nil, missing("charge", id)
}

func getCharge(c *call) (any, *refusal) {
	ch, no := c.charge(c.PathValue("id"))
	if no != nil {
		return nil, no
	}
	return ch.json(c.account, c.expand), nil
}

func getIntent(c *call) (any, *refusal) {
	ch, no := c.charge(c.PathValue("id"))
	if no != nil {
		return nil, no
	}
	return ch.intent(c.account), nil
}

func listRefunds(c *call) (any, *refusal) {
	var all []*Refund
	for _, r := range slices.Backward(c.account.refunds) {
		if c.on(r.charge) {
			all = append(all, r)
		}
	}
	return page(c, "/v1/refunds", all, func(r *Refund) string { return r.ID }, func(r *Refund) int64 { return r.Created },
		func(r *Refund) any { return r.json() })
}

func getRefund(c *call) (any, *refusal) {
	for _, r := range c.account.refunds {
		if r.ID == c.PathValue("id") {
			return r.json(), nil
		}
	}
	return nil, missing("refund", c.PathValue("id"))
}

func createRefund(c *call) (any, *refusal) {
	id := c.form.Get("charge") + c.form.Get("payment_intent")
	if c.form.Has("charge") == c.form.Has("payment_intent") {
		return nil, invalid("", "parameter_missing", "One of the following params should be provided for this request: payment_intent or charge.")
	}
	ch, no := c.charge(id)
	if no != nil {
		return nil, no
	}
	reason := c.form.Get("reason")
	if !slices.Contains([]string{"", "duplicate", "fraudulent", "requested_by_customer"}, reason) {
		return nil, invalid("reason", "", "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer")
	}
	sum := ch.Amount - ch.refunded
	if given := c.form.Get("amount"); given != "" {
		n, err := strconv.ParseInt(given, 10, 64)
		if err != nil || n < 1 {
			return nil, invalid("amount", "parameter_invalid_integer", "Invalid positive integer")
		}
		sum = n
	}
	marks := map[string]string{}
	for name, values := range c.form {
		if inner, ok := strings.CutPrefix(name, "metadata["); ok {
			marks[strings.TrimSuffix(inner, "]")] = values[0]
		}
	}
	r, no := c.account.payBack(ch, sum, reason, marks)
	if no != nil {
		return nil, no
	}
	c.account.p.acted++
	return r.json(), nil
}

// payBack refunds, unless everything was paid back or the bank has taken the money already.
func (a *Account) payBack(c *Charge, sum int64, reason string, marks map[string]string) (*Refund, *refusal) {
	taken := slices.ContainsFunc(a.disputes, func(d *Dispute) bool {
		return d.charge == c && !d.inquiry() && d.Status != "won" && d.Status != "prevented"
	})
	switch {
	case c.refunded >= c.Amount:
		return nil, invalid("", "charge_already_refunded", "Charge "+c.ID+" has already been refunded.")
	case taken:
		return nil, invalid("", "charge_disputed", "Charge "+c.ID+" has been charged back; cannot issue a refund.")
	case sum > c.Amount-c.refunded:
		return nil, invalid("amount", "", "Refund amount ("+strconv.FormatInt(sum, 10)+") is greater than unrefunded amount on charge ("+strconv.FormatInt(c.Amount-c.refunded, 10)+")")
	}
	r := &Refund{ID: a.p.id("re"), Reason: reason, Amount: sum, Created: a.p.now().Unix(), Status: "succeeded", Metadata: marks, charge: c}
	c.refunded += sum
	a.refunds = append(a.refunds, r)
	a.happened("refund.created", a.p.now(), r.json())
	a.happened("charge.refunded", a.p.now(), c.json(a, nil))
	for _, w := range a.warnings {
		if w.charge == c && c.refunded >= c.Amount {
			a.happened("radar.early_fraud_warning.updated", a.p.now(), w.json(a, nil))
		}
	}
	return r, nil
}

// largestFile is the most one file may have.
const largestFile = 16 << 20

func createFile(c *call) (any, *refusal) {
	reader, err := multipartOf(c)
	if err != nil {
		return nil, invalid("file", "", "Invalid request: the file interface takes multipart/form-data.")
	}
	f, purpose, no := readFile(reader)
	if no != nil {
		return nil, no
	}
	switch {
	case purpose != "dispute_evidence":
		return nil, invalid("purpose", "", "Invalid purpose: only dispute_evidence is simulated here")
	case f == nil || len(f.Bytes) == 0:
		return nil, invalid("file", "parameter_missing", "Missing required param: file.")
	case len(f.Bytes) > largestFile:
		return nil, invalid("file", "", "The file is too large.")
	case f.Kind == "":
		return nil, invalid("file", "file_type_unsupported", "Evidence takes pdf, jpeg and png files.")
	}
	f.ID, f.Created = c.account.p.id("file"), c.account.p.now().Unix()
	c.account.files = append(c.account.files, f)
	return f.json(), nil
}

func getFile(c *call) (any, *refusal) {
	for _, f := range c.account.files {
		if f.ID == c.PathValue("id") {
			return f.json(), nil
		}
	}
	return nil, missing("file", c.PathValue("id"))
}
