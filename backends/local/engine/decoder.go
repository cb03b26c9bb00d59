package engine

import "idiolect/backends/local/engine/kernel"

// stepRows is the most rows that pass through the model at once: four tiles of the widest kernel. Up
// to this many rows share the cost of reading the weights.
const stepRows = 56

// row is one token on its way through the model.
type row struct {
	slot, pos int
	token     int32
	wanted    bool // its logits are asked for
}

// decoder carries rows through the model on one core. Keys and values of past positions wait in a
// cache, slot by slot. Every number of a row is computed from that row and its slot's past in an
// order that neither the other rows nor the way the past was cut into steps can change.
type decoder struct {
	*Sampler
	k           *kernel.Set
	cacheSlots  int
	cacheLength int       // positions per slot
	keys        []float32 // [Layers, cacheSlots, KVHeads, HeadDim, cacheLength]
	values      []float32 // [Layers, cacheSlots, KVHeads, cacheLength, HeadDim]
	x, normed   []float32 // [stepRows, Dim]
	qkv         []float32 // [stepRows, qkvDim]
	attn        []float32 // [stepRows, Heads*HeadDim]
	gateUp      []float32 // [stepRows, 2*FF]
	mlp         []float32 // [stepRows, FF]
	logits      []float32 // [stepRows, Vocab]
	probs       []float32 // [group, cacheLength]
	query       []float32 // [group, HeadDim]
	key         []float32 // [HeadDim]
	scored      scored    // by score, last
}

func newDecoder(s *Sampler, slots, length int) *decoder {
	c, length := s.config, wholeTiles(length)
	rows := func(width int) []float32 { return make([]float32, stepRows*width) }
	cache := c.Layers * slots * length * c.kvDim()
	return &decoder{
		Sampler: s, k: s.rt.Kernels, cacheSlots: slots, cacheLength: length,
		keys: make([]float32, cache), values: make([]float32, cache),
		x: rows(c.Dim), normed: rows(c.Dim), qkv: rows(c.qkvDim()), attn: rows(c.queryDim()),
		gateUp: rows(2 * c.FF), mlp: rows(c.FF), logits: rows(c.Vocab),
		probs: make([]float32, c.group()*length), query: make([]float32, c.group()*c.HeadDim),
		key: make([]float32, c.HeadDim),
	}
}

// step takes up to stepRows rows, those of a slot in the order of their positions and continuing what
// the cache holds, and returns the logits of the wanted ones, [wanted, Vocab], valid until the next step.
func (d *decoder) step(rows []row) []float32 {
	c := d.config
	for i, r := range rows {
		copy(d.x[i*c.Dim:(i+1)*c.Dim], d.embed[int(r.token)*c.Dim:])
	}
	for layer := range d.blocks {
		b := &d.blocks[layer]
		d.normalise(d.x, b.attnNorm, len(rows))
		b.qkv.Mul(len(rows), d.normed, c.Dim, d.qkv, c.qkvDim(), false)
		for i, r := range rows {
			d.attend(layer, b, r, d.qkv[i*c.qkvDim():][:c.qkvDim()], d.attn[i*c.queryDim():][:c.queryDim()])
		}
		b.out.Mul(len(rows), d.attn, c.queryDim(), d.x, c.Dim, true)
		d.normalise(d.x, b.mlpNorm, len(rows))
		b.gateUp.Mul(len(rows), d.normed, c.Dim, d.gateUp, 2*c.FF, false)
		for i := range rows {
			gate, up := d.gateUp[2*i*c.FF:][:c.FF], d.gateUp[(2*i+1)*c.FF:][:c.FF]
			d.k.SwiGLU(d.mlp[i*c.FF:][:c.FF], gate, up)
		}
		b.down.Mul(len(rows), d.mlp, c.FF, d.x, c.Dim, true)
	}
	wanted := 0
	for i, r := range rows {
		if r.wanted {
			copy(d.x[wanted*c.Dim:(wanted+1)*c.Dim], d.x[i*c.Dim:])
			wanted++
		}
	}
	d.normalise(d.x, d.norm, wanted)
	d.head.Mul(wanted, d.normed, c.Dim, d.logits, c.Vocab, false)
	return d.logits[:wanted*c.Vocab]
}

