package fake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Money is a sum in minor units.
type Money struct {
	Minor    int64
	Currency string
}

func digits(currency string) int {
	switch currency {
	case "JPY", "KRW", "CLP", "ISK", "VND", "HUF", "TWD": // PayPal takes no decimals for the last two either
		return 0
	case "TND", "KWD", "BHD", "JOD", "OMR":
		return 3
	}
	return 2
}

func (m Money) plain() string {
	d := digits(m.Currency)
	text := fmt.Sprintf("%0*d", d+1, m.Minor)
	if d == 0 {
		return text
	}
	return text[:len(text)-d] + "." + text[len(text)-d:]
}

// MarshalJSON writes {"currency_code":"EUR","value":"39.90"}.
func (m Money) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"currency_code": m.Currency, "value": m.plain()})
}

var decimal = regexp.MustCompile(`^[0-9]{1,12}([.][0-9]+)?$`)

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Money) UnmarshalJSON(data []byte) error {
	var sent struct {
		Currency string `json:"currency_code"`
		Value    string `json:"value"`
	}
	if err := strict(data, &sent); err != nil {
		return err
	}
	read, ok := ParseMoney(sent.Value + " " + sent.Currency)
	if !ok {
		return fmt.Errorf("%q %q is no sum", sent.Value, sent.Currency)
	}
	*m = read
	return nil
}

// ParseMoney reads "39.90 EUR".
func ParseMoney(text string) (Money, bool) {
	value, currency, ok := strings.Cut(strings.TrimSpace(text), " ")
	if !ok || len(currency) != 3 || !decimal.MatchString(value) {
		return Money{}, false
	}
	whole, rest, _ := strings.Cut(value, ".")
	d := digits(currency)
	if len(rest) > d {
		return Money{}, false
	}
	minor, err := strconv.ParseInt(whole+rest+strings.Repeat("0", d-len(rest)), 10, 64)
	return Money{minor, currency}, err == nil
}
