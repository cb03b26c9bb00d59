package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func openBytes(data []byte) (*File, error) { return Open(bytes.NewReader(data), int64(len(data))) }

func readGolden(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestNumbersAreThoseOfTheReferenceImplementation(t *testing.T) {
	f, err := openBytes(readGolden(t))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		Shape []int
		Bits  []uint32
	}{}
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if len(f.Names()) != len(want) {
		t.Errorf("tensors %q, want %d", f.Names(), len(want))
	}
	for name, w := range want {
		tensor, err := f.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		bits := make([]uint32, len(tensor.Data))
		for i, x := range tensor.Data {
			bits[i] = math.Float32bits(x)
		}
		if diff := cmp.Diff(w.Bits, bits); diff != "" {
			t.Errorf("%s: bits (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(w.Shape, tensor.Shape); diff != "" {
			t.Errorf("%s: shape (-want +got):\n%s", name, diff)
		}
	}
}

// TestWriteGivesTheBytesOfTheReferenceImplementation writes the float32 numbers in each format again, which also checks
// the rounding of every one of them against numpy's.
func TestWriteGivesTheBytesOfTheReferenceImplementation(t *testing.T) {
	f, err := openBytes(readGolden(t))
	if err != nil {
		t.Fatal(err)
	}
	tensors, err := f.Tensors()
	if err != nil {
		t.Fatal(err)
	}
	wide, err := f.Tensor("z.wide")
	if err != nil {
		t.Fatal(err)
	}
	for i := range tensors {
		if len(tensors[i].Data) == len(wide.Data) {
			tensors[i].Data = wide.Data
		}
	}
	for range 2 {
		var b bytes.Buffer
		if err := Write(&b, tensors, f.Metadata); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), readGolden(t)) {
			t.Errorf("got\n%q\nwant\n%q", b.Bytes(), readGolden(t))
		}
		slices.Reverse(tensors)
	}
}

func TestEveryHalfSurvives(t *testing.T) {
	for h := range 1 << 16 {
		x := fromHalf(uint16(h))
		if x != x {
			if y := fromHalf(toHalf(x)); y == y {
				t.Errorf("NaN %04x came back as %g", h, y)
			}
			continue
		}
		if got := toHalf(x); got != uint16(h) {
			t.Errorf("%04x is %g, which became %04x", h, x, got)
		}
	}
}

// TestRoundingIsToTheNearest takes numbers between neighbouring halves (and bfloat16s): below the middle, the middle,
// above it. The middle of two neighbours goes to the one whose last bit is 0.
func TestRoundingIsToTheNearest(t *testing.T) {
	formats := map[string]struct {
		round func(float32) uint16
		widen func(uint16) float32
		last  uint16 // largest finite
	}{
		"F16":  {toHalf, fromHalf, 0x7bff},
		"BF16": {toBrain, func(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }, 0x7f7f},
	}
	for name, f := range formats {
		for low := range f.last {
			a, b := float64(f.widen(low)), float64(f.widen(low+1))
			middle := float32((a + b) / 2)
			even := low + low&1
			for x, want := range map[float32]uint16{math.Nextafter32(middle, 0): low, middle: even, math.Nextafter32(middle, float32(b)): low + 1} {
				if float64(middle) != (a+b)/2 {
					continue // below the smallest float32 there is no middle
				}
				if got := f.round(x); got != want {
					t.Fatalf("%s: %g between %04x and %04x went to %04x, want %04x", name, x, low, low+1, got, want)
				}
				if got := f.round(-x); got != want|0x8000 {
					t.Fatalf("%s: %g went to %04x, want %04x", name, -x, got, want|0x8000)
				}
			}
		}
	}
}

