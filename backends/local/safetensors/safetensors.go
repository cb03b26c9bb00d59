// Package safetensors reads and writes tensors in the safetensors format (github.com/huggingface/safetensors, README,
// section Format): eight bytes of little-endian header length, a JSON header, the tensors' bytes without gaps.
//
//	safetensors.go   Tensor, DType
//	read.go          Open: a file's tensors by name, each read when asked for
//	header.go        the JSON header: every rule of the format is checked before any tensor is read
//	write.go         Write
//	convert.go       float32 to and from the bytes of F32, BF16 and F16
//
// It knows no model. Tensors are float32 in memory whatever they are in the file.
package safetensors

// DType is the number format of a tensor in a file.
type DType string

// The number formats that are read and written; others are refused by name.
const (
	F32  DType = "F32"  // IEEE 754 binary32
	BF16 DType = "BF16" // the upper half of an F32
	F16  DType = "F16"  // IEEE 754 binary16
)

// size returns the bytes of one number, 0 for a format that is not implemented.
func (d DType) size() int {
	switch d {
	case F32:
		return 4
	case BF16, F16:
		return 2
	}
	return 0
}

// Tensor is a named array of numbers in row-major order.
type Tensor struct {
	Name  string
	DType DType // in the file
	Shape []int // no dimensions is one number; a dimension may be 0
	Data  []float32
}
