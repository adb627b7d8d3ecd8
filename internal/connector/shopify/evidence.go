package shopify

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// formFields are the texts of the platform's evidence form (ShopifyPaymentsDisputeEvidenceUpdateInput).
var formFields = words(`accessActivityLog cancellationPolicyDisclosure cancellationRebuttal customerEmailAddress customerFirstName
	customerLastName refundPolicyDisclosure refundRefusalExplanation uncategorizedText`)

// submit fills the evidence form and hands it in, which cannot be taken back. With Fields "submit" = "false" it is only filled: staged
// evidence is handed in by the platform itself at the due date.
func (s *Session) submit(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := onlyFor(act, disputeKind, "ShopifyPaymentsDispute"); err != nil {
		return connector.Receipt{}, err
	}
	input := map[string]any{"submitEvidence": act.Fields["submit"] != "false"}
	if t := strings.TrimSpace(act.Text); t != "" {
		input["uncategorizedText"] = t
	}
	for name, value := range act.Fields {
		if name == "submit" {
			continue
		}
		if !formFields[name] {
			return connector.Receipt{}, fault.Input("fields."+name, value, "accessActivityLog, cancellationPolicyDisclosure, cancellationRebuttal, "+
				"customerEmailAddress, customerFirstName, customerLastName, refundPolicyDisclosure, refundRefusalExplanation, uncategorizedText, submit")
		}
		input[name] = value
	}
	w, err := s.dispute(ctx, act)
	if err != nil {
		return connector.Receipt{}, err
	}
	return s.do(ctx, "Evidence", "disputeEvidenceUpdate", map[string]any{"id": w.Evidence.ID.plain(), "input": input})
}

// dispute reads the dispute an act is about: its evidence has an id of its own.
func (s *Session) dispute(ctx context.Context, act connector.Effect) (wireDispute, error) {
	a, err := s.read(ctx, "DisputeRecords", map[string]any{"ids": []string{act.Ref.ID}})
	if err != nil {
		return wireDispute{}, err
	}
	var found []*wireDispute
	if err := json.Unmarshal(a.data["nodes"], &found); err != nil || len(found) != 1 {
		return wireDispute{}, garbled(err, false)
	}
	if found[0] == nil || found[0].Evidence.ID.plain() == "" {
		return wireDispute{}, fault.New(fault.NotFound, "fault.shopify.gone", "record", strings.TrimPrefix(act.Ref.ID, "gid://shopify/"))
	}
	return *found[0], nil
}

// slots are the headings under which the form takes one file each, in the order in which they are filled when nobody says which.
var slots = []string{
	"uncategorized_file", "service_documentation_file", "customer_communication_file", "shipping_documentation_file", "refund_policy_file",
	"cancellation_policy_file",
}

// fileTypes are the media types the form takes.
var fileTypes = words("image/jpeg image/png application/pdf")

// upload puts one file beside a dispute, under the heading in Reason or the first that is free. In 2026-10 the graph has no way to give a
// staged upload to a dispute (its evidence takes ids of files that are already there), so the file goes the older way:
// POST shopify_payments/disputes/ID/dispute_file_uploads.json.
func (s *Session) upload(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if act.Ref.Kind == returnKind || act.Ref.Kind == lateKind {
		return connector.Receipt{}, fault.New(fault.Refused, "fault.shopify.no_files")
	}
	if err := uploadable(act); err != nil {
		return connector.Receipt{}, err
	}
	w, err := s.dispute(ctx, act)
	if err != nil {
		return connector.Receipt{}, err
	}
	slot, err := freeSlot(act.Reason, w.Evidence.Files)
	if err != nil {
		return connector.Receipt{}, err
	}
	return s.sendFile(ctx, w, slot, act.File)
}

func uploadable(act connector.Effect) error {
	if err := onlyFor(act, disputeKind, "ShopifyPaymentsDispute"); err != nil {
		return err
	}
	if act.File == nil || len(act.File.Bytes) == 0 {
		return fault.Input("file", "", "a file")
	}
	if !fileTypes[act.File.Type] {
		return fault.Input("file", act.File.Type, "image/jpeg, image/png, application/pdf")
	}
	if n := len(act.File.Bytes); n > largestPicture {
		return fault.Input("file", strconv.Itoa(n)+" bytes", "at most "+strconv.Itoa(largestPicture)+" bytes")
	}
	return nil
}

// freeSlot finds the heading a file goes under. One that is taken is not written over: what stands there is evidence already.
func freeSlot(wanted string, files []wireUpload) (string, error) {
	taken := map[string]bool{}
	for _, f := range files {
		taken[strings.ToLower(f.For.plain())] = true
	}
	if wanted != "" && !slices.Contains(slots, wanted) {
		return "", fault.Input("reason", wanted, strings.Join(slots, ", "))
	}
	for _, slot := range slots {
		if !taken[slot] && (wanted == "" || wanted == slot) {
			return slot, nil
		}
	}
	return "", fault.New(fault.Refused, "fault.shopify.files_full")
}

func (s *Session) sendFile(ctx context.Context, w wireDispute, slot string, file *connector.Attachment) (connector.Receipt, error) {
	var r connector.Receipt
	body, err := json.Marshal(map[string]any{"dispute_file_upload": map[string]any{
		"document_type": slot, "filename": file.Name, "mimetype": file.Type, "data": file.Bytes, // as Base64
	}})
	if err == nil {
		r.Request, err = json.Marshal(map[string]any{"dispute_file_upload": map[string]any{
			"dispute": w.ID.plain(), "document_type": slot, "filename": file.Name, "mimetype": file.Type, "bytes": len(file.Bytes),
		}})
	}
	if err != nil {
		return r, fault.Input("file", file.Name, "a name of plain text").Because(err)
	}
	number := w.Legacy.plain()
	if number == "" {
		number = legacy(w.ID.plain())
	}
	raw, err := s.post(ctx, "/shopify_payments/disputes/"+number+"/dispute_file_uploads.json", body, true)
	r.At, r.Raw = s.world.Now().UTC().Truncate(time.Microsecond), storable(answer{raw: raw})
	if err != nil {
		if f := fault.Of(err); f != nil && f.Key == "fault.shopify.gateway" {
			return r, fault.New(fault.Refused, "fault.shopify.refused", "code", f.Params["code"], "message", refusalText(raw))
		}
		return r, err
	}
	var made struct {
		Upload wireRef `json:"dispute_file_upload"`
	}
	if err := json.Unmarshal(raw, &made); err != nil || made.Upload.ID.plain() == "" {
		return r, garbled(err, true)
	}
	r.ID = made.Upload.ID.plain()
	return r, nil
}

// refusalText is what the older calls say: {"errors": …} in several shapes.
func refusalText(raw []byte) string {
	var e struct {
		Errors json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(raw, &e) != nil {
		return ""
	}
	return shortened(text(e.Errors))
}
