package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Both collections get our names; what else a row holds is dropped, and a word
// that is no preference is told with its line.
func TestPrometheus(t *testing.T) {
	pair := `{"orig_instruction": "Ask.", "orig_response_A": "x", "orig_response_B": "y", "orig_preference": "B", "orig_criteria": "Brief?", "orig_score_A": 2, "instruction": "###Task"}`
	graded := `{"orig_instruction": "Ask.", "orig_response": "x", "orig_score": "4", "orig_criteria": "Brief?", "orig_score1_description": "no", "orig_score5_description": "yes", "orig_reference_answer": null}`
	for text, want := range map[string]any{
		pair:   map[string]any{"input": "Ask.", "a": "x", "b": "y", "preference": "b", "rubric": "Brief?", "score_a": int64(2)},
		graded: map[string]any{"input": "Ask.", "output": "x", "score": "4", "rubric": "Brief?\n1: no\n5: yes"},
		strings.Replace(pair, `"B", `, `"tie", `, 1):              "tie",
		strings.Replace(pair, `"B", `, `"C", `, 1):                `judged.jsonl:1: orig_preference: "C" - want A, B or Tie`,
		strings.Replace(pair, "orig_response_B", "response_b", 1): "judged.jsonl:1: no column orig_response_B - want orig_instruction, orig_response_A, orig_response_B, orig_preference",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "judged.jsonl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for rec, err := range (&Prometheus{Path: "judged.jsonl"}).Read(dir) {
			var got any = rec.Fields
			if said, isText := want.(string); isText && err == nil {
				got, want = rec.Fields["preference"], said
			}
			if err != nil {
				got = err.Error()
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s:\n%s", text, d)
			}
		}
	}
}
