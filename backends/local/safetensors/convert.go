package safetensors

import (
	"encoding/binary"
	"math"
)

const chunk = 1 << 14 // numbers converted at a time

// decode reads len(dst) numbers from src.
func decode(dst []float32, src []byte, d DType) {
	le := binary.LittleEndian
	switch d {
	case F32:
		for i := range dst {
			dst[i] = math.Float32frombits(le.Uint32(src[4*i:]))
		}
	case BF16:
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(le.Uint16(src[2*i:])) << 16)
		}
	case F16:
		for i := range dst {
			dst[i] = fromHalf(le.Uint16(src[2*i:]))
		}
	}
}

// encode writes the numbers of src to dst.
func encode(dst []byte, src []float32, d DType) {
	le := binary.LittleEndian
	switch d {
	case F32:
		for i, x := range src {
			le.PutUint32(dst[4*i:], math.Float32bits(x))
		}
	case BF16:
		for i, x := range src {
			le.PutUint16(dst[2*i:], toBrain(x))
		}
	case F16:
		for i, x := range src {
			le.PutUint16(dst[2*i:], toHalf(x))
		}
	}
}

// toBrain rounds x to bfloat16, ties to even.
func toBrain(x float32) uint16 {
	bits := math.Float32bits(x)
	if x != x {
		return uint16(bits>>16) | 0x40 // stays a NaN when its lower half goes
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// fromHalf widens a binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits.
func fromHalf(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent, fraction := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0: // zero, or fraction times 2^-24, exact in a float32
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 0x1f:
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// toHalf rounds x to binary16, ties to even; from 65520 on, half way past the largest, it gives infinity.
func toHalf(x float32) uint16 {
	bits := math.Float32bits(x)
	sign := uint16(bits >> 16 & 0x8000)
	size := bits &^ (1 << 31)
	switch {
	case size > 0xff<<23: // NaN
		return sign | 0x7e00 | uint16(size>>13&0x3ff)
	case size >= 0x477ff000: // 65520
		return sign | 0x7c00
	case size >= 0x38800000: // 2^-14, the least normal number
		size += 0xfff + size>>13&1
		return sign | uint16((size-(127-15)<<23)>>13)
	}
	// In units of 2^-24, of which the half is an integer number; adding 2^23 makes the hardware round to integers.
	units := math.Float32frombits(size) * 0x1p24
	return sign | uint16(math.Float32bits(float32(units+0x1p23)))
}
