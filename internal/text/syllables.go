package text

// Known reports whether every word of s is in the dictionary, as it is or with the endings of the package comment.
// Text without a word is not known, nor is a word with a digit.
func Known(s string) bool {
	known, some := true, false
	eachWord(s, func(w string) bool {
		_, known = pronounce(w)
		some = true
		return known
	})
	return known && some
}

// Syllables counts the syllables of a word by the rule of the package comment, at least one for each word that has a
// letter. It takes capitals and hyphens: SyllablesIn of the same text is the same.
func Syllables(word string) int {
	return SyllablesIn(word)
}

// SyllablesIn sums the syllables of the words of s, 0 for text without words.
func SyllablesIn(s string) int {
	sum := 0
	eachWord(s, func(w string) bool {
		sum += syllables(w)
		return true
	})
	return sum
}

// syllables counts one word as Words gives it.
func syllables(word string) int {
	if s, ok := pronounce(word); ok {
		return s.syllables
	}
	return spelledSyllables(plain(word))
}

// pronounce looks the word up, as it is and then by its endings.
func pronounce(word string) (sound, bool) {
	d := cmudict()
	word = plain(word)
	if s, ok := d.look(word); ok {
		return s, true
	}
	return d.inflected(word)
}
