// Package dispute holds the words of the desk: what a case is made of, as a platform, a carrier or a person stated it.
//
// Facts are what the policy engine reads and what connectors deliver; they contain no judgement. Whose turn it is, what
// may be done, by when and why is computed from them by package policy. All instants are UTC; the zone they came from is
// kept beside them where the source told one. Everything here is plain data, safe to copy and to write as JSON.
package dispute

import (
	"time"

	"parley/internal/money"
)

// Facts are all that is known about one after-sales matter. A nil part is not known (not: empty).
type Facts struct {
	Store     Store          `json:"store"`
	Company   *Company       `json:"company,omitempty"`
	Buyer     *Buyer         `json:"buyer,omitempty"`
	Order     *Order         `json:"order,omitempty"`
	Shipment  *Shipment      `json:"shipment,omitempty"`
	Case      *Case          `json:"case,omitempty"` // nil = no formal case
	Proposals []Proposal     `json:"proposals,omitempty"`
	History   []Act          `json:"history,omitempty"` // the only proof that something was done
	Messages  []Message      `json:"messages,omitempty"`
	Evidence  []Evidence     `json:"evidence,omitempty"`
	Ledger    []Payment      `json:"ledger,omitempty"`
	Supplier  *Supplier      `json:"supplier,omitempty"`
	Account   *Account       `json:"account,omitempty"`
	Overrides []DateOverride `json:"date_overrides,omitempty"`
	Unknown   []Unknown      `json:"unknown,omitempty"`
}

// Store is one account at a marketplace or payment provider, as far as the rules need it.
type Store struct {
	ID          string            `json:"id"`
	Marketplace string            `json:"marketplace"` // code of the glossary: aliexpress, taobao, pccomponentes, own_shop …
	Zone        string            `json:"zone"`        // IANA zone of the desk
	Country     string            `json:"country,omitempty"`
	Language    string            `json:"language,omitempty"` // language of the sales channel, where the marketplace demands one
	Policy      StorePolicy       `json:"policy"`
	Settings    map[string]string `json:"settings,omitempty"` // code of the glossary → value as text
}

// StorePolicy is what the shop itself promises beyond the marketplace.
type StorePolicy struct {
	ReturnDays int  `json:"return_days,omitempty"` // 0 = no own period
	FreePickup bool `json:"free_pickup,omitempty"`
}

// Company is a company account that owns stores.
type Company struct {
	Name        string   `json:"name"`
	Marketplace string   `json:"marketplace,omitempty"`
	Zone        string   `json:"zone,omitempty"`
	Stores      []string `json:"stores,omitempty"`
}

// Buyer is the customer. Personal data is kept to what answering needs.
type Buyer struct {
	ID       string `json:"id,omitempty"`      // the platform's login or number
	Name     string `json:"name,omitempty"`    // first name, or the name the platform shows
	Surname  string `json:"surname,omitempty"` // empty where the platform hides it
	Country  string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Zone     string `json:"zone,omitempty"`
	Language string `json:"language,omitempty"` // BCP 47
	Kind     string `json:"kind,omitempty"`     // consumer (also when empty) or business
}

// Order is the purchase the matter is about.
type Order struct {
	ID               string        `json:"id"`               // the platform's number of the whole purchase
	Line             string        `json:"line,omitempty"`   // number of the order line concerned, where it differs
	Status           string        `json:"status,omitempty"` // raw word of the platform
	PlacedAt         time.Time     `json:"placed_at,omitzero"`
	ShipBy           time.Time     `json:"ship_by,omitzero"` // latest instant at which the seller promised to send it
	Goods            money.Amount  `json:"goods"`
	Shipping         money.Amount  `json:"shipping"`
	Items            []Item        `json:"items,omitempty"`
	PromisedDays     int           `json:"promised_days,omitempty"` // days from shipping; 0 = not told
	ProtectionEndsAt time.Time     `json:"protection_ends_at,omitzero"`
	PaidWith         string        `json:"paid_with,omitempty"`
	Campaign         *Campaign     `json:"campaign,omitempty"`
	AddressCheck     *AddressCheck `json:"address_check,omitempty"`
	// Handles are the names under which other systems know this purchase or its payment, as "SYSTEM:KIND/ID": "paypal:transaction/8AC9…",
	// "stripe:payment_intent/pi_1", "shopify:order/1001". Records of one company that share a handle are about the same money;
	// a number of an order says so only where one store has it.
	Handles []string `json:"handles,omitempty"`
}

