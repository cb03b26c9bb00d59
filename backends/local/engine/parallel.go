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

func blocks(n int) int { return (n + rowBlock - 1) / rowBlock }

// blockSum is where row i of the chunk adds to a sum over rows: the partial sum of the row's block, cleared
// at the block's first row. sums is [blocks(rows), width].
func (c chunk) blockSum(sums []float32, width, i int) []float32 {
	row := c.first + i
	sum := sums[row/rowBlock*width:][:width]
	if row%rowBlock == 0 {
		clear(sum)
	}
	return sum
}

// sumBlocks adds to sum the partial sums of rows rows, in order.
func (t *Trainer) sumBlocks(sum, sums []float32, rows int) {
	width := len(sum)
	for b := range blocks(rows) {
		t.rt.Kernels.AddScaled(sum, sums[b*width:(b+1)*width], 1)
	}
}
