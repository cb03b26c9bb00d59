package steps

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"idiolect/backends/local/engine"
	"idiolect/datasets/world"

	"gopkg.in/yaml.v3"
)

// PretrainSpec is the recipe of a model that is trained from nothing.
type PretrainSpec struct {
	Name      string            `yaml:"name" doc:"what the model is called"`
	Seed      uint64            `yaml:"seed" doc:"of the corpus and the first weights"`
	Nouns     string            `yaml:"nouns" doc:"a file of nouns, one per line, relative to the spec; those that are no topic of the corpus show what the model does with words it was never asked about"`
	Tokenizer PretrainTokenizer `yaml:"tokenizer"`
	Model     PretrainModel     `yaml:"model"`
	Corpus    world.Dials       `yaml:"corpus"`
	Mail      *world.MailDials  `yaml:"mail" json:",omitempty" doc:"e-mails beside the haiku; without it there are none"`
	Training  PretrainTraining  `yaml:"training"`
	Gate      PretrainGate      `yaml:"gate"`
}

// PretrainTokenizer says how the tokenizer is made.
type PretrainTokenizer struct {
	Vocab     int `yaml:"vocab" doc:"tokens, of which 16 are reserved and 256 are bytes"`
	Documents int `yaml:"documents" doc:"documents it is made from"`
}

// PretrainModel is the shape of the model, a Qwen3 decoder.
type PretrainModel struct {
	Dim          int     `yaml:"dim"`
	Layers       int     `yaml:"layers"`
	Heads        int     `yaml:"heads"`
	KVHeads      int     `yaml:"kv_heads"`
	HeadDim      int     `yaml:"head_dim"`
	FF           int     `yaml:"ff"`
	Context      int     `yaml:"context" doc:"longest prompt and completion together, in tokens"`
	Tied         bool    `yaml:"tied" doc:"the output projection is the embedding"`
	EmbeddingStd float64 `yaml:"embedding_std" doc:"of the first embedding; 0 means 1/sqrt(dim)"`
}

// PretrainTraining says how long and how fast the model learns.
type PretrainTraining struct {
	Tokens       int     `yaml:"tokens" doc:"tokens to train on; training ends with the batch that reaches them"`
	BatchTokens  int     `yaml:"batch_tokens" doc:"a step takes whole documents until they have so many tokens"`
	LearningRate float64 `yaml:"learning_rate" doc:"the highest; reached after warmup_tokens, then a cosine down to final"`
	WarmupTokens int     `yaml:"warmup_tokens" doc:"over which the learning rate rises from 0"`
	Final        float64 `yaml:"final" doc:"learning rate at the end, as a share of the highest"`
	PromptWeight float64 `yaml:"prompt_weight" doc:"weight of a prompt's token in the loss; a completion's is 1"`
	ClipNorm     float64 `yaml:"clip_norm" doc:"gradients are scaled down to this norm"`
	Beta1        float64 `yaml:"beta1"`
	Beta2        float64 `yaml:"beta2"`
	WeightDecay  float64 `yaml:"weight_decay" doc:"AdamW's, scaled by the learning rate; norms are spared"`
}

// PretrainGate stops a pretraining that does not learn to copy, or to read: whoever names few topics early never names enough.
type PretrainGate struct {
	Tokens int     `yaml:"tokens" doc:"when to look; 0 means never"`
	Named  float64 `yaml:"named" doc:"share of poems, over topics seen, unseen and made up, that must name their topic by then"`
	Slots  float64 `yaml:"slots" json:",omitempty" doc:"share of e-mails that must have name, noun and day or amount of their request, of known words"`
	Read   float64 `yaml:"read" json:",omitempty" doc:"share of questions about e-mails, over all attributes, that must be answered right"`
}

func (g PretrainGate) crossed(before, after int) bool {
	return g.Tokens > 0 && before < g.Tokens && g.Tokens <= after
}

func (g PretrainGate) check(l pretrainLine) error {
	if named := (l.Seen.Named + l.Unseen.Named + l.MadeUp.Named) / 3; named < g.Named {
		return fmt.Errorf("after %d tokens %.0f%% of poems name their topic, want %.0f%%: the corpus does not teach copying", l.Tokens, 100*named, 100*g.Named)
	}
	if slots := l.Mail.share(mailKnown); slots < g.Slots {
		return fmt.Errorf("after %d tokens %.0f%% of e-mails have what was asked for, want %.0f%%: the corpus does not teach copying", l.Tokens, 100*slots, 100*g.Slots)
	}
	if read := l.Mail.share(mailRead); read < g.Read {
		return fmt.Errorf("after %d tokens %.0f%% of questions about e-mails are answered right, want %.0f%%: the corpus does not teach reading", l.Tokens, 100*read, 100*g.Read)
	}
	return nil
}

