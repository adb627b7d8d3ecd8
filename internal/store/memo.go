package store

import (
	"maps"
	"slices"
	"sync"
)

// The settings and packs of stores are read with every case of theirs, and few differ.
var (
	settingsRead = &memo[map[string]string]{clone: maps.Clone[map[string]string]}
	packsRead    = &memo[[]string]{clone: slices.Clone[[]string]}
)

// mostKnown is how many texts a memo remembers before it begins anew.
const mostKnown = 1000

// memo remembers what a column of JSON decodes to. Everyone gets a copy.
type memo[T any] struct {
	clone func(T) T
	mu    sync.RWMutex
	known map[string]T
}

func (m *memo[T]) decode(r *record) T {
	text := r.text()
	m.mu.RLock()
	was, known := m.known[text]
	m.mu.RUnlock()
	if known {
		return m.clone(was)
	}
	var read T
	if text == "" || !r.decodeText(text, &read) {
		return read
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= mostKnown {
		m.known = map[string]T{}
	}
	m.known[text] = read
	return m.clone(read)
}
