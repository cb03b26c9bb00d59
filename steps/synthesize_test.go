package steps_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idiolect/runner"
	"idiolect/runner/tables"
)

const wishes = `
name: wishes
seed: 3
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 12}}}
data:
  shown: {source: inline, rows: [{input: one}, {input: two}, {input: three}, {input: four}]}
  asked:
    source: synthesize
    model: writer
    prompt: ask
    topics: [rain, snow, wind, fog, hail, ice]
    per_topic: 4
    per_call: 3
    retries: 2
prompts:
  ask: {user: "{{ count }} of {{ topic }}"}
`

// wish answers a call as models do: each topic in a way of its own.
func wish(prompt string, n int) said {
	switch topic := strings.Fields(prompt)[2]; {
	case topic == "rain": // too many, in a fence
		return said{text: fmt.Sprintf("Sure:\n```json\n[\"rain %d\", \"rain b\", \"Rain b!\", \"rain d\"]\n```", n)}
	case topic == "snow" && n%2 == 0: // no list at first
		return said{text: "1. snow\n2. more snow"}
	case topic == "snow":
		return said{text: `["snow", "deep snow"]`}
	case topic == "wind": // cut off
		return said{text: `["wind a", "wind b", "wind`, cut: true}
	case topic == "fog": // never one
		return said{text: "I cannot see."}
	case topic == "hail" && n < 2:
		return said{err: errors.New("try later")}
	}
	return said{text: `{"items": ["` + prompt[5:] + `"]}`}
}

// stages are an entry's funnel in words.
func stages(t testing.TB, p project, id string) string {
	t.Helper()
	var out []string
	for _, s := range table[tables.Funnel](t, p, id, "funnel.parquet") {
		out = append(out, fmt.Sprintf("%s %d %s", s.Stage, s.N, s.Counts))
	}
	return strings.Join(out, ", ")
}

