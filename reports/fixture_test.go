package reports

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// experiment is a small one whose tables were written by hand, in a real store.
type experiment struct {
	methods []string // the first is the baseline; blind is a control, others with a digit have that many rounds
	repeats int
	topics  int    // 0: six
	broken  string // id of a step that fails

	scores      []tables.Score
	differences []tables.Difference
	untrained   map[string]bool                    // step id -> nothing was kept
	says        func(method string, i int) verdict // what is sampled and judged for topic i
	spec        string
	more        func(add adder, cells []runner.Input) // adds steps after the comparison
}

// verdict is a completion and what the judge says of it.
type verdict struct {
	text, reason string
	accepted     bool
	failure      string
}

// writes is a step that writes the files of its artifact.
type writes func(r *runner.Run) error

func (w writes) Run(_ context.Context, r *runner.Run) error { return w(r) }

func put[T any](r *runner.Run, file string, rows []T) error {
	w, err := r.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(tables.Write(w, rows), w.Close())
}

func ptr[T any](v T) *T { return &v }

// run makes the experiment's artifacts and says what a report needs to know.
func (x *experiment) run(t testing.TB) Input {
	t.Helper()
	b := runner.NewBuilder("haiku")
	// Steps with the same text in same are one step under several paths.
	add := func(id, same, kind string, step writes, lines []runner.Line, inputs ...runner.Input) *runner.Action {
		if id == x.broken {
			step = func(*runner.Run) error { return errors.New("the loss of step 3 is NaN") }
		}
		lines = append(lines, runner.Line{Label: "same", Value: same})
		return b.Add(runner.Action{ID: id, Kind: kind, Version: 1, Step: step, Lines: lines, Inputs: inputs})
	}
	data := add("data.topics", "topics", "read", func(r *runner.Run) error { return put(r, rowsFile, []tables.Row{}) }, nil)
	var cells []runner.Input
	for repeat := 1; repeat <= x.repeats; repeat++ {
		start := add("methods.initial", "initial", "policy", func(r *runner.Run) error {
			return put(r, policiesFile, []tables.Policy{{Model: "mini-1", Method: "prompt", Prompt: "{}", Settings: "{}", Sampling: "{}"}})
		}, nil)
		for _, m := range x.methods {
			policy := start
			if m != "initial" {
				policy = x.train(add, m, repeat, data, start)
			}
			at := "evals.held_out." + m
			_, verdicts := x.sample(add, at+".samples", at+".hidden", at, m, repeat, data, policy)
			cells = append(cells, runner.Input{Name: fmt.Sprintf("%s.hidden.%d", m, repeat), From: verdicts})
		}
	}
	add("evals.held_out", "held_out", "compare", func(r *runner.Run) error {
		return errors.Join(put(r, scoresFile, x.scores), put(r, differencesFile, x.differences))
	}, nil, cells...)
	if x.more != nil {
		x.more(add, cells)
	}
	return x.execute(t, b)
}

type adder func(id, same, kind string, step writes, lines []runner.Line, inputs ...runner.Input) *runner.Action

func (x *experiment) id(path string, repeat int) string {
	if x.repeats == 1 {
		return path
	}
	return fmt.Sprintf("%s@%d", path, repeat)
}

// train adds the rounds of a method: the digit that its name ends in says how many, one without. Methods whose
// names differ in that digit share the rounds that both have, as in plans that were lowered from a spec.
func (x *experiment) train(add adder, m string, repeat int, data, start *runner.Action) *runner.Action {
	family := strings.TrimRight(m, "23456789")
	rounds, keep := 1, "accepted"
	if family != m {
		rounds = int(m[len(m)-1] - '0')
	}
	if m == "blind" {
		keep = "random"
	}
	policy := start
	var pool []runner.Input
	for round := 1; round <= rounds; round++ {
		at, same := fmt.Sprintf("methods.%s.round%d", m, round), fmt.Sprintf("methods.%s.round%d", family, round)
		samples, verdicts := x.sample(add, at+".samples", at+".verdicts", same, m, repeat, data, policy)
		pool = append(pool, runner.Input{Name: fmt.Sprintf("samples.%d", round-1), From: samples}, runner.Input{Name: fmt.Sprintf("verdicts.%d", round-1), From: verdicts})
		kept := add(x.id(at+".kept", repeat), x.id(same+".kept", repeat), "keep", func(r *runner.Run) error { return put(r, rowsFile, []tables.Row{}) },
			[]runner.Line{{Label: "keep", Value: keep}}, slices.Clone(pool)...)
		if round == rounds {
			at = "methods." + m
		}
		policy = add(x.id(at, repeat), x.id(same, repeat), "sft", x.tune(x.id(at, repeat), int64(100*round)), nil,
			runner.Input{Name: "rows", From: kept}, runner.Input{Name: "start", From: start})
	}
	return policy
}

