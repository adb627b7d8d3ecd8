package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"parley/internal/money"
)

// record is one row of an answer, read from left to right. Both drivers give whole numbers as int64, text as string
// and binary as bytes; anything else is an error, kept until the row is done.
type record struct {
	values []any
	into   []any
	next   int
	err    error
}

func (r *record) scan(rows *sql.Rows) error {
	if r.values == nil {
		columns, err := rows.Columns()
		if err != nil {
			return known(err)
		}
		r.values, r.into = make([]any, len(columns)), make([]any, len(columns))
		for i := range r.values {
			r.into[i] = &r.values[i]
		}
	}
	r.next = 0
	return known(rows.Scan(r.into...))
}

func (r *record) value() any {
	v := r.values[r.next]
	r.next++
	return v
}

func (r *record) wrong(v any, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("store: column %d is %T, not %s", r.next, v, want)
	}
}

func (r *record) int() int64 {
	v := r.value()
	n, ok := v.(int64)
	if !ok {
		r.wrong(v, "a whole number")
	}
	return n
}

func (r *record) text() string {
	v := r.value()
	s, ok := v.(string)
	if !ok {
		r.wrong(v, "text")
	}
	return s
}

func (r *record) flag() bool { return r.int() != 0 }

func (r *record) bytes() []byte {
	v := r.value()
	b, ok := v.([]byte)
	if !ok && v != nil {
		r.wrong(v, "binary")
	}
	return b
}

func (r *record) instant() time.Time { return fromMicros(r.int()) }

func (r *record) money() money.Amount { return money.Amount{Minor: r.int(), Currency: r.text()} }

// json gives the text as it stands, nil for an empty one.
func (r *record) json() json.RawMessage {
	if s := r.text(); s != "" {
		return json.RawMessage(s)
	}
	return nil
}

// decode reads a column of JSON; an empty one leaves the target as it is.
func (r *record) decode(target any) {
	if s := r.text(); s != "" {
		r.decodeText(s, target)
	}
}

func (r *record) decodeText(text string, target any) bool {
	if err := json.Unmarshal([]byte(text), target); err != nil {
		r.fail(err)
		return false
	}
	return true
}

func (r *record) fail(err error) {
	if r.err == nil {
		r.err = fmt.Errorf("store: column %d: %w", r.next, err)
	}
}

// micros gives an instant as it is kept: microseconds UTC, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 || n == never {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// never stands for "no deadline" in due_at, so that such cases come last.
const never = math.MaxInt64

func dueMicros(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return t.UnixMicro()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// encode writes plain data of our own as JSON. It cannot fail for the row types, which hold only text, numbers and
// flags; a failure would be a mistake of ours and leaves the column empty.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "null" {
		return ""
	}
	return string(b)
}
