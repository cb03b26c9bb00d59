package datasets

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"idiolect/specs"
)

func prometheus() specs.Kind[Source] {
	return specs.Kind[Source]{
		Name: "prometheus", Version: 1,
		Doc: "a file with the columns of Prometheus's Preference-Collection or Feedback-Collection",
		New: func() Source { return &Prometheus{} },
	}
}

// Prometheus reads rows as Prometheus 2 was trained on (Kim et al. 2024), from a
// Parquet file or one of JSON objects, and gives their columns the names that
// judges and methods use:
//
//	Preference-Collection  input, a, b, preference (a, b or tie), rubric, reference, feedback, score_a, score_b
//	Feedback-Collection    input, output, score (1 to 5), rubric with the five levels, reference, feedback
//
// Rubric, reference, feedback and scores may be absent; other columns are dropped.
type Prometheus struct {
	Path string `yaml:"path" doc:"a .jsonl or .parquet file, relative to the spec" required:"true" key:"-" file:"true"` // its content is in the key
	Swap string `yaml:"swap" doc:"random: every second pair, drawn by what it says, has a and b exchanged, so that neither place is the better one; such a pair has no feedback, which speaks of the places" enum:"random"`
}

// prometheusColumns are the names of the columns there and here.
var prometheusColumns = []struct{ there, here string }{
	{"orig_instruction", "input"}, {"orig_response_A", "a"}, {"orig_response_B", "b"}, {"orig_preference", "preference"}, {"orig_response", "output"},
	{"orig_score", "score"}, {"orig_score_A", "score_a"}, {"orig_score_B", "score_b"}, {"orig_criteria", "rubric"}, {"orig_reference_answer", "reference"}, {"orig_feedback", "feedback"},
}

// Columns are those of the first row.
func (s *Prometheus) Columns(dir string) ([]string, error) { return firstKeys(s, dir, s.Path) }

// Files is the file.
func (s *Prometheus) Files(dir string) []File { return []File{{s.Path, resolve(dir, s.Path)}} }

// Read yields the rows.
func (s *Prometheus) Read(dir string) iter.Seq2[Record, error] {
	var file Source = &JSONL{Path: s.Path}
	if strings.HasSuffix(s.Path, ".parquet") {
		file = &Parquet{Path: s.Path}
	}
	return func(yield func(Record, error) bool) {
		for rec, err := range file.Read(dir) {
			if err == nil {
				if rec.Fields, err = judgedRow(rec.Fields); err == nil && s.Swap == "random" {
					err = swapped(rec.Fields)
				}
				err = ofRow(rec.Place, err)
			}
			if !goOn(yield(rec, err), err) {
				return
			}
		}
	}
}

// judgedRow gives a row of a collection our names.
func judgedRow(there map[string]any) (map[string]any, error) {
	row := map[string]any{}
	for _, c := range prometheusColumns {
		if v, ok := there[c.there]; ok && v != nil {
			row[c.here] = v
		}
	}
	want := []string{"orig_instruction", "orig_response_A", "orig_response_B", "orig_preference"}
	if _, absolute := there["orig_response"]; absolute {
		want = []string{"orig_instruction", "orig_response", "orig_score"}
	}
	for _, name := range want {
		if there[name] == nil {
			return nil, fmt.Errorf("no column %s - want %s", name, strings.Join(want, ", "))
		}
	}
	if said, ok := row["preference"]; ok {
		words := []string{"a", "b", "tie"}
		word := strings.ToLower(strings.TrimSpace(fmt.Sprint(said)))
		if !slices.Contains(words, word) {
			return nil, fmt.Errorf("orig_preference: %.40q - want A, B or Tie", fmt.Sprint(said))
		}
		row["preference"] = word
	}
	if text := levels(there); text != "" {
		row["rubric"] = strings.TrimSpace(fmt.Sprint(row["rubric"]) + "\n" + text)
	}
	return row, nil
}

// swapped exchanges the answers of a pair, if its draw says so: one bit of the hash
// of both answers in the order of their texts, so that a pair and its mirror image
// come out alike.
func swapped(row map[string]any) error {
	if row["preference"] == nil {
		return errors.New("swap: it is no pair of answers - leave swap out")
	}
	a, b := fmt.Sprint(row["a"]), fmt.Sprint(row["b"])
	draw := hashOf(fmt.Sprintf("idiolect-swap/1\n%q\n%q\n%q", row["input"], min(a, b), max(a, b)))[0]&1 == 0
	if draw == (a <= b) {
		return nil
	}
	row["a"], row["b"] = row["b"], row["a"]
	if row["score_a"] != nil || row["score_b"] != nil {
		row["score_a"], row["score_b"] = row["score_b"], row["score_a"]
	}
	if row["feedback"] != nil {
		row["feedback"] = nil
	}
	row["preference"] = map[any]string{"a": "b", "b": "a", "tie": "tie"}[row["preference"]]
	return nil
}

// levels are the descriptions of the five scores, one a line.
func levels(there map[string]any) string {
	var lines []string
	for level := 1; level <= 5; level++ {
		if says, ok := there[fmt.Sprintf("orig_score%d_description", level)].(string); ok {
			lines = append(lines, fmt.Sprintf("%d: %s", level, says))
		}
	}
	return strings.Join(lines, "\n")
}
