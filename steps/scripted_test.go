package steps_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"idiolect/backends"
	"idiolect/backends/local/localtest"
	"idiolect/runner"
	"idiolect/specs"
	"idiolect/steps"
)

// said is what a script answers: a text that ended by itself, one that was cut off
// (cut is set), or an error.
type said struct {
	text string
	cut  bool
	err  error
}

// script is the embedded engine with a mouth of its own: say answers what a prompt
// asks for the nth time, from 0.
type script struct {
	backends.Backend
	say func(prompt string, n int) said

	mu    sync.Mutex
	asked map[string]int // by prompt
	total int
	dies  int // the call at which it stops answering for good, from 1; 0: never
}

var errDead = errors.New("the machine is gone")

func scripted(t testing.TB, say func(prompt string, n int) said) *script {
	return &script{Backend: machines(t)[0], say: say, asked: map[string]int{}}
}

func (s *script) Sampler(ctx context.Context, m backends.Model) (backends.Sampler, error) {
	of, err := s.Backend.Sampler(ctx, m)
	return &scriptSampler{of, s}, err
}

type scriptSampler struct {
	backends.Sampler
	*script
}

func (s *scriptSampler) Sample(_ context.Context, reqs []backends.Request, done func(int, backends.Completion, error)) error {
	for i, req := range reqs {
		s.mu.Lock()
		if s.dies > 0 && s.total+1 >= s.dies {
			s.mu.Unlock()
			return errDead
		}
		s.total++
		var parts []string
		for _, m := range req.Messages {
			parts = append(parts, m.Content)
		}
		prompt := strings.Join(parts, "\n")
		n := s.asked[prompt]
		s.asked[prompt]++
		s.mu.Unlock()
		x := s.say(prompt, n)
		c := backends.Completion{Text: x.text, Tokens: make([]int32, len(strings.Fields(x.text))), PromptTokens: 1, Finish: "stop"}
		if x.cut {
			c.Finish = "length"
		}
		done(i, c, x.err)
	}
	return nil
}

// plan compiles a spec on the script; MODEL stands for the tiny model.
func (s *script) plan(t testing.TB, spec string) *runner.Plan {
	t.Helper()
	m := steps.Machines{s}
	exp, err := specs.ReadBytes("made.yaml", []byte(strings.ReplaceAll(spec, "MODEL", localtest.Tiny(t))), steps.Language(m), specs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := steps.Compile(t.Context(), exp, m)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// run compiles and runs a spec on the script.
func (s *script) run(t testing.TB, spec string, o runner.Options) (project, error) {
	t.Helper()
	p := project{s.plan(t, spec), runner.OpenStore(t.TempDir())}
	_, err := runner.Execute(t.Context(), p.plan, p.store, o)
	return p, err
}