func TestTensorsLargerThanABufferSurvive(t *testing.T) {
	want := Tensor{Name: "w", DType: F32, Shape: []int{3, chunk}, Data: make([]float32, 3*chunk)}
	for i := range want.Data {
		want.Data[i] = float32(i)
	}
	var b bytes.Buffer
	if err := Write(&b, []Tensor{want}, nil); err != nil {
		t.Fatal(err)
	}
	f, err := openBytes(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Tensor("w")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// file returns a file of a header and so many bytes of data.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestOpenRefuses(t *testing.T) {
	one := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`{"a":{"dtype":%s,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
	}
	good := one(`"F32"`, `[2]`, `[0,8]`)
	if _, err := openBytes(file(good+"  ", 8)); err != nil {
		t.Fatalf("a good file: %v", err)
	}
	cases := map[string]struct {
		file []byte
		want string
	}{
		"no length":                   {[]byte("1234567"), "7 bytes"},
		"a header beyond the file":    {file(good, 8)[:20], "within the file"},
		"a header beyond the limit":   {binary.LittleEndian.AppendUint64(nil, maxHeader+1), "at most 100000000"},
		"a length with the sign bit":  {binary.LittleEndian.AppendUint64(nil, 1<<63+8), "header of 9223372036854775816"},
		"an empty header":             {file("", 0), "does not begin"},
		"space before the header":     {file(" "+good, 8), "does not begin"},
		"a header not UTF-8":          {file("{\"\xff\":1}", 0), "UTF-8"},
		"half a header":               {file(good[:len(good)-1], 8), "unexpected EOF"},
		"text after the header":       {file(good+"x", 8), "1 bytes after"},
		"two headers":                 {file(good+good, 8), "bytes after"},
		"a tensor twice":              {file(good[:len(good)-1]+","+good[1:], 8), `"a" is there twice`},
		"a tensor twice, escaped":     {file(good[:len(good)-1]+","+strings.Replace(good[1:], "a", `\u0061`, 1), 8), `"a" is there twice`},
		"a field twice":               {file(`{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 4), "twice"},
		"an unknown field":            {file(`{"a":{"DType":"F32","shape":[],"data_offsets":[0,4]}}`, 4), `unknown field "DType"`},
		"a missing field":             {file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4), "want dtype, shape"},
		"a tensor that is a number":   {file(`{"a":1}`, 0), "want an object"},
		"metadata that is no string":  {file(`{"__metadata__":{"a":1}}`, 0), "is not a string"},
		"metadata twice":              {file(`{"__metadata__":{},"__metadata__":{}}`, 0), "twice"},
		"another dtype":               {file(one(`"I64"`, `[1]`, `[0,8]`), 8), `dtype "I64" is not implemented`},
		"a shape of null":             {file(one(`"F32"`, `null`, `[0,4]`), 4), "want dtype, shape"},
		"a negative dimension":        {file(one(`"F32"`, `[-2]`, `[0,8]`), 8), "negative"},
		"a fractional dimension":      {file(one(`"F32"`, `[1.5]`, `[0,8]`), 8), "1.5"},
		"a shape beyond 64 bits":      {file(one(`"F32"`, `[4294967296,4294967296,4]`, `[0,8]`), 8), "too many"},
		"one offset":                  {file(one(`"F32"`, `[2]`, `[0]`), 8), "two data_offsets"},
		"three offsets":               {file(one(`"F32"`, `[2]`, `[0,8,8]`), 8), "two data_offsets"},
		"negative offsets":            {file(one(`"F32"`, `[2]`, `[-8,0]`), 8), "want them to begin at 0"},
		"offsets the wrong way round": {file(one(`"F32"`, `[2]`, `[0,-8]`), 8), "want them to begin at 0"},
		"another size than the shape": {file(one(`"F32"`, `[3]`, `[0,8]`), 8), "8 bytes for shape [3] of F32"},
		"an odd size":                 {file(one(`"F32"`, `[2]`, `[0,9]`), 9), "9 bytes for shape [2] of F32"},
		"data missing":                {file(good, 7), "8 bytes of data, the file has 7"},
		"data left over":              {file(good, 9), "8 bytes of data, the file has 9"},
		"overlap":                     {file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), `"b": data_offsets [4, 8]: want them to begin at 8`},
		"a gap":                       {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, 12), "want them to begin at 4"},
	}
	for name, c := range cases {
		if _, err := openBytes(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	cases := map[string]struct {
		tensors []Tensor
		want    string
	}{
		"another size than the shape": {[]Tensor{{"a", F32, []int{2}, []float32{1}}}, "1 numbers for shape [2]"},
		"another dtype":               {[]Tensor{{"a", "F64", nil, []float32{1}}}, `dtype "F64" is not implemented`},
		"a name twice":                {[]Tensor{{"a", F32, nil, []float32{1}}, {"a", F16, nil, []float32{1}}}, "taken"},
		"a name not UTF-8":            {[]Tensor{{"\xff", F32, nil, []float32{1}}}, "not UTF-8"},
		"the name of the metadata":    {[]Tensor{{"__metadata__", F32, nil, []float32{1}}}, "taken"},
	}
	for name, c := range cases {
		if err := Write(&bytes.Buffer{}, c.tensors, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestATensorThatIsNotThereIsAnError(t *testing.T) {
	f, err := openBytes(readGolden(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Tensor("nowhere"); err == nil || !strings.Contains(err.Error(), `no tensor "nowhere"`) {
		t.Errorf("error %v", err)
	}
}

// FuzzOpen: no file panics, and one that opens survives writing: what is written reads back the same.
func FuzzOpen(f *testing.F) {
	f.Add(readGolden(f))
	f.Add(file(`{}`, 0))
	f.Add(file(`{"a":{"dtype":"F16","shape":[],"data_offsets":[0,2]},"__metadata__":{"k":"v"}}`, 2))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := openBytes(data)
		if err != nil {
			return
		}
		tensors, err := in.Tensors()
		if err != nil {
			t.Fatalf("a file that opens does not read: %v", err)
		}
		var b bytes.Buffer
		if err := Write(&b, tensors, in.Metadata); err != nil {
			t.Fatal(err)
		}
		out, err := openBytes(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		again, err := out.Tensors()
		if err != nil {
			t.Fatal(err)
		}
		sameBits := cmp.Comparer(func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b })
		if diff := cmp.Diff(tensors, again, sameBits); diff != "" {
			t.Errorf("(-read +written and read):\n%s", diff)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for _, d := range []DType{F32, BF16, F16} {
		b.Run(string(d), func(b *testing.B) {
			var buf bytes.Buffer
			if err := Write(&buf, []Tensor{{"w", d, []int{1 << 20}, make([]float32, 1<<20)}}, nil); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(buf.Len()))
			for b.Loop() {
				f, err := openBytes(buf.Bytes())
				if err != nil {
					b.Fatal(err)
				}
				if _, err := f.Tensor("w"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
