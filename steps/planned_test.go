package steps_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"idiolect/backends"
	"idiolect/backends/local/localtest"
	"idiolect/runner"
	"idiolect/specs"
	"idiolect/steps"
)

// later is an experiment of kinds that are planned and not carried out, on a
// service that nobody asks.
const later = `
name: later
repeats: 2
models:
  m: {backend: tinker, name: org/m, sampling: {max_tokens: 10}}
  gpt: {backend: openai, name: gpt, sampling: {max_tokens: 20}}
data:
  demos: {source: inline, rows: [{input: a, output: b}, {input: c, output: d}, {input: e, output: f}]}
  pairs: {source: inline, rows: [{input: a, a: x, b: y, preference: a}, {input: b, a: x, b: y, preference: b}]}
  asked: {source: synthesize, model: gpt, prompt: ask, examples: {data: demos, count: 1}, topics: [t, u], per_topic: 7, per_call: 3, retries: 1, split: {dev: 4, train: rest}}
  told: {source: answer, data: asked.train, model: gpt}
  loud: {source: answer, data: told, model: gpt, prompt: loud, column: loud}
  hub: {source: huggingface, name: org/set}
  few: {source: huggingface, name: org/set, limit: 9, split: {dev: 4, train: rest}}
  both: {rows: [demos, told], where: chars(input) > 2}
prompts:
  ask: {user: "{{ count }} about {{ topic }} like {{ examples }}"}
  worn: {system: "Be brief."}
  loud: {user: "{{ input | upper }}"}
rubrics:
  r: {criteria: [{name: long, says: is long, expr: chars(output) > 3}, {name: short, says: is short, expr: chars(output) < 9}]}
judges:
  prog: {kind: score, rubric: r}
  pair: {kind: pairwise, rubric: r, model: gpt, repeats: 3}
  why: {kind: accept, rubric: r, model: gpt, feedback: true}
  rm: {kind: pairwise, rubric: r, model: reward}
methods:
  base: {kind: prompt, model: m}
  sft: {kind: sft, model: m, data: told}
  reward: {kind: reward_model, model: m, data: pairs, form: read}
  rl: {kind: rlaif, model: m, data: asked.train, judge: pair, train_prompt: worn, hyperparameters: {group_size: 6, batch_size: 2, steps: 5}}
  rlp: {kind: rlaif, model: m, data: asked.train, judge: prog, hyperparameters: {group_size: 6, batch_size: 2, steps: 5}, monitor: {data: demos, judges: [why], every: 2}}
  dpo: {kind: dpo, model: m, data: pairs}
  ditto: {kind: ditto, model: m, data: demos}
  best: {kind: best_of_n, model: m, judge: pair, hyperparameters: {n: 5}}
evals:
  held: {data: demos, methods: [base, rl, best], judges: [prog, pair, why, rm], baseline: base, samples: 2}
`

func planned(t *testing.T, spec string) (*runner.Plan, error) {
	t.Helper()
	all := append(machines(t), backends.Planned()...)
	exp, err := specs.ReadBytes("later.yaml", []byte(strings.ReplaceAll(spec, "MODEL", localtest.Tiny(t))), steps.Language(all), specs.Options{})
	if err != nil {
		return nil, err
	}
	return steps.Compile(t.Context(), exp, all)
}

