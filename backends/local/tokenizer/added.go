package tokenizer

import (
	"iter"
	"strings"
)

// addedToken is a token outside the merges, as a tokenizer.json lists it.
type addedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// splitAdded yields the plain texts of s, each with the added token that follows it; the last has none. Texts may be
// empty. Of several tokens that begin at one place the longest is taken.
func splitAdded(s string, added []addedToken) iter.Seq2[string, *addedToken] {
	return func(yield func(string, *addedToken) bool) {
		start := 0
		for i := 0; i < len(s); {
			token := longestAt(s[i:], added)
			if token == nil {
				i++
				continue
			}
			if !yield(s[start:i], token) {
				return
			}
			i += len(token.Content)
			start = i
		}
		yield(s[start:], nil)
	}
}

// longestAt returns the longest added token that s begins with, or nil.
func longestAt(s string, added []addedToken) *addedToken {
	var longest *addedToken
	for i := range added {
		a := &added[i]
		if s[0] == a.Content[0] && strings.HasPrefix(s, a.Content) && (longest == nil || len(a.Content) > len(longest.Content)) {
			longest = a
		}
	}
	return longest
}
