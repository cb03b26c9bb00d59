package steps

import (
	"context"
	"errors"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// inOrder does a piece of work on every batch, on all cores, and hands the
// results on in the order of the batches. next gives the batches and ends with
// io.EOF; next and take are called from one goroutine each, work from several. A
// few batches are in memory at a time. The first error ends it all.
func inOrder[A, B any](ctx context.Context, next func() (A, error), work func(A) (B, error), take func(B) error) error {
	type result struct {
		value B
		err   error
	}
	type job struct {
		batch A
		done  chan result
	}
	cores := runtime.GOMAXPROCS(0)
	todo, order := make(chan job), make(chan job, 2*cores)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(todo)
		defer close(order)
		for {
			batch, err := next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			j := job{batch, make(chan result, 1)}
			for _, to := range []chan job{order, todo} {
				select {
				case to <- j:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
		}
	})
	for range cores {
		g.Go(func() error {
			for j := range todo {
				value, err := work(j.batch)
				j.done <- result{value, err}
			}
			return nil
		})
	}
	g.Go(func() error {
		for j := range order {
			select {
			case r := <-j.done:
				if r.err != nil {
					return r.err
				}
				if err := take(r.value); err != nil {
					return err
				}
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return ctx.Err()
	})
	return g.Wait()
}
