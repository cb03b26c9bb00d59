package local

import "idiolect/backends"

// speed is how many GFLOP a second one core reaches, by instruction set: a model
// of the shipped one's size (2.6M parameters), requests of 15 to 120 prompt
// tokens, batches of 8 documents; two cores at 2.5 GHz (docs/log.md).
var speed = map[string]struct{ sample, train float64 }{
	"avx512":   {50, 60},
	"avx2":     {32, 35},
	"portable": {2.7, 2.4},
}

// rates counts 2 flops per parameter and token that is read or sampled, and 6
// per token that is trained on (Kaplan et al. 2020, section 2.1). A guess for
// models of another size.
func (b *Backend) rates(params int) backends.Rates {
	s, per := speed[b.kernels.Name()], float64(b.cores.most)*1e9/float64(params)
	return backends.Rates{Read: s.sample * per / 2, Sample: s.sample * per / 2, Train: s.train * per / 6}
}

// english is what bytes per token are measured on.
const english = `Write a short answer to the question below. Say what you know, and say plainly what you do not know.
A letter came on Monday. It thanked everybody for the long evening in the garden, asked whether the blue umbrella
had been found, and ended with a poem about rain, two birds and an old stone wall.`

// bytesPerToken is how much plain English one token of the model holds.
func (m *model) bytesPerToken() float64 {
	return float64(len(english)) / float64(max(1, len(m.tok.Encode(english))))
}
