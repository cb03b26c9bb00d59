package steps

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"idiolect/backends/local/engine"
	"idiolect/backends/local/tokenizer"
	"idiolect/datasets/world"
)

// Pretrain makes a model from nothing by the recipe of spec and writes it to the folder out, in the files of a Hugging Face
// checkpoint: model.safetensors (bfloat16), config.json, generation_config.json and tokenizer.json. Every minute one line
// says on log how far it is and what its poems are like; training.csv keeps the lines.
//
// The weights depend on the recipe and the instruction set only. When ctx ends, or the process dies, the next call
// with the same spec and folder goes on from the last checkpoint to the very same weights. Pretrain stops with an error when
// the corpus teaches no copying (PretrainGate).
func Pretrain(ctx context.Context, spec PretrainSpec, out string, log io.Writer) error {
	if err := spec.Check(); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	p, err := newPretraining(spec, out, log)
	if err != nil {
		return err
	}
	if err := p.resume(); err != nil {
		return err
	}
	if err := p.train(ctx); err != nil {
		return err
	}
	p.probe.poems, p.probe.mails = pretrainFinalPoems, pretrainFinalMails
	return p.finish(ctx)
}

// Times between lines of progress and between checkpoints. They change no weight.
const (
	pretrainLineEvery       = time.Minute
	pretrainCheckpointEvery = 2 * time.Minute
)

// A pretraining is a model on its way.
type pretraining struct {
	spec    PretrainSpec
	out     string
	log     io.Writer
	corpus  *pretrainCorpus
	probe   *pretrainProbe
	runtime engine.Runtime
	weights *engine.Weights
	trainer *engine.Trainer

	pretrainProgress
	window pretrainWindow
}

// pretrainProgress is what a checkpoint holds beside the state of the trainer.
type pretrainProgress struct {
	Step    int // batches trained on
	Tokens  int // targets trained on
	Seconds float64
	Lines   []pretrainLine
}

// A pretrainWindow is what happened since the last line.
type pretrainWindow struct {
	start   time.Time
	tokens  int
	loss    float64 // summed over completion tokens, in nats
	counted int     // completion tokens
}

func newPretraining(spec PretrainSpec, out string, log io.Writer) (*pretraining, error) {
	corpus, err := newPretrainCorpus(spec)
	if err != nil {
		return nil, err
	}
	config := spec.Model.config(spec.Tokenizer.Vocab)
	weights := engine.NewWeights(config)
	weights.Init(spec.random(pretrainInitStream, 0).NormFloat64, spec.Model.EmbeddingStd)
	rt := engine.Runtime{Threads: runtime.GOMAXPROCS(0)}
	p := &pretraining{
		spec: spec, out: out, log: log, corpus: corpus, runtime: rt,
		weights: weights, trainer: engine.NewTrainer(rt, weights),
	}
	p.probe, err = newPretrainProbe(spec, corpus)
	return p, err
}

// train steps through the corpus until the recipe's tokens are spent, and saves the state it ends in.
func (p *pretraining) train(ctx context.Context) error {
	ahead, stop := context.WithCancel(ctx)
	defer stop()
	batches := p.corpus.batches(ahead, p.Step)
	fmt.Fprintf(p.log, "%d parameters, %d tokens to train on, from token %d\n", p.weights.Config().Params(), p.spec.Training.Tokens, p.Tokens)
	fmt.Fprintln(p.log, pretrainLineHeader)
	p.window.start = time.Now()
	saved := time.Now()
	for p.Tokens < p.spec.Training.Tokens {
		if err := ctx.Err(); err != nil {
			return p.interrupted(err)
		}
		before := p.Tokens
		if err := p.step(<-batches); err != nil {
			return err
		}
		gated := p.spec.Gate.crossed(before, p.Tokens)
		if gated || time.Since(p.window.start) >= pretrainLineEvery {
			line, err := p.line(ctx, p.probe)
			if err != nil {
				return p.interrupted(err)
			}
			if gated {
				if err := p.spec.Gate.check(line); err != nil {
					return err
				}
			}
		}
		if time.Since(saved) >= pretrainCheckpointEvery {
			if err := p.save(); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
	return p.save()
}

// interrupted saves what was reached and returns why training ended early.
func (p *pretraining) interrupted(cause error) error {
	if err := p.save(); err != nil {
		return fmt.Errorf("%w; the checkpoint is not saved: %w", cause, err)
	}
	return cause
}

// step trains on one batch: the mean over weighted tokens of the cross-entropy.
func (p *pretraining) step(b pretrainBatch) error {
	if b.err != nil {
		return b.err
	}
	logprobs, err := p.trainer.ForwardBackward(b.sequences, func(seq, pos int, _ float32) float32 {
		return -b.weights[seq][pos] / b.weight
	})
	if err != nil {
		return err
	}
	t := p.spec.Training
	norm := p.trainer.Step(engine.Adam{
		LR: t.rate(p.Tokens), Beta1: t.Beta1, Beta2: t.Beta2, Eps: 1e-8, WeightDecay: t.WeightDecay, ClipNorm: t.ClipNorm,
	})
	if norm-norm != 0 { // not finite
		return fmt.Errorf("step %d: the gradient's norm is %v: the learning rate %g is too high", p.Step, norm, t.LearningRate)
	}
	for i, weights := range b.weights {
		for j, w := range weights {
			if w == 1 {
				p.window.loss -= float64(logprobs[i][j])
				p.window.counted++
			}
		}
	}
	p.Step++
	p.Tokens += b.tokens
	p.window.tokens += b.tokens
	return nil
}

// finish rounds the weights to what is shipped, measures them once more and writes the model.
func (p *pretraining) finish(ctx context.Context) error {
	p.weights.RoundBF16()
	if _, err := p.line(ctx, p.probe); err != nil {
		return err
	}
	return p.export()
}

// chatDocument is one document as the messages of a chat.
func chatDocument(d world.Document) []tokenizer.Message {
	return append(chatPrompt(d.System, d.Earlier, d.Prompt), tokenizer.Message{Role: "assistant", Content: d.Completion})
}

// chatPrompt is what stands before an answer.
func chatPrompt(system string, earlier []world.Exchange, prompt string) []tokenizer.Message {
	var messages []tokenizer.Message
	if system != "" {
		messages = append(messages, tokenizer.Message{Role: "system", Content: system})
	}
	for _, e := range earlier {
		messages = append(messages, tokenizer.Message{Role: "user", Content: e.Prompt}, tokenizer.Message{Role: "assistant", Content: e.Completion})
	}
	return append(messages, tokenizer.Message{Role: "user", Content: prompt})
}
