package store

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"parley/internal/fault"
)

// Cursor marks a place in one list, between two cases. It holds the sort key of a case, so it stays good while cases
// come and go. It is opaque to callers, not secret, and checked when it comes back.
type Cursor string

// place is what a cursor says.
type place struct {
	Order string `json:"o"`
	Group string `json:"g,omitempty"` // the value of the group, numbers as decimals
	Key   int64  `json:"k"`
	ID    int64  `json:"i"`
}

func (p place) cursor() Cursor {
	return Cursor(base64.RawURLEncoding.EncodeToString([]byte(encode(p))))
}

// maxCursor is beyond the longest cursor we make.
const maxCursor = 1000

func (c Cursor) read() (*place, error) {
	if len(c) > maxCursor {
		return nil, badCursor(c)
	}
	text, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		return nil, badCursor(c)
	}
	var p place
	if err := json.Unmarshal(text, &p); err != nil || !utf8.ValidString(p.Group) || strings.ContainsRune(p.Group, 0) {
		return nil, badCursor(c)
	}
	return &p, nil
}

func badCursor(c Cursor) error {
	return fault.Input("cursor", string(c), "a cursor of the same list, as it was given")
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
