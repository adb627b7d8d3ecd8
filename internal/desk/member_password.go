package desk

import (
	"context"
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"parley/internal/fault"
)

// Length of a password in characters. The upper bound only keeps hostile input from costing work.
const (
	passwordMin = 10
	passwordMax = 200
)

// Cost of argon2id as OWASP's password storage cheat sheet gives it: 19 MiB, two passes, one lane; about 50 ms on one core.
const (
	hashMemoryKiB = 19 * 1024
	hashPasses    = 2
	// hashesAtOnce bounds the memory and the cores that sign-ins may take from everything else.
	hashesAtOnce = 2
)

//go:embed member_password_common.txt
var commonPasswords string

// isCommon tells whether a guesser would try the password among the first. Capital letters make no difference.
var isCommon = sync.OnceValue(func() map[string]bool {
	common := map[string]bool{}
	for line := range strings.Lines(commonPasswords) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			common[line] = true
		}
	}
	return common
})

// checkPassword refuses what is easily guessed. The fault never repeats the password.
func checkPassword(password, email string) error {
	folded := strings.ToLower(strings.TrimSpace(password))
	login, _, _ := strings.Cut(email, "@")
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return passwordFault("fault.password.unreadable")
	case n < passwordMin:
		return passwordFault("fault.password.short")
	case n > passwordMax:
		return passwordFault("fault.password.long")
	case email != "" && (folded == email || folded == login):
		return passwordFault("fault.password.is_email")
	case isCommon()[folded] || fewCharacters(folded):
		return passwordFault("fault.password.common")
	}
	return nil
}

func passwordFault(key string) error {
	f := fault.New(fault.Invalid, key, "min", "10", "max", "200")
	f.Field, f.Allowed = "password", "10..200"
	return f
}

// fewCharacters finds passwords made of at most three different characters, such as "1111111111".
func fewCharacters(password string) bool {
	seen := map[rune]bool{}
	for _, r := range password {
		seen[r] = true
	}
	return len(seen) <= 3
}

// hasher does the slow work of passwords, a few at a time.
type hasher struct {
	slots chan struct{}
	dummy func() (string, error)
}

func newHasher() *hasher {
	h := &hasher{slots: make(chan struct{}, hashesAtOnce)}
	// The dummy is compared with where there is no account, so that an unknown e-mail takes as long as a known one.
	h.dummy = sync.OnceValues(func() (string, error) { return argon2id.CreateHash(newSecret(""), hashCost()) })
	return h
}

func hashCost() *argon2id.Params {
	return &argon2id.Params{Memory: hashMemoryKiB, Iterations: hashPasses, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) leave() { <-h.slots }

// hash gives what is stored of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return argon2id.CreateHash(password, hashCost())
}

// matches compares in constant time. An empty hash (no account, no password yet) takes as long and never matches.
func (h *hasher) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	against := hash
	if hash == "" {
		dummy, err := h.dummy()
		if err != nil {
			return false, err
		}
		against = dummy
	}
	ok, err := argon2id.ComparePasswordAndHash(password, against)
	return ok && hash != "", err
}
