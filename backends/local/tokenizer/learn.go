package tokenizer

import (
	"cmp"
	"container/heap"
	"iter"
	"slices"
	"strings"
)

// word is one distinct piece of the texts: its tokens so far, and how often it occurs.
type word struct {
	ids   []int32
	count int
}

// countPieces returns the distinct pieces of texts in the order of their bytes.
func countPieces(t *Tokenizer, texts iter.Seq[string]) []word {
	counts := map[string]int{}
	for text := range texts {
		for plain := range splitAdded(text, t.added) {
			for len(plain) > 0 {
				n := t.splits[0](plain)
				if _, ok := counts[plain[:n]]; ok {
					counts[plain[:n]]++
				} else {
					counts[strings.Clone(plain[:n])] = 1
				}
				plain = plain[n:]
			}
		}
	}
	words := make([]word, 0, len(counts))
	for piece, count := range counts {
		ids := make([]int32, len(piece))
		for i := range ids {
			ids[i] = t.bytes[piece[i]]
		}
		words = append(words, word{ids, count})
	}
	slices.SortFunc(words, func(a, b word) int { return slices.Compare(a.ids, b.ids) })
	return words
}

// learner counts the pairs in words and keeps the counts while words are merged.
type learner struct {
	t        *Tokenizer
	words    []word
	counts   map[pair]int
	where    map[pair][]int  // words that have the pair, or had it; some twice
	queue    []counted       // a heap; a count may be too high, never too low
	taken    map[string]bool // tokens as the file spells them
	alphabet [256]rune
}

type counted struct {
	pair
	n int
}

func newLearner(t *Tokenizer, words []word) *learner {
	l := &learner{t: t, words: words, counts: map[pair]int{}, where: map[pair][]int{}, taken: map[string]bool{}, alphabet: spelling()}
	for _, a := range t.added {
		l.taken[a.Content] = true
	}
	fresh := map[pair]bool{}
	for i := range words {
		l.count(i, 1)
		l.note(i, -1, fresh)
	}
	l.enqueue(fresh)
	return l
}

// count adds sign times the pairs of word i to the counts.
func (l *learner) count(i, sign int) {
	w := l.words[i]
	for k := range len(w.ids) - 1 {
		l.counts[pair{w.ids[k], w.ids[k+1]}] += sign * w.count
	}
}

// note records that word i has the pairs that token id is part of, or all its pairs when id is -1, and adds them to fresh.
func (l *learner) note(i int, id int32, fresh map[pair]bool) {
	ids := l.words[i].ids
	for k := range len(ids) - 1 {
		p := pair{ids[k], ids[k+1]}
		if id == -1 || p.left == id || p.right == id {
			l.where[p] = append(l.where[p], i)
			fresh[p] = true
		}
	}
}

func (l *learner) enqueue(pairs map[pair]bool) {
	for p := range pairs {
		heap.Push(l, counted{p, l.counts[p]})
	}
}

// mergeBest adds the best merge to the tokenizer; it returns false when no pair is left.
func (l *learner) mergeBest() bool {
	for len(l.queue) > 0 {
		best := heap.Pop(l).(counted)
		text := l.t.tokens[best.left] + l.t.tokens[best.right]
		switch n := l.counts[best.pair]; {
		case n != best.n:
			heap.Push(l, counted{best.pair, n})
		case n == 0 || l.taken[spell(text, &l.alphabet)]:
		default:
			l.merge(best.pair, text)
			return true
		}
	}
	return false
}

func (l *learner) merge(p pair, text string) {
	id := int32(len(l.t.tokens))
	l.taken[spell(text, &l.alphabet)] = true
	l.t.ranks[p] = merge{int32(len(l.t.merges)), id}
	l.t.merges = append(l.t.merges, p)
	l.t.tokens, l.t.special = append(l.t.tokens, text), append(l.t.special, false)
	fresh := map[pair]bool{}
	for _, i := range l.where[p] {
		l.count(i, -1)
		l.words[i].ids = replace(l.words[i].ids, p, id)
		l.count(i, 1)
		l.note(i, id, fresh)
	}
	delete(l.where, p)
	l.enqueue(fresh)
}

// replace puts id in the place of every p in ids, from the left, in place.
func replace(ids []int32, p pair, id int32) []int32 {
	out := ids[:0]
	for i := 0; i < len(ids); i++ {
		if i+1 < len(ids) && ids[i] == p.left && ids[i+1] == p.right {
			out = append(out, id)
			i++
			continue
		}
		out = append(out, ids[i])
	}
	return out
}

// Len, Less, Swap, Push and Pop make the learner a heap of its queue, the best pair first.

func (l *learner) Len() int      { return len(l.queue) }
func (l *learner) Swap(i, j int) { l.queue[i], l.queue[j] = l.queue[j], l.queue[i] }
func (l *learner) Push(x any)    { l.queue = append(l.queue, x.(counted)) }

func (l *learner) Pop() any {
	last := len(l.queue) - 1
	best := l.queue[last]
	l.queue = l.queue[:last]
	return best
}

func (l *learner) Less(i, j int) bool {
	a, b := l.queue[i], l.queue[j]
	tokens := l.t.tokens
	return cmp.Or(
		cmp.Compare(b.n, a.n),
		strings.Compare(tokens[a.left], tokens[b.left]),
		strings.Compare(tokens[a.right], tokens[b.right]),
	) < 0
}