// ReadPretrain reads a recipe from a YAML file; a key it does not have is an error.
func ReadPretrain(path string) (PretrainSpec, error) {
	var spec PretrainSpec
	f, err := os.Open(path)
	if err != nil {
		return spec, err
	}
	defer f.Close()
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	if err := d.Decode(&spec); err != nil {
		return spec, fmt.Errorf("%s: %w", path, err)
	}
	if !filepath.IsAbs(spec.Nouns) {
		spec.Nouns = filepath.Join(filepath.Dir(path), spec.Nouns)
	}
	if err := spec.Check(); err != nil {
		return spec, fmt.Errorf("%s: %w", path, err)
	}
	return spec, nil
}

// Check returns an error for each value that no pretraining can have.
func (s PretrainSpec) Check() error {
	t := s.Training
	var errs []error
	want := func(ok bool, key string, value any, accepted string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s: %v, want %s", key, value, accepted))
		}
	}
	want(s.Name != "", "name", `""`, "a name")
	want(s.Tokenizer.Documents > 0, "tokenizer.documents", s.Tokenizer.Documents, "at least 1")
	want(t.Tokens > 0, "training.tokens", t.Tokens, "at least 1")
	want(t.BatchTokens > 0, "training.batch_tokens", t.BatchTokens, "at least 1")
	want(t.LearningRate > 0 && !math.IsInf(t.LearningRate, 0), "training.learning_rate", t.LearningRate, "a positive number")
	want(t.WarmupTokens >= 0 && t.WarmupTokens < t.Tokens, "training.warmup_tokens", t.WarmupTokens, "0 to less than tokens")
	want(t.Final >= 0 && t.Final <= 1, "training.final", t.Final, "a share, 0 to 1")
	want(t.PromptWeight >= 0 && t.PromptWeight <= 1, "training.prompt_weight", t.PromptWeight, "0 to 1")
	want(t.Beta1 >= 0 && t.Beta1 < 1, "training.beta1", t.Beta1, "0 to less than 1")
	want(t.Beta2 > 0 && t.Beta2 < 1, "training.beta2", t.Beta2, "more than 0 and less than 1")
	want(t.ClipNorm >= 0, "training.clip_norm", t.ClipNorm, "0 (off) or more")
	want(t.WeightDecay >= 0, "training.weight_decay", t.WeightDecay, "0 or more")
	errs = append(errs, s.Model.config(s.Tokenizer.Vocab).Check())
	if err := s.Corpus.Check(); err != nil {
		errs = append(errs, fmt.Errorf("corpus.%w", err))
	}
	if s.Mail != nil {
		if err := s.Mail.Check(); err != nil {
			errs = append(errs, fmt.Errorf("mail.%w", err))
		}
	}
	return errors.Join(errs...)
}

// config is the shape in the engine's terms. Base and epsilon are those of Qwen3 but for the base of the rotary frequencies, which
// Qwen3 raises for contexts far longer than these.
func (m PretrainModel) config(vocab int) engine.Config {
	return engine.Config{
		Vocab: vocab, Dim: m.Dim, Layers: m.Layers, Heads: m.Heads, KVHeads: m.KVHeads, HeadDim: m.HeadDim, FF: m.FF, Context: m.Context,
		RopeTheta: 10_000, NormEps: 1e-6, Tied: m.Tied, QKNorm: true,
	}
}

// rate is the learning rate after some tokens: a linear rise from 0, then half a cosine down to Final.
func (t PretrainTraining) rate(tokens int) float64 {
	// The first step would otherwise have a rate of 0.
	if done := tokens + t.BatchTokens; done < t.WarmupTokens {
		return t.LearningRate * float64(done) / float64(t.WarmupTokens)
	}
	x := float64(max(tokens-t.WarmupTokens, 0)) / float64(t.Tokens-t.WarmupTokens)
	return t.LearningRate * (t.Final + (1-t.Final)*(1+math.Cos(math.Pi*x))/2)
}

// Streams of random numbers. Each batch has one of its own, so that training resumes anywhere.
const (
	pretrainInitStream = iota
	pretrainTokenizerStream
	pretrainBatchStream
	pretrainProbeStream
)

// random returns the i-th generator of a stream.
func (s PretrainSpec) random(stream, i int) *rand.Rand {
	var key [32]byte
	for j, v := range []uint64{s.Seed, uint64(stream), uint64(i)} {
		for k := range 8 {
			key[8*j+k] = byte(v >> (8 * k))
		}
	}
	return rand.New(rand.NewChaCha8(key))
}
