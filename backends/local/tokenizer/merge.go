package tokenizer

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// pair is two neighbouring tokens; merge is what they become and how early.
type pair struct{ left, right int32 }

type merge struct{ rank, id int32 }

// encodePiece appends the ids of one piece: its bytes, joined pair by pair, the lowest rank first and, of equal ranks,
// the leftmost.
func (t *Tokenizer) encodePiece(ids []int32, piece string, w *merger) []int32 {
	if id, ok := t.whole[piece]; ok {
		return append(ids, id)
	}
	if len(piece) == 1 {
		return append(ids, t.bytes[piece[0]])
	}
	if len(piece) > maxCached {
		return w.merge(ids, piece, t)
	}
	slot := t.cache.slot(piece)
	if e := slot.Load(); e != nil && e.piece == piece {
		return append(ids, e.ids...)
	}
	start := len(ids)
	ids = w.merge(ids, piece, t)
	slot.Store(&cached{strings.Clone(piece), append([]int32(nil), ids[start:]...)})
	return ids
}

// merger is the working memory of encodePiece: the symbols of a piece as a linked list, and the merges waiting.
type merger struct {
	symbols []symbol
	queue   []candidate // a binary heap, the least first
}

type symbol struct{ id, prev, next int32 } // indexes into symbols, -1 at the ends; id is -1 once merged into the left

// candidate is a merge of the symbol at position at with the one after it. It is stale when either has changed since.
type candidate struct {
	merge
	at int32
	pair
}

func (c candidate) before(d candidate) bool {
	return c.rank < d.rank || c.rank == d.rank && c.at < d.at
}

func (w *merger) merge(ids []int32, piece string, t *Tokenizer) []int32 {
	w.symbols = w.symbols[:0]
	for i := range len(piece) {
		w.symbols = append(w.symbols, symbol{t.bytes[piece[i]], int32(i) - 1, int32(i) + 1})
	}
	w.symbols[len(piece)-1].next = -1
	for i := range len(piece) - 1 {
		w.consider(int32(i), t)
	}
	for len(w.queue) > 0 {
		c := w.pop()
		left := &w.symbols[c.at]
		if left.id != c.left || left.next < 0 || w.symbols[left.next].id != c.right {
			continue
		}
		right := &w.symbols[left.next]
		left.id, right.id = c.id, -1
		left.next = right.next
		if left.next >= 0 {
			w.symbols[left.next].prev = c.at
			w.consider(c.at, t)
		}
		if left.prev >= 0 {
			w.consider(left.prev, t)
		}
	}
	for i := int32(0); i >= 0; i = w.symbols[i].next {
		ids = append(ids, w.symbols[i].id)
	}
	return ids
}

// consider queues the merge of the symbol at i with the one after it, if there is such a merge.
func (w *merger) consider(i int32, t *Tokenizer) {
	p := pair{w.symbols[i].id, w.symbols[w.symbols[i].next].id}
	if m, ok := t.ranks[p]; ok {
		w.push(candidate{m, i, p})
	}
}

func (w *merger) push(c candidate) {
	w.queue = append(w.queue, c)
	i := len(w.queue) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !c.before(w.queue[up]) {
			break
		}
		w.queue[i] = w.queue[up]
		i = up
	}
	w.queue[i] = c
}

func (w *merger) pop() candidate {
	least := w.queue[0]
	n := len(w.queue) - 1
	c := w.queue[n]
	w.queue = w.queue[:n]
	if n == 0 {
		return least
	}
	i := 0
	for {
		down := 2*i + 1
		if down >= n {
			break
		}
		if down+1 < n && w.queue[down+1].before(w.queue[down]) {
			down++
		}
		if !w.queue[down].before(c) {
			break
		}
		w.queue[i] = w.queue[down]
		i = down
	}
	w.queue[i] = c
	return least
}

const (
	cacheSlots = 1 << 14
	maxCached  = 64 // bytes; longer pieces are rare and rarely come again
)

// cache remembers the ids of pieces. Each piece has one slot, and a newer piece of the same slot takes its place: memory
// is bounded, no goroutine waits, and what is lost is only time.
type cache struct {
	seed  maphash.Seed
	slots [cacheSlots]atomic.Pointer[cached]
}

type cached struct {
	piece string
	ids   []int32 // never changed once stored
}

func newCache() *cache { return &cache{seed: maphash.MakeSeed()} }

func (c *cache) slot(piece string) *atomic.Pointer[cached] {
	return &c.slots[maphash.String(c.seed, piece)%cacheSlots]
}
