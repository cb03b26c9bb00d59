package text

// Near tells texts that nearly repeat an earlier one from those that do not. It holds the words of all texts that it
// kept, each word once. It is not safe for several goroutines.
type Near struct {
	bar    float64
	number map[string]int32 // of each word met
	kept   [][]int32        // the words of each kept text, by number
	in     [][]occurrence   // by word: the kept texts that have it
	shared []int32          // scratch: by kept text, how many words it shares with the one at hand
}

// occurrence is a kept text and how often it has a word.
type occurrence struct{ text, times int32 }

// NewNear takes texts for near whose RougeL is at least bar, which is above 0.
func NewNear(bar float64) *Near { return &Near{bar: bar, number: map[string]int32{}} }

// Add says whether s is new, and keeps it if it is: no text kept before is near. A text without words is always new.
//
// Words in common, in whatever order, bound the common subsequence, so that the subsequence itself is only computed for
// the few texts that share enough of them.
func (n *Near) Add(s string) bool {
	words, times := n.count(s)
	if n.like(words, times) {
		return false
	}
	n.keep(words, times)
	return true
}

// like says whether a text kept before is near one of these words.
func (n *Near) like(words []int32, times map[int32]int32) bool {
	n.shared = append(n.shared[:0], make([]int32, len(n.kept))...)
	for w, t := range times {
		for _, o := range n.in[w] {
			n.shared[o.text] += min(o.times, t)
		}
	}
	for at, shared := range n.shared {
		other := n.kept[at]
		if float64(2*shared)/float64(len(words)+len(other)) >= n.bar && RougeLWords(words, other) >= n.bar {
			return true
		}
	}
	return false
}

// keep keeps a text of these words.
func (n *Near) keep(words []int32, times map[int32]int32) {
	for w, t := range times {
		n.in[w] = append(n.in[w], occurrence{int32(len(n.kept)), t})
	}
	n.kept = append(n.kept, words)
}

// count numbers the words of a text, as many as RougeL reads, and counts them.
func (n *Near) count(s string) (words []int32, times map[int32]int32) {
	times = map[int32]int32{}
	for _, w := range firstWords(s) {
		id, ok := n.number[w]
		if !ok {
			id = int32(len(n.in))
			n.number[w] = id
			n.in = append(n.in, nil)
		}
		words = append(words, id)
		times[id]++
	}
	return words, times
}
