package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idiolect/internal/peak"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// counting gives the numbers below n.
func counting(n int) func() (int, error) {
	at := 0
	return func() (int, error) {
		if at == n {
			return 0, io.EOF
		}
		at++
		return at - 1, nil
	}
}

// Later batches that are ready first wait for those before them, and no more than
// a few are begun.
func TestResultsComeInOrder(t *testing.T) {
	var begun, taken atomic.Int64
	var most int64
	var got []int
	work := func(i int) (int, error) {
		begun.Add(1)
		if i%7 == 0 {
			time.Sleep(time.Millisecond)
		}
		return i, nil
	}
	err := inOrder(t.Context(), counting(500), work, func(i int) error {
		got = append(got, i)
		most = max(most, begun.Load()-taken.Add(1))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := make([]int, 500)
	for i := range want {
		want[i] = i
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if limit := int64(4*runtime.GOMAXPROCS(0) + 1); most > limit {
		t.Errorf("%d batches were in memory - want at most %d", most, limit)
	}
}

func TestTheFirstErrorEndsItAll(t *testing.T) {
	wrong := errors.New("wrong")
	same := func(i int) (int, error) { return i, nil }
	fine := func(int) error { return nil }
	for name, run := range map[string]func() error{
		"reading": func() error {
			return inOrder(t.Context(), func() (int, error) { return 0, wrong }, same, fine)
		},
		"working": func() error {
			return inOrder(t.Context(), counting(1000), func(i int) (int, error) {
				if i == 30 {
					return 0, wrong
				}
				return i, nil
			}, fine)
		},
		"taking": func() error {
			return inOrder(t.Context(), counting(1000), same, func(i int) error {
				if i == 30 {
					return wrong
				}
				return nil
			})
		},
		"the caller": func() error {
			ctx, cancel := context.WithCancelCause(t.Context())
			return inOrder(ctx, counting(1<<40), same, func(i int) error {
				if i == 30 {
					cancel(wrong)
				}
				return nil
			})
		},
	} {
		if err := run(); !errors.Is(err, wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// drawnSamples is a step that writes so many samples.
type drawnSamples struct{ n, size int }

func (s drawnSamples) Run(_ context.Context, r *runner.Run) error {
	out, err := create[tables.Sample](r, "samples.parquet")
	if err != nil {
		return err
	}
	for i := range s.n {
		text := fmt.Sprintf("%06d %s", i, strings.Repeat("word ", s.size/5))
		row := tables.Sample{ID: fmt.Sprint(i), RowKey: fmt.Sprintf("%032x", i), Messages: "[]", Completion: &text, Fields: "{}", Tokens: make([]int32, s.size/8), Logprobs: make([]float32, s.size/8)}
		if i%10 == 9 {
			row.Completion, row.Error = nil, optional("timeout")
		}
		if err := out.Write([]tables.Sample{row}); err != nil {
			return err
		}
	}
	return out.Close()
}

// judgeDrawn judges so many samples and gives the verdicts' file.
func judgeDrawn(t testing.TB, n, size int) string {
	t.Helper()
	yes, no := true, false
	decide := func(env map[string]any) (Outcome, error) {
		if strings.HasPrefix(env["output"].(string), "000003") {
			return Outcome{}, errors.New("no verdict")
		}
		if strings.Contains(env["output"].(string), "7 ") {
			return Outcome{Accepted: &yes}, nil
		}
		return Outcome{Accepted: &no}, nil
	}
	b := runner.NewBuilder("judge")
	samples := b.Add(runner.Action{ID: "samples", Kind: "drawn", Version: 1, Step: drawnSamples{n, size}})
	judge := b.Add(runner.Action{ID: "judge", Kind: "judge", Version: 1, Inputs: []runner.Input{{Name: "samples", From: samples}}, Step: &judgeStep{program: &program{decide: decide, name: "accept/1", kind: "accept"}, scope: map[string]any{}}})
	plan, err := b.Plan()
	if err != nil {
		t.Fatal(err)
	}
	store := runner.OpenStore(t.TempDir())
	if _, err := runner.Execute(t.Context(), plan, store, runner.Options{}); err != nil {
		t.Fatal(err)
	}
	art, err := store.Open(judge.Key())
	if err != nil {
		t.Fatal(err)
	}
	path, err := art.Path("verdicts.parquet")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Every sample has its verdict, in the order of the samples; one without a
// completion, and one that cannot be judged, has an error.
func TestEverySampleHasItsVerdict(t *testing.T) {
	const n = 1000
	at := 0
	var wrong []int
	for v, err := range tables.Each[tables.Verdict](judgeDrawn(t, n, 40)) {
		if err != nil {
			t.Fatal(err)
		}
		failed := at%10 == 9 || at == 3
		if v.SampleID != fmt.Sprint(at) || (v.Error != nil) != failed || !failed && *v.Accepted != (at%10 == 7) {
			wrong = append(wrong, at)
		}
		at++
	}
	if at != n || len(wrong) > 0 {
		t.Errorf("%d verdicts, wrong are %v", at, slices.Clip(wrong))
	}
}

// BenchmarkJudge judges samples of 4 KB and tells how many a second, and the most
// memory that was in use.
//
//	go test -run xxx -bench Judge ./steps
func BenchmarkJudge(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				most := peak.Heap(func() { judgeDrawn(b, n, 4000) })
				b.ReportMetric(float64(most)/1e6, "peak-MB")
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}