// Item is one line of an order.
type Item struct {
	ID          string       `json:"id,omitempty"`
	Title       string       `json:"title"`
	SKU         string       `json:"sku,omitempty"`
	Picture     string       `json:"picture,omitempty"`
	Quantity    int          `json:"quantity"`
	Price       money.Amount `json:"price"` // each
	UnitWeightG int          `json:"unit_weight_g,omitempty"`
}

// Campaign lengthens the normal return period.
type Campaign struct {
	Name            string    `json:"name"`
	ExtraReturnDays int       `json:"extra_return_days,omitempty"`
	EndsAt          time.Time `json:"ends_at,omitzero"`
}

// AddressCheck is the result of validating the address before dispatch.
type AddressCheck struct {
	At        time.Time `json:"at"`
	Result    string    `json:"result"` // passed, failed
	EnteredBy string    `json:"entered_by,omitempty"`
	Note      string    `json:"note,omitempty"`
}

// Shipment is the parcel on its way to the buyer.
type Shipment struct {
	Number            string    `json:"number,omitempty"` // tracking number
	Carrier           string    `json:"carrier,omitempty"`
	ShippedAt         time.Time `json:"shipped_at,omitzero"`
	Service           string    `json:"service,omitempty"`     // economy, standard, express; empty = not known
	Registered        *bool     `json:"registered,omitempty"`  // tracked to the door; nil = not known
	ArrangedBy        string    `json:"arranged_by,omitempty"` // seller ("offline") or platform ("online")
	InsuredByPlatform bool      `json:"insured_by_platform,omitempty"`
	Domestic          bool      `json:"domestic,omitempty"`
	SharesParcelWith  []string  `json:"shares_parcel_with,omitempty"` // order numbers
	Numbers           []string  `json:"numbers,omitempty"`            // further numbers the parcel was given on its way, first to last
	Events            []Scan    `json:"events,omitempty"`
}

// Scan is one tracking event with the carrier's words already normalised where they are known.
type Scan struct {
	At      time.Time `json:"at"`
	Status  string    `json:"status"` // shipment_statuses of the glossary, or "unknown"
	Place   string    `json:"place,omitempty"`
	Country string    `json:"country,omitempty"`
	Why     string    `json:"why,omitempty"` // shipment_reasons of the glossary
	Note    string    `json:"note,omitempty"`
	Raw     string    `json:"raw,omitempty"`   // the carrier's own code
	Proof   int       `json:"proof,omitempty"` // of delivery, where the source tells more than the status does; see shipment.Parcel.Proof
	Via     string    `json:"via,omitempty"`   // the tracker that told it; empty = the marketplace
}

// Case is the formal case at a platform, payment provider or bank.
type Case struct {
	OpenedAt      time.Time `json:"opened_at"`
	Via           string    `json:"via"`            // marketplace, paypal, card
	Kind          string    `json:"kind,omitempty"` // case_kinds of the glossary: exchange, cancellation; empty = a claim for money
	Network       string    `json:"network,omitempty"`
	Reason        string    `json:"reason"` // raw reason of the platform; reasons of the glossary where mapped
	ReasonNote    string    `json:"reason_note,omitempty"`
	Claim         Claim     `json:"claim"`
	PlatformDueAt time.Time `json:"platform_due_at,omitzero"` // due date told by the platform itself
	// EarlierEndedAt is when the last case before this one ended, where the same line of an order had one: what was asked in it waits for
	// no answer in this one. Zero = there was none.
	EarlierEndedAt time.Time `json:"earlier_ended_at,omitzero"`
	// Reported is what the platform itself says about where the case stands. It outranks anything computed.
	Reported Reported `json:"reported,omitzero"`
}

// Claim is what the other side asks for now.
type Claim struct {
	Amount      money.Amount `json:"amount"`
	ReturnGoods bool         `json:"return_goods,omitempty"`
	// Reference is the same sum in the platform's settlement currency, where told (AliExpress: USD). Only for comparing.
	Reference money.Amount `json:"reference,omitzero"`
}

