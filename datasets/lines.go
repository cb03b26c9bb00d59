package datasets

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"idiolect/specs"
)

func lines() specs.Kind[Source] {
	return specs.Kind[Source]{
		Name: "lines", Version: 1,
		Doc: "a text file, one row per line that is not blank, in the column line",
		New: func() Source { return &Lines{} },
	}
}

// Lines reads a text file.
type Lines struct {
	Path string `yaml:"path" doc:"the file, relative to the spec" required:"true" key:"-" file:"true"` // its content is in the key
}

// Columns is line.
func (s *Lines) Columns(dir string) ([]string, error) {
	f, err := Open(resolve(dir, s.Path))
	if err != nil {
		return nil, pathError(err, s.Path)
	}
	return []string{"line"}, f.Close()
}

// Files is the file.
func (s *Lines) Files(dir string) []File { return []File{{s.Path, resolve(dir, s.Path)}} }

// Read yields the trimmed lines.
func (s *Lines) Read(dir string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for l, err := range fileLines(dir, s.Path) {
			t := strings.TrimSpace(l.text)
			if err == nil && t == "" {
				continue
			}
			if !goOn(yield(record(map[string]any{"line": t}, l.place), err), err) {
				return
			}
		}
	}
}

// A line over maxLine bytes is an error: it is another kind of file.
const maxLine = 64 << 20

type fileLine struct{ text, place string }

// fileLines yields the lines of a file without their ends, each with its place.
// A line that is not UTF-8 is a bad row.
func fileLines(dir, path string) iter.Seq2[fileLine, error] {
	return func(yield func(fileLine, error) bool) {
		f, err := Open(resolve(dir, path))
		if err != nil {
			yield(fileLine{}, pathError(err, path))
			return
		}
		defer f.Close()
		r := bufio.NewScanner(f)
		r.Buffer(make([]byte, 64<<10), maxLine)
		n := 0
		for r.Scan() {
			n++
			place := fmt.Sprintf("%s:%d", path, n)
			t := r.Text()
			if n == 1 {
				t = strings.TrimPrefix(t, "\ufeff")
			}
			var bad error
			if !utf8.ValidString(t) {
				bad = &BadRow{Place: place, Err: errors.New("the line is not UTF-8")}
			}
			if !yield(fileLine{t, place}, bad) {
				return
			}
		}
		switch err := r.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(fileLine{}, fmt.Errorf("%s:%d: the line is over %d MB long", path, n+1, maxLine>>20))
		case err != nil && !errors.Is(err, io.EOF):
			yield(fileLine{}, pathError(err, path))
		}
	}
}

// Open opens a file of data for reading. A pipe or a device is refused: it can
// be read once or never ends, and rows are read for the plan and for the run.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		what := "neither a file nor a directory"
		if info.IsDir() {
			what = "a directory"
		}
		err = &os.PathError{Op: "open", Path: path, Err: fmt.Errorf("%s - want a file", what)}
	}
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// resolve finds a spec's path from the spec's directory.
func resolve(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

// pathError names a file as the spec does, so that messages and artifacts do
// not depend on where the project lies.
func pathError(err error, path string) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", path, pe.Err)
	}
	return err
}
