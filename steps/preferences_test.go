package steps_test

import (
	"fmt"
	"strings"
	"testing"
)

// The plan tells whether one place holds the better answers, swap spreads them, and
// a rubric can be turned round together with its preference.
func TestPreferencesAreBalanced(t *testing.T) {
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, `{"orig_instruction": "Ask %d.", "orig_response_A": "x", "orig_response_B": "y", "orig_preference": "A", "orig_criteria": "Brief?"}`+"\n", i)
	}
	dir := folder(t, map[string]string{"p.jsonl": text.String()})
	p, err := prepared(t, dir, `
  plain: {source: prometheus, path: p.jsonl}
  fair: {source: prometheus, path: p.jsonl, swap: random}
  few: {rows: [plain], limit: 2}
  straight: {rows: [few], set: {flipped: "false"}}
  turned: {rows: [few], set: {rubric: "'The opposite of: ' + rubric", preference: "{'a': 'b', 'b': 'a', 'tie': 'tie'}[preference]", flipped: "true"}}
  both_ways: {rows: [straight, turned]}
`)
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := p.plan.Find("data.plain"); a.Says != "read 200 rows of prometheus, a the better one in 100%" {
		t.Errorf("plain: %s", a.Says)
	}
	share := 0
	if a, _ := p.plan.Find("data.fair"); true {
		if _, err := fmt.Sscanf(a.Says, "read 200 rows of prometheus, a the better one in %d%%", &share); err != nil || share < 30 || share > 70 {
			t.Errorf("fair: %s", a.Says)
		}
	}
	turned, straight := 0, 0
	for _, row := range rows(t, p, "both_ways") {
		switch {
		case strings.Contains(row, `"flipped":true`) && strings.Contains(row, `"preference":"b"`) && strings.Contains(row, `"rubric":"The opposite of: Brief?"`):
			turned++
		case strings.Contains(row, `"flipped":false`) && strings.Contains(row, `"preference":"a"`) && strings.Contains(row, `"rubric":"Brief?"`):
			straight++
		}
	}
	if turned != 2 || straight != 2 {
		t.Errorf("%d rows turned round, %d not", turned, straight)
	}
}
