package kernel

import "math"

// The constants of exp, shared with the assembly: the argument is reduced by Cody and Waite's two-part ln 2 and the rest
// approximated by the polynomial of expf in Moshier's Cephes library, 1 + r + r*r*P(r) on |r| <= ln(2)/2.
const (
	expLowest  = -87.336544 // below it exp is smaller than the smallest normal float32
	expHighest = 89         // above 88.72284 exp overflows: nothing larger need be reduced
	log2e      = 1.44269504088896341
	ln2High    = 0.693359375 // 9 bits: its product with an exponent is exact
	ln2Low     = -2.12194440e-4
	expP0      = 1.9875691500e-4
	expP1      = 1.3981999507e-3
	expP2      = 8.3334519073e-3
	expP3      = 4.1665795894e-2
	expP4      = 1.6666665459e-1
	expP5      = 5.0000001201e-1
)

// expOf is exp of one element, in the portable set.
func expOf(x float32) float32 {
	if x < expLowest {
		return 0
	}
	x = min(x, expHighest)
	const magic = 3 << 22 // added and taken away, it rounds to the nearest integer
	n := float32(x*log2e) + magic
	n -= magic
	r := x - float32(n*ln2High) - float32(n*ln2Low)
	p := float32(expP0)
	p = float32(p*r) + expP1
	p = float32(p*r) + expP2
	p = float32(p*r) + expP3
	p = float32(p*r) + expP4
	p = float32(p*r) + expP5
	p = float32(p*(r*r)) + r + 1
	half := int32(n) >> 1 // in two steps: 2^128 is not a float32
	return p * powerOf2(half) * powerOf2(int32(n)-half)
}

// powerOf2 is 2^n for -126 <= n <= 127.
func powerOf2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

// logOf is log(x) for a positive normal x within 1e-15, the same on every architecture, which math.Log does not promise:
// with x = 2^n f, log f = 2 atanh((f-1)/(f+1)), by its series.
func logOf(x float64) float64 {
	f, n := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f, n = 2*f, n-1
	}
	t := (f - 1) / (f + 1) // |t| <= 0.1716, t^2 <= 0.0295: eleven terms reach 1e-17
	t2 := t * t
	sum := 0.0
	for i := 21; i >= 1; i -= 2 {
		sum = float64(sum*t2) + 1/float64(i)
	}
	return float64(float64(n)*math.Ln2) + float64(2*t*sum)
}
