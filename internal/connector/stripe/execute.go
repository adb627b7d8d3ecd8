package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// effectKey is the member of the metadata by which an act of ours is found again.
const effectKey = "parley_effect"

// Execute performs one act, once. Writing to the buyer, another offer and a second set of evidence have no call here and
// are faults of kind Invalid, so that nobody believes they were done.
func (s *Session) Execute(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	acts := map[string]func(context.Context, connector.Effect) (connector.Receipt, error){
		"accept": s.accept, "contest_with_evidence": s.contest, "refund": s.refund, "upload_evidence": s.upload,
	}
	do, known := acts[act.Do]
	if !known {
		return connector.Receipt{}, fault.Input("do", act.Do, strings.Join(sortedKeys(acts), ", "))
	}
	if act.ID == "" {
		return connector.Receipt{}, fault.Input("id", "", "our own number of the act: it keeps Stripe from doing it twice")
	}
	if act.Do != "refund" && (act.Ref.ID == "" || act.Ref.Kind != disputeKind) {
		return connector.Receipt{}, fault.Input("ref", act.Ref.Kind+" "+act.Ref.ID, "a dispute")
	}
	return do(ctx, act)
}

func disputePath(act connector.Effect) string {
	return disputes.path + "/" + url.PathEscape(act.Ref.ID)
}

// accept closes the dispute: it is lost and stays so.
func (s *Session) accept(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	return s.act(ctx, disputePath(act)+"/close", act.ID, nil)
}

// contest hands everything on the form to the bank. That can be done once.
func (s *Session) contest(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	fields, err := answerFields(act)
	if err != nil {
		return connector.Receipt{}, err
	}
	if len(fields) == 0 {
		return connector.Receipt{}, fault.Input("text", "", "what proves the payment right: the bank reads nothing else")
	}
	return s.act(ctx, disputePath(act), act.ID, append(fields, param{in("metadata", effectKey), act.ID}, param{"submit", "true"}))
}

// refundReasons are those a shop may give (docs.stripe.com/api/refunds/create), the usual one first.
var refundReasons = []string{"requested_by_customer", "duplicate", "fraudulent"}

// refund pays a part or all of the payment back.
func (s *Session) refund(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	on := map[string]string{"pi_": "payment_intent", "ch_": "charge", "py_": "charge"}[act.Ref.Order[:min(3, len(act.Ref.Order))]]
	if on == "" {
		return connector.Receipt{}, fault.Input("ref.order", act.Ref.Order, "pi_…, ch_…, py_…")
	}
	n, even := stripes(act.Amount)
	if !act.Amount.Known() || !even || n <= 0 {
		return connector.Receipt{}, fault.Input("amount", act.Amount.String(), "more than 0, in units Stripe counts in")
	}
	reason := first(act.Reason, refundReasons[0])
	if !slices.Contains(refundReasons, reason) {
		return connector.Receipt{}, fault.Input("reason", act.Reason, strings.Join(refundReasons, ", "))
	}
	return s.act(ctx, "/v1/refunds", act.ID, []param{
		{on, act.Ref.Order}, {"amount", strconv.FormatInt(n, 10)}, {"reason", reason}, {in("metadata", effectKey), act.ID},
	})
}

// fileKinds are what Stripe takes as evidence.
var fileKinds = map[string]string{"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}

// upload sends a file and puts it on the form, without handing the form in. A field that holds another file is not
// overwritten: what is on the form may have been put there by hand. A second proof of a kind goes to the field for everything.
func (s *Session) upload(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	field, f, err := fileOf(act)
	if err != nil {
		return connector.Receipt{}, err
	}
	if field, err = s.free(ctx, act, field); err != nil {
		return connector.Receipt{}, err
	}
	raw, err := s.postFile(ctx, act.ID+"-file", f)
	receipt := connector.Receipt{At: s.now(), Request: requestText("POST", "/v1/files", []param{{"purpose", "dispute_evidence"}}, &f), Raw: storable(raw)}
	if err != nil {
		return receipt, err
	}
	var sent struct {
		ID text `json:"id"`
	}
	if json.Unmarshal(raw, &sent) != nil || sent.ID == "" {
		return receipt, garbled(errors.New("no id of the file"), true)
	}
	staged, err := s.act(ctx, disputePath(act), act.ID, []param{
		{in("evidence", field), string(sent.ID)}, {in("metadata", effectKey+"_"+field), act.ID}, {"submit", "false"},
	})
	staged.ID = string(sent.ID)
	return staged, err
}

// fileOf checks what Stripe would refuse.
func fileOf(act connector.Effect) (string, upload, error) {
	field, err := uploadField(act)
	if err != nil {
		return "", upload{}, err
	}
	if act.File == nil || len(act.File.Bytes) == 0 {
		return "", upload{}, fault.Input("file", "", "a picture or a PDF")
	}
	if fileKinds[act.File.Type] == "" {
		return "", upload{}, fault.Input("file", act.File.Type, strings.Join(sortedKeys(fileKinds), ", "))
	}
	if n := len(act.File.Bytes); n > largestFile {
		return "", upload{}, fault.Input("file", strconv.Itoa(n)+" bytes", "at most "+strconv.Itoa(largestFile)+" bytes")
	}
	return field, upload{first(act.File.Name, "evidence."+fileKinds[act.File.Type]), act.File.Type, act.File.Bytes}, nil
}

// free gives the field of the form that an earlier go of the same act filled, or else the wanted one if it is empty, or the one for
// everything where nobody named a field.
func (s *Session) free(ctx context.Context, act connector.Effect, wanted string) (string, error) {
	raw, err := s.get(ctx, disputePath(act))
	if err != nil {
		return "", err
	}
	d, err := readRecord(raw)
	if err != nil {
		return "", garbled(err, false)
	}
	if field := d.filledBy(act.ID); field != "" {
		return field, nil
	}
	for _, field := range []string{wanted, anything} {
		if d.Evidence[field] == "" && (field == wanted || act.Fields["field"] == "") {
			return field, nil
		}
	}
	return "", fault.New(fault.Refused, "fault.stripe.field_taken", "field", wanted)
}

// filledBy is the field that holds the file of an act; empty if none does.
func (d *record) filledBy(act string) string {
	for _, field := range fileFields {
		if d.Evidence[field] != "" && d.Metadata[effectKey+"_"+field] == act {
			return field
		}
	}
	return ""
}

// act does one write and keeps what was sent and what came back.
func (s *Session) act(ctx context.Context, path, key string, params []param) (connector.Receipt, error) {
	raw, err := s.post(ctx, path, key, params)
	receipt := connector.Receipt{At: s.now(), Request: requestText("POST", path, params, nil), Raw: storable(raw)}
	if err != nil {
		return receipt, err
	}
	var made struct {
		ID text `json:"id"`
	}
	if json.Unmarshal(raw, &made) != nil || made.ID == "" {
		return receipt, garbled(errors.New("no id"), true)
	}
	receipt.ID = string(made.ID)
	return receipt, nil
}

func (s *Session) now() time.Time { return s.world.Now().UTC().Truncate(time.Microsecond) }

// storable gives an answer as JSON to keep: what is no JSON is kept as a JSON text.
func storable(raw []byte) json.RawMessage {
	if len(raw) == 0 || json.Valid(raw) {
		return raw
	}
	kept, _ := json.Marshal(string(raw))
	return kept
}
