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

// report prints tokens per second and what share that is of two roofs measured in the same run: the
// registers' (PeakFMA) and that of the matrix product of the MLP (2048x1024x192), both on all threads.
func report(b *testing.B, rt Runtime, tokens int, flopsPerToken float64) {
	rate := float64(tokens) / b.Elapsed().Seconds()
	gflops := rate * flopsPerToken / 1e9
	peak, matmul := roofs(rt)
	b.ReportMetric(rate, "tokens/s")
	b.ReportMetric(gflops, "GFLOP/s")
	b.ReportMetric(100*gflops/peak, "%peak")
	b.ReportMetric(100*gflops/matmul, "%matmul")
	b.ReportMetric(peak, "peak-GFLOP/s")
	b.ReportMetric(0, "ns/op")
}

// roofs are the best of several short runs, in GFLOP/s.
func roofs(rt Runtime) (peak, matmul float64) {
	const m, n, k = 2048, 1024, 192
	x, w, y := make([]float32, m*k), make([]float32, n*k), make([]float32, m*n)
	for range 10 {
		peak = max(peak, gflops(func() float64 {
			var wg sync.WaitGroup
			flops := make([]float64, rt.Threads)
			for i := range flops {
				wg.Go(func() { flops[i] = rt.Kernels.PeakFMA(1 << 18) })
			}
			wg.Wait()
			return flops[0] * float64(rt.Threads)
		}))
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

// BenchmarkTraining is steps of 64 documents of about 45 tokens: forward, backward, AdamW. It counts
// 6 flops per parameter and real token.
func BenchmarkTraining(b *testing.B) {
	rt, w := benchModel()
	trainer := NewTrainer(rt, w)
	seqs, tokens := documents(64)
	step := func() {
		if _, err := trainer.ForwardBackward(seqs, func(int, int, float32) float32 { return -1 / float32(tokens) }); err != nil {
			b.Fatal(err)
		}
		trainer.Step(Adam{LR: 1e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, ClipNorm: 1})
	}
	step()
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
	report(b, rt, b.N*tokens, 6*float64(benchConfig.Params()))
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
	for b.Loop() {
		if err := s.Sample(context.Background(), reqs, func(int, Completion) {}); err != nil {
			b.Fatal(err)
		}
	}
	report(b, rt, b.N*len(reqs)*45, 2*float64(benchConfig.Params()))
}
