package shopify

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
)

// scalar reads a text, number or truth value as text. Null is empty; an object or list, where a plain value was due, is kept as its JSON
// so that it is shown as unknown.
type scalar string

// UnmarshalJSON never fails on well-formed JSON.
func (s *scalar) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	switch {
	case bytes.Equal(data, []byte("null")):
		*s = ""
	case len(data) > 0 && data[0] == '"':
		*s = scalar(text(data))
	default:
		*s = scalar(data)
	}
	return nil
}

// text decodes a JSON string; what is none gives its bytes. NUL bytes, which no database takes, are left out.
func text(data []byte) string {
	var t string
	if json.Unmarshal(data, &t) != nil {
		t = string(data)
	}
	return strings.ReplaceAll(t, "\x00", "")
}

func (s scalar) plain() string { return strings.TrimSpace(string(s)) }

func (s scalar) int() int {
	n, err := strconv.Atoi(s.plain())
	if err != nil || n < 0 {
		return 0
	}
	return n
}

type wireMoney struct {
	Amount   scalar `json:"amount"`
	Currency scalar `json:"currencyCode"`
}

type wireBag struct {
	Paid wireMoney `json:"presentmentMoney"` // in the customer's currency: what was paid, and what is paid back
}

type nodesOf[T any] struct {
	Nodes []T `json:"nodes"`
}

type wireRef struct {
	ID scalar `json:"id"`
}

type wireOrder struct {
	ID          scalar       `json:"id"`
	Name        scalar       `json:"name"`
	UpdatedAt   scalar       `json:"updatedAt"`
	ProcessedAt scalar       `json:"processedAt"`
	CancelledAt scalar       `json:"cancelledAt"`
	Returned    scalar       `json:"returnStatus"`
	Paid        scalar       `json:"displayFinancialStatus"`
	Sent        scalar       `json:"displayFulfillmentStatus"`
	Customer    *wireBuyer   `json:"customer"`
	Refunds     []wireRefund `json:"refunds"`

	CreatedAt    scalar                  `json:"createdAt"`
	Locale       scalar                  `json:"customerLocale"`
	Gateways     []scalar                `json:"paymentGatewayNames"`
	Total        wireBag                 `json:"totalPriceSet"`
	Shipping     wireBag                 `json:"totalShippingPriceSet"`
	Entity       *wireKind               `json:"purchasingEntity"`
	Address      *wireAddress            `json:"shippingAddress"`
	Lines        nodesOf[wireLine]       `json:"lineItems"`
	Fulfilments  []wireFulfilment        `json:"fulfillments"`
	Promised     nodesOf[wireFulfilling] `json:"fulfillmentOrders"`
	Transactions []wireTransaction       `json:"transactions"`
	Returns      nodesOf[wireReturn]     `json:"returns"`
}

type wireKind struct {
	Type scalar `json:"__typename"`
}

type wireBuyer struct {
	ID     scalar `json:"id"`
	First  scalar `json:"firstName"`
	Last   scalar `json:"lastName"`
	Locale scalar `json:"locale"`
}

type wireAddress struct {
	City    scalar `json:"city"`
	Country scalar `json:"countryCodeV2"`
	Zone    scalar `json:"timeZone"`
}

type wireLine struct {
	ID       scalar  `json:"id"`
	Title    scalar  `json:"title"`
	Variant  scalar  `json:"variantTitle"`
	SKU      scalar  `json:"sku"`
	Quantity scalar  `json:"quantity"`
	Price    wireBag `json:"discountedUnitPriceAfterAllDiscountsSet"`
	Image    *struct {
		URL scalar `json:"url"`
	} `json:"image"`
}

type wireFulfilment struct {
	ID        scalar           `json:"id"`
	Status    scalar           `json:"status"`
	Display   scalar           `json:"displayStatus"`
	CreatedAt scalar           `json:"createdAt"`
	Moving    scalar           `json:"inTransitAt"`
	Delivered scalar           `json:"deliveredAt"`
	Tracking  []wireTracking   `json:"trackingInfo"`
	Events    nodesOf[wireRun] `json:"events"`
}

type wireTracking struct {
	Company scalar `json:"company"`
	Number  scalar `json:"number"`
	URL     scalar `json:"url"`
}

type wireRun struct {
	Status   scalar `json:"status"`
	At       scalar `json:"happenedAt"`
	City     scalar `json:"city"`
	Province scalar `json:"province"`
	Country  scalar `json:"country"`
	Message  scalar `json:"message"`
}

type wireTransaction struct {
	ID         scalar          `json:"id"`
	Kind       scalar          `json:"kind"`
	Status     scalar          `json:"status"`
	Gateway    scalar          `json:"gateway"`
	PaymentID  scalar          `json:"paymentId"`
	Authorised scalar          `json:"authorizationCode"`
	Receipt    json.RawMessage `json:"receiptJson"`
	Amount     wireBag         `json:"amountSet"`
	Refundable *wireMoney      `json:"maximumRefundableV2"`
	Details    *struct {
		Company scalar `json:"company"`
	} `json:"paymentDetails"`
}

