package backendtest

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"

	"idiolect/backends"
)

// Scripted is a backend whose models say what a test says they do. A token is a
// rune. It is safe for concurrent use when its functions are.
type Scripted struct {
	Known backends.Info // its Name is taken from the spec
	// Say answers a request; nil: "".
	Say func(r backends.Request) (string, error)
	// Probability is that of a word as the answer to the last message; nil: 0.
	Probability func(question, word string) float64

	mu    sync.Mutex
	asked []string
}

// Asked are the last messages of all that was asked, as it came; a word that was
// weighed stands behind its question and a tab.
func (b *Scripted) Asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

func (b *Scripted) note(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, text)
}

// Name is scripted.
func (b *Scripted) Name() string { return "scripted" }

// Models lists none: any name is one.
func (b *Scripted) Models(context.Context) ([]backends.Info, error) { return nil, nil }

// Resolve knows every name.
func (b *Scripted) Resolve(_ context.Context, name string) (backends.Info, error) {
	info := b.Known
	info.Name, info.Revision, info.Samples = name, "1", true
	return info, nil
}

// Sampler opens a model.
func (b *Scripted) Sampler(context.Context, backends.Model) (backends.Sampler, error) {
	return scripted{b}, nil
}

// Trainer is refused.
func (b *Scripted) Trainer(context.Context, backends.Model, backends.Tuning) (backends.Trainer, error) {
	return nil, errors.New("backend scripted trains nothing")
}

type scripted struct{ b *Scripted }

func (s scripted) Sample(ctx context.Context, reqs []backends.Request, done func(int, backends.Completion, error)) error {
	for i, r := range reqs {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.b.note(r.Messages[len(r.Messages)-1].Content)
		c := backends.Completion{Finish: "stop"}
		var err error
		if s.b.Say != nil {
			c.Text, err = s.b.Say(r)
		}
		if ids := []int32(c.Text); r.MaxTokens > 0 && len(ids) > r.MaxTokens {
			c.Text, c.Finish = string(ids[:r.MaxTokens]), "length"
		}
		c.Tokens, c.PromptTokens = []int32(c.Text), len(r.Messages)
		done(i, c, err)
	}
	return nil
}

// Logprobs gives all of a word's probability to its first token.
func (s scripted) Logprobs(_ context.Context, data []backends.Datum) ([][]float32, error) {
	out := make([][]float32, len(data))
	for i, d := range data {
		out[i] = make([]float32, len(d.Targets))
		text := string(d.Tokens[:1]) + string(d.Targets)
		at := strings.LastIndex(text, header)
		if at < 0 {
			return nil, errors.New("there is no answer")
		}
		word := strings.TrimRight(text[at+len(header):], string(stop))
		question := text[:at]
		question = question[strings.LastIndex(question, "\x01")+1:]
		s.b.note(question + "\t" + word)
		p := 0.0
		if s.b.Probability != nil {
			p = s.b.Probability(question, word)
		}
		out[i][len([]rune(text[:at]))+len(header)-1] = float32(math.Log(p))
	}
	return out, nil
}

func (s scripted) Renderer() backends.Renderer { return runes{} }

func (s scripted) Close() error { return nil }

// runes is a chat format whose tokens are runes: \x01 begins a message, \x02 the
// answer, \x03 ends it.
type runes struct{}

const (
	header = "\x02"
	stop   = '\x03'
)

func (runes) Prompt(ms []backends.Message) ([]int32, error) {
	text := ""
	for _, m := range ms {
		if m.Role == "assistant" {
			text += header + m.Content + string(stop)
		} else {
			text += "\x01" + m.Content
		}
	}
	return []int32(text + header), nil
}

func (r runes) Example(ms []backends.Message, promptWeight float32) (backends.Datum, error) {
	last := len(ms) - 1
	prompt, err := r.Prompt(ms[:last])
	if err != nil {
		return backends.Datum{}, err
	}
	ids := append(slices.Clone(prompt), []int32(ms[last].Content+string(stop))...)
	d := backends.Datum{Tokens: ids[:len(ids)-1], Targets: ids[1:], Weights: make([]float32, len(ids)-1)}
	for i := range d.Weights {
		d.Weights[i] = promptWeight
		if i+1 >= len(prompt) {
			d.Weights[i] = 1
		}
	}
	return d, nil
}

func (runes) Decode(ids []int32) string { return string(ids) }
