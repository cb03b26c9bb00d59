package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"
)

const (
	maxHeader   = 100_000_000 // bytes; the limit of the reference implementation
	metadataKey = "__metadata__"
)

// entry is a tensor in the header.
type entry struct {
	name       string
	dtype      DType
	shape      []int
	begin, end int64 // after the header
}

// parseHeader reads a header and checks it against dataSize, the bytes that follow it. The entries come in the order of
// their bytes.
func parseHeader(header []byte, dataSize int64) (entries []entry, metadata map[string]string, err error) {
	if !utf8.Valid(header) {
		return nil, nil, fmt.Errorf("header is not UTF-8")
	}
	if len(header) == 0 || header[0] != '{' {
		return nil, nil, fmt.Errorf("header does not begin with {")
	}
	d := json.NewDecoder(bytes.NewReader(header))
	err = eachField(d, func(name string) error {
		if name == metadataKey {
			metadata, err = parseMetadata(d)
			return err
		}
		e, err := parseEntry(d)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		e.name = name
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if rest := bytes.TrimRight(header[d.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return nil, nil, fmt.Errorf("header has %d bytes after its JSON object", len(rest))
	}
	return entries, metadata, checkLayout(entries, dataSize)
}

// eachField calls read at the value of every field of the object that comes next, and refuses a name given twice.
func eachField(d *json.Decoder, read func(name string) error) error {
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return cmp.Or(err, fmt.Errorf("%v: want an object", open))
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name := token.(string) // encoding/json lets nothing else stand here
		if seen[name] {
			return fmt.Errorf("%q is there twice", name)
		}
		seen[name] = true
		if err := read(name); err != nil {
			return err
		}
	}
	_, err := d.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func parseMetadata(d *json.Decoder) (map[string]string, error) {
	metadata := map[string]string{}
	err := eachField(d, func(name string) error {
		token, err := d.Token()
		if err != nil {
			return err
		}
		text, ok := token.(string)
		if !ok {
			return fmt.Errorf("%s: %q is not a string", metadataKey, name)
		}
		metadata[name] = text
		return nil
	})
	return metadata, err
}

// parseEntry reads {"dtype": …, "shape": […], "data_offsets": [begin, end]}.
func parseEntry(d *json.Decoder) (entry, error) {
	var e entry
	var offsets []int64
	fields := 0
	err := eachField(d, func(name string) error {
		fields++
		switch name {
		case "dtype":
			return d.Decode(&e.dtype)
		case "shape":
			return d.Decode(&e.shape)
		case "data_offsets":
			return d.Decode(&offsets)
		}
		return fmt.Errorf("unknown field %q: want dtype, shape, data_offsets", name)
	})
	switch {
	case err != nil:
		return entry{}, err
	case fields != 3 || e.shape == nil || len(offsets) != 2:
		return entry{}, fmt.Errorf("want dtype, shape and two data_offsets")
	case e.dtype.size() == 0:
		return entry{}, fmt.Errorf("dtype %q is not implemented: F32, BF16 and F16 are", e.dtype)
	}
	e.begin, e.end = offsets[0], offsets[1]
	return e, nil
}

// checkLayout sorts entries by place and checks that each has the size of its shape and that together they fill the data
// without gap or overlap.
func checkLayout(entries []entry, dataSize int64) error {
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end), cmp.Compare(a.name, b.name))
	})
	at := int64(0)
	for _, e := range entries {
		n, err := count(e.shape)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", e.name, err)
		}
		if e.begin != at || e.end < e.begin {
			return fmt.Errorf("tensor %q: data_offsets [%d, %d]: want them to begin at %d, where the tensor before ends", e.name, e.begin, e.end, at)
		}
		if size := e.end - e.begin; size%int64(e.dtype.size()) != 0 || size/int64(e.dtype.size()) != n {
			return fmt.Errorf("tensor %q: %d bytes for shape %v of %s", e.name, size, e.shape, e.dtype)
		}
		at = e.end
	}
	if at != dataSize {
		return fmt.Errorf("header describes %d bytes of data, the file has %d", at, dataSize)
	}
	return nil
}

// count returns the numbers in a shape.
func count(shape []int) (int64, error) {
	n := int64(1)
	for _, dim := range shape {
		switch {
		case dim < 0:
			return 0, fmt.Errorf("shape %v has a negative dimension", shape)
		case dim > 0 && n > math.MaxInt64/4/int64(dim):
			return 0, fmt.Errorf("shape %v has too many numbers", shape)
		}
		n *= int64(dim)
	}
	return n, nil
}