// Reported is the platform's own word about a case.
type Reported struct {
	Status  string       `json:"status,omitempty"` // raw, such as "processing/wait_for_seller_response"
	State   string       `json:"state,omitempty"`  // states of the glossary; empty = the raw word is not known to us
	Owner   string       `json:"owner,omitempty"`  // parties of the glossary
	Ended   bool         `json:"ended,omitempty"`  // the platform says the case is over
	EndedAt time.Time    `json:"ended_at,omitzero"`
	Paid    money.Amount `json:"paid,omitzero"`     // what the platform paid or will pay to the buyer by this case
	Max     money.Amount `json:"max,omitzero"`      // the most that can still be paid back by this case, buyer's currency; zero = nothing can
	Agreed  money.Amount `json:"agreed,omitzero"`   // what both sides agreed on and has not been paid yet, as until goods are back
	DueFor  string       `json:"due_for,omitempty"` // raw kind of PlatformDueAt, such as WAIT_SOLUTION_TIMEOUT
	Actions []string     `json:"actions,omitempty"` // options the platform lists as possible now; empty = it does not list
	// Reasons are the grounds the platform lists for an option of this very case, as "CODE words", of which one has to be chosen.
	Reasons map[string][]string `json:"reasons,omitempty"`
}

// Proposal is a plan on the table.
type Proposal struct {
	ID          string       `json:"id"`
	By          string       `json:"by"`   // buyer, staff, platform
	Kind        string       `json:"kind"` // refund, return_refund, or the raw word
	Amount      money.Amount `json:"amount"`
	Reference   money.Amount `json:"reference,omitzero"`
	ReturnGoods bool         `json:"return_goods,omitempty"`
	Text        string       `json:"text,omitempty"`
	At          time.Time    `json:"at"`
	ChangedAt   time.Time    `json:"changed_at,omitzero"`
	Status      string       `json:"status,omitempty"` // raw
	Open        bool         `json:"open,omitempty"`   // still waiting for somebody's yes
	Current     bool         `json:"current,omitempty"`
}

// Act is something somebody did.
type Act struct {
	At        time.Time    `json:"at"`
	Who       string       `json:"who"` // actors of the glossary
	Did       string       `json:"did"` // acts of the glossary, or the raw word with Raw set
	Via       string       `json:"via,omitempty"`
	Reference string       `json:"reference,omitempty"`
	Days      int          `json:"days,omitempty"`
	Amount    money.Amount `json:"amount,omitzero"`
	For       string       `json:"for,omitempty"`
	Step      string       `json:"step,omitempty"`
	Result    string       `json:"result,omitempty"`
	WeightG   int          `json:"weight_g,omitempty"`
	Raw       string       `json:"raw,omitempty"`
	Note      string       `json:"note,omitempty"`
}

// Message is a text one side wrote.
type Message struct {
	ID       string    `json:"id,omitempty"`
	At       time.Time `json:"at"`
	From     string    `json:"from"` // actors of the glossary
	Via      string    `json:"via,omitempty"`
	Language string    `json:"language,omitempty"`
	Text     string    `json:"text"`
	Asks     string    `json:"asks,omitempty"`
	Files    []File    `json:"files,omitempty"`
}

