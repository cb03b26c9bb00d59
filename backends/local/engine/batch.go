package engine

import "fmt"

// Sequence is one document to train on or to score. Position i reads Tokens[:i+1] and predicts
// Targets[i]; for next-token prediction Targets is Tokens moved left by one.
type Sequence struct {
	Tokens, Targets []int32
}

// microTokens bounds the tokens that are in flight at once, hence memory. One sequence is never cut.
const microTokens = 2048

// span is where one sequence lies in a batch.
type span struct {
	seq           int // index in the caller's slice
	start, length int // rows of the batch
}

// batch is sequences laid end to end: no padding, and no sequence sees another.
type batch struct {
	spans   []span
	spanOf  []int32 // [rows] index into spans
	tokens  []int32 // [rows]
	targets []int32 // [rows]
	longest int
}

func (b *batch) rows() int { return len(b.tokens) }

func (b *batch) reset() {
	b.spans, b.spanOf, b.tokens, b.targets, b.longest = b.spans[:0], b.spanOf[:0], b.tokens[:0], b.targets[:0], 0
}

func (b *batch) add(seq int, s Sequence) {
	n := len(s.Tokens)
	for range n {
		b.spanOf = append(b.spanOf, int32(len(b.spans)))
	}
	b.spans = append(b.spans, span{seq, b.rows(), n})
	b.tokens = append(b.tokens, s.Tokens...)
	b.targets = append(b.targets, s.Targets...)
	b.longest = max(b.longest, n)
}

// fill takes sequences from seqs[first:] until the next would exceed microTokens and returns the
// index of the first that was left.
func (b *batch) fill(seqs []Sequence, first int) int {
	b.reset()
	for ; first < len(seqs); first++ {
		if b.rows() > 0 && b.rows()+len(seqs[first].Tokens) > microTokens {
			break
		}
		b.add(first, seqs[first])
	}
	return first
}

// checkSequences reports the first sequence the model cannot read.
func (c Config) checkSequences(seqs []Sequence) error {
	for i, s := range seqs {
		switch n := len(s.Tokens); {
		case n == 0:
			return fmt.Errorf("sequence %d is empty: at least one token is needed", i)
		case n > c.Context:
			return fmt.Errorf("sequence %d has %d tokens: the model's context is %d", i, n, c.Context)
		case len(s.Targets) != n:
			return fmt.Errorf("sequence %d has %d tokens and %d targets: one target per token is needed", i, n, len(s.Targets))
		}
		for pos, id := range s.Tokens {
			if err := c.checkToken(id); err != nil {
				return fmt.Errorf("sequence %d, position %d: %w", i, pos, err)
			}
			if err := c.checkToken(s.Targets[pos]); err != nil {
				return fmt.Errorf("sequence %d, position %d: target: %w", i, pos, err)
			}
		}
	}
	return nil
}

func (c Config) checkToken(id int32) error {
	if id < 0 || int(id) >= c.Vocab {
		return fmt.Errorf("token id %d: the vocabulary has ids 0 to %d", id, c.Vocab-1)
	}
	return nil
}