func (x *experiment) tune(id string, rows int64) writes {
	return func(r *runner.Run) error {
		p := tables.Policy{
			Model: "mini-1", Method: "sft", Prompt: "{}", Sampling: "{}", Rows: rows,
			Settings: `{"batch_size":"8","epochs":"3","learning_rate":"0.00123456"}`,
		}
		log := []tables.Training{{Step: 1, Loss: 2.5, LearningRate: 1e-4, Metrics: "{}"}, {Step: 2, Replicate: 1, Loss: 1.25, LearningRate: 1e-3, Metrics: "{}"}}
		if x.untrained[id] {
			p.Rows, p.Note, log = 0, ptr("no rows to train on: this is the start policy, untrained"), nil
		}
		return errors.Join(put(r, policiesFile, []tables.Policy{p}), put(r, trainingFile, log))
	}
}

// sample adds a step that samples every topic once and one that judges.
func (x *experiment) sample(add adder, samplesID, verdictsID, same, m string, repeat int, data, policy *runner.Action) (samples, verdicts *runner.Action) {
	samplesID, verdictsID = x.id(samplesID, repeat), x.id(verdictsID, repeat)
	topics := max(0, cmp.Or(x.topics, 6))
	sampled := make([]tables.Sample, topics)
	judged := make([]tables.Verdict, topics)
	for i := range topics {
		v, key := x.says(m, i), fmt.Sprintf("row%02d", i)
		asked, _ := json.Marshal([]map[string]string{{"role": "user", "content": fmt.Sprintf("Write a haiku about topic %d.", i)}})
		id := tables.ID(samplesID, key, 0)
		sampled[i] = tables.Sample{ID: id, RowKey: key, Messages: string(asked), Fields: "{}", Finish: ptr("stop"), Completion: &v.text}
		judged[i] = tables.Verdict{ID: tables.ID(verdictsID, key, 0), RowKey: key, SampleID: id, Kind: "accept", Criteria: "{}", Accepted: &v.accepted, Reason: &v.reason, ParseOK: true}
		if v.failure != "" {
			sampled[i].Completion, sampled[i].Finish, sampled[i].Error = nil, nil, &v.failure
			judged[i].Accepted, judged[i].Reason, judged[i].Error = nil, nil, &v.failure
		}
	}
	lines := []runner.Line{{Label: "model", Value: "mini-1"}, {Label: "backend", Value: "local"}, {Label: "revision", Value: "0f3c9a"}, {Label: "numerics", Value: "local/1 avx2"}, {Label: "seed", Value: "7"}}
	samples = add(samplesID, x.id(same, repeat)+" samples", "sample", func(r *runner.Run) error {
		calls := make([]tables.Call, topics)
		for i, s := range sampled {
			calls[i] = tables.Call{ID: s.ID, RowKey: s.RowKey, SampleID: s.ID, Attempt: 1, PromptTokens: 12, OutputTokens: 20, Error: s.Error}
		}
		return errors.Join(put(r, samplesFile, sampled), put(r, callsFile, calls))
	}, lines, runner.Input{Name: "rows", From: data}, runner.Input{Name: "policy", From: policy})
	verdicts = add(verdictsID, x.id(same, repeat)+" verdicts", "judge", func(r *runner.Run) error { return put(r, verdictsFile, judged) },
		[]runner.Line{{Label: "judge", Value: "accept/1"}}, runner.Input{Name: "samples", From: samples})
	return samples, verdicts
}

// execute runs the plan in a new store, under a clock that stands still.
func (x *experiment) execute(t testing.TB, b *runner.Builder) Input {
	t.Helper()
	plan, err := b.Plan()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range plan.Actions {
		if a.Kind == "sample" {
			n := int64(max(0, cmp.Or(x.topics, 6)))
			a.Estimate = runner.Estimate{Calls: [2]int64{n, n}, Prompt: [2]int64{n * 12, n * 20}, Output: [2]int64{n * 24, n * 48}}
		}
	}
	store := runner.OpenStore(t.TempDir())
	result, err := runner.Execute(t.Context(), plan, store, runner.Options{Workers: 1, Now: func() time.Time { return time.Unix(0, 0) }})
	if (err != nil) != (x.broken != "") {
		t.Fatal(err)
	}
	return Input{
		About: About{Name: "haiku", Evals: []EvalInfo{{ID: "held_out", Baseline: "initial", Methods: x.methods, Judges: []string{"hidden"}, Pairs: "baseline", Samples: 1, Data: "topics.test"}}},
		Plan:  plan, Artifacts: store, Result: result, Spec: []byte(x.spec),
	}
}

