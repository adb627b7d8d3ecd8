package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
)

// Free tries are answered at once; after them each further try must wait twice as long as the one before. An address has more of
// them than an account, because an office shares one.
const (
	freeTriesAccount = 5
	freeTriesAddress = 20
	longestWait      = 15 * time.Minute
	// triesKept: a quiet day wipes the slate.
	triesKept = 24 * time.Hour
)

// accountKey names the tries at one e-mail, whether or not there is such an account; the address itself is not kept.
func accountKey(email string) string {
	sum := sha256.Sum256([]byte(email))
	return "account:" + hex.EncodeToString(sum[:16])
}

// addressKey names the tries from one network address. Of IPv6 the first 64 bits count, since one person has all the rest.
func addressKey(from string) string {
	if at, err := netip.ParseAddrPort(from); err == nil {
		from = at.Addr().String()
	}
	addr, err := netip.ParseAddr(strings.Trim(from, "[]"))
	if err != nil {
		return "address:unknown"
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		prefix, _ := addr.Prefix(64)
		return "address:" + prefix.String()
	}
	return "address:" + addr.String()
}

// waitAfter is the pause that tries so far demand before the next one.
func waitAfter(key string, tries int64) time.Duration {
	free := int64(freeTriesAddress)
	if strings.HasPrefix(key, "account:") {
		free = freeTriesAccount
	}
	if tries < free {
		return 0
	}
	over := min(tries-free, 20)
	return min(time.Second<<over, longestWait)
}

// countTry counts a try before it is made, so that many at once do not slip through together. While a wait runs the try is refused
// and not counted, whatever the password is.
func (d *Desk) countTry(ctx context.Context, keys ...string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		now := d.Now()
		for _, key := range keys {
			tries, last, err := tx.LoginTriesForUpdate(ctx, key)
			if err != nil {
				return err
			}
			if now.Sub(last) >= triesKept {
				tries = 0
			}
			if wait := last.Add(waitAfter(key, tries)).Sub(now); tries > 0 && wait > 0 {
				return tooMany(wait)
			}
			if err := tx.SetLoginTries(key, tries+1, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// forgiveTry takes back what a successful try counted: an account starts afresh, an address only loses this one try, or whoever has
// an account of their own could guess others' passwords without end.
func (d *Desk) forgiveTry(ctx context.Context, tx *store.Tx, keys ...string) error {
	for _, key := range keys {
		tries, last, err := tx.LoginTriesForUpdate(ctx, key)
		if err != nil {
			return err
		}
		left := tries - 1
		if strings.HasPrefix(key, "account:") {
			left = 0
		}
		if err := tx.SetLoginTries(key, left, last); err != nil {
			return err
		}
	}
	return nil
}

func tooMany(wait time.Duration) error {
	seconds := int64((wait + time.Second - 1) / time.Second)
	f := fault.New(fault.Limited, "fault.signin.too_many", "seconds", strconv.FormatInt(seconds, 10))
	f.After = time.Duration(seconds) * time.Second
	return f
}
