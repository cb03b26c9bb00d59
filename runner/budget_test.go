package runner

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// payStep answers n rows, `at` at a time, each reserved at 10 tokens and settled at some number up to that.
// asked counts the tokens that were really used.
func payStep(n, at int, asked *atomic.Int64) stepFunc {
	return func(ctx context.Context, r *Run) error {
		key := func(i int) string { return fmt.Sprint("row ", i) }
		all, err := Rows(ctx, r, n, key, func(ctx context.Context, todo []int, emit func(int, int) error) error {
			return parallel(at, todo, func(i int) error {
				settle, err := r.Reserve(ctx, Usage{Calls: 1, Tokens: 10})
				if err != nil {
					return err
				}
				took := int64(1 + i*7%10)
				time.Sleep(time.Duration(rand.IntN(100)) * time.Microsecond)
				asked.Add(took)
				settle(Usage{Calls: 1, Tokens: took})
				return emit(i, i*i)
			})
		})
		if err != nil {
			return err
		}
		return write(r, "out.txt", fmt.Sprint(all))
	}
}

func payPlan(t *testing.T, rows, at int, asked *atomic.Int64) *Plan {
	t.Helper()
	b := NewBuilder("pay")
	for i := range 3 {
		add(b, fmt.Sprint("methods.m", i), payStep(rows, at, asked))
	}
	return plan(t, b)
}

// Whatever happens at once, no limit is passed; the run says which one it met, keeps what it paid for, and
// with more goes on to the bytes of a run without limits, paying for nothing twice.
func TestBudgetIsNeverPassed(t *testing.T) {
	var whole atomic.Int64
	free, dir := payPlan(t, 40, 4, &whole), t.TempDir()
	execute(t, free, store(t, dir), Options{})
	want := outputs(t, free, dir)

	for _, limit := range []Usage{{Calls: 1}, {Calls: 50}, {Tokens: 9}, {Tokens: 10}, {Tokens: 333}, {Calls: 119, Tokens: 5000}} {
		t.Run(fmt.Sprintf("%+v", limit), func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			p, dir := payPlan(t, 40, 4, &asked), t.TempDir()
			var kept Budget
			o := Options{Workers: 3, Budget: Budget{Usage: limit}, Spending: func(b Budget) error { kept = b; return nil }}
			r, err := Execute(t.Context(), p, store(t, dir), o)
			var over *BudgetError
			if !errors.Is(err, ErrBudget) || !errors.As(err, &over) || r.Stopped == 0 || r.Failed != 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			spent := r.Spent
			if limit.Calls > 0 && spent.Calls > limit.Calls || limit.Tokens > 0 && spent.Tokens > limit.Tokens {
				t.Errorf("used %+v", spent)
			}
			if asked.Load() != spent.Tokens {
				t.Errorf("%d tokens were used, told were %d", asked.Load(), spent.Tokens)
			}
			if spent.Tokens > kept.Tokens || limit.Tokens > 0 && kept.Tokens > limit.Tokens {
				t.Errorf("%+v was written down, %+v used", kept, spent)
			}
			if over.Limit == "calls" && spent.Calls != limit.Calls || over.Limit == "tokens" && spent.Tokens+10 <= limit.Tokens {
				t.Errorf("ended at %+v by %v, with room left", spent, over)
			}
			r, err = Execute(t.Context(), p, store(t, dir), Options{Workers: 3, Budget: Budget{Usage: Usage{Calls: 120, Tokens: 1200}}, Spent: r.Spent})
			if err != nil {
				t.Fatal(err)
			}
			if asked.Load() != whole.Load() || r.Spent.Usage != (Usage{Calls: 120, Tokens: whole.Load()}) {
				t.Errorf("%d tokens were used in all and %+v told, undisturbed were %d", asked.Load(), r.Spent, whole.Load())
			}
			if diff := cmp.Diff(want, outputs(t, p, dir)); diff != "" {
				t.Errorf("with more (-unlimited +raised):\n%s", diff)
			}
		})
	}
}

