// Package fault names the kinds of failure that callers act on. Everything else is internal: it is logged with its
// cause and shown to people as "something failed here", never with its text.
//
// A fault carries a text key and parameters instead of a sentence, so that each face says it in the reader's language,
// and keeps its cause for the log. Match with errors.As or Is(err, kind).
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
)

// Kind is what a caller can do about a failure.
type Kind string

const (
	// Invalid: the input is wrong; Field, Value and Allowed say what and how.
	Invalid Kind = "invalid"
	// NotFound: there is no such thing, or the member may not know of it.
	NotFound Kind = "not_found"
	// Forbidden: the member's role or store access does not allow it.
	Forbidden Kind = "forbidden"
	// Conflict: the thing changed meanwhile; Params hold what changed.
	Conflict Kind = "conflict"
	// Refused: the other side understood and said no. Trying again unchanged is useless.
	Refused Kind = "refused"
	// Unauthorised: credentials are wrong, expired or revoked.
	Unauthorised Kind = "unauthorised"
	// Limited: a rate limit; After tells how long to wait. The call did not happen.
	Limited Kind = "limited"
	// Unavailable: the other side failed before it could act, or could not be reached. The call surely did not happen.
	Unavailable Kind = "unavailable"
	// Unknown: it is not known whether the call took effect (time-out after sending, 5xx on a write, broken answer).
	// It must never be repeated blindly when it moves money or words.
	Unknown Kind = "unknown_outcome"
	// Garbled: the answer cannot be read as what was asked for.
	Garbled Kind = "garbled"
)

// Fault is a failure of a known kind.
type Fault struct {
	Kind    Kind
	Key     string            // text key, such as "fault.amount_above_refundable"
	Field   string            // what is wrong, in the words of the form or the API
	Value   string            // the value as given, shortened to 200 characters
	Allowed string            // what would have been right
	Params  map[string]string // further parameters of the text
	After   time.Duration     // for Limited: wait at least this long
	Cause   error             // for the log only
}

// Error gives a developer's line: kind, key, field, value, allowed, cause. It is not what people are shown.
func (f *Fault) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.Kind, f.Key)
	if f.Field != "" {
		fmt.Fprintf(&b, " field=%s value=%q allowed=%q", f.Field, f.Value, f.Allowed)
	}
	keys := make([]string, 0, len(f.Params))
	for k := range f.Params {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%q", k, f.Params[k])
	}
	if f.After > 0 {
		fmt.Fprintf(&b, " after=%s", f.After)
	}
	if f.Cause != nil {
		fmt.Fprintf(&b, ": %v", f.Cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// New makes a fault of a kind with a text key and its parameters as pairs.
func New(kind Kind, key string, pairs ...string) *Fault {
	f := &Fault{Kind: kind, Key: key}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Params == nil {
			f.Params = map[string]string{}
		}
		f.Params[pairs[i]] = pairs[i+1]
	}
	return f
}

// Because adds the cause and gives the fault back.
func (f *Fault) Because(cause error) *Fault {
	f.Cause = cause
	return f
}

// Input is the usual complaint about a field: its name, the value as given and what is allowed.
func Input(field, value, allowed string) *Fault {
	if r := []rune(value); len(r) > 200 {
		value = string(r[:200]) + "…"
	}
	return &Fault{Kind: Invalid, Key: "fault.input", Field: field, Value: value, Allowed: allowed}
}

// Of finds the fault in an error chain, nil if there is none.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// Is tells whether err is a fault of the kind.
func Is(err error, kind Kind) bool {
	f := Of(err)
	return f != nil && f.Kind == kind
}
