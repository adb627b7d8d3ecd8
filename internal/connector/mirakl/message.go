package mirakl

import (
	"context"
	"encoding/json"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"parley/internal/connector"
	"parley/internal/fault"
)

// messageInput is the part "message_input" of M12 and "thread_input" of OR43 and M14.
type messageInput struct {
	Body  string      `json:"body"`
	To    any         `json:"to,omitempty"`
	Topic *topicInput `json:"topic,omitempty"`
}

type topicInput struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

type recipient struct {
	Type string `json:"type"`
}

// recipients names the participants a message goes to. A talk without a customer is with the operator.
func recipients(act connector.Effect) []string {
	switch {
	case act.To == "platform", act.To == "" && act.Ref.Buyer == "":
		return []string{"OPERATOR"}
	case act.To == "both":
		return []string{"CUSTOMER", "OPERATOR"}
	}
	return []string{"CUSTOMER"}
}

// write sends a text: into its thread, into the latest thread of the order, or as the first word of a new one.
func (s *Session) write(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if n := utf8.RuneCountInString(strings.TrimSpace(act.Text)); n < 3 || n > 50000 {
		return connector.Receipt{}, fault.Input("text", strconv.Itoa(n)+" characters", "3 to 50000 characters")
	}
	id := act.Ref.ID
	if act.Ref.Kind != threadKind {
		if act.Ref.Order == "" {
			return connector.Receipt{}, fault.Input("ref.order", "", "the order a message is about")
		}
		t, err := s.talk(ctx, []string{act.Ref.Order})
		if err != nil {
			return connector.Receipt{}, err
		}
		id = latest(t.threads[act.Ref.Order])
	}
	if id == "" {
		return s.begin(ctx, act)
	}
	to := []recipient{}
	for _, kind := range recipients(act) {
		to = append(to, recipient{kind})
	}
	return s.posting(ctx, "/api/inbox/threads/"+url.PathEscape(id)+"/message", "message_input", messageInput{Body: act.Text, To: to}, act.File)
}

func latest(list []*thread) (id string) {
	var last *thread
	for _, t := range list {
		if last == nil || t.updated.After(last.updated) {
			last, id = t, t.id
		}
	}
	return id
}

// begin opens a thread about an order (OR43), under the reason given or the first the operator has for that.
func (s *Session) begin(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	code, err := s.reasonFor(ctx, "ORDER_MESSAGING", act.Reason)
	if err != nil {
		return connector.Receipt{}, err
	}
	in := messageInput{Body: act.Text, To: recipients(act), Topic: &topicInput{"REASON_CODE", code}}
	return s.posting(ctx, "/api/orders/"+url.PathEscape(act.Ref.Order)+"/threads", "thread_input", in, act.File)
}

// posting sends a text with a file, if there is one.
func (s *Session) posting(ctx context.Context, path, field string, in messageInput, f *connector.Attachment) (connector.Receipt, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return connector.Receipt{}, fault.Input("text", "", "a text").Because(err)
	}
	parts := []part{{field: field, kind: "application/json", bytes: raw}}
	if f != nil {
		parts = append(parts, part{"files", f.Name, f.Type, f.Bytes})
	}
	a, err := s.post(ctx, path, parts)
	receipt := s.receipt("POST "+path, map[string]any{field: in, "files": described(f)}, a)
	if err != nil {
		return receipt, err
	}
	if receipt.ID = a.text("message_id"); receipt.ID == "" {
		return receipt, garbled(nil, true)
	}
	return receipt, nil
}

// described is a file as a receipt names it: without its content.
func described(f *connector.Attachment) []map[string]any {
	if f == nil {
		return []map[string]any{}
	}
	return []map[string]any{{"name": f.Name, "bytes": len(f.Bytes), "hash": f.Hash}}
}

// upload puts one file on the order (OR74), under the document type given, set for the store, or fitting best.
func (s *Session) upload(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	f := act.File
	switch {
	case f == nil || len(f.Bytes) == 0:
		return connector.Receipt{}, fault.Input("file", "", "a file")
	case len(f.Bytes) > largestFile:
		return connector.Receipt{}, fault.Input("file", strconv.Itoa(len(f.Bytes))+" bytes", "at most "+strconv.Itoa(largestFile)+" bytes")
	case act.Ref.Order == "":
		return connector.Receipt{}, fault.Input("ref.order", "", "the order a document is about")
	}
	kind, err := s.documentKind(ctx, act)
	if err != nil {
		return connector.Receipt{}, err
	}
	one := map[string]any{"file_name": path.Base(f.Name), "type_code": kind}
	if act.Ref.Kind == returnKind {
		one["entity"] = map[string]string{"type": "RETURN", "id": act.Ref.ID}
	}
	body := map[string]any{"order_documents": []any{one}}
	raw, err := json.Marshal(body)
	if err != nil {
		return connector.Receipt{}, fault.Input("file", f.Name, "a name").Because(err)
	}
	where := "/api/orders/" + url.PathEscape(act.Ref.Order) + "/documents"
	a, err := s.post(ctx, where, []part{{"files", path.Base(f.Name), f.Type, f.Bytes}, {field: "order_documents", kind: "application/json", bytes: raw}})
	receipt := s.receipt("POST "+where, map[string]any{"order_documents": body["order_documents"], "files": described(f)}, a)
	if err != nil {
		return receipt, err
	}
	return receipt, s.taken(a)
}

// taken reads from the 200 of OR74 whether the file was taken.
func (s *Session) taken(a answer) error {
	for _, d := range a.list("order_documents") {
		for _, e := range d.list("errors") {
			return fault.New(fault.Refused, "fault.mirakl.refused", "code", e.text("code"), "message", s.cleaned(e.text("message")))
		}
	}
	if !a.get("errors_count").exists() && !a.get("order_documents").exists() {
		return garbled(nil, true)
	}
	return nil
}

// documentKind picks a type of document: types are the operator's own (DO01).
func (s *Session) documentKind(ctx context.Context, act connector.Effect) (string, error) {
	for _, given := range []string{act.Fields["type_code"], s.documentType} {
		if given != "" {
			return given, nil
		}
	}
	a, err := s.get(ctx, "/api/documents", nil)
	if err != nil {
		return "", err
	}
	best := ""
	for _, d := range a.list("documents") {
		code, entity := d.text("code"), d.text("entity")
		if entity != "ORDER" || strings.HasPrefix(code, "SYSTEM_") {
			continue
		}
		invoice := strings.Contains(code, "INVOICE")
		if named := strings.Contains(strings.ToLower(act.File.Name), "invoice") || strings.Contains(strings.ToLower(act.File.Name), "factura"); named == invoice {
			return code, nil
		}
		if best == "" && !invoice {
			best = code
		}
	}
	if best == "" {
		return "", fault.Input("document_type", "", "a document type of the operator (DO01)")
	}
	return best, nil
}

// cleaned is a sentence of the platform without the key, shortened.
func (s *Session) cleaned(message string) string {
	raw, _ := json.Marshal(map[string]string{"message": message}) // a text
	return s.message(raw)
}
