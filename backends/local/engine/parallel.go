package engine

import (
	"sync"
	"sync/atomic"
)

// spread calls work for consecutive ranges that cover 0..n, one range per thread. Only work whose
// result for an index does not depend on the range it falls into may be spread.
func (rt Runtime) spread(n int, work func(lo, hi int)) {
	threads := min(rt.Threads, n)
	if threads < 2 {
		if n > 0 {
			work(0, n)
		}
		return
	}
	var wg sync.WaitGroup
	for i := range threads - 1 {
		wg.Go(func() { work(n*i/threads, n*(i+1)/threads) })
	}
	work(n*(threads-1)/threads, n)
	wg.Wait()
}

// each calls work once for every index below n, handing the next index to whichever thread is free:
// for items of unequal cost. thread is below Threads and owns scratch memory.
func (rt Runtime) each(n int, work func(thread, i int)) {
	var next atomic.Int64
	drain := func(thread int) {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			work(thread, i)
		}
	}
	threads := min(rt.Threads, n)
	var wg sync.WaitGroup
	for thread := 1; thread < threads; thread++ {
		wg.Go(func() { drain(thread) })
	}
	drain(0)
	wg.Wait()
}

// Rows are summed in blocks of this many: the partial sums and their order depend on the data alone.
const rowBlock = 64

// sumRows adds to sum what add accumulates over rows 0..n: each block of rowBlock rows into zeroed
// memory of its own, then the blocks in order. partial is scratch for blocks(n)*len(sum) values.
func (rt Runtime) sumRows(n int, sum, partial []float32, add func(row int, into []float32)) {
	width := len(sum)
	rt.spread(blocks(n), func(lo, hi int) {
		for b := lo; b < hi; b++ {
			into := partial[b*width : (b+1)*width]
			clear(into)
			for row := b * rowBlock; row < min((b+1)*rowBlock, n); row++ {
				add(row, into)
			}
		}
	})
	for b := range blocks(n) {
		rt.Kernels.AddScaled(sum, partial[b*width:(b+1)*width], 1)
	}
}

func blocks(n int) int { return (n + rowBlock - 1) / rowBlock }
