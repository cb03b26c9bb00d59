package steps

import (
	"errors"
	"fmt"
	"strings"

	"idiolect/specs"
)

// weighed is what a rubric's program says of a completion.
type weighed struct {
	values map[string]float64 // each criterion's own, 0 to 1
	hard   []string           // failed criteria that are hard
	failed []string           // all criteria that do not hold fully, or penalties that do
	score  float64            // weighted mean of the values, 0 to 1; not yet 0 for hard failures
}

// programmed checks that a rubric's criteria have programs, and a score to reach.
func programmed(r *specs.Rubric) error {
	if len(r.Criteria) == 0 {
		return fmt.Errorf("the rubric has no criteria - a program judges by their expr")
	}
	most := 0.0
	for _, k := range r.Criteria {
		if k.Expr == nil {
			return fmt.Errorf("criterion %q has no expr - a judge without a model is a program and needs one", k.Name)
		}
		most += max(k.Weight, 0)
	}
	if most == 0 {
		return errors.New("no criterion has a weight above 0, so every score would be 0 - penalties are taken off what other criteria give")
	}
	return nil
}

// weigh evaluates every criterion. The score is the weighted sum over the sum of
// the positive weights, a negative weight being a penalty, held within [0, 1].
func weigh(r *specs.Rubric, env map[string]any) (weighed, error) {
	w := weighed{values: map[string]float64{}}
	var sum, most float64
	for _, k := range r.Criteria {
		v, err := value(k, env)
		if err != nil {
			return w, fmt.Errorf("criterion %s: %w", k.Name, err)
		}
		w.values[k.Name] = v
		sum += float64(k.Weight * v)
		most += max(k.Weight, 0)
		if holds := v >= 1; holds == (k.Weight < 0) {
			w.failed = append(w.failed, k.Name)
			if k.Hard {
				w.hard = append(w.hard, k.Name)
			}
		}
	}
	if most > 0 {
		w.score = min(max(sum/most, 0), 1)
	}
	return w, nil
}

// value is one criterion's, from 0 to 1: a yes is 1, a number is read on its
// scale.
func value(k specs.Criterion, env map[string]any) (float64, error) {
	got, err := k.Expr.Eval(env)
	if err != nil {
		return 0, err
	}
	var n float64
	switch v := got.(type) {
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case int:
		n = float64(v)
	case int64:
		n = float64(v)
	case float64:
		n = v
	default:
		return 0, fmt.Errorf("%v - want true, false or a number", got)
	}
	low, high := k.Scale.Low, k.Scale.High
	if low == high {
		low, high = 0, 1
	}
	if !(n >= low && n <= high) { // NaN is outside too
		return 0, fmt.Errorf("%v - want a number from %g to %g, its scale", n, low, high)
	}
	return (n - low) / (high - low), nil
}

func reason(failed []string) string {
	if len(failed) == 0 {
		return "all criteria hold"
	}
	return "fails " + strings.Join(failed, ", ")
}