// Every step says what it will take, and at most, as counted by hand.
func TestPlannedEstimates(t *testing.T) {
	plan, err := planned(t, later)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]struct{ calls, output [2]int64 }{
		"data.asked.samples":        {[2]int64{6, 12}, [2]int64{60, 240}},      // ceil(7/3) calls for each of two topics, one retry; half of max_tokens is expected
		"data.told.samples":         {[2]int64{10, 10}, [2]int64{100, 200}},    // 14 rows less 4 for dev
		"data.hub":                  {},                                        // nothing is asked of a model
		"methods.rl@1":              {[2]int64{480, 480}, [2]int64{720, 1020}}, // 60 rollouts of 10; groups of 6 are a chunk of 4 and one of 2: 7 pairs, 2 orders, 3 times, a token each
		"methods.rlp@1":             {[2]int64{84, 108}, [2]int64{480, 1440}},  // 60 rollouts; monitored at 0, 2, 4 and 5: 12 answers, each judged with a reason, at most thrice
		"methods.ditto@2":           {[2]int64{120, 120}, [2]int64{600, 1200}}, // 3 demonstrations, 10 samples, 4 rounds
		"methods.dpo@1":             {},                                        // pairs are there
		"evals.held.base.samples@1": {[2]int64{6, 6}, [2]int64{30, 60}},        // 3 rows, twice
		"evals.held.best.samples@1": {[2]int64{390, 390}, [2]int64{510, 660}},  // each of 6: 5 drafts of 10, 10 pairs x 2 orders x 3
		"evals.held.rl.pair@1":      {[2]int64{36, 36}, [2]int64{36, 36}},      // 6 pairs x 2 orders x 3
		"evals.held.rl.why@1":       {[2]int64{6, 18}, [2]int64{60, 360}},      // a reason may have to be asked for again, twice
		"evals.held.rl.rm@1":        {[2]int64{24, 24}, [2]int64{24, 24}},      // two answers, two criteria, each read alone
		"evals.held.rl.prog@1":      {},                                        // a program
	} {
		a, ok := plan.Find(id)
		if !ok {
			t.Errorf("no step %s", id)
			continue
		}
		if e := a.Estimate; e.Calls != want.calls || e.Output != want.output {
			t.Errorf("%s takes %d calls, %d tokens - want %v", id, e.Calls, e.Output, want)
		}
	}
	for id, open := range map[string]bool{"data.told.samples": true, "evals.held.base.samples@1": false, "evals.held.rl.pair@1": true, "methods.sft@1": true} {
		if a, ok := plan.Find(id); !ok || a.Estimate.Open != open {
			t.Errorf("%s: open is %t - prompts whose length nobody knows are %t", id, a.Estimate.Open, open)
		}
	}
	for _, id := range []string{"evals.held.base.pair@1", "evals.held.base.pair@2"} {
		if _, ok := plan.Find(id); ok {
			t.Errorf("%s: the baseline is compared with itself", id)
		}
	}
}

// What a split, a combination or an unknown size makes of rows that come later.
func TestMadeRows(t *testing.T) {
	plan, err := planned(t, later)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"data.asked":       "written by gpt, at most 14 rows",
		"data.told":        "answered by gpt, at most 10 rows",
		"data.hub":         "fetch org/set, not known how many rows",
		"data.few":         "fetch org/set, at most 9 rows",
		"data.both":        "read at most 13 rows of rows",
		"methods.reward@1": "train m to judge, on 2 pairs",
	} {
		if a, ok := plan.Find(id); !ok || a.Says != want {
			t.Errorf("%s says %q - want %q", id, a.Says, want)
		}
	}
	open, err := planned(t, strings.Replace(later, "data: demos, methods: [base, rl, best]", "data: hub, methods: [base]", 1))
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := open.Find("evals.held.base.samples@1"); !a.Estimate.Open {
		t.Errorf("an eval on rows that nobody counted takes %+v", a.Estimate)
	}
}

// An edge for everything that is read: the judge's policy, the monitor's rows,
// the prompt worn in training. And rows are made once, whatever the repeats.
func TestPlannedEdges(t *testing.T) {
	plan, err := planned(t, later)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][]string{
		"data.asked.samples":     {"shown data.demos"},
		"data.asked":             {"samples data.asked.samples"},
		"data.told":              {"rows data.asked", "samples data.told.samples"},
		"methods.rlp@2":          {"rows data.asked.train.clean", "monitor data.demos"},
		"data.asked.train.clean": {"rows data.asked", "asked.0 data.demos"},
		"evals.held.rl.rm@2":     {"samples evals.held.rl.samples@2", "against evals.held.base.samples@2", "judge.policy methods.reward@2"},
		"evals.held.best.pair@1": {"samples evals.held.best.samples@1", "against evals.held.base.samples@1"},
	} {
		a, ok := plan.Find(id)
		if !ok {
			t.Errorf("no step %s", id)
			continue
		}
		var got []string
		for _, in := range a.Inputs {
			got = append(got, in.Name+" "+in.From.ID)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s reads %q - want %q", id, got, want)
		}
	}
	rl, _ := plan.Find("methods.rl@1")
	if !strings.Contains(rl.KeyText(), "Be brief.") {
		t.Error("what is worn in training is not in the key")
	}
	if a, ok := plan.Find("methods.base"); !ok || strings.Contains(a.KeyText(), "Be brief.") {
		t.Error("who is not trained wears it")
	}
}

