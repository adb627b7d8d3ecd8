package fake

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Document is a file on an order, with a type of the operator.
type Document struct {
	id     int64
	order  *Order
	kind   string
	entity object
	file
	at time.Time
}

// documentTypes are those of DO01 that a seller may put on an order: code and label.
var documentTypes = [][2]string{
	{"CUSTOMER_INVOICE", "Invoice"}, {"SYSTEM_RETURN_LABEL", "Return label"}, {"PROOF_OF_DELIVERY", "Proof of delivery"}, {"OTHER", "Other"},
}

// endings of files the platform takes.
var endings = []string{"csv", "doc", "xls", "xlsx", "ppt", "pdf", "odt", "ods", "odp", "txt", "rtf", "png", "jpg", "jpeg", "gif", "zpl", "mov", "mp4", "docx"}

// Documents are name and type of the documents of an order.
func (o *Order) Documents() (out [][2]string) {
	o.shop.locked(func(time.Time) {
		for _, d := range o.shop.documents {
			if d.order == o {
				out = append(out, [2]string{d.Name, d.kind})
			}
		}
	})
	return out
}

// or72 lists documents of orders.
func (c *call) or72() *refusal {
	ids, refused := c.list("order_ids")
	if refused != nil {
		return refused
	}
	if len(ids) == 0 {
		return bad("Required parameter 'order_ids' is not present.")
	}
	views := []object{}
	for _, d := range c.shop.documents {
		if slices.Contains(ids, d.order.id) {
			views = append(views, object{"date_uploaded": stamp(d.at), "file_name": d.Name, "file_size": len(d.Bytes), "id": d.id, "order_id": d.order.id, "type": d.kind})
		}
	}
	return c.ok(object{"order_documents": views})
}

// or73 gives one document as it is, several as a ZIP.
func (c *call) or73() *refusal {
	orders, refused := c.list("order_ids")
	if refused != nil {
		return refused
	}
	ids, refused := c.list("document_ids")
	if refused != nil {
		return refused
	}
	codes, refused := c.list("document_codes")
	if refused != nil {
		return refused
	}
	if len(orders)+len(ids) == 0 {
		return bad("One of order_ids and document_ids is mandatory")
	}
	var found []*Document
	for _, d := range c.shop.documents {
		if in(orders, d.order.id) && in(ids, strconv.FormatInt(d.id, 10)) && in(codes, d.kind) {
			found = append(found, d)
		}
	}
	switch {
	case len(found) == 0:
		return missing("No document found")
	case len(ids) == 1:
		return c.download(found[0].file)
	}
	return c.download(file{Name: "documents.zip", Bytes: packed(found)})
}

func packed(list []*Document) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, d := range list {
		if w, err := z.Create(d.order.id + "/" + d.Name); err == nil {
			_, _ = w.Write(d.Bytes) // memory does not fail
		}
	}
	_ = z.Close()
	return b.Bytes()
}

// described is one element of order_documents in a request.
type described struct {
	Name   string `json:"file_name" xml:"file_name"`
	Type   string `json:"type_code" xml:"type_code"`
	Entity *struct {
		Type string `json:"type" xml:"type"`
		ID   string `json:"id" xml:"id"`
	} `json:"entity" xml:"entity"`
}

// or74 puts files on an order. Each is taken or refused for itself, in a 200 that names those refused.
func (c *call) or74() *refusal {
	o, refused := c.order()
	if refused != nil {
		return refused
	}
	parts, refused := c.parts()
	if refused != nil {
		return refused
	}
	files := map[string]file{}
	var list []described
	for _, p := range parts {
		switch p.field {
		case "files":
			files[p.Name] = p.file
		case "order_documents":
			if list, refused = c.descriptions(p.Bytes); refused != nil {
				return refused
			}
		default:
			return bad("Unknown part '" + p.field + "'")
		}
	}
	views, wrong := []object{}, 0
	for _, d := range list {
		if errs := c.document(o, d, files); len(errs) > 0 {
			wrong++
			views = append(views, object{"errors": errs, "input": d.view()})
		}
	}
	c.did = wrong < len(list)
	if len(list) == 0 {
		return bad("Required part 'order_documents' is not present.")
	}
	return c.give(http.StatusOK, object{"errors_count": wrong, "order_documents": views})
}

// descriptions reads order_documents, which is JSON, or XML from the platform's own client.
func (c *call) descriptions(data []byte) ([]described, *refusal) {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")) {
		var body struct {
			List []described `xml:"order_documents>order_document"`
		}
		if err := xml.Unmarshal(data, &body); err != nil {
			return nil, bad("The part order_documents cannot be read")
		}
		return body.List, nil
	}
	var body struct {
		List []described `json:"order_documents"`
	}
	refused := c.decode(data, &body)
	return body.List, refused
}

func (d described) view() object {
	out := object{"file_name": d.Name, "type_code": d.Type}
	if d.Entity != nil {
		out["entity"] = object{"id": d.Entity.ID, "type": d.Entity.Type}
	}
	return out
}

// document takes one file, or says what is wrong with it.
func (c *call) document(o *Order, d described, files map[string]file) []object {
	f, sent := files[d.Name]
	wrong := func(code, field, message string) []object {
		return []object{{"code": code, "field": field, "message": message}}
	}
	count := 0
	for _, had := range c.shop.documents {
		if had.order == o {
			count++
		}
	}
	switch {
	case !sent:
		return wrong("valid_order_document.file", "file_name", "No file has been sent with this name")
	case !slices.ContainsFunc(documentTypes, func(t [2]string) bool { return t[0] == d.Type }):
		return wrong("valid_order_document.type", "type_code", "Unable to retrieve document's type from the given code")
	case !slices.Contains(endings, strings.ToLower(strings.TrimPrefix(path.Ext(d.Name), "."))):
		return wrong("valid_order_document.extension", "file_name", "The extension of the file is not allowed")
	case count >= 50:
		return wrong("valid_order_document.max", "file_name", "The order has reached its maximum of 50 documents")
	}
	made := &Document{id: c.p.next() + 900, order: o, kind: d.Type, file: file{Name: d.Name, Type: f.Type, Bytes: f.Bytes}, at: c.now}
	if d.Entity != nil {
		made.entity = object{"id": d.Entity.ID, "type": d.Entity.Type}
		if i := slices.IndexFunc(c.shop.returns, func(r *Return) bool { return r.id == d.Entity.ID }); i >= 0 {
			c.shop.returns[i].documents = append(c.shop.returns[i].documents, object{"id": made.id, "type": made.kind})
		}
	}
	c.shop.documents = append(c.shop.documents, made)
	o.hasInvoice = o.hasInvoice || d.Type == "CUSTOMER_INVOICE"
	o.updated = c.now
	return []object{}
}

// or76 takes a document away.
func (c *call) or76() *refusal {
	id := c.r.PathValue("document_id")
	had := len(c.shop.documents)
	c.shop.documents = slices.DeleteFunc(c.shop.documents, func(d *Document) bool { return strconv.FormatInt(d.id, 10) == id })
	if len(c.shop.documents) == had {
		return missing("Document with id '" + id + "' not found")
	}
	c.did = true
	return c.done()
}
