package scenario

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
)

// amount is written "12.40 USD".
type amount struct{ money.Amount }

// UnmarshalJSON reads the text form.
func (a *amount) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("an amount is written like 12.40 USD, not %s", data)
	}
	got, err := money.Parse(s)
	if err != nil {
		return err
	}
	a.Amount = got
	return nil
}

// word is any scalar as text.
type word string

// UnmarshalJSON takes text, numbers and true or false.
func (w *word) UnmarshalJSON(data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	switch v.(type) {
	case map[string]any, []any:
		return fmt.Errorf("a single value is wanted, not %s", data)
	}
	if s, ok := v.(string); ok {
		*w = word(s)
	} else {
		*w = word(strings.Trim(string(data), "\""))
	}
	return nil
}

// given mirrors the keys of the format.
type given struct {
	Store         *givenStore     `json:"store"`
	Company       *givenCompany   `json:"company"`
	Buyer         *givenBuyer     `json:"buyer"`
	Order         *givenOrder     `json:"order"`
	Shipment      *givenShipment  `json:"shipment"`
	Case          *givenCase      `json:"case"`
	History       []givenAct      `json:"history"`
	Messages      []givenMessage  `json:"messages"`
	Evidence      []givenEvidence `json:"evidence"`
	Ledger        []givenPayment  `json:"ledger"`
	Supplier      *givenSupplier  `json:"supplier"`
	Account       *givenAccount   `json:"account"`
	DateOverrides []givenOverride `json:"date_overrides"`
	Period        *Period         `json:"period"`
	Queue         []QueueEntry    `json:"queue"`
}

type givenStore struct {
	ID          string `json:"id"`
	Marketplace string `json:"marketplace"`
	Zone        string `json:"zone"`
	Country     string `json:"country"`
	Language    string `json:"language"`
	Policy      struct {
		ReturnDays int  `json:"return_days"`
		FreePickup bool `json:"free_pickup"`
	} `json:"policy"`
	Settings map[string]word `json:"settings"`
}

type givenCompany struct {
	Name        string   `json:"name"`
	Marketplace string   `json:"marketplace"`
	Zone        string   `json:"zone"`
	Stores      []string `json:"stores"`
}

type givenBuyer struct {
	Name     string `json:"name"`
	Surname  string `json:"surname"`
	Country  string `json:"country"`
	Zone     string `json:"zone"`
	Language string `json:"language"`
	Kind     string `json:"kind"`
}

type givenOrder struct {
	ID               string      `json:"id"`
	PlacedAt         time.Time   `json:"placed_at"`
	ShipBy           time.Time   `json:"ship_by"`
	Goods            amount      `json:"goods"`
	Shipping         amount      `json:"shipping"`
	Items            []givenItem `json:"items"`
	PromisedDays     int         `json:"promised_days"`
	ProtectionEndsAt time.Time   `json:"protection_ends_at"`
	PaidWith         string      `json:"paid_with"`
	Campaign         *struct {
		Name            string    `json:"name"`
		ExtraReturnDays int       `json:"extra_return_days"`
		EndsAt          time.Time `json:"ends_at"`
	} `json:"campaign"`
	AddressCheck *struct {
		At        time.Time `json:"at"`
		Result    string    `json:"result"`
		EnteredBy string    `json:"entered_by"`
		Note      string    `json:"note"`
	} `json:"address_check"`
}

type givenItem struct {
	Title       string `json:"title"`
	Quantity    int    `json:"quantity"`
	Price       amount `json:"price"`
	UnitWeightG int    `json:"unit_weight_g"`
}

type givenShipment struct {
	ShippedAt         time.Time `json:"shipped_at"`
	Service           string    `json:"service"`
	Registered        *bool     `json:"registered"`
	ArrangedBy        string    `json:"arranged_by"`
	InsuredByPlatform bool      `json:"insured_by_platform"`
	Domestic          bool      `json:"domestic"`
	SharesParcelWith  []string  `json:"shares_parcel_with"`
	Events            []struct {
		At      time.Time `json:"at"`
		Status  string    `json:"status"`
		Place   string    `json:"place"`
		Country string    `json:"country"`
		Why     string    `json:"why"`
		Note    string    `json:"note"`
	} `json:"events"`
}