// score is a row of the scores; repeat 0 is pooled.
func score(method, criterion string, repeat int64, mean, low, high float64) tables.Score {
	s := tables.Score{Eval: "held_out", Method: method, Judge: "hidden", N: 12, Clusters: 6, Mean: &mean, Low: &low, High: &high, MeanSuccesses: &mean, Interval: "clustered"}
	if criterion != "" {
		s.Criterion = &criterion
	}
	if repeat > 0 {
		s.Repeat, s.N, s.Interval = &repeat, 6, "wilson"
	}
	return s
}

// difference is a row of the differences; relative gains are of two means that the caller gives.
func difference(method, against string, repeat int64, d, low, high, p float64) tables.Difference {
	row := tables.Difference{
		Eval: "held_out", Judge: "hidden", Method: method, Against: against, Difference: &d, Low: &low, High: &high, P: &p, PHolm: &p,
		Test: "sign-flip permutation, 10000 random exchanges", N: 24, Clusters: 6,
	}
	if repeat > 0 {
		row.Repeat, row.Test = &repeat, "exact McNemar"
	}
	return row
}

// haiku is the experiment as it should go: training helps, and so does the judge's choice.
func haiku() *experiment {
	x := &experiment{
		methods: []string{"initial", "tuned", "blind"}, repeats: 2, spec: "name: haiku\nseed: 7\n",
		says: func(m string, i int) verdict {
			if m == "tuned" && i%2 == 0 || m == "initial" && i == 1 {
				return verdict{text: fmt.Sprintf("a thousand pages\nforever topic %d\nan endless morning", i), reason: "all criteria hold", accepted: true}
			}
			return verdict{text: fmt.Sprintf("the morning is here\ntopic %d waits on the stone\nand nothing answers", i), reason: "fails hyperbole"}
		},
		scores: []tables.Score{
			score("initial", "", 0, .223, .201, .245), score("initial", "form", 0, .8, .78, .82), score("initial", "hyperbole", 0, .3, .28, .32),
			score("tuned", "", 0, .321, .298, .344), score("tuned", "form", 0, .84, .82, .86), score("tuned", "hyperbole", 0, .42, .4, .44),
			score("blind", "", 0, .231, .209, .253), score("blind", "form", 0, .85, .83, .87), score("blind", "hyperbole", 0, .29, .27, .31),
			score("initial", "", 1, .21, .18, .24), score("tuned", "", 1, .33, .3, .36), score("blind", "", 1, .24, .21, .27),
			score("initial", "", 2, .236, .2, .27), score("tuned", "", 2, .312, .28, .35), score("blind", "", 2, .222, .19, .25),
		},
		differences: []tables.Difference{
			difference("tuned", "initial", 0, .098, .076, .12, 1.0/10001), difference("blind", "initial", 0, .008, -.01, .026, .41), difference("blind", "tuned", 0, -.09, -.11, -.07, 3e-4),
			difference("tuned", "initial", 1, .12, .08, .16, 3e-8), difference("blind", "initial", 1, .03, -.01, .07, .2), difference("blind", "tuned", 1, -.09, -.12, -.06, .001),
			difference("tuned", "initial", 2, .076, .03, .12, .012), difference("blind", "initial", 2, -.014, -.05, .02, .6), difference("blind", "tuned", 2, -.09, -.12, -.06, .001),
		},
	}
	x.differences[0].Relative, x.differences[0].RelLow, x.differences[0].RelHigh = ptr(.4395), ptr(.32), ptr(.57)
	x.differences[1].MoreRows = ptr(int64(1234))
	x.differences[2].Relative, x.differences[2].RelLow, x.differences[2].RelHigh = ptr(-.28), ptr(-.34), ptr(-.21)
	return x
}

func claim(text string, left, right Quantity, op string) Claim {
	return Claim{Text: text, Left: left, Right: right, Op: op, Holds: true}
}

func of3(method string) Quantity { return Quantity{Eval: "held_out", Method: method, Judge: "hidden"} }
