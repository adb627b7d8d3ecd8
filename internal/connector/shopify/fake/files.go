package fake

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// documentTypes are the headings a file of evidence may go under.
var documentTypes = []string{
	"cancellation_policy_file", "customer_communication_file", "refund_policy_file", "service_documentation_file", "shipping_documentation_file", "uncategorized_file",
}

// fileUpload takes one file of evidence, as Base64 inside JSON.
func (p *Platform) fileUpload(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Upload struct {
			Type     string `json:"document_type"`
			Filename string `json:"filename"`
			MIME     string `json:"mimetype"`
			Data     []byte `json:"data"`
		} `json:"dispute_file_upload"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	if err != nil || json.Unmarshal(body, &q) != nil {
		writeJSON(w, http.StatusBadRequest, map[string]any{"errors": "Bad Request"})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	shop := p.shopOf(r)
	if shop == nil {
		unauthorised(w)
		return
	}
	shop.settle(p.now())
	i := slices.IndexFunc(shop.disputes, func(d *Dispute) bool { return strconv.FormatInt(d.ID, 10) == r.PathValue("id") })
	switch {
	case i < 0:
		writeJSON(w, http.StatusNotFound, map[string]any{"errors": "Not Found"})
		return
	case !slices.Contains(documentTypes, q.Upload.Type) || len(q.Upload.Data) == 0 || shop.disputes[i].Submitted:
		writeJSON(w, http.StatusUnprocessableEntity, map[string]any{"errors": map[string]any{"base": []string{"file cannot be taken"}}})
		return
	}
	d := shop.disputes[i]
	f := File{ID: p.next(), Name: q.Upload.Filename, Type: q.Upload.MIME, Slot: q.Upload.Type, Bytes: len(q.Upload.Data)}
	d.Files = append(d.Files, f)
	writeJSON(w, http.StatusCreated, map[string]any{"dispute_file_upload": map[string]any{
		"id": f.ID, "shop_id": shop.ID, "file_size": f.Bytes, "file_type": f.Type, "original_filename": f.Name, "dispute_evidence_id": d.Evidence, "dispute_evidence_type": f.Slot,
	}})
}
