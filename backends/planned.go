package backends

import (
	"context"
	"fmt"
)

// Planned are the backends that the language has and this release cannot speak
// to yet. Plans are made with them: any name is a model, and what it can do is
// what the service can.
func Planned() []Backend {
	return []Backend{
		planned{"tinker", Info{Samples: true, Trains: true, Logprobs: true, Doc: "any service that speaks Tinker's protocol"}},
		planned{"openai", Info{Samples: true, Jobs: []string{"sft", "dpo"}, Doc: "any endpoint that speaks OpenAI's protocol"}},
		planned{"tensorzero", Info{Samples: true, Jobs: []string{"sft"}, Doc: "a TensorZero gateway"}},
	}
}

// IsPlanned says whether a backend can be planned with but not run.
func IsPlanned(b Backend) bool {
	_, ok := b.(planned)
	return ok
}

type planned struct {
	name string
	can  Info
}

func (p planned) Name() string { return p.name }

// Models is empty: nobody was asked.
func (p planned) Models(context.Context) ([]Info, error) { return nil, nil }

// Resolve takes any name at its word: which models there are, the service says.
func (p planned) Resolve(_ context.Context, name string) (Info, error) {
	info := p.can
	info.Name, info.Revision = name, name
	return info, nil
}

func (p planned) Sampler(context.Context, Model) (Sampler, error) { return nil, p.later() }

func (p planned) Trainer(context.Context, Model, Tuning) (Trainer, error) { return nil, p.later() }

func (p planned) later() error { return fmt.Errorf("backend %s comes with a later release", p.name) }
