// Package peak measures the memory that a piece of work takes, for benchmarks.
package peak

import (
	"runtime"
	"time"
)

// Heap is the most that the heap held while f ran, in bytes, looked at every few
// milliseconds. What other goroutines hold is in it.
func Heap(f func()) uint64 {
	runtime.GC()
	done, result := make(chan bool), make(chan uint64)
	go func() {
		most := uint64(0)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-done:
				result <- most
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	f()
	close(done)
	return <-result
}
