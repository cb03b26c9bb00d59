package steps

import (
	"context"
	"fmt"
	"math/rand/v2"

	"idiolect/backends/local/engine"
	"idiolect/backends/local/tokenizer"
	"idiolect/datasets/world"
)

// A pretrainCorpus writes documents and turns them into batches of tokens. It is immutable.
type pretrainCorpus struct {
	spec      PretrainSpec
	haiku     *world.Haiku
	mail      *world.Mail // nil where the recipe has none
	tokenizer *tokenizer.Tokenizer
	chat      *tokenizer.ChatML
}

// A pretrainBatch is one step: whole documents, each of which sees only itself.
type pretrainBatch struct {
	sequences []engine.Sequence
	weights   [][]float32 // of each target in the loss
	weight    float32     // their sum
	tokens    int
	err       error
}

func newPretrainCorpus(spec PretrainSpec) (*pretrainCorpus, error) {
	haiku, err := world.NewHaiku(spec.Corpus, world.Topics())
	if err != nil {
		return nil, err
	}
	texts := world.TokenizerText(spec.random(pretrainTokenizerStream, 0), haiku, spec.Tokenizer.Documents)
	t, err := tokenizer.Train(texts, spec.Tokenizer.Vocab, tokenizer.Reserved())
	if err != nil {
		return nil, fmt.Errorf("tokenizer from %d documents: %w", spec.Tokenizer.Documents, err)
	}
	chat, err := tokenizer.NewChatML(t)
	if err != nil {
		return nil, err
	}
	c := &pretrainCorpus{spec: spec, haiku: haiku, tokenizer: t, chat: chat}
	if spec.Mail != nil {
		c.mail, err = world.NewMail(*spec.Mail, world.Topics())
	}
	return c, err
}

// document draws one document of either world.
func (c *pretrainCorpus) document(r *rand.Rand) world.Document {
	if c.mail != nil && r.Float64() < c.spec.Mail.Share {
		return c.mail.Document(r)
	}
	return c.haiku.Document(r)
}

// batches yields the batches from step on, made ahead of the reader, until ctx ends. Batch i depends on the spec and i alone.
func (c *pretrainCorpus) batches(ctx context.Context, step int) <-chan pretrainBatch {
	ahead := make(chan pretrainBatch, 4)
	go func() {
		for i := step; ; i++ {
			select {
			case ahead <- c.batch(i):
			case <-ctx.Done():
				return
			}
		}
	}()
	return ahead
}

func (c *pretrainCorpus) batch(i int) pretrainBatch {
	r := c.spec.random(pretrainBatchStream, i)
	var b pretrainBatch
	for b.tokens < c.spec.Training.BatchTokens {
		ids, weights, err := c.chat.Training(chatDocument(c.document(r)), float32(c.spec.Training.PromptWeight))
		if err != nil {
			return pretrainBatch{err: err}
		}
		n := len(ids) - 1 // the last token predicts nothing
		b.sequences = append(b.sequences, engine.Sequence{Tokens: ids[:n], Targets: ids[1:]})
		b.weights = append(b.weights, weights[1:])
		for _, w := range weights[1:] {
			b.weight += w
		}
		b.tokens += n
	}
	return b
}