func (d *decoder) normalise(x, w []float32, rows int) {
	n, eps := d.config.Dim, float32(d.config.NormEps)
	for i := range rows {
		d.k.RMSNorm(d.normed[i*n:(i+1)*n], x[i*n:(i+1)*n], w, eps)
	}
}

// attend caches the key and value of one row and writes to out what its queries read from its slot:
// softmax(q k^T / sqrt(HeadDim)) v for each query head. Positions after the row's own take part in
// the first product, because whole tiles of it are cheaper, and in nothing else.
func (d *decoder) attend(layer int, b *samplerBlock, r row, qkv, out []float32) {
	c, hd, group, seen := &d.config, d.config.HeadDim, d.config.group(), r.pos+1
	scale := c.attentionScale()
	for h := range c.KVHeads {
		at := ((layer*d.cacheSlots+r.slot)*c.KVHeads + h) * d.cacheLength * hd
		keys, values := d.keys[at:][:hd*d.cacheLength], d.values[at:][:seen*hd]
		normTurn(d.k, d.rotary, d.key, qkv[c.queryDim()+h*hd:][:hd], b.kNorm, c.NormEps, r.pos)
		for j, x := range d.key {
			keys[j*d.cacheLength+r.pos] = x
		}
		copy(values[r.pos*hd:], qkv[c.queryDim()+c.kvDim()+h*hd:][:hd])
		for g := range group {
			q := qkv[(h*group+g)*hd:][:hd]
			normTurn(d.k, d.rotary, d.query[g*hd:][:hd], q, b.qNorm, c.NormEps, r.pos)
		}
		d.k.MatMul(1, group, wholeTiles(seen), hd, rowMajor(d.query, hd), rowMajor(keys, d.cacheLength), d.probs, d.cacheLength, false)
		for g := range group {
			d.k.Probabilities(d.probs[g*d.cacheLength:][:seen], scale)
		}
		d.k.MatMul(1, group, hd, seen, rowMajor(d.probs, d.cacheLength), rowMajor(values, hd), out[h*group*hd:], hd, false)
	}
}

// wholeTiles rounds a number of columns up to whole tiles of every instruction set: the kernels read
// those in place and would pack the rest.
func wholeTiles(n int) int { return (n + 31) / 32 * 32 }

// score returns the log-probability of each target of one sequence, using slot 0. What
// it begins alike with the sequence before is in the cache, and is not computed again:
// several questions about one text cost little more than one.
func (d *decoder) score(s Sequence) []float32 {
	known := d.scored.alike(s)
	logprobs := append(make([]float32, 0, len(s.Tokens)), d.scored.logprobs[:known]...)
	rows := make([]row, 0, stepRows)
	for pos := known; pos < len(s.Tokens); pos++ {
		rows = append(rows, row{0, pos, s.Tokens[pos], true})
		if len(rows) < stepRows && pos+1 < len(s.Tokens) {
			continue
		}
		logits := d.step(rows)
		for i, r := range rows {
			z := logits[i*d.config.Vocab:][:d.config.Vocab]
			logit := z[s.Targets[r.pos]]
			logprobs = append(logprobs, logit-d.k.Softmax(z, 1))
		}
		rows = rows[:0]
	}
	d.scored = scored{s, logprobs}
	return logprobs
}

// scored is a sequence whose keys and values slot 0 holds, with what came of it.
type scored struct {
	Sequence
	logprobs []float32
}

// alike is how many of the first positions of a sequence are those of this one.
func (d scored) alike(s Sequence) int {
	n := 0
	for n < min(len(s.Tokens), len(d.Tokens)) && s.Tokens[n] == d.Tokens[n] && s.Targets[n] == d.Targets[n] {
		n++
	}
	return n
}
