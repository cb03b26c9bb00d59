package steps

import (
	"errors"
	"io"
	"iter"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// readTable reads a whole table of an artifact.
func readTable[T any](a *runner.Artifact, file string) ([]T, error) {
	path, err := a.Path(file)
	if err != nil {
		return nil, err
	}
	return tables.Read[T](path)
}

// eachRow reads one as it comes, and of it only the columns of T.
func eachRow[T any](a *runner.Artifact, file string) iter.Seq2[T, error] {
	path, err := a.Path(file)
	if err != nil {
		return func(yield func(T, error) bool) {
			var none T
			yield(none, err)
		}
	}
	return tables.Each[T](path)
}

// output is a table of the artifact being made.
type output[T any] struct {
	*tables.Writer[T]
	file io.WriteCloser
}

func create[T any](r *runner.Run, file string) (*output[T], error) {
	w, err := r.Create(file)
	if err != nil {
		return nil, err
	}
	return &output[T]{tables.NewWriter[T](w), w}, nil
}

// Close makes the table whole.
func (o *output[T]) Close() error { return errors.Join(o.Writer.Close(), o.file.Close()) }

// writeTable writes a table that is in memory.
func writeTable[T any](r *runner.Run, file string, rows []T) error {
	out, err := create[T](r, file)
	if err != nil {
		return err
	}
	return errors.Join(out.Write(rows), out.Close())
}

// progress tells how far a step is, and whether it is to stop.
func progress(r *runner.Run, done, total int, note string) error {
	select {
	case <-r.Stopping():
		return runner.ErrStopped
	default:
	}
	r.Progress(done, total, note)
	return nil
}
