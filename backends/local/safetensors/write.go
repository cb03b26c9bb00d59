package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// Write writes tensors and metadata (nil for none). Numbers that a format cannot hold are rounded to the nearest, ties
// to even. The bytes depend on the values alone, not on the order of tensors: as in the reference implementation, wide
// formats come before narrow ones, so that every tensor is aligned, then names in alphabetical order.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	if err := write(w, tensors, metadata); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

func write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	tensors = slices.SortedFunc(slices.Values(tensors), func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(rank(a.DType), rank(b.DType)), cmp.Compare(a.Name, b.Name))
	})
	header, err := formatHeader(tensors, metadata)
	if err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(len(header))); err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	buffer := make([]byte, chunk*F32.size())
	for _, t := range tensors {
		for part := range slices.Chunk(t.Data, chunk) {
			b := buffer[:len(part)*t.DType.size()]
			encode(b, part, t.DType)
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// rank is the place of a format in the file.
func rank(d DType) int { return slices.Index([]DType{F32, BF16, F16}, d) }

// formatHeader returns the header padded with spaces to a multiple of eight bytes.
func formatHeader(tensors []Tensor, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	if metadata != nil {
		if err := field(&b, metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	at := 0
	seen := map[string]bool{metadataKey: true}
	for _, t := range tensors {
		if err := t.check(seen); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		seen[t.Name] = true
		end := at + len(t.Data)*t.DType.size()
		err := field(&b, t.Name, struct {
			DType   DType  `json:"dtype"`
			Shape   []int  `json:"shape"`
			Offsets [2]int `json:"data_offsets"`
		}{t.DType, append([]int{}, t.Shape...), [2]int{at, end}})
		if err != nil {
			return nil, err
		}
		at = end
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len() > maxHeader {
		return nil, fmt.Errorf("header of %d bytes: want at most %d", b.Len(), maxHeader)
	}
	return b.Bytes(), nil
}

// field appends "name":value, after a comma if another field stands before.
func field(b *bytes.Buffer, name string, value any) error {
	if b.Len() > 1 {
		b.WriteByte(',')
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	for i, v := range []any{name, value} {
		if err := enc.Encode(v); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // the newline of Encode
		if i == 0 {
			b.WriteByte(':')
		}
	}
	return nil
}

func (t Tensor) check(seen map[string]bool) error {
	n, err := count(t.Shape)
	switch {
	case err != nil:
		return err
	case t.DType.size() == 0:
		return fmt.Errorf("dtype %q is not implemented: F32, BF16 and F16 are", t.DType)
	case n != int64(len(t.Data)):
		return fmt.Errorf("%d numbers for shape %v", len(t.Data), t.Shape)
	case seen[t.Name]:
		return fmt.Errorf("the name is taken")
	case !utf8.ValidString(t.Name):
		return fmt.Errorf("the name is not UTF-8")
	}
	return nil
}
