package steps

import (
	"fmt"
	"slices"
	"strings"

	"idiolect/datasets"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// Columns of labels: what a person said of a row.
const (
	acceptedLabel   = "accepted"   // of output: true or false
	scoreLabel      = "score"      // of output: 0 to 1
	preferenceLabel = "preference" // of a and b: a, b or tie
)

// Words that labels and verdicts are compared as.
const (
	saysAccepted = "accepted"
	saysRejected = "rejected"
	saysA        = "a"
	saysB        = "b"
	saysTie      = "tie"
	saysNothing  = "no verdict"
)

// opinion is a label or a verdict: one of the words, or a score.
type opinion struct {
	word  string
	score float64 // when the word is ""
}

// labelColumns are those that rows need for labels of a column.
func labelColumns(label string) []string {
	if label == preferenceLabel {
		return []string{"a", "b", label}
	}
	return []string{"output", label}
}

// labelOf chooses the column of labels that a judge is compared with: its own
// kind's, else preferences, since the higher of two verdicts is one. Rows of
// which the columns are not known have to have its own.
func (c *Compiler) labelOf(path, judge string, own string, ref specs.DataRef) (string, error) {
	columns := c.Columns(ref.ID)
	lacks := func(label string) bool {
		return slices.ContainsFunc(labelColumns(label), func(name string) bool { return !slices.Contains(columns, name) })
	}
	switch {
	case columns == nil || !lacks(own):
		return own, nil
	case !lacks(preferenceLabel):
		return preferenceLabel, nil
	}
	want := strings.Join(labelColumns(preferenceLabel), ", ")
	if own != preferenceLabel {
		want = strings.Join(labelColumns(own), " and ") + ", or " + want
	}
	return "", c.Errorf(path, "rename a column: `columns: {"+own+": old_name}`", "no labels for judge %s: the rows of %s have %s - want %s", judge, ref.ID, strings.Join(columns, ", "), want)
}

// labelled checks the label of every row, so that a wrong one is told before
// anything runs, at its line. gated says that a share of equal ones is asked for.
func (c *Compiler) labelled(path string, e *entry, ref specs.DataRef, label string, gated bool) error {
	rows, ok := c.read[e.lines]
	if !ok {
		return nil // a step makes them
	}
	levels := map[float64]bool{}
	for row, err := range rows.All() {
		if err != nil {
			return c.Errorf(path, "", "%v", err)
		}
		if !inSplit(ref.Split, row.Split) {
			continue
		}
		fields, err := datasets.Fields(row.Fields)
		if err != nil {
			return c.Errorf(path, "", "%s: %v", row.Place, err)
		}
		said, err := readLabel(fields, label)
		levels[said.score] = true
		if err != nil {
			hint := ""
			if label == scoreLabel {
				hint = "a scale of 1 to 5 becomes one of 0 to 1 by `set: {score: (score - 1) / 4}` in the entry of data"
			}
			return c.Errorf(path, hint, "%s: %v", row.Place, err)
		}
	}
	if gated && len(levels) > maxLevels {
		return c.Errorf(path, "leave min_agreement out, and claim a kappa in an eval without methods", "min_agreement counts equal scores, and the labels of %s are on %d levels - at most %d", ref, len(levels), maxLevels)
	}
	return nil
}

// readLabel is what a person said of a row.
func readLabel(fields map[string]any, label string) (opinion, error) {
	v, there := fields[label]
	if !there || v == nil {
		return opinion{}, fmt.Errorf("the row has no label in a column %s", label)
	}
	wrong := func(want string) (opinion, error) {
		text, err := datasets.Canonical(v)
		if err != nil {
			text = fmt.Sprint(v)
		}
		return opinion{}, fmt.Errorf("%s: %s - want %s", label, text, want)
	}
	switch label {
	case acceptedLabel:
		if yes, ok := v.(bool); ok {
			return opinion{word: acceptedWord(yes)}, nil
		}
		return wrong("true or false")
	case preferenceLabel:
		if word, ok := v.(string); ok && (word == saysA || word == saysB || word == saysTie) {
			return opinion{word: word}, nil
		}
		return wrong("a, b or tie")
	}
	x := 0.0
	switch n := v.(type) {
	case int:
		x = float64(n)
	case int64:
		x = float64(n)
	case float64:
		x = n
	default:
		return wrong("a number from 0 to 1")
	}
	if !(x >= 0 && x <= 1) {
		return wrong("a number from 0 to 1")
	}
	return opinion{score: x}, nil
}

// readVerdict is what a judge said of a row, in the words of its labels; ok is
// false when there is no verdict.
func readVerdict(v tables.Verdict, label string) (o opinion, ok bool) {
	switch {
	case v.Error != nil:
	case label == preferenceLabel && v.Prefers != nil:
		return opinion{word: *v.Prefers}, true
	case label == acceptedLabel && v.Accepted != nil:
		return opinion{word: acceptedWord(*v.Accepted)}, true
	case label == scoreLabel && v.Score != nil:
		return opinion{score: *v.Score}, true
	}
	return opinion{word: saysNothing}, false
}

func acceptedWord(yes bool) string {
	if yes {
		return saysAccepted
	}
	return saysRejected
}

// unlabelled is a row as a judge sees it: without what a person said of it.
func unlabelled(fields map[string]any) map[string]any {
	env := datasets.Env(fields, nil)
	for _, name := range specs.LabelColumns() {
		delete(env, name)
	}
	return env
}
