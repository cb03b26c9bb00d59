package reports

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Most that is shown of one text: enough for any completion worth reading.
const (
	maxRunes = 2000
	maxLines = 60
	maxLine  = 400 // of what has to fit on one line
)

// Visible makes every character that could act on a terminal or change the order of letters show itself:
// control characters as their pictures (escape as U+241B), other format characters as <U+202E>. Line feeds
// stay, a carriage return before one goes, what is not UTF-8 becomes U+FFFD.
func Visible(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	if !strings.ContainsFunc(s, invisible) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !invisible(r):
			b.WriteRune(r)
		case r < 0x20:
			b.WriteRune('\u2400' + r)
		case r == 0x7f:
			b.WriteRune('\u2421')
		default:
			b.WriteString("<U+" + strings.ToUpper(hex4(r)) + ">")
		}
	}
	return b.String()
}

// invisible leaves alone the two joiners that scripts and emoji are written with.
func invisible(r rune) bool {
	return r != '\n' && r != '\u200c' && r != '\u200d' && (unicode.Is(unicode.C, r) || r == '\u2028' || r == '\u2029')
}

func hex4(r rune) string {
	const digits = "0123456789abcdef"
	var out []byte
	for r > 0 || len(out) < 4 {
		out = append([]byte{digits[r&15]}, out...)
		r >>= 4
	}
	return string(out)
}

// shown is a text as a quote holds it: visible, and cut where it is too long, with a note of how long it is.
func shown(s string) string {
	cut := firstRunes(s, maxRunes)
	if lines := strings.SplitN(cut, "\n", maxLines+1); len(lines) > maxLines {
		cut = strings.Join(lines[:maxLines], "\n")
	}
	out := Visible(cut)
	if len(cut) < len(s) {
		out = strings.TrimRight(out, "\n") + "\n[cut here: " + count(int64(utf8.RuneCountInString(s))) + " characters in all]"
	}
	return out
}

// oneLine is a text as it stands within a line.
func oneLine(s string) string {
	cut := firstRunes(s, maxLine)
	out := strings.ReplaceAll(Visible(cut), "\n", "\u240A")
	if len(cut) < len(s) {
		out += "… [" + count(int64(utf8.RuneCountInString(s))) + " characters in all]"
	}
	return out
}

// firstRunes is the start of s, without reading all of a long one.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
