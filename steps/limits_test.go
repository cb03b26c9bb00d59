package steps_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"idiolect/backends"
	"idiolect/backends/local/localtest"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
	"idiolect/steps"
)

// A plan that would fill the memory is refused at what made it grow.
func TestAPlanHasABound(t *testing.T) {
	_, err := compile(t, localtest.Tiny(t), small, "seed: 3", "seed: 3\nrepeats: 1000", "{rounds: 2, samples: 2}", "{rounds: 100, samples: 2}")
	var mistakes specs.Errors
	if !errors.As(err, &mistakes) || mistakes[0].Pos.Line != 4 || !strings.Contains(err.Error(), "more than 20000 steps") {
		t.Errorf("error %v", err)
	}
}

// service is the local backend as if it were somebody else's, and cost something.
type service struct{ backends.Backend }

func (s service) Resolve(ctx context.Context, name string) (backends.Info, error) {
	info, err := s.Backend.Resolve(ctx, name)
	info.Free = false
	return info, err
}

// A budget of dollars over a service whose price nobody gave would hold nothing.
func TestDollarsNeedAPrice(t *testing.T) {
	m := steps.Machines{service{machines(t)[0]}}
	for budget, refused := range map[string]bool{"usd: 5": true, "calls: 5": false} {
		text := strings.NewReplacer("MODEL", localtest.Tiny(t), "seed: 3", "seed: 3\nbudget: {"+budget+"}").Replace(small)
		exp, err := specs.ReadBytes("small.yaml", []byte(text), steps.Language(m), specs.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = steps.Compile(t.Context(), exp, m)
		if refused != (err != nil && strings.Contains(err.Error(), "budget.usd cannot hold what has no price: model ")) || !refused && err != nil {
			t.Errorf("%s: %v", budget, err)
		}
	}
}

// A rate that ruins the weights fails the step and says so, at whichever of the
// two numbers shows it first.
func TestARuinousLearningRate(t *testing.T) {
	plan, err := compile(t, localtest.Tiny(t), small, "{epochs: 2, batch_size: 1}", "{epochs: 9, batch_size: 1, warmup: 0, learning_rate: 1e30}")
	if err != nil {
		t.Fatal(err)
	}
	store := runner.OpenStore(t.TempDir())
	_, err = runner.Execute(t.Context(), plan, store, runner.Options{Only: []string{"methods.told"}})
	if err == nil || !strings.Contains(err.Error(), "use a smaller learning_rate than 1e+30") {
		t.Errorf("error %v", err)
	}
}

// The first examples are those that stand first in the file, whatever order
// artifacts have.
func TestFirstExamples(t *testing.T) {
	p := runSmall(t,
		"rows: [{input: Say a., output: thing}, {input: Say b., output: a thing word}]",
		`rows: [{topic: a, input: i, output: one}, {topic: b, input: i, output: two}, {topic: c, input: i, output: three}, {topic: d, input: i, output: four}, {topic: e, input: i, output: five}]`,
		`system: "Be brief.",`, "examples: {data: answers, count: 3},")
	for _, s := range table[tables.Sample](t, p, "evals.held.start.samples", "samples.parquet") {
		var shown []string
		for _, m := range messages(t, s.Messages) {
			if m.Role == "assistant" {
				shown = append(shown, m.Content)
			}
		}
		if got := strings.Join(shown, " "); got != "one two three" {
			t.Fatalf("examples are %q", got)
		}
	}
}

func messages(t *testing.T, text string) (ms []backends.Message) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &ms); err != nil {
		t.Fatal(err)
	}
	return ms
}