type wireRefund struct {
	ID           scalar                   `json:"id"`
	CreatedAt    scalar                   `json:"createdAt"`
	Total        wireBag                  `json:"totalRefundedSet"`
	Transactions nodesOf[wireTransaction] `json:"transactions"`
}

type wireReturn struct {
	ID        scalar `json:"id"`
	Name      scalar `json:"name"`
	Status    scalar `json:"status"`
	CreatedAt scalar `json:"createdAt"`
	ClosedAt  scalar `json:"closedAt"`
	Approved  scalar `json:"requestApprovedAt"`
	Decline   *struct {
		Reason scalar `json:"reason"`
		Note   scalar `json:"note"`
	} `json:"decline"`
	Lines nodesOf[wireReturnLine] `json:"returnLineItems"`
	Order *wireOrder              `json:"order"`
}

type wireReturnLine struct {
	ID         scalar `json:"id"`
	Quantity   scalar `json:"quantity"`
	Processed  scalar `json:"processedQuantity"`
	Refundable scalar `json:"refundableQuantity"`
	Note       scalar `json:"customerNote"`
	ReasonNote scalar `json:"returnReasonNote"`
	Reason     *struct {
		Handle scalar `json:"handle"`
		Name   scalar `json:"name"`
	} `json:"returnReasonDefinition"`
	Price wireBag `json:"withCodeDiscountedTotalPriceSet"`
	Sent  *struct {
		Line wireRef `json:"lineItem"`
	} `json:"fulfillmentLineItem"`
}

type wireDispute struct {
	ID          scalar    `json:"id"`
	Legacy      scalar    `json:"legacyResourceId"`
	Type        scalar    `json:"type"`
	Status      scalar    `json:"status"`
	DueBy       scalar    `json:"evidenceDueBy"`
	SentOn      scalar    `json:"evidenceSentOn"`
	FinalizedOn scalar    `json:"finalizedOn"`
	InitiatedAt scalar    `json:"initiatedAt"`
	Amount      wireMoney `json:"amount"`
	Reason      struct {
		Reason  scalar `json:"reason"`
		Network scalar `json:"networkReasonCode"`
	} `json:"reasonDetails"`
	Evidence struct {
		ID        scalar       `json:"id"`
		Submitted scalar       `json:"submitted"`
		Text      scalar       `json:"uncategorizedText"`
		Files     []wireUpload `json:"disputeFileUploads"`
	} `json:"disputeEvidence"`
	Order *wireOrder `json:"order"`
}

type wireUpload struct {
	ID   scalar `json:"id"`
	Name scalar `json:"originalFileName"`
	Type scalar `json:"fileType"`
	For  scalar `json:"disputeEvidenceType"`
	URL  scalar `json:"url"`
}

type wireFulfilling struct {
	ID          scalar     `json:"id"`
	Status      scalar     `json:"status"`
	FulfillBy   scalar     `json:"fulfillBy"`
	UpdatedAt   scalar     `json:"updatedAt"`
	OrderName   scalar     `json:"orderName"`
	ProcessedAt scalar     `json:"orderProcessedAt"`
	Order       *wireOrder `json:"order"`
}

// reading turns one record into facts and gathers what it has no word for.
type reading struct{ unknown []dispute.Unknown }

// note keeps a value as unknown.
func (r *reading) note(field string, value scalar) {
	v := string(value)
	if t := []rune(v); len(t) > 500 {
		v = string(t[:500])
	}
	r.unknown = append(r.unknown, dispute.Unknown{Field: field, Value: v})
}

// at reads an instant of the API (RFC 3339; older calls give it with an offset). Empty stays zero, unreadable is noted.
func (r *reading) at(field string, s scalar) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s.plain())
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		if s.plain() != "" {
			r.note(field, s)
		}
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// money reads a decimal text with its currency. Empty is not known; what cannot be is noted and not guessed.
func (r *reading) money(field string, m wireMoney) money.Amount {
	if m.Amount.plain() == "" {
		return money.Amount{}
	}
	a, err := money.Decimal(m.Amount.plain(), m.Currency.plain())
	if err != nil || a.Minor < 0 {
		r.note(field, scalar(strings.TrimSpace(m.Amount.plain()+" "+m.Currency.plain())))
		return money.Amount{}
	}
	return a
}

// warm marks the fingerprint of a record that changed a moment ago. The platform's times have whole seconds: another change within the
// same second would look the same, so such a record is read once more.
func warm(fingerprint string, changed, now time.Time) string {
	if !changed.IsZero() && now.Sub(changed).Abs() < 2*time.Second {
		return fingerprint + "~"
	}
	return fingerprint
}
