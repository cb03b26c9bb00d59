package engine

import (
	"math"

	"idiolect/backends/local/engine/kernel"
)

// kvHead is one key/value head of one sequence with the query heads it serves.
type kvHead struct {
	span
	Config
	index  int // which key/value head
	group  int
	scale  float32
	offset int       // of k and v in their buffers; that of q is group times as much
	q      []float32 // [length, group, HeadDim]
	k, v   []float32 // [length, HeadDim]
}

// head is item i of the list of all sequences' key/value heads.
func (t *Trainer) head(b *batch, a *blockActivations, i int) kvHead {
	c := t.config
	h := kvHead{span: b.spans[i/c.KVHeads], Config: c, index: i % c.KVHeads, group: c.group(), scale: c.attentionScale()}
	h.offset = (h.start*c.KVHeads + h.index*h.length) * c.HeadDim
	h.q, h.k, h.v = a.q[h.offset*h.group:], a.k[h.offset:], a.v[h.offset:]
	return h
}

func (c Config) attentionScale() float32 { return float32(1 / math.Sqrt(float64(c.HeadDim))) }

// block is the number of query rows (positions times group) in the block of positions that starts
// at lo, and the number of keys the last of them sees.
func (h *kvHead) block(lo int) (rows, keys int) {
	keys = min(lo+queryBlock, h.length)
	return (keys - lo) * h.group, keys
}

// probabilities fills dst with the attention of the block that starts at lo: [rows, keys], zero for
// keys in the future.
func (h *kvHead) probabilities(k *kernel.Set, dst []float32, lo int) []float32 {
	rows, keys := h.block(lo)
	dst = dst[:rows*keys]
	q := h.q[lo*h.group*h.HeadDim:]
	k.MatMul(1, rows, keys, h.HeadDim, rowMajor(q, h.HeadDim), transposed(h.k, h.HeadDim), dst, keys, false)
	for r := range rows {
		row, seen := dst[r*keys:][:keys], lo+r/h.group+1
		k.Probabilities(row[:seen], h.scale)
		clear(row[seen:])
	}
	return dst
}

// softmaxBack turns dp, the gradient of the probabilities p, into that of q k^T, in place.
func (h *kvHead) softmaxBack(k *kernel.Set, dp, p []float32, lo int) {
	rows, keys := h.block(lo)
	for r := range rows {
		seen := lo + r/h.group + 1
		row, drow := p[r*keys:][:seen], dp[r*keys:][:seen]
		mean := k.Dot(row, drow)
		for j, x := range row {
			drow[j] = x * h.scale * (drow[j] - mean)
		}
		clear(dp[r*keys+seen : (r+1)*keys])
	}
}

// scatter writes a block's rows, [positions, group, HeadDim], to their columns of the token-major
// [rows, Heads*HeadDim]; gather reads them.
func (h *kvHead) scatter(tokens, rows []float32, lo int) {
	h.eachPosition(lo, func(token, row int) { copy(tokens[token:][:h.width()], rows[row:]) })
}

func (h *kvHead) gather(rows, tokens []float32, lo int) {
	h.eachPosition(lo, func(token, row int) { copy(rows[row:][:h.width()], tokens[token:]) })
}

func (h *kvHead) width() int { return h.group * h.HeadDim }

func (h *kvHead) eachPosition(lo int, do func(token, row int)) {
	for pos := lo; pos < min(lo+queryBlock, h.length); pos++ {
		do((h.start+pos)*h.queryDim()+h.index*h.width(), (pos-lo)*h.width())
	}
}
