package text

import "strings"

// spelledSyllables counts the syllables of a word that is not Known by its letters: groups of vowels (a e i o u y), where
// a hiatus parts a group, less a silent final e, es or ed, one more for a final sm (prism), and at least one. A digit
// counts as its name (7 is two); letters outside a-z count as consonants.
//
// It agrees with the dictionary on 91% of the 87,000 words that no other dictionary word with an ending explains, most
// of them proper names; the endings of inflect.go agree on 98% of the 37,000 others.
func spelledSyllables(word string) int {
	count, inGroup := 0, false
	for i := range len(word) {
		c := word[i]
		vowel := vowelLetter(c)
		switch {
		case vowel && (!inGroup || hiatus(word, i)):
			count++
		case c == '0' || c == '7':
			count += 2
		case '1' <= c && c <= '9':
			count++
		}
		inGroup = vowel
	}
	if silentE(word) {
		count--
	}
	if strings.HasSuffix(word, "sm") {
		count++
	}
	return max(count, 1)
}

// hiatus reports whether the vowel at i begins a syllable of its own after the vowel at i-1: li-on, vide-o, tatu-a,
// fun-ni-er, see-ing, ma-yor.
func hiatus(word string, i int) bool {
	last, before := word[i-1], byte(' ')
	if i > 1 {
		before = word[i-2]
	}
	switch rest := word[i:]; {
	case rest == "ing":
		return true
	case last == 'i':
		return rest == "er" || rest == "est" || strings.IndexByte("aou", word[i]) >= 0 && strings.IndexByte("tcsgx", before) < 0
	case last == 'e':
		return word[i] == 'o' && before != 'g'
	case last == 'u':
		return word[i] == 'a' && before != 'g' && before != 'q'
	case last == 'y':
		return vowelLetter(before)
	}
	return false
}

// silentE reports a final e, es or ed that adds no syllable. After a consonant and l it adds one (little).
func silentE(word string) bool {
	stem, ending := word, ""
	for _, ending = range [...]string{"e", "es", "ed"} {
		var ok bool
		if stem, ok = strings.CutSuffix(word, ending); ok {
			break
		}
	}
	n := len(stem)
	if n < 2 || n == len(word) || vowelLetter(stem[n-1]) || stem[n-1] == 'l' && !vowelLetter(stem[n-2]) {
		return false
	}
	switch ending {
	case "es":
		return !hissing(stem) && stem[n-1] != 'c' && stem[n-1] != 'g'
	case "ed":
		return stem[n-1] != 't' && stem[n-1] != 'd'
	}
	return true
}
