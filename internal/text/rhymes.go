package text

// RhymeKey returns what must be equal for two words to rhyme: the phonemes of the last word of s from its last stressed
// vowel on, primary or secondary, without the stress marks ("OW K AH N" for broken). For a word that is not Known it is
// "-" and the letters from the last group of vowels on, so that such words rhyme among themselves by spelling and never
// with a known one. It is "" for text without a word.
func RhymeKey(word string) string {
	w := lastWord(word)
	if w == "" {
		return ""
	}
	if s, ok := pronounce(w); ok {
		return s.rhyme
	}
	w = plain(w)
	from := len(w) - 1
	if silentE(w) {
		from--
	}
	for from > 0 && !vowelLetter(w[from]) {
		from--
	}
	for from > 0 && vowelLetter(w[from-1]) {
		from--
	}
	return "-" + w[from:]
}

// Rhymes reports whether the last words of a and b rhyme. A word rhymes with itself; text without words with nothing.
func Rhymes(a, b string) bool {
	return AnyRhyme([]string{a, b})
}

// AnyRhyme reports whether the last words of any two of the lines rhyme.
func AnyRhyme(lines []string) bool {
	seen := make(map[string]bool, len(lines))
	for _, line := range lines {
		key := RhymeKey(line)
		if key != "" && seen[key] {
			return true
		}
		seen[key] = true
	}
	return false
}
