package engine

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"idiolect/backends/local/engine/kernel"
)

// benchConfig is the size of the shipped model.
var benchConfig = Config{
	Vocab: 1024, Dim: 192, Layers: 6, Heads: 6, KVHeads: 2, HeadDim: 32, FF: 512, Context: 512,
	RopeTheta: 10000, NormEps: 1e-6, Tied: true, QKNorm: true,
}

func benchModel() (Runtime, *Weights) {
	w := NewWeights(benchConfig)
	w.Init(rand.New(rand.NewPCG(1, 1)).NormFloat64, 0)
	return Runtime{kernel.Best(), runtime.GOMAXPROCS(0)}, w
}

// documents are n documents of 30 to 60 tokens, 45 on average.
func documents(n int) (seqs []Sequence, tokens int) {
	r := rand.New(rand.NewPCG(2, 2))
	for i := range n {
		s := randomSequences(benchConfig, uint64(i), 30+r.IntN(31))[0]
		seqs, tokens = append(seqs, s), tokens+len(s.Tokens)
	}
	return seqs, tokens
}

// timed runs turn until the benchmark ends and prints tokens per second, and what share of two roofs
// measured in the same run that is: the registers' (PeakFMA) and that of the matrix product of the MLP
// (2048x1024x192), both on all threads. Beside the mean it prints the figures of the best turn, because
// whatever else the machine does slows some turns down.
func timed(b *testing.B, rt Runtime, tokens int, flopsPerToken float64, turn func()) {
	turn() // reserves memory
	b.ReportAllocs()
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		turn()
		best = min(best, time.Since(start))
	}
	peak, matmul := roofs(rt)
	report := func(prefix string, rate float64) {
		gflops := rate * flopsPerToken / 1e9
		b.ReportMetric(rate, prefix+"tokens/s")
		b.ReportMetric(gflops, prefix+"GFLOP/s")
		b.ReportMetric(100*gflops/peak, prefix+"%peak")
		b.ReportMetric(100*gflops/matmul, prefix+"%matmul")
	}
	report("", float64(b.N*tokens)/b.Elapsed().Seconds())
	report("best-", float64(tokens)/best.Seconds())
	b.ReportMetric(peak, "peak-GFLOP/s")
	b.ReportMetric(0, "ns/op")
}

// roofs are in GFLOP/s: for PeakFMA the sum over threads of each one's best turn of some 20 us, which
// finds a free moment on a busy machine, for the product the best of many turns.
func roofs(rt Runtime) (peak, matmul float64) {
	best := make([]float64, rt.Threads)
	var wg sync.WaitGroup
	for i := range best {
		wg.Go(func() {
			for range 1000 {
				best[i] = max(best[i], gflops(func() float64 { return rt.Kernels.PeakFMA(1 << 13) }))
			}
		})
	}
	wg.Wait()
	for _, rate := range best {
		peak += rate
	}
	const m, n, k = 2048, 1024, 192
	x, w, y := make([]float32, m*k), make([]float32, n*k), make([]float32, m*n)
	for range 40 {
		matmul = max(matmul, gflops(func() float64 {
			rt.Kernels.MatMul(rt.Threads, m, n, k, rowMajor(x, k), transposed(w, k), y, n, false)
			return 2 * m * n * k
		}))
	}
	return peak, matmul
}

func gflops(work func() float64) float64 {
	start := time.Now()
	return work() / time.Since(start).Seconds() / 1e9
}

// BenchmarkTraining is steps of pretraining on 64 documents of about 45 tokens.
func BenchmarkTraining(b *testing.B) { benchSteps(b, 64) }

// BenchmarkSFTStep is steps of fine-tuning on 8 such documents: so few tokens that what does not shrink
// with them shows, the optimizer and the waiting of threads for each other.
func BenchmarkSFTStep(b *testing.B) { benchSteps(b, 8) }

// benchSteps times forward, backward and AdamW over n documents. It counts 6 flops per parameter and
// real token; %padding is the share of the rows computed that are none.
func benchSteps(b *testing.B, n int) {
	rt, w := benchModel()
	trainer := NewTrainer(rt, w)
	seqs, tokens := documents(n)
	timed(b, rt, tokens, 6*float64(benchConfig.Params()), func() {
		if _, err := trainer.ForwardBackward(seqs, func(int, int, float32) float32 { return -1 / float32(tokens) }); err != nil {
			b.Fatal(err)
		}
		trainer.Step(Adam{LR: 1e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, ClipNorm: 1})
	})
	var cut batch
	rows := 0
	for first := 0; first < len(seqs); rows += cut.rows() {
		first = cut.fill(seqs, first)
	}
	b.ReportMetric(100*float64(rows-tokens)/float64(rows), "%padding")
}

// BenchmarkSampling is 400 completions of 30 tokens on prompts of 15, counting both, at 2 flops per
// parameter and token.
func BenchmarkSampling(b *testing.B) {
	rt, w := benchModel()
	s := NewSampler(rt, w)
	var reqs []Request
	for i := range 400 {
		reqs = append(reqs, Request{Prompt: randomSequences(benchConfig, uint64(i), 15)[0].Tokens, MaxTokens: 30, Temperature: 1, Seed: uint64(i)})
	}
	timed(b, rt, len(reqs)*45, 2*float64(benchConfig.Params()), func() {
		if err := s.Sample(context.Background(), reqs, func(int, Completion) {}); err != nil {
			b.Fatal(err)
		}
	})
}
