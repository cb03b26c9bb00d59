package specs

// Auto is a number, or `auto`: chosen by the method.
type Auto struct {
	Auto  bool
	Value float64 // when not Auto
}

// Or is the number, or what the method chose.
func (a Auto) Or(chosen float64) float64 {
	if a.Auto {
		return chosen
	}
	return a.Value
}

// Texts are written in the spec, or stand in the rows of data.
type Texts struct {
	List []string
	Data DataRef // when there is no List
}

// Fraction is a share between 0 and 1, written .5 or 50%.
type Fraction float64