type givenCase struct {
	OpenedAt   time.Time `json:"opened_at"`
	Via        string    `json:"via"`
	Kind       string    `json:"kind"`
	Network    string    `json:"network"`
	Reason     word      `json:"reason"`
	ReasonNote string    `json:"reason_note"`
	Claim      struct {
		Amount      amount `json:"amount"`
		ReturnGoods bool   `json:"return_goods"`
	} `json:"claim"`
	PlatformDueAt  time.Time `json:"platform_due_at"`
	EarlierEndedAt time.Time `json:"earlier_ended_at"`
}

type givenAct struct {
	At        time.Time `json:"at"`
	Who       string    `json:"who"`
	Did       string    `json:"did"`
	Via       string    `json:"via"`
	Reference string    `json:"reference"`
	Days      int       `json:"days"`
	Amount    amount    `json:"amount"`
	For       string    `json:"for"`
	Step      string    `json:"step"`
	Result    string    `json:"result"`
	WeightG   int       `json:"weight_g"`
	Raw       string    `json:"raw"`
	Note      string    `json:"note"`
}

type givenMessage struct {
	At       time.Time `json:"at"`
	From     string    `json:"from"`
	Via      string    `json:"via"`
	Language string    `json:"language"`
	Text     string    `json:"text"`
	Asks     string    `json:"asks"`
}

type givenEvidence struct {
	At        time.Time `json:"at"`
	From      string    `json:"from"`
	Kind      string    `json:"kind"`
	Order     string    `json:"order"`
	Reading   string    `json:"reading"`
	WeightG   int       `json:"weight_g"`
	Reference string    `json:"reference"`
	Text      string    `json:"text"`
	Note      string    `json:"note"`
}

type givenPayment struct {
	At      time.Time `json:"at"`
	Did     string    `json:"did"`
	Amount  amount    `json:"amount"`
	Base    string    `json:"base"`
	Percent word      `json:"percent"`
	Method  string    `json:"method"`
}

type givenSupplier struct {
	Marketplace string    `json:"marketplace"`
	Agent       string    `json:"agent"`
	ShipBy      time.Time `json:"ship_by"`
}

type givenOverride struct {
	Deadline    string `json:"deadline"`
	OpenedFrom  string `json:"opened_from"`
	OpenedUntil string `json:"opened_until"`
	Days        int    `json:"days"`
}

// Period are the counts of parent orders over some days.
type Period struct {
	Days             int64 `json:"days"`
	Confirmed        int64 `json:"confirmed"`
	AutoConfirmed    int64 `json:"auto_confirmed"`
	Disputed         int64 `json:"disputed"`
	CancelledByBuyer int64 `json:"cancelled_by_buyer"`
	SettledOwnReason int64 `json:"settled_own_reason"`
	Exempt           int64 `json:"exempt"`
	Arbitrated       int64 `json:"arbitrated"`
	SellerLiable     int64 `json:"seller_liable"`
}

// QueueEntry is one case of many.
type QueueEntry struct {
	Ref   string    `json:"ref"`
	Store string    `json:"store"`
	Case  givenCase `json:"case"`
}

func (c *givenCase) fact() *dispute.Case {
	return &dispute.Case{OpenedAt: c.OpenedAt.UTC(), Via: c.Via, Kind: c.Kind, Network: c.Network, Reason: string(c.Reason), ReasonNote: c.ReasonNote,
		Claim: dispute.Claim{Amount: c.Claim.Amount.Amount, ReturnGoods: c.Claim.ReturnGoods}, PlatformDueAt: utc(c.PlatformDueAt), EarlierEndedAt: utc(c.EarlierEndedAt)}
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}
