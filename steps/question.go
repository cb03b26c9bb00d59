package steps

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"idiolect/backends"
	"idiolect/datasets"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// wanted are the criteria that a model judges a row by: those of the row's own
// rubric, else those of the judge's that have words.
type wanted struct {
	text     string // the rubric's own text
	criteria []specs.Criterion
}

// overall is the criterion of a rubric that has none: all of it, on the scale of
// Prometheus (Kim et al. 2024).
const overall = "overall"

// wanted is what a row is judged by. Under form read the parts of a text, which
// stand on lines of their own or between semicolons, are its criteria, and what
// follows a colon in one is the answer that meets it.
func (x *assessor) wanted(fields map[string]any) (wanted, error) {
	var w wanted
	if own, ok := fields["rubric"].(string); ok && strings.TrimSpace(own) != "" {
		w.text = strings.TrimSpace(own)
	} else if x.rubric != nil {
		w.text, w.criteria = x.rubric.Text, inWords(x.rubric)
	}
	if w.text == "" && len(w.criteria) == 0 {
		return w, fmt.Errorf("there is no rubric: the judge has none, and the row has no text in a column rubric")
	}
	if x.reads && len(w.criteria) == 0 {
		w.criteria = parts(w.text)
	}
	return w, nil
}

// parts are the criteria that a text lists.
func parts(text string) []specs.Criterion {
	var out []specs.Criterion
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		says, answer, _ := strings.Cut(part, ":")
		if says = strings.TrimSpace(says); says != "" {
			out = append(out, specs.Criterion{Name: fmt.Sprintf("part_%d", len(out)+1), Says: says, Answer: strings.TrimSpace(answer), Weight: 1})
		}
	}
	return out
}

// shown is what a question shows: one text or two.
type shown struct {
	row       string // its key
	fields    map[string]any
	text      string
	other     *string          // the second text; nil: there is one
	criterion *specs.Criterion // nil: the whole rubric
}

// messages is the question as it is sent: by the judge's own prompt, or the
// built-in one. What is judged is made neutral.
func (x *assessor) messages(s shown, w wanted, f asksFor) ([]backends.Message, error) {
	text := neutral(s.text)
	built := x.question(s, w, f)
	own := x.policy.Prompt
	if own == nil {
		return []backends.Message{{Role: "user", Content: built}}, nil
	}
	env := datasets.Env(s.fields, x.scope)
	env["rubric"], env["criteria"] = w.text, told(w.criteria)
	if s.other == nil {
		env["output"] = text
	} else {
		env["a"], env["b"] = text, neutral(*s.other)
		delete(env, "output")
	}
	if s.criterion != nil {
		env["says"], env["criterion"] = s.criterion.Says, map[string]any{"name": s.criterion.Name, "says": s.criterion.Says}
	}
	if own.User == nil { // it says who the judge is, and not what is asked
		env["input"] = built
	}
	return x.shots.messages(tables.Row{RowKey: s.row}, env)
}

// told are criteria as a template sees them: never their weights.
func told(criteria []specs.Criterion) []any {
	out := make([]any, len(criteria))
	for i, k := range criteria {
		out[i] = map[string]any{"name": k.Name, "says": k.Says}
	}
	return out
}

// question is the built-in one.
func (x *assessor) question(s shown, w wanted, f asksFor) string {
	if x.reads {
		return neutral(s.text) + "\n\n" + strings.TrimRight(s.criterion.Says, " ?") + "?"
	}
	var b strings.Builder
	part := func(heading, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s:\n%s\n\n", heading, text)
		}
	}
	part("Request", requestOf(s.fields))
	if s.other == nil {
		part("Answer", neutral(s.text))
	} else {
		part("Answer A", neutral(s.text))
		part("Answer B", neutral(*s.other))
	}
	if reference, ok := s.fields["reference"].(string); ok {
		part("A reference answer", reference)
	}
	if k := s.criterion; k != nil {
		part("What counts", k.Says)
	} else {
		part("What counts", strings.TrimSpace(w.text+"\n"+listed(w.criteria, false)))
		part("What counts against it", listed(w.criteria, true))
	}
	return b.String() + x.asks(f)
}

// asks is how a question ends.
func (x *assessor) asks(f asksFor) string {
	question, words, tags := "Which answer is better?", "one letter, A or B", "[[A]], [[B]] or [[Tie]]"
	switch f.what {
	case forPair:
		if !x.weighs {
			words = "one word: A, B or Tie"
		}
	case forYes:
		question, words, tags = "Does the answer meet all of this?", "one word, yes or no", "[[yes]] or [[no]]"
	case forLevel:
		question = "How far does the answer meet this?"
		words = fmt.Sprintf("one number, from %g (not at all) to %g (fully)", f.scale.Low, f.scale.High)
		tags = fmt.Sprintf("a number from %g (not at all) to %g (fully), such as [[%g]]", f.scale.Low, f.scale.High, f.scale.High)
	}
	if x.feedback {
		return question + " Give a short reason, and end with the verdict on a line of its own: " + tags + "."
	}
	return question + " Answer with " + words + "."
}

// listed are criteria line by line: those that speak for an answer, or against it.
func listed(criteria []specs.Criterion, against bool) string {
	var lines []string
	for _, k := range criteria {
		if (k.Weight < 0) == against {
			lines = append(lines, "- "+k.Says)
		}
	}
	return strings.Join(lines, "\n")
}

// requestOf is what was asked for: the row's input, or what its columns say.
func requestOf(fields map[string]any) string {
	if input, ok := fields["input"].(string); ok {
		return input
	}
	var lines []string
	hidden := append(specs.LabelColumns(), "output", "a", "b", "rubric", "reference", "vars", "profile", "score_a", "score_b", "feedback", "flipped")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		switch v := fields[name].(type) {
		case string, int, int64, float64, bool:
			if !slices.Contains(hidden, name) {
				lines = append(lines, fmt.Sprintf("%s: %v", name, v))
			}
		}
	}
	return strings.Join(lines, "\n")
}
