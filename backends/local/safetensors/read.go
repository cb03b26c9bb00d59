package safetensors

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
)

// File is an open safetensors file. Its header has been checked; its tensors are read when asked for, so a file larger
// than memory can be read one tensor at a time. Several goroutines may read at once if they may from the io.ReaderAt.
type File struct {
	Metadata map[string]string // of the header; nil if it has none

	r       io.ReaderAt
	data    int64 // where the tensors begin
	entries map[string]entry
}

// Open reads and checks the header of the size bytes in r. The caller closes r when the File is no longer needed.
func Open(r io.ReaderAt, size int64) (*File, error) {
	f, err := open(r, size)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func open(r io.ReaderAt, size int64) (*File, error) {
	if size < 8 {
		return nil, fmt.Errorf("file of %d bytes: want at least 8", size)
	}
	var prefix [8]byte
	if err := readAt(r, prefix[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	if n > maxHeader || int64(n) > size-8 {
		return nil, fmt.Errorf("header of %d bytes in a file of %d: want at most %d, and within the file", n, size, maxHeader)
	}
	header := make([]byte, n)
	if err := readAt(r, header, 8); err != nil {
		return nil, err
	}
	f := &File{r: r, data: 8 + int64(n), entries: map[string]entry{}}
	entries, metadata, err := parseHeader(header, size-f.data)
	if err != nil {
		return nil, err
	}
	f.Metadata = metadata
	for _, e := range entries {
		f.entries[e.name] = e
	}
	return f, nil
}

// readAt fills b; a reader that ends early is an error, one that ends right after is not.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	return fmt.Errorf("%d bytes at %d: %w", len(b), at, err)
}

// Names returns the names of the tensors in alphabetical order.
func (f *File) Names() []string { return slices.Sorted(maps.Keys(f.entries)) }

// Tensor reads one tensor. The caller owns what is returned.
func (f *File) Tensor(name string) (Tensor, error) {
	e, ok := f.entries[name]
	if !ok {
		return Tensor{}, fmt.Errorf("safetensors: no tensor %q", name)
	}
	t := Tensor{Name: name, DType: e.dtype, Shape: slices.Clone(e.shape), Data: make([]float32, (e.end-e.begin)/int64(e.dtype.size()))}
	buffer := make([]byte, min(chunk*e.dtype.size(), int(e.end-e.begin)))
	at := f.data + e.begin
	for rest := t.Data; len(rest) > 0; {
		n := min(len(rest), chunk)
		b := buffer[:n*e.dtype.size()]
		if err := readAt(f.r, b, at); err != nil {
			return Tensor{}, fmt.Errorf("safetensors: tensor %q: %w", name, err)
		}
		decode(rest[:n], b, e.dtype)
		rest, at = rest[n:], at+int64(len(b))
	}
	return t, nil
}

// Tensors reads all tensors, in alphabetical order. The caller owns what is returned.
func (f *File) Tensors() ([]Tensor, error) {
	var all []Tensor
	for _, name := range f.Names() {
		t, err := f.Tensor(name)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}
