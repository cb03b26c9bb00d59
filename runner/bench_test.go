package runner

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// wide is a plan of n steps, each of which reads the two before it.
func wide(n int, step Step) (*Plan, error) {
	b := NewBuilder("wide")
	actions := make([]*Action, n)
	for i := range n {
		a := Action{ID: fmt.Sprint("steps.s", i), Kind: "test", Version: 1, Step: step, Lines: []Line{{"number", fmt.Sprint(i)}}}
		for j := max(0, i-2); j < i; j++ {
			a.Inputs = append(a.Inputs, Input{fmt.Sprint("i", j), actions[j]})
		}
		actions[i] = b.Add(a)
	}
	return b.Plan()
}

// The bar: a plan of 10,000 steps, its keys and its plan.json, in 200 ms.
func BenchmarkPlan10000(b *testing.B) {
	for b.Loop() {
		p, err := wide(10_000, writes(""))
		if err == nil {
			_, err = p.JSON()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/.2, "of_bar")
}

// A run in which everything is cached, per step: each artifact is opened and verified.
func BenchmarkCachedRun(b *testing.B) {
	const steps = 300
	dir := b.TempDir()
	p, err := wide(steps, stepFunc(func(_ context.Context, r *Run) error { return write(r, "out.txt", "x") }))
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		s := OpenStore(dir) // a new process
		if _, err := Execute(b.Context(), p, s, Options{}); err != nil {
			b.Fatal(err)
		}
		if i == 0 {
			b.ResetTimer() // the first one made them
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/steps, "us/step")
}

// A run's artifacts published, per step: a copy made durable.
func BenchmarkPublish(b *testing.B) {
	const steps = 100
	p, err := wide(steps, stepFunc(func(_ context.Context, r *Run) error { return write(r, "rows.parquet", fmt.Sprintf("%010000d", 7)) }))
	if err != nil {
		b.Fatal(err)
	}
	s := OpenStore(b.TempDir())
	if _, err := Execute(b.Context(), p, s, Options{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		d, err := OpenRun(b.TempDir(), "x", nil, p, time.Now())
		if err == nil {
			err = d.Publish(p, s)
		}
		if err != nil {
			b.Fatal(err)
		}
		_ = d.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/steps, "us/step")
}

// The bar: 5,000 calls of 50 ms, 64 at a time, journaled, within 1.1 of the ideal 3.9 s.
func BenchmarkRows5000(b *testing.B) {
	const calls, inFlight, latency = 5000, 64, 50 * time.Millisecond
	ideal := latency.Seconds() * float64((calls+inFlight-1)/inFlight)
	text := fmt.Sprintf("%0512d", 7)
	step := stepFunc(func(ctx context.Context, r *Run) error {
		_, err := Rows(ctx, r, calls, func(i int) string { return fmt.Sprint(i) }, func(_ context.Context, todo []int, emit func(int, answer) error) error {
			return parallel(inFlight, todo, func(i int) error {
				time.Sleep(latency)
				return emit(i, answer{text, 1})
			})
		})
		return err
	})
	for b.Loop() {
		p, err := wide(1, step)
		if err != nil {
			b.Fatal(err)
		}
		s := OpenStore(b.TempDir())
		if _, err := Execute(b.Context(), p, s, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/ideal, "of_ideal")
	b.ReportMetric(float64(m.Sys)/(1<<20), "MB")
}
