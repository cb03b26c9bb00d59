package engine

import "idiolect/backends/local/engine/kernel"

// queryBlock is how many positions of a sequence are attended from at once: it bounds the memory of
// the probabilities to queryBlock rows and skips most keys that lie in the future.
const queryBlock = 64

// attentionScratch is one thread's memory for one block of queries of one key/value head.
type attentionScratch struct {
	probs, dprobs []float32 // [queryBlock*group, keys]
	out           []float32 // [queryBlock*group, HeadDim]
}

func (t *Trainer) reserveAttention(longest int) {
	rows := min(queryBlock, longest) * t.config.group()
	for _, l := range t.lanes {
		if s := &l.attention; len(s.probs) < rows*longest {
			*s = attentionScratch{
				make([]float32, rows*longest), make([]float32, rows*longest), make([]float32, rows*t.config.HeadDim),
			}
		}
	}
}

// attend is causal attention within each sequence: attn = softmax(q k^T / sqrt(HeadDim)) v. The query
// heads that share a key/value head are one product.
func (t *Trainer) attend(b *batch, block int, beside []renewal) {
	a, c, k := &t.acts.blocks[block], &t.config, t.rt.Kernels
	t.eachHead(b, a, nil, beside, func(h kvHead, s *attentionScratch) {
		for lo := 0; lo < h.length; lo += queryBlock {
			rows, keys := h.block(lo)
			probs := h.probabilities(k, s.probs, lo)
			k.MatMul(1, rows, c.HeadDim, keys, rowMajor(probs, keys), rowMajor(h.v, c.HeadDim), s.out, c.HeadDim, false)
			h.scatter(a.attn, s.out, lo)
		}
	})
}

// eachHead calls work for each key/value head of each sequence. What else is due and does not depend on
// them fills the threads up: products of gradients, the largest items, and the packing of weights.
func (t *Trainer) eachHead(b *batch, a *blockActivations, products gradientProducts, beside []renewal,
	work func(h kvHead, s *attentionScratch)) {
	parts, others := products.parts(), products.parts()+len(beside)
	t.rt.each(others+len(b.spans)*t.config.KVHeads, func(thread, i int) {
		switch {
		case i < parts:
			products.add(i, b.rows())
		case i < others:
			beside[i-parts].to.Renew(beside[i-parts].from)
		default:
			work(t.head(b, a, i-others), &t.lanes[thread].attention)
		}
	})
}

// attendBack fills scratch.dq, dk and dv from scratch.dattn. Probabilities are computed again: for
// the short documents of this engine that is cheaper than to keep them. With p the probabilities,
//
//	dv = p^T do;  dp = do v^T;  ds = p * (dp - rowsum(p*dp)) / sqrt(HeadDim);  dq = ds k;  dk = ds^T q
func (t *Trainer) attendBack(h kvHead, s *attentionScratch) {
	hd, k := t.config.HeadDim, t.rt.Kernels
	dq, dk, dv := t.scratch.dq[h.offset*h.group:], t.scratch.dk[h.offset:], t.scratch.dv[h.offset:]
	last := (h.length - 1) / queryBlock * queryBlock
	for lo := last; lo >= 0; lo -= queryBlock {
		// The last block sees every key, so it writes dk and dv and the others add to them.
		add := lo != last
		rows, keys := h.block(lo)
		p, dp := h.probabilities(k, s.probs, lo), s.dprobs[:rows*keys]
		h.gather(s.out, t.scratch.dattn, lo)
		q := h.q[lo*h.group*hd:]
		k.MatMul(1, rows, keys, hd, rowMajor(s.out, hd), transposed(h.v, hd), dp, keys, false)
		k.MatMul(1, keys, hd, rows, transposed(p, keys), rowMajor(s.out, hd), dv, hd, add)
		h.softmaxBack(k, dp, p, lo)
		k.MatMul(1, rows, hd, keys, rowMajor(dp, keys), rowMajor(h.k, hd), dq[lo*h.group*hd:], hd, false)
		k.MatMul(1, keys, hd, rows, transposed(dp, keys), rowMajor(q, hd), dk, hd, add)
	}
}

// rowMajor is a matrix whose rows are width apart; transposed is the transpose of that matrix.
func rowMajor(p []float32, width int) kernel.Mat   { return kernel.Mat{P: p, Rs: width, Cs: 1} }
func transposed(p []float32, width int) kernel.Mat { return kernel.Mat{P: p, Rs: 1, Cs: width} }