// Many at once, each settling at random for less than it asked: the sum of what is used and in flight stays
// within the limit at every moment, and all of it is made use of.
func TestReserveAtOnce(t *testing.T) {
	const limit = 10_000
	l := &ledger{limit: Budget{Usage: Usage{NanoUSD: limit}}, wall: func() time.Duration { return 0 }, settled: make(chan struct{})}
	l.keep = func(b Budget) error {
		if b.NanoUSD > limit {
			t.Errorf("%d in use", b.NanoUSD)
		}
		return nil
	}
	b, release := newBrake(nil, 0, 0)
	defer release()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				asks := make([]Usage, 1+rand.IntN(4))
				for i := range asks {
					asks[i].NanoUSD = 100
				}
				n, err := l.reserve(t.Context(), b, asks)
				if err != nil {
					if !errors.Is(err, ErrBudget) {
						t.Error(err)
					}
					return
				}
				time.Sleep(time.Duration(rand.IntN(100)) * time.Microsecond) // in flight
				for range n {
					l.settle(Usage{NanoUSD: 100}, Usage{NanoUSD: rand.Int64N(101)})
				}
			}
		})
	}
	wg.Wait()
	if used := l.spent().NanoUSD; used > limit || used <= limit-100 {
		t.Errorf("%d of %d used", used, limit)
	}
}

// A request that only needs to wait for others to settle is not refused.
func TestReserveWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBuilder("wait")
		hold := func(used int64) stepFunc {
			return func(ctx context.Context, r *Run) error {
				settle, err := r.Reserve(ctx, Usage{Tokens: 70})
				if err != nil {
					return err
				}
				time.Sleep(time.Hour)
				settle(Usage{Tokens: used})
				return nil
			}
		}
		add(b, "x", hold(30))
		add(b, "y", hold(31))
		begun := time.Now()
		r, err := Execute(t.Context(), plan(t, b), store(t, t.TempDir()), Options{Workers: 2, Budget: Budget{Usage: Usage{Tokens: 101}}})
		if err != nil || r.Done != 2 || r.Spent.Tokens != 61 || time.Since(begun) != 2*time.Hour {
			t.Errorf("%+v, %v after %v; want both done, one after the other", r, err, time.Since(begun))
		}
	})
}

// What a step neither settles nor finishes counts in full.
func TestUnsettledCountsInFull(t *testing.T) {
	b := NewBuilder("lost")
	add(b, "x", stepFunc(func(ctx context.Context, r *Run) error {
		_, err := r.ReserveSome(ctx, []Usage{{Calls: 1, Tokens: 10}, {Calls: 1, Tokens: 20}})
		return errors.Join(err, errors.New("the line went dead"))
	}))
	var told Usage
	r, err := Execute(t.Context(), plan(t, b), store(t, t.TempDir()), Options{Events: func(e Event) {
		if e.Kind == Failed {
			told = e.Used
		}
	}})
	if want := (Usage{Calls: 2, Tokens: 30}); err == nil || r.Failed != 1 || r.Spent.Usage != want || told != want {
		t.Errorf("%+v, told %+v, %v", r, told, err)
	}
}

// Wall time ends a run as Ctrl-C does: what is in flight is finished, nothing is begun.
func TestWallBudget(t *testing.T) {
	for name, c := range map[string]struct {
		wall, spent time.Duration
		done        int
	}{
		"within the second step":             {90 * time.Minute, 0, 2},
		"the earlier processes' time counts": {90 * time.Minute, time.Hour, 1},
		"nothing is left":                    {90 * time.Minute, 2 * time.Hour, 0},
		"enough":                             {181 * time.Minute, 0, 3},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				hour := stepFunc(func(context.Context, *Run) error { time.Sleep(time.Hour); return nil })
				b := NewBuilder("hours")
				x := add(b, "x", hour)
				y := add(b, "y", hour, x)
				add(b, "z", hour, y)
				r, err := Execute(t.Context(), plan(t, b), store(t, dir), Options{Budget: Budget{Wall: c.wall}, Spent: Budget{Wall: c.spent}})
				if r.Done != c.done || (err == nil) != (c.done == 3) || err != nil && !errors.Is(err, ErrBudget) {
					t.Errorf("%d done, %v; want %d", r.Done, err, c.done)
				}
				if want := c.spent + time.Duration(c.done)*time.Hour; r.Spent.Wall != want {
					t.Errorf("%v spent, want %v", r.Spent.Wall, want)
				}
			})
		})
	}
}

