package shipment

import (
	"strconv"
	"strings"
	"time"
)

// taxIDRules are the rules of check digits by the names taxids.yaml uses. Each is asked only about a number of the right format.
var taxIDRules = map[string]func(string) bool{
	"none": func(string) bool { return true },
	"cpf":  cpf, "cnpj": cnpj, "spanish_letter": spanishLetter, "spanish_company": spanishCompany, "rut": rut, "cuit": cuit, "kimlik": kimlik,
	"rfc": rfc, "inn": inn, "nik": nik, "pan": pan, "verhoeff": verhoeff, "british_vat": britishVAT,
}

// sum adds the products of signs and weights; a sign counts its distance from '0', as Brazil's numbers with letters do.
func sum(s string, weights ...int) int {
	total := 0
	for i, w := range weights {
		total += w * (int(s[i]) - '0')
	}
	return total
}

func digit(s string, i int) int { return int(s[i] - '0') }

// eleven is the digit that makes a sum divisible by eleven; ten and eleven are written 0.
func eleven(sum int) int { return (11 - sum%11) % 11 % 10 }

func cpf(s string) bool {
	if strings.Count(s, s[:1]) == len(s) {
		return false
	}
	return eleven(sum(s, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == digit(s, 9) && eleven(sum(s, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == digit(s, 10)
}

func cnpj(s string) bool {
	if strings.Count(s, s[:1]) == len(s) {
		return false
	}
	return eleven(sum(s, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == digit(s, 12) && eleven(sum(s, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == digit(s, 13)
}

func spanishLetter(s string) bool {
	number := s[:8]
	if i := strings.IndexByte("XYZ", s[0]); i >= 0 {
		number = strconv.Itoa(i) + s[1:8]
	} else if strings.IndexByte("KLM", s[0]) >= 0 {
		number = s[1:8]
	}
	n, err := strconv.Atoi(number)
	return err == nil && "TRWAGMYFPDXBNJZSQVHLCKE"[n%23] == s[8]
}

func spanishCompany(s string) bool {
	total := 0
	for i := 1; i < 8; i++ {
		v := digit(s, i)
		if i%2 == 1 {
			v = v*2/10 + v*2%10
		}
		total += v
	}
	control := (10 - total%10) % 10
	asDigit, asLetter := s[8] == byte('0'+control), s[8] == "JABCDEFGHI"[control]
	switch {
	case strings.IndexByte("ABEH", s[0]) >= 0:
		return asDigit
	case strings.IndexByte("PQS", s[0]) >= 0:
		return asLetter
	}
	return asDigit || asLetter
}

func rut(s string) bool {
	total, weight := 0, 2
	for i := len(s) - 2; i >= 0; i-- {
		total += digit(s, i) * weight
		if weight++; weight > 7 {
			weight = 2
		}
	}
	return "0123456789K0"[11-total%11] == s[len(s)-1]
}

func cuit(s string) bool {
	return "012345678990"[11-sum(s, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11] == s[10]
}

func kimlik(s string) bool {
	odd := digit(s, 0) + digit(s, 2) + digit(s, 4) + digit(s, 6) + digit(s, 8)
	even := digit(s, 1) + digit(s, 3) + digit(s, 5) + digit(s, 7)
	tenth := ((7*odd-even)%10 + 10) % 10
	return tenth == digit(s, 9) && (odd+even+tenth)%10 == digit(s, 10)
}

// rfc has its own order of signs; a company's number is a sign shorter and counts as if a space stood before it.
func rfc(s string) bool {
	signs := []rune("0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ")
	number := []rune(s)
	if len(number) == 12 {
		number = append([]rune{' '}, number...)
	}
	total := 0
	for i, r := range number[:12] {
		total += strings.IndexRune(string(signs), r) * (13 - i)
	}
	return signs[(11-total%11)%11] == number[12]
}

func inn(s string) bool {
	if len(s) == 10 {
		return sum(s, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digit(s, 9)
	}
	return sum(s, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digit(s, 10) && sum(s, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digit(s, 11)
}

// nik holds a date of birth; women's days are 40 higher.
func nik(s string) bool {
	day := digit(s, 6)*10 + digit(s, 7)
	if day > 40 {
		day -= 40
	}
	month, year := digit(s, 8)*10+digit(s, 9), 2000+digit(s, 10)*10+digit(s, 11)
	for _, y := range []int{year, year - 100} { // which century is not told
		if at := time.Date(y, time.Month(month), day, 0, 0, 0, 0, time.UTC); at.Day() == day && int(at.Month()) == month {
			return true
		}
	}
	return false
}

func pan(s string) bool { return s[5:9] != "0000" }

// Tables of Verhoeff's rule (J. Verhoeff, Error Detecting Decimal Codes, 1969).
var (
	dihedral = [10]string{"0123456789", "1234067895", "2340178956", "3401289567", "4012395678", "5987604321", "6598710432", "7659821043", "8765932104", "9876543210"}
	permuted = [8]string{"0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"}
)

func verhoeff(s string) bool {
	c := 0
	for i := range len(s) {
		p := permuted[i%8][digit(s, len(s)-1-i)] - '0'
		c = int(dihedral[c][p] - '0')
	}
	return c == 0
}

func britishVAT(s string) bool {
	rest := sum(strings.TrimPrefix(s, "GB"), 8, 7, 6, 5, 4, 3, 2, 10, 1) % 97
	return rest == 0 || rest == 42
}
