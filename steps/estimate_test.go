package steps_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"idiolect/backends"
	"idiolect/backends/backendtest"
	"idiolect/backends/local/localtest"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/steps"
)

// roomy is the tiny model with a context that bounds no estimate.
func roomy(t testing.TB) string {
	t.Helper()
	dir := localtest.Tiny(t)
	path := filepath.Join(dir, "config.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wide := bytes.Replace(raw, []byte(`"max_position_embeddings": 96`), []byte(`"max_position_embeddings": 4096`), 1)
	if bytes.Equal(wide, raw) {
		t.Fatalf("no context of 96 in %s", raw)
	}
	if err := os.WriteFile(path, wide, 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// asking is an experiment that asks in every way whose length a plan has to know.
const asking = `
name: asking
seed: 3
vars: {styles: [plain, "très court"], least: 1}
models: {writer: {backend: local, name: MODEL, sampling: {max_tokens: 12, stop: [" ", a, e, i, n, t, r]}}}
data:
  topics:
    source: inline
    rows:
      - {topic: rain, n: 1, tags: [a, b]}
      - {topic: "क़ क़ क़", n: 22, tags: ["é", "x y"]}
      - {topic: "a longer topic, and a rainbow over it", n: 3, tags: []}
      - {topic: fog, n: -4.5, tags: [one]}
      - {topic: hail, n: 5, tags: [two, three, four]}
      - {topic: LONG, n: 6, tags: [five]}
    split: {train: 3, test: 3}
  answers: {source: inline, rows: [{input: Say a., output: thing}, {input: "Say b, please.", output: "a thing word क़"}, {input: c, output: d}]}
prompts:
  plain: {user: "Write about {{ topic }} and {{ topic }}, {{ n }} times, {{ tags }}."}
  told: {system: "Be {{ vars.styles[0] }}.", user: "Write about {{ topic }}."}
  computed: {system: "{% for s in vars.styles %}{{ s }}{% endfor %}", user: "{% if n > 2 %}Much about {{ topic | upper }}{% else %}{{ topic }}{% endif %}{% for t in tags %} {{ t }}{% endfor %}"}
  shown: {examples: {data: answers, count: 2, choose: first}}
  cut: {user: "About {{ topic }}", extract: "output + output + output"}
rubrics:
  long: {criteria: [{name: long, expr: "chars(output) >= vars.least", hard: true}]}
  never: {criteria: [{name: never, expr: "output == 'never'", hard: true}]}
judges: {yes: {kind: accept, rubric: long}, no: {kind: accept, rubric: never}}
methods:
  plain: {kind: prompt, model: writer, prompt: plain}
  told: {kind: prompt, model: writer, prompt: told}
  computed: {kind: prompt, model: writer, prompt: computed}
  shown: {kind: sft, model: writer, prompt: shown, data: answers, hyperparameters: {epochs: 3, batch_size: 2}}
  steps: {kind: sft, model: writer, data: answers, hyperparameters: {steps: 7, batch_size: 2}}
  until: {kind: sft, model: writer, data: answers, hyperparameters: {epochs: 4, batch_size: 2, until_loss: 0.001}}
  tuned: {kind: expert_iteration, model: plain, data: topics.train, judge: yes, train: {kind: sft, hyperparameters: {epochs: 2, batch_size: 2}}, hyperparameters: {rounds: 2, samples: 2}}
  fresh: {kind: expert_iteration, model: computed, data: topics.train, judge: yes, keep: best, rows: fresh, train: {kind: sft, hyperparameters: {steps: 5, batch_size: 3}}, hyperparameters: {rounds: 2, samples: 2}}
  cut: {kind: expert_iteration, model: writer, prompt: cut, data: topics.train, judge: no, keep: rejected, train: {kind: sft}, hyperparameters: {samples: 6}}
evals:
  held: {data: topics.test, methods: [plain, told, computed, tuned, fresh, cut], judges: [yes], baseline: plain, samples: 2}
`

// used sums what a step used, from its own tables.
func (p project) used(t *testing.T, a *runner.Action) tables.Used {
	t.Helper()
	art := p.artifact(t, a.ID)
	var sum tables.Used
	for file, read := range map[string]func(string) (tables.Used, error){"calls.parquet": tables.UsedByCalls, "training.parquet": tables.UsedByTraining} {
		if !slices.Contains(art.Files(), file) {
			continue
		}
		path, err := art.Path(file)
		if err != nil {
			t.Fatal(err)
		}
		u, err := read(path)
		if err != nil {
			t.Fatal(err)
		}
		sum = sum.Add(u)
	}
	return sum
}

// "At most" is never passed, and is not so large that it says nothing.
func TestAtMostIsNeverPassed(t *testing.T) {
	// No letter of this is in the tiny vocabulary: a token for each of its 400 bytes.
	plan, err := compile(t, roomy(t), asking, "LONG", strings.Repeat("ж", 200))
	if err != nil {
		t.Fatal(err)
	}
	p := execute(t, plan)
	for _, a := range plan.Actions {
		e, u := a.Estimate, p.used(t, a)
		if e.Calls != [2]int64{u.Calls, u.Calls} || u.Failed > 0 {
			t.Errorf("%s: %d calls, %d failed, planned were %v", a.ID, u.Calls, u.Failed, e.Calls)
		}
		for what, c := range map[string]struct {
			planned [2]int64
			used    int64
			most    int64 // so many times what was used at most
		}{
			"prompt":  {e.Prompt, u.Prompt, 8},
			"output":  {e.Output, u.Output, 100},
			"trained": {e.Trained, u.Trained, 500},
		} {
			if c.used > c.planned[1] || c.planned[0] > c.planned[1] {
				t.Errorf("%s: %d %s tokens, planned were %v", a.ID, c.used, what, c.planned)
			}
			if c.used > 0 && (c.planned[1] > c.most*c.used || c.planned[0] == 0) || c.planned[1] > 0 && c.used == 0 {
				t.Errorf("%s: %d %s tokens, planned were %v: that says nothing", a.ID, c.used, what, c.planned)
			}
		}
		if model := e.Tokens()[1] > 0; model != (e.Seconds[1] > 0) || e.Seconds[0] > e.Seconds[1] || e.USD != [2]float64{} || e.Unpriced || e.Untimed {
			t.Errorf("%s: %+v: the embedded engine takes time and no money", a.ID, e)
		}
	}
	for id, want := range map[string]int64{"methods.shown": 3, "methods.until": 4} { // epochs over the same rows
		a, _ := plan.Find(id)
		if got := a.Estimate.Trained[1]; got%want != 0 {
			t.Errorf("%s trains on %d tokens at most: not so many in each of %d epochs", id, got, want)
		}
	}
}

// What a context cuts is not planned for: a longer prompt is an error, without tokens.
func TestAContextBoundsEstimates(t *testing.T) {
	plan, err := compile(t, localtest.Tiny(t), asking, `"a longer topic, and a rainbow over it"`, `"`+strings.Repeat("very long ", 300)+`"`)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := plan.Find("evals.held.plain.samples")
	if e := a.Estimate; e.Calls[1] != 6 || e.Prompt[1] > 6*96 || e.Output[1] > 6*96 {
		t.Errorf("%+v: the model reads 96 tokens", e)
	}
}

func TestPrices(t *testing.T) {
	plan, err := compile(t, roomy(t), asking, "models: {writer: {", "models: {writer: {price: {input: 2, output: 30}, ")
	if err != nil {
		t.Fatal(err)
	}
	p := execute(t, plan)
	for _, a := range plan.Actions {
		e, u := a.Estimate, p.used(t, a)
		if want := float64(e.Prompt[1]*2+e.Output[1]*30) / 1e6; e.USD[1] != want || e.USD[0] > e.USD[1] {
			t.Errorf("%s: %v dollars for %d and %d tokens, want %v at most", a.ID, e.USD, e.Prompt[1], e.Output[1], want)
		}
		if want := u.Prompt*2000 + u.Output*30000; u.NanoUSD != want || float64(u.NanoUSD) > e.USD[1]*1e9 {
			t.Errorf("%s: %d nano-dollars for %d and %d tokens, want %d", a.ID, u.NanoUSD, u.Prompt, u.Output, want)
		}
	}
}

// A step that was made before is expected to take what it took then, and what is
// like it as long as that; what it takes at most stays.
func TestTheLastRunSharpensWhatIsExpected(t *testing.T) {
	model, root := roomy(t), t.TempDir()
	plan, err := compile(t, model, asking)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := runner.OpenRun(root, plan.Name, nil, plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	p := project{plan, runner.OpenStore(t.TempDir())}
	tick := time.Unix(0, 0)
	clock := func() time.Time { tick = tick.Add(time.Second); return tick } // one worker: a step takes some seconds
	if _, err := runner.Execute(t.Context(), plan, p.store, runner.Options{Workers: 1, Now: clock, Events: func(e runner.Event) {
		if err := dir.Event(e); err != nil {
			t.Error(err)
		}
	}}); err != nil {
		t.Fatal(err)
	}
	next, err := compile(t, model, asking, "seed: 3", "seed: 4", "epochs: 3,", "epochs: 6,")
	if err != nil {
		t.Fatal(err)
	}
	states := next.Status(p.store, nil)
	steps.Foresee(next, p.store, []string{dir.Path, root}, states)
	for _, id := range []string{"evals.held.computed.samples", "evals.held.tuned.samples", "methods.tuned.round1.samples"} {
		a, _ := next.Find(id)
		old, _ := plan.Find(id)
		got, u := states[a].Takes, p.used(t, old)
		if got.Prompt[0] != u.Prompt || got.Output[0] != u.Output || got.Prompt[1] != a.Estimate.Prompt[1] || got.Output[1] != a.Estimate.Output[1] {
			t.Errorf("%s takes %+v; the last run took %+v", id, got, u)
		}
		if got.Seconds[0] < .1 || got.Seconds[1] <= got.Seconds[0] {
			t.Errorf("%s takes %v s; a step took seconds", id, got.Seconds)
		}
	}
	a, _ := next.Find("methods.shown")
	old, _ := plan.Find("methods.shown")
	if got, u := states[a].Takes, p.used(t, old); got.Trained[0] != 2*u.Trained {
		t.Errorf("twice the epochs of %d tokens are %d tokens", u.Trained, got.Trained[0])
	}
	if a, _ := next.Find("data.answers"); !states[a].Cached || states[a].Takes != (runner.Estimate{}) {
		t.Errorf("what is cached takes %+v", states[a])
	}
}

// Rows that were read and that a model answered are as many and as long as can be known: a training on them says what it takes at most,
// and takes no more.
func TestTrainingOnAnswersIsBounded(t *testing.T) {
	b := &backendtest.Scripted{Say: func(r backends.Request) (string, error) { return "on " + r.Messages[len(r.Messages)-1].Content, nil }}
	plan := by(t, b, `
name: bounded
seed: 3
models: {writer: {backend: local, name: `+localtest.Tiny(t)+`, sampling: {max_tokens: 9}}, gpt: {backend: scripted, name: gpt, sampling: {max_tokens: 20}}}
data:
  things: {source: inline, rows: [{input: rain}, {input: snow}, {input: hail}, {input: fog}], split: {some: 3, rest: 1}}
  told: {source: answer, data: things.some, model: gpt}
  said: {source: answer, data: told, model: gpt, column: more}
methods:
  tuned: {kind: sft, model: writer, data: told, hyperparameters: {epochs: 2, batch_size: 2}}
  again: {kind: sft, model: writer, data: said, hyperparameters: {epochs: 2, batch_size: 2}}
evals: {held: {data: things.rest, methods: [tuned, again], judges: [any]}}
rubrics: {any: {criteria: [{name: any, expr: "true"}]}}
judges: {any: {kind: accept, rubric: any}}
`)
	p := execute(t, plan)
	a, _ := plan.Find("methods.tuned")
	used := int64(0)
	for _, row := range table[tables.Training](t, p, "methods.tuned", "training.parquet") {
		used += row.Tokens
	}
	if e := a.Estimate; e.Open || used == 0 || used > e.Trained[1] || e.Trained[1] > 2*3*96 {
		t.Errorf("%d tokens of %+v", used, e)
	}
	if a, _ := plan.Find("methods.again"); !a.Estimate.Open {
		t.Errorf("rows of rows: %+v", a.Estimate)
	}
}