// What a run used outlives its process, in flight or settled, and processes add up.
func TestSpentOutlivesTheProcess(t *testing.T) {
	root, p := t.TempDir(), tuning(t, "x.yaml", Line{"prompt", "hello"})
	first := openRun(t, root, p, 0)
	check(t, first.Spending(Budget{Usage{Calls: 900, Tokens: 90_000}, time.Hour}))
	check(t, first.Spending(Budget{Usage{Calls: 3, Tokens: 40}, time.Minute})) // settled for less, and killed
	second := openRun(t, root, p, 1)
	if got := second.Spent(); got != (Budget{Usage{Calls: 3, Tokens: 40}, time.Minute}) {
		t.Errorf("the second process finds %+v", got)
	}
	check(t, second.Finish(&Result{Stopped: 1, Spent: Budget{Usage{Calls: 5, Tokens: 50, NanoUSD: 7}, time.Hour}}, ErrBudget, testTime))
	third := openRun(t, root, p, 2)
	want := Budget{Usage{Calls: 5, Tokens: 50, NanoUSD: 7}, time.Hour}
	if got := third.Spent(); got != want {
		t.Errorf("the third finds %+v", got)
	}
	if s, err := ReadRun(third.Path); err != nil || third.Path != first.Path {
		t.Errorf("%+v, %v in %s", s, err, third.Path)
	}
}

// A step whose first rows all fail ends as failed, keeps none of them, and asks again next time.
func TestHopelessRows(t *testing.T) {
	for name, c := range map[string]struct {
		rows   int
		fails  func(i int) bool
		going  bool
		failed bool
		again  int // rows that the next run asks for
	}{
		"all of many":           {50, func(int) bool { return true }, false, true, 50},
		"all of too few":        {19, func(int) bool { return true }, false, false, 0},
		"all but the twentieth": {50, func(i int) bool { return i != 19 }, false, false, 0},
		"the first nineteen":    {20, func(i int) bool { return i < 19 }, false, false, 0},
		"all, and going on":     {50, func(int) bool { return true }, true, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			b := NewBuilder("rows")
			var got []failingRow
			add(b, "rows", rowsStep(c.rows, &got, func(i int, emit func(int, failingRow) error) error {
				asked++
				if c.fails(i) {
					return emit(i, failingRow{Error: "401 unauthorized"})
				}
				return emit(i, failingRow{})
			}))
			p, s := plan(t, b), store(t, t.TempDir())
			r, err := Execute(t.Context(), p, s, Options{KeepGoing: c.going})
			if (r.Failed == 1) != c.failed {
				t.Fatalf("%+v, %v", r, err)
			}
			if c.failed {
				if asked != Probe || !strings.HasPrefix(err.Error(), "step rows: the first 20 rows all failed, the first one with: 401 unauthorized\nhint: ") {
					t.Errorf("after %d rows: %v", asked, err)
				}
			} else if asked != c.rows || len(got) != c.rows {
				t.Errorf("%d rows asked for, %d there", asked, len(got))
			}
			asked = 0
			execute(t, p, s, Options{KeepGoing: true})
			if asked != c.again {
				t.Errorf("the next run asked for %d rows, want %d", asked, c.again)
			}
		})
	}
}

type failingRow struct{ Error string }

func (f failingRow) Failure() string { return f.Error }

// The bar: of each row, 50 us are the runner's own: reserved, journaled, told and settled.
func BenchmarkRowOverhead(b *testing.B) {
	const rows = 5000
	text := fmt.Sprintf("%0512d", 7)
	step := stepFunc(func(ctx context.Context, r *Run) error {
		_, err := Rows(ctx, r, rows, func(i int) string { return fmt.Sprint(i) }, func(ctx context.Context, todo []int, emit func(int, answer) error) error {
			return parallel(64, todo, func(i int) error {
				settle, err := r.Reserve(ctx, Usage{Calls: 1, Tokens: 100})
				if err != nil {
					return err
				}
				settle(Usage{Calls: 1, Tokens: 60})
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
		d, err := OpenRun(b.TempDir(), "x", nil, p, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		o := Options{Budget: Budget{Usage: Usage{Calls: rows, Tokens: 100 * rows}}, Spending: d.Spending, Events: func(e Event) { _ = d.Event(e) }}
		if _, err := Execute(b.Context(), p, OpenStore(b.TempDir()), o); err != nil {
			b.Fatal(err)
		}
		_ = d.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/rows, "us/row")
}
