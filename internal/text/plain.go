package text

import (
	"strings"
	"unicode"
)

// plain takes the accents off Latin letters (café is cafe), as the dictionary is written without.
func plain(word string) string {
	ascii := true
	for i := range len(word) {
		ascii = ascii && word[i] < 0x80
	}
	if ascii {
		return word
	}
	var b strings.Builder
	for _, r := range word {
		if !unicode.IsMark(r) { // é may be e and a combining accent
			b.WriteString(bare(r))
		}
	}
	return b.String()
}

// bare returns a lower-case letter without its accent.
func bare(r rune) string {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä', 'å', 'ā':
		return "a"
	case 'ç', 'č':
		return "c"
	case 'è', 'é', 'ê', 'ë', 'ē':
		return "e"
	case 'ì', 'í', 'î', 'ï', 'ī':
		return "i"
	case 'ñ':
		return "n"
	case 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'ō':
		return "o"
	case 'ù', 'ú', 'û', 'ü', 'ū':
		return "u"
	case 'ý', 'ÿ':
		return "y"
	case 'š':
		return "s"
	case 'ž':
		return "z"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ß':
		return "ss"
	}
	return string(r)
}
