package specs

// Claim is an entry of expect: what the experiment is expected to find.
//
//	held_out.tuned.hidden > held_out.initial.hidden
//	held_out.tuned.hidden.mean >= 0.3
//	rm.rm.accuracy > 0.7
//	held_out.blind.hidden == held_out.initial.hidden within 5%
//
// A comparison of two quantities without .mean claims that the 95% interval of
// their paired difference excludes zero; within 5%, that all of it lies less
// than five points from zero, which is how equality can be shown (two one-sided
// tests, Schuirmann 1987, here at 2.5% each).
type Claim struct {
	Text   string
	Left   Quantity
	Op     string // > >= < <= ==
	Right  Quantity
	Within float64        // of ==: how far apart the two may be; 0: not at all
	At     map[string]any // the cell of a sweep it is about; empty: every cell
	Where  []int          // the same as the value of each axis of the sweep, or [AnyValue]
	Holds  bool           // false: the claim is expected not to hold, in at least one of its cells
	Pos    Pos
}

// Quantity is one side of a claim: a number, or what a judge said in an eval
// about a method. In an eval without methods Method is "" and Stat names how
// well the judge agrees with the labels (accuracy, kappa).
type Quantity struct {
	Eval   string
	Method string
	Judge  string
	Stat   string  // "" or mean; for judge evals accuracy, kappa
	Number float64 // when Eval is ""
	Pos    Pos
}

// IsNumber reports whether the quantity is a plain number.
func (q Quantity) IsNumber() bool { return q.Eval == "" }
