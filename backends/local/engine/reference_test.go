package engine

import "math"

// reference is the same model once more: float64, one token, one head, one number at a time, written
// from the architecture and sharing no code with the engine but the names of the tensors.
type reference struct {
	c       Config
	tensors map[string][]float64
}

func newReference(w *Weights) *reference {
	r := &reference{w.Config(), map[string][]float64{}}
	for _, t := range w.Tensors() {
		data := make([]float64, len(t.Data))
		for i, x := range t.Data {
			data[i] = float64(x)
		}
		r.tensors[t.Name] = data
	}
	return r
}

// matvec is w x with w [len(w)/len(x), len(x)].
func matvec(w, x []float64) []float64 {
	y := make([]float64, len(w)/len(x))
	for i := range y {
		for j := range x {
			y[i] += w[i*len(x)+j] * x[j]
		}
	}
	return y
}

func plus(a, b []float64) []float64 {
	sum := make([]float64, len(a))
	for i := range a {
		sum[i] = a[i] + b[i]
	}
	return sum
}

func (r *reference) rmsnorm(x []float64, name string) []float64 {
	square := 0.0
	for _, v := range x {
		square += v * v
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v / math.Sqrt(square/float64(len(x))+r.c.NormEps) * r.tensors[name][i]
	}
	return y
}

func (r *reference) rotate(x []float64, pos int) []float64 {
	half := len(x) / 2
	y := make([]float64, len(x))
	for j := range half {
		angle := float64(pos) / math.Pow(r.c.RopeTheta, float64(j)/float64(half))
		y[j] = x[j]*math.Cos(angle) - x[j+half]*math.Sin(angle)
		y[j+half] = x[j+half]*math.Cos(angle) + x[j]*math.Sin(angle)
	}
	return y
}

// heads cuts x into heads, normed and rotated as queries and keys are.
func (r *reference) heads(x []float64, norm string, pos int) [][]float64 {
	var heads [][]float64
	for i := 0; i < len(x); i += r.c.HeadDim {
		head := x[i : i+r.c.HeadDim]
		if r.c.QKNorm {
			head = r.rmsnorm(head, norm)
		}
		heads = append(heads, r.rotate(head, pos))
	}
	return heads
}

func softmax(x []float64) []float64 {
	sum, y := 0.0, make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Exp(v)
		sum += y[i]
	}
	for i := range y {
		y[i] /= sum
	}
	return y
}

// attention takes the normed rows of one sequence and returns what is added to the residual stream.
func (r *reference) attention(rows [][]float64, prefix string) [][]float64 {
	weight := func(name string) []float64 { return r.tensors[prefix+"self_attn."+name+".weight"] }
	var keys [][][]float64
	var values, out [][]float64
	for pos, x := range rows {
		q := r.heads(matvec(weight("q_proj"), x), prefix+"self_attn.q_norm.weight", pos)
		keys = append(keys, r.heads(matvec(weight("k_proj"), x), prefix+"self_attn.k_norm.weight", pos))
		values = append(values, matvec(weight("v_proj"), x))
		var mixed []float64
		for h := range q {
			kv := h * r.c.KVHeads / r.c.Heads
			var scores []float64
			for past := range pos + 1 {
				dot := 0.0
				for j := range q[h] {
					dot += q[h][j] * keys[past][kv][j]
				}
				scores = append(scores, dot/math.Sqrt(float64(r.c.HeadDim)))
			}
			head := make([]float64, r.c.HeadDim)
			for past, p := range softmax(scores) {
				for j := range head {
					head[j] += p * values[past][kv*r.c.HeadDim+j]
				}
			}
			mixed = append(mixed, head...)
		}
		out = append(out, matvec(weight("o_proj"), mixed))
	}
	return out
}

func (r *reference) mlp(x []float64, prefix string) []float64 {
	gate := matvec(r.tensors[prefix+"mlp.gate_proj.weight"], x)
	up := matvec(r.tensors[prefix+"mlp.up_proj.weight"], x)
	for i, g := range gate {
		gate[i] = g / (1 + math.Exp(-g)) * up[i]
	}
	return matvec(r.tensors[prefix+"mlp.down_proj.weight"], gate)
}

// logits returns the logits of one sequence, [positions, Vocab].
func (r *reference) logits(tokens []int32) [][]float64 {
	d := r.c.Dim
	var rows [][]float64
	for _, id := range tokens {
		rows = append(rows, r.tensors["model.embed_tokens.weight"][int(id)*d:int(id)*d+d])
	}
	for _, prefix := range layerPrefixes(r.c) {
		var normed [][]float64
		for _, x := range rows {
			normed = append(normed, r.rmsnorm(x, prefix+"input_layernorm.weight"))
		}
		for i, y := range r.attention(normed, prefix) {
			rows[i] = plus(rows[i], y)
			rows[i] = plus(rows[i], r.mlp(r.rmsnorm(rows[i], prefix+"post_attention_layernorm.weight"), prefix))
		}
	}
	head := r.tensors["lm_head.weight"]
	if r.c.Tied {
		head = r.tensors["model.embed_tokens.weight"]
	}
	for i, x := range rows {
		rows[i] = matvec(head, r.rmsnorm(x, "model.norm.weight"))
	}
	return rows
}

// logprobs returns log p(target) at each position of one sequence.
func (r *reference) logprobs(s Sequence) []float64 {
	var list []float64
	for i, row := range r.logits(s.Tokens) {
		list = append(list, math.Log(softmax(row)[s.Targets[i]]))
	}
	return list
}
