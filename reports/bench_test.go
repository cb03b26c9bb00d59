package reports

import (
	"io"
	"testing"
)

// BenchmarkReport builds and writes the report of an experiment with 210,000 completions and as many verdicts.
func BenchmarkReport(b *testing.B) {
	x := haiku()
	x.methods, x.repeats, x.topics = []string{"initial", "tuned"}, 1, 70_000
	in := x.run(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := build(b, in).Markdown(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(3*x.topics)*float64(b.N)/b.Elapsed().Seconds(), "completions/s")
}
