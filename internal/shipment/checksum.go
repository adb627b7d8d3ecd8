package shipment

// checksum is a check digit as the open data describes it; the algorithms are those of its CHECKSUM_ALGORITHMS.md.
type checksum struct {
	Name       string `json:"name"`
	Evens      int    `json:"evens_multiplier"`
	Odds       int    `json:"odds_multiplier"`
	Weightings []int  `json:"weightings"`
	Modulo1    int    `json:"modulo1"`
	Modulo2    int    `json:"modulo2"`
}

// right tells whether the check digit of a serial number is the one it must have. An algorithm that is not known is never right.
func (c *checksum) right(serial, digit string) bool {
	want, ok := value(digit)
	if !ok || len(digit) != 1 || serial == "" {
		return false
	}
	switch c.Name {
	case "mod10":
		return c.mod10(serial, want)
	case "mod7":
		return mod7(serial, want)
	case "s10":
		return weighed(serial, []int{8, 6, 4, 2, 3, 5, 9, 7}, s10Digit, want)
	case "sum_product_with_weightings_and_modulo":
		if c.Modulo1 == 0 || c.Modulo2 == 0 {
			return false
		}
		return weighed(serial, c.Weightings, func(sum int) int { return sum % c.Modulo1 % c.Modulo2 }, want)
	}
	return false
}

// value of a sign: digits count themselves, letters as UPS writes them (A = 2, B = 3 … I = 0, J = 1).
func value(sign string) (int, bool) {
	if sign == "" {
		return 0, false
	}
	switch b := sign[0]; {
	case b >= '0' && b <= '9':
		return int(b - '0'), true
	case b >= 'A' && b <= 'Z':
		return (int(b) - 3) % 10, true
	}
	return 0, false
}

func (c *checksum) mod10(serial string, want int) bool {
	sum := 0
	for i := range len(serial) {
		v, ok := value(serial[i:])
		if !ok {
			return false
		}
		if i%2 == 0 {
			sum += v * c.Evens
		} else {
			sum += v * c.Odds
		}
	}
	return (10-sum%10)%10 == want
}

func mod7(serial string, want int) bool {
	rest := 0
	for i := range len(serial) {
		if serial[i] < '0' || serial[i] > '9' {
			return false
		}
		rest = (rest*10 + int(serial[i]-'0')) % 7
	}
	return rest == want
}

func weighed(serial string, weights []int, digit func(sum int) int, want int) bool {
	if len(serial) != len(weights) {
		return false
	}
	sum := 0
	for i, w := range weights {
		if serial[i] < '0' || serial[i] > '9' {
			return false
		}
		sum += w * int(serial[i]-'0')
	}
	return digit(sum) == want
}

// s10Digit is that of UPU standard S10.
func s10Digit(sum int) int {
	switch r := 11 - sum%11; r {
	case 10:
		return 0
	case 11:
		return 5
	default:
		return r
	}
}
