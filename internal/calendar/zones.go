package calendar

// latest names for each country the zone in which a day ends last (IANA time zone database, zone1970.tab). It serves where only the country
// of a buyer is known: a right that ends with a day ends nowhere in the country before that. Territories with a country code of their own
// are not counted to their state.
var latest = map[string]string{
	"AE": "Asia/Dubai", "AR": "America/Argentina/Buenos_Aires", "AT": "Europe/Vienna", "AU": "Australia/Perth", "BE": "Europe/Brussels", "BG": "Europe/Sofia",
	"BR": "America/Rio_Branco", "CA": "America/Vancouver", "CH": "Europe/Zurich", "CL": "Pacific/Easter", "CN": "Asia/Shanghai", "CO": "America/Bogota",
	"CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "DZ": "Africa/Algiers", "EE": "Europe/Tallinn",
	"ES": "Atlantic/Canary", "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GB": "Europe/London", "GR": "Europe/Athens", "HK": "Asia/Hong_Kong",
	"HR": "Europe/Zagreb", "HU": "Europe/Budapest", "IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata", "IS": "Atlantic/Reykjavik",
	"IT": "Europe/Rome", "JP": "Asia/Tokyo", "KR": "Asia/Seoul", "LI": "Europe/Vaduz", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
	"MA": "Africa/Casablanca", "MT": "Europe/Malta", "MX": "America/Tijuana", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "NZ": "Pacific/Auckland",
	"PE": "America/Lima", "PL": "Europe/Warsaw", "PT": "Atlantic/Azores", "RO": "Europe/Bucharest", "RU": "Europe/Kaliningrad", "SA": "Asia/Riyadh",
	"SE": "Europe/Stockholm", "SG": "Asia/Singapore", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava", "TR": "Europe/Istanbul", "TW": "Asia/Taipei",
	"UA": "Europe/Kiev", "US": "Pacific/Honolulu", "ZA": "Africa/Johannesburg",
}

// Latest gives the IANA zone of a country (ISO 3166-1 alpha-2) in which a day ends last; ok is false for a country that is not listed.
func Latest(country string) (zone string, ok bool) {
	zone, ok = latest[country]
	return zone, ok
}
