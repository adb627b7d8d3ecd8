package store

import (
	"maps"
	"slices"
	"sync"
)

// vocabulary remembers which words stand in the table of words already, so that the usual ones cost nothing. It holds
// committed words only, and forgets them all when it is full.
type vocabulary struct {
	mu    sync.Mutex
	words map[string]bool
}

// maxVocabulary bounds the memory: about 8 MB.
const maxVocabulary = 100_000

func (v *vocabulary) has(word string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.words[word]
}

func (v *vocabulary) add(words map[string]bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.words == nil || len(v.words)+len(words) > maxVocabulary {
		v.words = map[string]bool{}
	}
	maps.Copy(v.words, words)
}

// learn notes the words that can be completed and are not known to be in the table. true means written in this write.
func (tx *Tx) learn(words []string) {
	for _, w := range words {
		if _, noted := tx.learned[w]; !noted && mayGoOn(w) && !tx.db.vocabulary.has(w) {
			tx.learned[w] = false
		}
	}
}

// putLearned writes the new words, in a fixed order so that two nodes never wait for each other.
func (tx *Tx) putLearned() error {
	var rows [][]any
	for _, w := range slices.Sorted(maps.Keys(tx.learned)) {
		if !tx.learned[w] {
			rows, tx.learned[w] = append(rows, []any{w}), true
		}
	}
	return tx.plainPut(wordTable, rows)
}
