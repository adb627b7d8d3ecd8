package mirakl

import (
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// Import reads a captured answer of OR11, RT11, RT04 or RT01, M11 or M10, a record that was kept here, or one element of any of them. An
// order gives its open incidents; one without any is given as an order that is late, or was. The zone is not needed: times carry theirs.
func (*Connector) Import(data []byte, _ *time.Location) ([]connector.Snapshot, error) {
	v, err := parse(data)
	if err != nil {
		return nil, (&fault.Fault{Kind: fault.Invalid, Key: "fault.mirakl.import_unreadable", Field: "file", Allowed: "JSON"}).Because(err)
	}
	out := imported(v)
	if len(out) == 0 {
		return nil, nothingHere(v)
	}
	return out, nil
}

func imported(v value) (out []connector.Snapshot) {
	for _, name := range []string{"orders", "data", "return_success"} {
		for _, one := range v.list(name) {
			out = append(out, single(one)...)
		}
	}
	if len(out) == 0 {
		out = single(v)
	}
	return out
}

// single reads one record.
func single(v value) []connector.Snapshot {
	switch {
	case v.get("incident").isObject() && v.get("order").isObject():
		return keptIncident(v)
	case v.get("return").isObject():
		said := keptTalk(v)
		var o *order
		if v.get("order").isObject() {
			o = readOrder(v.get("order"))
		}
		return []connector.Snapshot{readReturn(v.get("return"), o, said.of(o), said.on(o))}
	case v.get("order").isObject() && v.has("late"):
		o := readOrder(v.get("order"))
		return []connector.Snapshot{o.late(o.moment(v.flag("late")), keptTalk(v))}
	case v.text("order_id") != "" && v.has("order_lines"):
		return readOrder(v).sources()
	case v.text("id") != "" && (v.has("metadata") || v.has("messages")) && v.has("topic"):
		return []connector.Snapshot{readThread(v, "").snapshot()}
	case v.text("id") != "" && v.has("return_lines"):
		return []connector.Snapshot{readReturn(v, nil, nil, nil)}
	}
	return nil
}

func keptIncident(v value) []connector.Snapshot {
	o := readOrder(v.get("order"))
	l := o.find(v.text("line"))
	if l == nil {
		return nil
	}
	i := incident{Number: max(1, whole(v.text("incident", "number"))), Since: l.updated}
	if t := (&reading{}).at(v.get("incident"), "since"); !t.IsZero() {
		i.Since = t
	}
	if end := v.text("incident", "end"); states[end] {
		i.End, i.Ended = end, (&reading{}).at(v.get("incident"), "ended_at")
	}
	said := keptTalk(v)
	return []connector.Snapshot{readIncident(o, l, i, said.of(o), said.on(o))}
}

func keptTalk(v value) talk {
	t := talk{map[string][]*thread{}, map[string][]value{}}
	order := v.text("order", "order_id")
	for _, one := range v.list("threads") {
		t.threads[order] = append(t.threads[order], readThread(one, ""))
	}
	t.papers[order] = v.list("order_documents")
	return t
}

// moment is an instant at which the order was late, or was not.
func (o *order) moment(late bool) time.Time {
	if late {
		return o.deadline
	}
	return o.deadline.Add(-time.Second)
}

// sources are the incidents of an order, or the order itself.
func (o *order) sources() (out []connector.Snapshot) {
	for n := range o.lines {
		if l := &o.lines[n]; l.state == incidentOpen {
			out = append(out, readIncident(o, l, incident{Number: 1, Since: later(l.updated, o.placed)}, nil, nil))
		}
	}
	if len(out) == 0 {
		out = append(out, o.late(o.moment(o.state == "SHIPPING"), talk{}))
	}
	return out
}

// nothingHere says that a file holds no orders, returns or threads.
func nothingHere(v value) error {
	var found []string
	if o, ok := v.v.(map[string]any); ok {
		for name := range o {
			found = append(found, name)
		}
	}
	if len(found) > 20 {
		found = found[:20]
	}
	f := fault.Input("file", strings.Join(found, ", "), "an answer of OR11, RT11, M10 or M11")
	f.Key = "fault.mirakl.import_nothing"
	return f
}
