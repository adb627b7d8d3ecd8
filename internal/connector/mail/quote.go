package mail

import (
	"regexp"
	"strings"
)

// attributions are the lines by which mail programs announce what they quote, in the languages of the desk's buyers.
var attributions = regexp.MustCompile(`(?i)^>*\s*(?:` +
	`on\b.{4,200}\bwrote:|el\b.{4,200}\bescribi[oó]:|le\b.{4,200}\ba [eé]crit\s?:|am\b.{4,200}\bschrieb\b.{0,120}:|il\b.{4,200}\bha scritto:|` +
	`em\b.{4,200}\bescreveu:|a\b.{4,200}\bescreveu:|w dniu\b.{4,200}\bnapisa[lł]\(?a?\)?:|op\b.{4,200}\bschreef\b.{0,120}:|.{4,200}\bпиш?е[тл]:|.{4,200}\bнаписал\(?а?\)?:|` +
	`在.{2,200}写道[:：]|.{2,200}于.{2,100}写道[:：]|.{4,200}のメール[:：]|.{4,200}님이 작성:)\s*$`)

// separators begin what is only there because the program put the whole former mail below.
var separators = regexp.MustCompile(`(?i)^\s*(?:-{2,}\s*(?:original message|mensaje original|message d'origine|urspr[uü]ngliche nachricht|messaggio originale|mensagem original|` +
	`forwarded message|mensaje reenviado|原始邮件|原始郵件|исходное сообщение)\s*-{2,}|_{20,})\s*$`)

// heading is the first line of the block that Outlook puts before the former mail.
var heading = regexp.MustCompile(`(?i)^\s*\*?(?:from|de|von|da|od|发件人|от|van)\s?\*?[:：]\*?\s.{2,200}$`)

var headingNext = regexp.MustCompile(`(?i)^\s*\*?(?:sent|date|enviado(?: el)?|fecha|envoy[eé]|date|gesendet|datum|inviato|data|wys[lł]ano|发送时间|日期|отправлено|to|para|subject|asunto)\s?\*?[:：]`)

// ownWords is what the writer of a mail wrote, without what the program quoted and without the signature. A mail that would be empty then
// is kept whole: nothing said is lost.
func ownWords(text string) string {
	lines := strings.Split(text, "\n")
	var out []string
	for n := 0; n < len(lines); n++ {
		line := lines[n]
		if line == "--" || line == "-- " || separators.MatchString(line) || announces(lines, n) {
			break
		}
		if span := attribution(lines, n); span > 0 {
			if !quotedNext(lines, n+span) {
				break
			}
			n += span - 1
			continue
		}
		if strings.HasPrefix(line, ">") {
			continue
		}
		out = append(out, line)
	}
	if own := strings.TrimSpace(strings.Join(out, "\n")); own != "" {
		return own
	}
	return text
}

// attribution tells how many lines announce a quotation here: programs break a long one in two or three. 0 = none.
func attribution(lines []string, n int) int {
	whole := ""
	for span := 1; span <= 3 && n+span <= len(lines); span++ {
		line := strings.TrimSpace(lines[n+span-1])
		if line == "" || len(whole) > 400 {
			return 0
		}
		whole = strings.TrimSpace(whole + " " + line)
		if (strings.HasSuffix(whole, ":") || strings.HasSuffix(whole, "：")) && attributions.MatchString(whole) {
			return span
		}
	}
	return 0
}

// quotedNext: the quotation is marked line by line, so what is not marked is an answer below or between.
func quotedNext(lines []string, n int) bool {
	for ; n < len(lines); n++ {
		if line := strings.TrimSpace(lines[n]); line != "" {
			return strings.HasPrefix(line, ">")
		}
	}
	return false
}

// announces: the two first lines of a block of header fields in the middle of the text.
func announces(lines []string, n int) bool {
	return heading.MatchString(lines[n]) && n+1 < len(lines) && headingNext.MatchString(lines[n+1])
}
