package panel

import "testing"

// BenchmarkCompare is the panel of one method of specs/haiku.yaml: 500 rows, 4
// completions of each, 3 repeats, on both sides.
func BenchmarkCompare(b *testing.B) {
	w := writer{mail: plainMail}
	start, policy := w.write(rnd(1), 500, 4, 3), w.write(rnd(2), 500, 4, 3)
	for b.Loop() {
		Compare(start, policy, nil, rnd(3))
	}
}
