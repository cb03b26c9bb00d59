package tokenizer

// GPT-2's files spell every byte as one printable character: the printable bytes of Latin-1 as themselves, the other 68,
// in order, as U+0100 and up (so a space is written Ġ and a newline Ċ).

// printable reports whether b is spelled as itself.
func printable(b int) bool {
	return '!' <= b && b <= '~' || 0xA1 <= b && b <= 0xAC || 0xAE <= b && b <= 0xFF
}

// spelling returns the character of each byte.
func spelling() [256]rune {
	var runes [256]rune
	next := rune(0x100)
	for b := range runes {
		if printable(b) {
			runes[b] = rune(b)
			continue
		}
		runes[b] = next
		next++
	}
	return runes
}

// spell returns the bytes of s in that alphabet.
func spell(s string, alphabet *[256]rune) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = alphabet[s[i]]
	}
	return string(runes)
}

// unspell is the inverse of spell; ok is false when s has a character outside the alphabet.
func unspell(s string, bytes map[rune]byte) (raw string, ok bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		c, ok := bytes[r]
		if !ok {
			return "", false
		}
		b = append(b, c)
	}
	return string(b), true
}

// inverse returns the byte of each character of the alphabet.
func inverse(alphabet *[256]rune) map[rune]byte {
	bytes := make(map[rune]byte, len(alphabet))
	for b, r := range alphabet {
		bytes[r] = byte(b)
	}
	return bytes
}
