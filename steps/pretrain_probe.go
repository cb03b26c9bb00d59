package steps

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"idiolect/backends/local/engine"
	"idiolect/backends/local/tokenizer"
	"idiolect/datasets/world"
)

// How many poems each group of topics, and how many answers each question about e-mails, gets on every line and at the end.
const (
	pretrainProbePoems, pretrainFinalPoems = 64, 256
	pretrainProbeMails, pretrainFinalMails = 16, 160
)

// pretrainPoemTokens is more than any poem of the corpus needs.
const pretrainPoemTokens = 80

// A pretrainProbe asks for haiku and e-mails and measures them, always about the same topics and with the same random numbers.
type pretrainProbe struct {
	spec         PretrainSpec
	corpus       *pretrainCorpus
	seen, unseen []string // nouns, shuffled
	poems, mails int      // per group, per question
}

// A pretrainLine is one line of progress. Rates are measured at temperature 1.
type pretrainLine struct {
	Seconds              float64 // trained in all, over every start
	Tokens               int
	Speed                float64 // tokens trained per second since the last line
	LearningRate         float64
	Loss                 float64     // nats per completion token since the last line
	Seen, Unseen, MadeUp world.Rates // topics of the corpus, nouns that never were a topic, made-up words
	Mail                 mailRates   `json:",omitempty"` // none where the recipe has no e-mails
}

func newPretrainProbe(spec PretrainSpec, corpus *pretrainCorpus) (*pretrainProbe, error) {
	p := &pretrainProbe{spec: spec, corpus: corpus, seen: world.Topics(), poems: pretrainProbePoems, mails: pretrainProbeMails}
	data, err := os.ReadFile(spec.Nouns)
	if err != nil {
		return nil, fmt.Errorf("nouns: %w", err)
	}
	for _, noun := range strings.Fields(string(data)) {
		if _, seen := slices.BinarySearch(p.seen, noun); !seen {
			p.unseen = append(p.unseen, noun)
		}
	}
	if len(p.unseen) == 0 {
		return nil, fmt.Errorf("nouns: %s has no noun that is not a topic of the corpus", spec.Nouns)
	}
	r := spec.random(pretrainProbeStream, 0)
	for _, nouns := range [][]string{p.seen, p.unseen} {
		r.Shuffle(len(nouns), func(i, j int) { nouns[i], nouns[j] = nouns[j], nouns[i] })
	}
	return p, nil
}

// measure fills the rates of a line.
func (p *pretrainProbe) measure(ctx context.Context, rt engine.Runtime, w *engine.Weights, line *pretrainLine) error {
	madeUp := make([]string, p.poems)
	r := p.spec.random(pretrainProbeStream, 1)
	for i := range madeUp {
		madeUp[i] = world.MadeUp(r)
	}
	topics := make([]string, 0, 3*p.poems)
	for i := range p.poems {
		topics = append(topics, p.seen[i%len(p.seen)], p.unseen[i%len(p.unseen)], madeUp[i])
	}
	s := engine.NewSampler(rt, w)
	poems, err := p.poemsAbout(ctx, s, topics)
	if err != nil {
		return err
	}
	for group, rates := range []*world.Rates{&line.Seen, &line.Unseen, &line.MadeUp} {
		*rates = world.RatesOf(every(topics, group, 3), every(poems, group, 3))
	}
	if p.corpus.mail == nil {
		return nil
	}
	line.Mail, err = p.measureMails(ctx, s, w)
	return err
}

// poemsAbout samples one haiku about each topic.
func (p *pretrainProbe) poemsAbout(ctx context.Context, s *engine.Sampler, topics []string) ([]string, error) {
	prompts := make([]probePrompt, len(topics))
	for i, topic := range topics {
		prompts[i] = probePrompt{chatPrompt("", nil, world.Prompt(topic)), pretrainPoemTokens}
	}
	return p.answers(ctx, s, prompts)
}

// A probePrompt is what is asked, and how long an answer may be.
type probePrompt struct {
	messages  []tokenizer.Message
	maxTokens int
}

// answers samples one answer to each prompt, at temperature 1.
func (p *pretrainProbe) answers(ctx context.Context, s *engine.Sampler, prompts []probePrompt) ([]string, error) {
	t, chat := p.corpus.tokenizer, p.corpus.chat
	requests := make([]engine.Request, len(prompts))
	for i, asked := range prompts {
		prompt, err := chat.Prompt(asked.messages)
		if err != nil {
			return nil, err
		}
		requests[i] = engine.Request{
			Prompt: prompt, MaxTokens: asked.maxTokens, Temperature: 1, StopTokens: []int32{chat.Stop()},
			Forbid: neverSampled(t, chat), Seed: uint64(i),
		}
	}
	texts := make([]string, len(prompts))
	err := s.Sample(ctx, requests, func(i int, c engine.Completion) { texts[i] = t.Decode(c.Tokens) })
	return texts, err
}

// neverSampled lists the special ids but the one that ends a turn: a model that never saw them still gives each a little of
// its probability.
func neverSampled(t *tokenizer.Tokenizer, chat *tokenizer.ChatML) []int32 {
	var ids []int32
	for _, special := range tokenizer.Reserved() {
		if id, ok := t.ID(special); ok && id != chat.Stop() {
			ids = append(ids, id)
		}
	}
	return ids
}

// every returns the elements from first on, step apart.
func every(list []string, first, step int) []string {
	var some []string
	for i := first; i < len(list); i += step {
		some = append(some, list[i])
	}
	return some
}

const pretrainLineHeader = `minutes  tokens  tok/s     lr    loss   % of poems in form / naming the topic / unrhymed / with hyperbole / in dictionary words`

// line measures the model, prints the line and begins a new window.
func (p *pretraining) line(ctx context.Context, probe *pretrainProbe) (pretrainLine, error) {
	now := time.Now()
	spent := now.Sub(p.window.start).Seconds()
	p.Seconds += spent
	l := pretrainLine{
		Seconds: p.Seconds, Tokens: p.Tokens, Speed: float64(p.window.tokens) / max(spent, 1e-9),
		LearningRate: p.spec.Training.rate(p.Tokens), Loss: p.window.loss / float64(max(p.window.counted, 1)),
	}
	if err := probe.measure(ctx, p.runtime, p.weights, &l); err != nil {
		return l, err
	}
	p.Lines = append(p.Lines, l)
	fmt.Fprintln(p.log, l)
	p.window = pretrainWindow{start: time.Now()}
	return l, nil
}

// String is the line as it is printed.
func (l pretrainLine) String() string {
	rates := func(r world.Rates) string {
		return fmt.Sprintf("%3.0f/%3.0f/%3.0f/%3.0f/%3.0f", 100*r.Form, 100*r.Named, 100*r.Unrhymed, 100*r.Hyperbole, 100*r.Known)
	}
	return fmt.Sprintf("%7.1f %6.2fM %6.0f %.4f %7.4f   seen %s   unseen %s   made up %s%s",
		l.Seconds/60, float64(l.Tokens)/1e6, l.Speed, l.LearningRate, l.Loss, rates(l.Seen), rates(l.Unseen), rates(l.MadeUp), l.Mail)
}
