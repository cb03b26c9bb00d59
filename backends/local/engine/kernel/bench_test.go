package kernel

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

// roof is what threads cores reach at best in PeakFMA, in flops per second: the best of many runs of some 20 us.
func roof(s *Set, threads int) float64 {
	var group sync.WaitGroup
	best := make([]float64, threads)
	for i := range threads {
		group.Go(func() {
			for range 1000 {
				start := time.Now()
				flops := s.PeakFMA(1 << 13)
				best[i] = max(best[i], flops/time.Since(start).Seconds())
			}
		})
	}
	group.Wait()
	sum := 0.0
	for _, rate := range best {
		sum += rate
	}
	return sum
}

// fastest runs turn until the benchmark ends and returns the seconds of its fastest run: other work on the machine makes a mean
// say little.
func fastest(b *testing.B, turn func()) float64 {
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		turn()
		best = min(best, time.Since(start))
	}
	return best.Seconds()
}

// reportFlops reports the rate of a turn that does so many flops in so many seconds, and its share of the roof.
func reportFlops(b *testing.B, s *Set, threads int, flops, seconds float64) {
	b.ReportMetric(flops/seconds/1e9, "GFLOP/s")
	b.ReportMetric(100*flops/seconds/roof(s, threads), "%peak")
}

// benchEachSet runs the benchmark under every set of this CPU.
func benchEachSet(b *testing.B, bench func(b *testing.B, s *Set)) {
	for _, name := range Names() {
		s, err := Choose(name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) { bench(b, s) })
	}
}

// BenchmarkMatMul runs the products of a linear layer in a small model: 2048 tokens, weights [out x in].
func BenchmarkMatMul(b *testing.B) {
	const tokens = 2048
	layers := [][2]int{{320, 192}, {192, 192}, {1024, 192}, {192, 512}} // out, in
	benchEachSet(b, func(b *testing.B, s *Set) {
		for _, threads := range []int{1, min(2, runtime.GOMAXPROCS(0))} {
			for _, layer := range layers {
				out, in := layer[0], layer[1]
				benchMatMul(b, s, threads, "NT", tokens, out, in)
				benchMatMul(b, s, threads, "NN", tokens, in, out)
				benchMatMul(b, s, threads, "TN", out, in, tokens)
			}
		}
	})
}

// BenchmarkAttention runs the products of attention over a sequence of 40 tokens with heads of 32.
func BenchmarkAttention(b *testing.B) {
	benchEachSet(b, func(b *testing.B, s *Set) {
		benchMatMul(b, s, 1, "NT", 40, 40, 32)
		benchMatMul(b, s, 1, "NN", 40, 32, 40)
		benchMatMul(b, s, 1, "TN", 40, 32, 40)
	})
}

func benchMatMul(b *testing.B, s *Set, threads int, layout string, M, N, K int) {
	b.Run(fmt.Sprintf("%s-%dx%dx%d-%dT", layout, M, N, K, threads), func(b *testing.B) {
		x, y := operands(layout, M, N, K, 0)
		c := make([]float32, M*N)
		s.MatMul(threads, M, N, K, x, y, c, N, false)
		seconds := fastest(b, func() { s.MatMul(threads, M, N, K, x, y, c, N, false) })
		reportFlops(b, s, threads, 2*float64(M)*float64(N)*float64(K), seconds)
	})
}

// BenchmarkPacked runs the products of sampling: few rows, packed weights.
func BenchmarkPacked(b *testing.B) {
	benchEachSet(b, func(b *testing.B, s *Set) {
		for _, layer := range [][2]int{{320, 192}, {192, 192}, {1024, 192}, {192, 512}} {
			for _, rows := range []int{1, 14, 28, 56} {
				out, in := layer[0], layer[1]
				b.Run(fmt.Sprintf("%dx%dx%d", rows, out, in), func(b *testing.B) {
					x, w := operands("NT", rows, out, in, 0)
					packed, c := s.Pack(w, in, out), make([]float32, rows*out)
					seconds := fastest(b, func() { packed.Mul(rows, x.P, in, c, out, false) })
					reportFlops(b, s, 1, 2*float64(rows)*float64(out)*float64(in), seconds)
				})
			}
		}
	})
}

// BenchmarkVector times the vector kernels on rows that stay in cache, against the portable set.
func BenchmarkVector(b *testing.B) {
	const n = 1024
	x, y, z, w, v := normals(1, n), normals(2, n), normals(3, n), normals(4, n), make([]float32, n)
	adam := Adam{LR: 1e-3, Beta1: .9, Beta2: .95, Eps: 1e-8, WeightDecay: .1, Correct1: 2, Correct2: 2}
	kernels := []struct {
		name  string
		short bool // of 32 elements
		run   func(s *Set)
	}{
		{"Exp", false, func(s *Set) { s.Exp(z, x) }},
		{"Softmax", false, func(s *Set) { s.Softmax(z, 1) }},
		{"RMSNorm", false, func(s *Set) { s.RMSNorm(z, x, w, 1e-6) }},
		{"RMSNormBack", false, func(s *Set) { s.RMSNormBack(z, v, y, x, w, 1e-9) }},
		{"SwiGLU", false, func(s *Set) { s.SwiGLU(z, x, y) }},
		{"SwiGLUBack", false, func(s *Set) { s.SwiGLUBack(z, w, y, x, y) }},
		{"Dot", false, func(s *Set) { s.Dot(x, y) }},
		{"Dot of 32", true, func(s *Set) { s.Dot(x[:32], y[:32]) }},
		{"AddScaled", false, func(s *Set) { s.AddScaled(z, x, 1e-9) }},
		{"AddScaled of 32", true, func(s *Set) { s.AddScaled(z[:32], x[:32], 1e-9) }},
		{"Scale", false, func(s *Set) { s.Scale(z, -1) }},
		{"SumSquares", false, func(s *Set) { s.SumSquares(x) }},
		{"AdamW", false, func(s *Set) { s.AdamW(z, x, w, v, adam) }},
	}
	for _, kernel := range kernels {
		elements := float64(n)
		if kernel.short {
			elements = 32
		}
		seconds := map[string]float64{} // of each set
		for i := range Names() {
			s := offered[len(offered)-1-i] // portable first: the others are compared with it
			b.Run(kernel.name+"/"+s.Name(), func(b *testing.B) {
				seconds[s.Name()] = fastest(b, func() {
					for range 100 {
						kernel.run(s)
					}
				}) / 100
				b.ReportMetric(seconds[s.Name()]*1e9/elements, "ns/element")
				b.ReportMetric(seconds["portable"]/seconds[s.Name()], "x-portable")
			})
		}
	}
}