// Each mistake is told at its place.
func TestPlannedMistakes(t *testing.T) {
	for edit, want := range map[string]string{
		"kind: rlaif, model: m, data: asked.train, judge: pair=>kind: rlaif, model: gpt, data: asked.train, judge: pair": "31:14: method rlaif trains token by token; backend openai fine-tunes by job (sft, dpo) - use local or tinker",
		"sft, model: m=>sft, model: gpt":                                                   "", // by job
		"dpo, model: m=>dpo, model: gpt":                                                   "",
		"kind: prompt, model: m=>kind: prompt, model: m, train_prompt: worn":               "28:48: train_prompt: method prompt trains nothing",
		"best_of_n, model: m=>best_of_n, monitor: {data: demos, judges: [prog]}, model: m": "monitor: method best_of_n trains nothing",
		"per_topic: 7, =>":                                                                 "missing key: data.asked needs \"per_topic\" or \"calls\"",
		"per_topic: 7, =>per_topic: 7, calls: 2, ":                                         "per_topic and calls",
		"topics: [t, u], =>":                                                               "per_topic without topics",
		"{{ topic }} like=>{{ topik }} like":                                               "unknown variable: \"topik\"",
		"{data: demos, count: 1}=>{data: demos, count: 4}":                                 "4 examples of demos, which has 3 rows",
		"{dev: 4, train: rest}}\n  told=>{dev: 40, train: rest}}\n  told":                  "split dev: 40 rows are asked for by then - there are 14",
		"judge: pair, train_prompt=>judge: prog, tournament: {pattern: all}, train_prompt": "judge prog grades each rollout",
		"judge: pair, train_prompt=>judge: pair, tournament: {pattern: regular, opponents: 6}, train_prompt":                    "6 opponents in groups of 6",
		"kind: dpo, model: m, data: pairs=>kind: dpo, model: m, data: demos":                                                    "rows with input, chosen, rejected, or input, a, b, preference are needed - those of demos have input, output",
		"kind: dpo, model: m, data: pairs=>kind: dpo, model: m, data: pairs, hyperparameters: {loss: ipo, label_smoothing: .1}": "loss ipo has no label_smoothing",
		"kind: ditto, model: m, data: demos=>kind: ditto, model: m, data: demos, hyperparameters: {replay: .5}":                 "on_policy, replay and inter_model are 1.3 together",
		"data: pairs, form: read=>data: pairs, form: read, feedback: true":                                                      "feedback under form read",
		", baseline: base, samples: 2=>, samples: 2":                                                                            "pair compares two methods - whom each is compared with is not said",
		"kind: sft, model: m, data: told=>kind: expert_iteration, model: base, data: demos, judge: pair, train: {kind: sft}":    "judge pair compares two answers",
		"says: is long, expr=>expr": "", // the program's alone
		"data: asked.train, model: gpt=>data: asked.train, keep: prog, model: gpt":                "",
		"data: asked.train, model: gpt=>data: asked.train, column: draft, keep: prog, model: gpt": "",
	} {
		old, edited, _ := strings.Cut(edit, "=>")
		if !strings.Contains(later, old) {
			t.Fatalf("nothing to edit: %q", old)
		}
		_, err := planned(t, strings.Replace(later, old, edited, 1))
		var mistakes specs.Errors
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", edited, err)
		case want != "" && (!errors.As(err, &mistakes) || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v - want %q", edited, err, want)
		}
	}
}

// Rows that steps make are made for every person where a prompt reads the profile,
// and once where none does.
func TestMadeForPersons(t *testing.T) {
	people := "name: later\nusers: {data: people, id: who}\n"
	rows := "data:\n  people: {source: inline, rows: [{who: ana, likes: tea}, {who: ben, likes: rye}]}\n"
	spec := strings.NewReplacer("name: later\n", people, "data:\n", rows).Replace(later)
	shared, err := planned(t, spec)
	if err != nil {
		t.Fatal(err)
	}
	own, err := planned(t, strings.Replace(spec, "about {{ topic }}", "about {{ topic }} and {{ profile.likes }}", 1))
	if err != nil {
		t.Fatal(err)
	}
	for plan, want := range map[*runner.Plan]int{shared: 1, own: 2} {
		if n := len(plan.Match("data.asked")); n != want {
			t.Errorf("data.asked is made %d times - want %d", n, want)
		}
	}
}
