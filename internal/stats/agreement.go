package stats

// Kappa returns Cohen's (1960) agreement of two raters beyond chance,
// (po-pe)/(1-pe), where a[i] and b[i] are their labels of item i: 1 is perfect,
// 0 what their label frequencies alone would give. It is NaN without items and
// when both use one and the same label throughout, where chance already agrees.
// It panics when the raters labelled different numbers of items.
func Kappa(a, b []string) float64 {
	if len(a) != len(b) {
		panic("stats: kappa of raters with different numbers of items")
	}
	byA, byB := map[string]int{}, map[string]int{}
	agreed := 0
	for i := range a {
		byA[a[i]]++
		byB[b[i]]++
		if a[i] == b[i] {
			agreed++
		}
	}
	chance := 0 // n^2 pe, whole, so that the order of the labels cannot matter
	for label, n := range byA {
		chance += n * byB[label]
	}
	n := len(a)
	return float64(agreed*n-chance) / float64(n*n-chance)
}