// File is a picture, film or paper that came with a message or a platform's record.
type File struct {
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`  // at the platform; may expire
	Hash string `json:"hash,omitempty"` // of our own copy, lower-case hex SHA-256
	Kind string `json:"kind,omitempty"` // photo, video, or empty
	Type string `json:"type,omitempty"` // media type as its sender claims
	Size int64  `json:"size,omitempty"` // bytes; 0 = not told
	Ref  string `json:"ref,omitempty"`  // by which the connector reads it (connector.Filer), where it has no address
}

// Evidence is a proof on file. Reading is what a person saw in it and is never filled in by software.
type Evidence struct {
	ID        string    `json:"id,omitempty"`
	At        time.Time `json:"at"`
	From      string    `json:"from"`
	Kind      string    `json:"kind"` // evidence_kinds of the glossary
	Order     string    `json:"order,omitempty"`
	Reading   string    `json:"reading,omitempty"`
	WeightG   int       `json:"weight_g,omitempty"`
	Reference string    `json:"reference,omitempty"`
	Text      string    `json:"text,omitempty"`
	Note      string    `json:"note,omitempty"`
	File      *File     `json:"file,omitempty"`
}

// Payment is money that moved.
type Payment struct {
	At      time.Time    `json:"at"`
	Did     string       `json:"did"` // ledger_entries of the glossary
	Amount  money.Amount `json:"amount"`
	Base    string       `json:"base,omitempty"`
	Percent string       `json:"percent,omitempty"`
	Method  string       `json:"method,omitempty"`
	Source  string       `json:"source,omitempty"` // which record paid, such as "issue/12" or "stripe:refund/re_1"; the same one counts once
}

// Supplier is the purchase behind the order.
type Supplier struct {
	Marketplace string    `json:"marketplace,omitempty"`
	Agent       string    `json:"agent,omitempty"`
	ShipBy      time.Time `json:"ship_by,omitzero"`
}

// Account is the merchant seen as a customer of a platform.
type Account struct {
	Platform              string           `json:"platform"`
	Notices               []Notice         `json:"notices,omitempty"`
	Documents             []Document       `json:"documents,omitempty"`
	DailySales            []DaySales       `json:"daily_sales,omitempty"`
	Logins                []Login          `json:"logins,omitempty"`
	ProfileChanges        []ProfileChange  `json:"profile_changes,omitempty"`
	Payments              []AccountPayment `json:"payments,omitempty"`
	SupplierComplaints30d int              `json:"supplier_complaints_30d,omitempty"`
	AverageDailySpend     money.Amount     `json:"average_daily_spend,omitzero"`
	ExpectedDailySales    *ExpectedSales   `json:"expected_daily_sales,omitempty"`
	BankPaymentsPerDay    int              `json:"bank_payments_per_day,omitempty"`
	OrdersWaitingForCheck int              `json:"orders_waiting_for_payment_check,omitempty"`
}

// Notice is a message of the platform to the account.
type Notice struct {
	At        time.Time `json:"at"`
	Code      string    `json:"code"`
	Text      string    `json:"text,omitempty"`
	Orders    []string  `json:"orders,omitempty"`
	Documents []string  `json:"documents,omitempty"`
	MaxFileKB int       `json:"max_file_kb,omitempty"`
}

// Document is a paper sent to the platform.
type Document struct {
	At            time.Time `json:"at"`
	Kind          string    `json:"kind"`
	VisibleDigits int       `json:"visible_digits"`
	SizeKB        int       `json:"size_kb,omitempty"`
	CopiesLeft    []string  `json:"copies_left,omitempty"`
}

// DaySales is the turnover of one day.
type DaySales struct {
	At     time.Time    `json:"at"`
	Amount money.Amount `json:"amount"`
}

// Login is one sign-in to the account.
type Login struct {
	At      time.Time `json:"at"`
	User    string    `json:"user"`
	Country string    `json:"country,omitempty"`
	City    string    `json:"city,omitempty"`
	VPN     bool      `json:"vpn,omitempty"`
}

// ProfileChange is a change of the account's data.
type ProfileChange struct {
	At    time.Time `json:"at"`
	Field string    `json:"field"`
	From  string    `json:"from,omitempty"`
	To    string    `json:"to,omitempty"`
}

// AccountPayment is a payment the merchant made.
type AccountPayment struct {
	At          time.Time `json:"at"`
	Method      string    `json:"method"`
	CardCountry string    `json:"card_country,omitempty"`
	MadeIn      string    `json:"made_in,omitempty"`
	Orders      int       `json:"orders,omitempty"`
	Minutes     int       `json:"minutes,omitempty"`
	Funds       string    `json:"funds,omitempty"`
}

// ExpectedSales is a forecast of daily turnover.
type ExpectedSales struct {
	Amount money.Amount `json:"amount"`
	From   time.Time    `json:"from,omitzero"`
}

// DateOverride replaces a number of days for cases opened inside a range of dates (platform zone, both included).
type DateOverride struct {
	Deadline    string `json:"deadline"`
	OpenedFrom  string `json:"opened_from"`  // ISO date
	OpenedUntil string `json:"opened_until"` // ISO date
	Days        int    `json:"days"`
}

// Unknown is something a platform sent that we have no word for. It is kept and shown, never dropped.
type Unknown struct {
	Field string `json:"field"` // path in the platform's answer
	Value string `json:"value"` // as sent, shortened to 500 characters
}
