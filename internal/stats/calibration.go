package stats

import "math"

// ECE is the expected calibration error of probabilities (Naeini et al. 2015): how
// far, on average, what is said to be likely is from how often it is so,
//
//	sum over bins of  n_b/n | mean probability - share that came true |
//
// over equal bins of [0, 1], each closed above but for the first, which also holds 0.
// It is NaN without probabilities and panics unless there are as many outcomes.
func ECE(probability []float64, cameTrue []bool, bins int) float64 {
	if len(probability) != len(cameTrue) || bins < 1 {
		panic("stats: every probability needs an outcome, and all of them a bin")
	}
	said, were := make([]float64, bins), make([]float64, bins)
	for i, p := range probability {
		at := min(max(int(math.Ceil(p*float64(bins)))-1, 0), bins-1)
		said[at] += p
		if cameTrue[i] {
			were[at]++
		}
	}
	sum := 0.0
	for b := range bins {
		sum += math.Abs(said[b] - were[b])
	}
	return sum / float64(len(probability))
}
