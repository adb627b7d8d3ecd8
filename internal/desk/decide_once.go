package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"parley/internal/fault"
	"parley/internal/store"
)

// DecideOnce is Decide for callers who may have to repeat a request: the same member, key and choice give the same decision, written
// once; another choice under a used key is a fault.Conflict. The key is remembered in the transaction of the decision. An empty key
// is an ordinary Decide.
func (d *Desk) DecideOnce(ctx context.Context, who Who, key string, caseID int64, ch Choice) (Decided, error) {
	if key == "" {
		return d.Decide(ctx, who, caseID, ch)
	}
	if err := who.need(Act); err != nil {
		return Decided{}, err
	}
	name, asked, err := keyOf(who, key, caseID, ch)
	if err != nil {
		return Decided{}, err
	}
	if out, found, err := d.givenBefore(ctx, who, name, asked); found || err != nil {
		return out, err
	}
	out, err := d.decideUnder(ctx, who, name, asked, caseID, ch)
	if (err == nil && out.DecisionID == "") || fault.Is(err, fault.Conflict) { // perhaps the same request was a moment earlier
		if earlier, found, again := d.givenBefore(ctx, who, name, asked); found {
			return earlier, again
		}
	}
	return out, err
}

// decideUnder decides and remembers the key in one transaction. It gives nothing if the key is taken by then; whoever took it has
// committed when this returns.
func (d *Desk) decideUnder(ctx context.Context, who Who, name, asked string, caseID int64, ch Choice) (Decided, error) {
	if _, err := d.caseSeen(ctx, who, caseID); err != nil {
		return Decided{}, err
	}
	var out Decided
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		out = Decided{}
		if _, used, err := tx.GivenUnder(ctx, name); err != nil || used {
			return err
		}
		var err error
		if out, err = d.decide(ctx, tx, who, caseID, ch); err != nil {
			return err
		}
		return tx.AddGiven(store.Given{Key: name, At: d.Now(), Decision: out.DecisionID, Asked: asked})
	})
	if err == nil {
		wake(d.wakeEffects)
	}
	return out, err
}

// givenBefore gives the decision made under a key as it stands now.
func (d *Desk) givenBefore(ctx context.Context, who Who, name, asked string) (Decided, bool, error) {
	g, found, err := d.DB.GivenUnder(ctx, name)
	if err != nil || !found {
		return Decided{}, false, err
	}
	if g.Asked != asked {
		return Decided{}, true, fault.New(fault.Conflict, "fault.key_reused")
	}
	out, err := d.Decision(ctx, who, g.Decision)
	return out, true, err
}

// keyOf names the key of a member, and sums up what was asked.
func keyOf(who Who, key string, caseID int64, ch Choice) (name, asked string, err error) {
	body, err := json.Marshal(struct {
		Case   int64
		Choice Choice
	}{caseID, ch})
	if err != nil {
		return "", "", err
	}
	owner, err := json.Marshal([]any{who.MemberID, key})
	if err != nil {
		return "", "", err
	}
	return digest(owner), digest(body), nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