// Lists are read however they come; what is none is asked for again, and no call
// more often than the plan says.
func TestSynthesize(t *testing.T) {
	s := scripted(t, wish)
	p, err := s.run(t, strings.Replace(wishes, "retries: 2\n", "retries: 2\n    dedup: {rouge_l: 0.9}\n    where: input != 'deep snow'\n    split: {dev: 2, train: rest}\n", 1), runner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := stages(t, p, "data.asked"), "asked 12 calls, answered 12 calls, parsed 10 calls, written 16 rows, where 14 rows, unique 8 rows, split.dev 2 rows, split.train 6 rows"; got != want {
		t.Errorf("funnel: %s\nwant    %s", got, want)
	}
	var got []string
	samples := map[string]tables.Sample{}
	for _, x := range table[tables.Sample](t, p, "data.asked.samples", "samples.parquet") {
		samples[x.ID] = x
	}
	for _, r := range table[tables.Row](t, p, "data.asked", "rows.parquet") {
		if !strings.HasPrefix(*r.Source, "synthesize call ") {
			t.Errorf("a row of %q", *r.Source)
		}
		from, ok := samples[*r.Parent]
		if !ok || from.Error != nil || !strings.Contains(*from.Completion, *r.Input) {
			t.Errorf("row %q comes from %v", *r.Input, from.Completion)
		}
		got = append(got, r.Fields)
	}
	slices.Sort(got)
	want := []string{
		`{"input":"hail","topic":"hail"}`, `{"input":"ice","topic":"ice"}`, `{"input":"rain 0","topic":"rain"}`, `{"input":"rain 1","topic":"rain"}`,
		`{"input":"rain b","topic":"rain"}`, `{"input":"snow","topic":"snow"}`, `{"input":"wind a","topic":"wind"}`, `{"input":"wind b","topic":"wind"}`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	errs := map[string]int{}
	for _, x := range samples {
		if x.Error != nil {
			errs[*x.Error]++
		}
	}
	if d := cmp.Diff(map[string]int{"no item of a JSON list of texts": 8, "try later": 2}, errs); d != "" {
		t.Errorf("answers that are no list: %s", d)
	}
	a, _ := p.plan.Find("data.asked.samples")
	calls := table[tables.Call](t, p, "data.asked.samples", "calls.parquet")
	if len(calls) != s.total || int64(s.total) > a.Estimate.Calls[1] || len(samples) != s.total {
		t.Errorf("%d calls and %d samples of %d - at most %d were planned", len(calls), len(samples), s.total, a.Estimate.Calls[1])
	}
}

// With calls, each draws its topic and its examples from its own number: another
// call changes none of those before it. What is done to the rows asks nobody again.
func TestSynthesizeDraws(t *testing.T) {
	prompts := func(calls int, choose string) map[string]int {
		s := scripted(t, func(prompt string, _ int) said { return said{text: `["` + prompt + `"]`} })
		spec := strings.NewReplacer("per_topic: 4", fmt.Sprintf("calls: %d\n    examples: {data: shown, count: 2, choose: %s}", calls, choose),
			"{{ topic }}", "{{ topic }}{% for x in examples %} {{ x.input }}{% endfor %}").Replace(wishes)
		p, err := s.run(t, spec, runner.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(table[tables.Row](t, p, "data.asked", "rows.parquet")); got != calls || s.total != calls {
			t.Errorf("%d rows of %d calls", got, s.total)
		}
		again := s.plan(t, strings.Replace(spec, "retries: 2", "retries: 2\n    dedup: true\n    limit: 3", 1))
		if _, err := runner.Execute(t.Context(), again, p.store, runner.Options{}); err != nil || s.total != calls {
			t.Errorf("%d more calls for another limit: %v", s.total-calls, err)
		}
		return s.asked
	}
	twelve, more := prompts(12, "random"), prompts(15, "random")
	for prompt, n := range twelve {
		if more[prompt] < n {
			t.Errorf("with more calls %q was asked %d times, not %d", prompt, more[prompt], n)
		}
		if words := strings.Fields(prompt); len(words) != 5 || words[3] == words[4] {
			t.Errorf("a call says %q", prompt)
		}
	}
	if len(twelve) < 9 {
		t.Errorf("12 calls say %d different things", len(twelve))
	}
	for prompt := range prompts(12, "first") {
		if !strings.HasSuffix(prompt, " one two") {
			t.Errorf("the first examples are not shown: %q", prompt)
		}
	}
}

// However many answers came before the death of the process, a rerun asks for the
// others and for no other, and ends with the same bytes.
func TestSynthesizeGoesOn(t *testing.T) {
	whole := scripted(t, wish)
	want, err := whole.run(t, wishes, runner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for dies := 1; dies <= whole.total; dies++ {
		s := scripted(t, wish)
		s.dies = dies
		p, err := s.run(t, wishes, runner.Options{Workers: 1})
		if err == nil || s.total != dies-1 {
			t.Fatalf("it died at call %d: %v after %d", dies, err, s.total)
		}
		s.dies = 0
		if _, err := runner.Execute(t.Context(), p.plan, p.store, runner.Options{}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(whole.asked, s.asked); d != "" {
			t.Errorf("died at call %d: asked %s", dies, d)
		}
		for step, file := range map[string]string{"data.asked.samples": "samples.parquet", "data.asked": "rows.parquet"} {
			if !slices.Equal(bytesOf(t, want, step, file), bytesOf(t, p, step, file)) {
				t.Errorf("died at call %d: %s is another", dies, step)
			}
		}
	}
}

func bytesOf(t testing.TB, p project, step, file string) []byte {
	t.Helper()
	path, err := p.artifact(t, step).Path(file)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// A budget ends the step where it is used up; with a higher one it goes on there.
func TestSynthesizeBudget(t *testing.T) {
	s := scripted(t, wish)
	p, err := s.run(t, wishes, runner.Options{Budget: runner.Budget{Usage: runner.Usage{Calls: 14}}})
	if !errors.Is(err, runner.ErrBudget) || s.total != 14 {
		t.Fatalf("%v after %d calls", err, s.total)
	}
	if _, err := runner.Execute(t.Context(), p.plan, p.store, runner.Options{}); err != nil {
		t.Fatal(err)
	}
	undisturbed := scripted(t, wish)
	if _, err := undisturbed.run(t, wishes, runner.Options{}); err != nil || s.total != undisturbed.total {
		t.Errorf("%d calls, undisturbed %d: %v", s.total, undisturbed.total, err)
	}
}

// Where nothing usable was written the step says how far it came.
func TestSynthesizeNothing(t *testing.T) {
	s := scripted(t, func(string, int) said { return said{text: "no"} })
	_, err := s.run(t, wishes, runner.Options{})
	if err == nil || !strings.Contains(err.Error(), "no row is left: 12 calls asked, 12 calls answered, 0 calls parsed, 0 rows written") {
		t.Errorf("error %v", err)
	}
}

// Several fields are asked for as objects, and topics may be rows of data.
func TestSynthesizeFields(t *testing.T) {
	s := scripted(t, func(prompt string, _ int) said {
		return said{text: `[{"input": "` + prompt + `", "output": "o", "x": 1}, {"input": "half"}]`}
	})
	p, err := s.run(t, strings.NewReplacer("    topics: [rain, snow, wind, fog, hail, ice]\n", "    topics: things.train\n    fields: [input, output]\n",
		"data:\n", "data:\n  things: {source: inline, rows: [{topic: rain, n: 1}, {topic: snow, n: 2}, {topic: fog, n: 3}], split: {train: 2, test: 1}}\n").Replace(wishes), runner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := rows(t, p, "asked")
	if len(got) != 4 || s.total != 4 {
		t.Fatalf("rows %q of %d calls", got, s.total)
	}
	for _, row := range got {
		if !strings.Contains(row, `"n":`) || !strings.Contains(row, `"output":"o"`) || strings.Contains(row, `"x"`) {
			t.Errorf("row %s", row)
		}
	}
}
