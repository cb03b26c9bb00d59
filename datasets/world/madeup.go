package world

import (
	"math/rand/v2"
	"strings"

	"idiolect/internal/text"
)

// MadeUp draws a word that no dictionary has, of one to three syllables: consonants and vowels as English joins them, half of
// the longer ones with a common ending. It is drawn until text.Syllables, which must fall back on its spelling rule, counts as
// many as the word was made of.
func MadeUp(r *rand.Rand) string {
	first := strings.Fields("b c d f g h j k l m n p r s t v w z b d f l m p r s t br cl cr dr fl fr gl gr pl pr sh sl sn sp st str sw th tr")
	inner := strings.Fields("b d f g k l m n p r s t v z ld lm mb mp nd nt rb rd rl rm rn rt st")
	vowels := strings.Fields("a e i o u a e i o u a e i o u ai ea ee oa oo")
	codas := strings.Fields("b d g k l m n p r t ck ll nd ng nt mp rd rk rm rn rt sh ss st x")
	endings := strings.Fields("er et in on or el ow y ing ish ard ot um us ock")
	for {
		n := pick(r, []int{1, 1, 1, 2, 2, 2, 2, 3})
		w := pick(r, first)
		for range n - 1 {
			w += pick(r, vowels) + pick(r, inner)
		}
		if n > 1 && r.IntN(2) == 0 {
			w += pick(r, endings)
		} else {
			w += pick(r, vowels) + pick(r, codas)
		}
		if !text.Known(w) && text.Syllables(w) == n {
			return w
		}
	}
}
