package steps

import (
	"strings"
	"testing"

	"idiolect/specs"
)

// Penalties alone leave nothing to take them off: every score would be 0, and a
// judge that accepts would reject what meets every criterion.
func TestARubricOfPenaltiesAlone(t *testing.T) {
	shouts := specs.Criterion{Name: "shouts", Expr: new(specs.Expr), Weight: -1}
	said := specs.Criterion{Name: "said", Expr: new(specs.Expr), Weight: 1}
	for name, j := range map[string]Judge{"accept": accept().New(), "score": score().New()} {
		if _, err := j.Decide(&specs.Rubric{Criteria: []specs.Criterion{shouts}}); err == nil || !strings.Contains(err.Error(), "no criterion has a weight above 0") {
			t.Errorf("%s by penalties alone: error %v", name, err)
		}
		if _, err := j.Decide(&specs.Rubric{Criteria: []specs.Criterion{shouts, said}}); err != nil {
			t.Errorf("%s by a criterion and a penalty: %v", name, err)
		}
	}
}
