package steps

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"idiolect/backends/local/safetensors"
	"idiolect/backends/local/tokenizer"
	"idiolect/datasets/world"

	"github.com/google/go-cmp/cmp"
)

// tinyPretrain is a recipe that takes a second or two.
func tinyPretrain(t *testing.T) PretrainSpec {
	t.Helper()
	nouns := filepath.Join(t.TempDir(), "nouns.txt")
	if err := os.WriteFile(nouns, []byte("zeppelin\nquokka\n"+world.Topics()[0]+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return PretrainSpec{
		Name: "tiny", Seed: 3, Nouns: nouns,
		Tokenizer: PretrainTokenizer{Vocab: 400, Documents: 300},
		Model:     PretrainModel{Dim: 32, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 16, FF: 64, Context: 256, Tied: true},
		Corpus:    world.Dials{Form: .92, Topic: .97, Unrhymed: .9, Hyperbole: .3, Season: .08, Colour: .12, MadeUp: .3, Repeat: .15},
		Training: PretrainTraining{Tokens: 12_000, BatchTokens: 512, LearningRate: 3e-3, WarmupTokens: 1000, Final: .1, PromptWeight: .1,
			ClipNorm: 1, Beta1: .9, Beta2: .95, WeightDecay: .1},
	}
}

// countdown is a context that is canceled when it has been asked n times.
type countdown struct {
	context.Context
	n int
}

func (c *countdown) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

func readFile(t *testing.T, elements ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPretrainResumesToTheSameBits(t *testing.T) {
	spec := tinyPretrain(t)
	whole, parts := t.TempDir(), t.TempDir()
	var log strings.Builder
	if err := Pretrain(t.Context(), spec, whole, &log); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Pretrain(&countdown{t.Context(), 9}, spec, parts, &log); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if err := Pretrain(t.Context(), spec, parts, &log); err != nil {
		t.Fatal(err)
	}
	if want := "from token 9"; !strings.Contains(log.String(), want) { // 18 steps of 512 tokens and a bit
		t.Errorf("the third start does not say %q:\n%s", want, &log)
	}
	for _, name := range []string{"model.safetensors", "tokenizer.json", "config.json", "generation_config.json"} {
		if !bytes.Equal(readFile(t, whole, name), readFile(t, parts, name)) {
			t.Errorf("%s differs between one run and three", name)
		}
	}
	if _, err := os.Stat(filepath.Join(parts, pretrainCheckpoint)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the checkpoint is still there: %v", err)
	}
}

func TestPretrainWritesAModel(t *testing.T) {
	spec := tinyPretrain(t)
	out := t.TempDir()
	if err := Pretrain(t.Context(), spec, out, &strings.Builder{}); err != nil {
		t.Fatal(err)
	}
	data := readFile(t, out, "model.safetensors")
	f, err := safetensors.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	tensors, err := f.Tensors()
	if err != nil {
		t.Fatal(err)
	}
	params := 0
	for _, tensor := range tensors {
		params += len(tensor.Data)
		if tensor.DType != safetensors.BF16 {
			t.Errorf("%s is %s, want BF16", tensor.Name, tensor.DType)
		}
	}
	if want := spec.Model.config(spec.Tokenizer.Vocab).Params(); params != want {
		t.Errorf("%d parameters in the file, want %d", params, want)
	}
	loaded, err := tokenizer.Load(bytes.NewReader(readFile(t, out, "tokenizer.json")))
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Vocab() != spec.Tokenizer.Vocab {
		t.Errorf("tokenizer of %d tokens, want %d", loaded.Vocab(), spec.Tokenizer.Vocab)
	}
	var config struct {
		Hidden int  `json:"hidden_size"`
		Tied   bool `json:"tie_word_embeddings"`
	}
	if err := json.Unmarshal(readFile(t, out, "config.json"), &config); err != nil || config.Hidden != 32 || !config.Tied {
		t.Errorf("config.json: %+v, error %v", config, err)
	}
	if rows := strings.Split(strings.TrimSpace(string(readFile(t, out, "training.csv"))), "\n"); len(rows) != 2 {
		t.Errorf("training.csv has %d rows, want a header and the final line:\n%s", len(rows), rows)
	}
}

func TestPretrainLossFalls(t *testing.T) {
	spec := tinyPretrain(t)
	p, err := newPretraining(spec, t.TempDir(), &strings.Builder{})
	if err != nil {
		t.Fatal(err)
	}
	var losses []float64
	for p.Tokens < spec.Training.Tokens {
		p.window = pretrainWindow{}
		if err := p.step(p.corpus.batch(p.Step)); err != nil {
			t.Fatal(err)
		}
		losses = append(losses, p.window.loss/float64(p.window.counted))
	}
	// A tied embedding begins by expecting its input again, so the first loss is above the ln(400) = 5.99 of knowing nothing;
	// a model that has learned which tokens are frequent is near 5.
	if first, last := losses[0], losses[len(losses)-1]; first < math.Log(400) || last > math.Log(400)-.8 {
		t.Errorf("loss %.2f at first and %.2f after %d steps, want it to fall from above 5.99 to below 5.19", first, last, len(losses))
	}
}

func TestPretrainBatchesWeighCompletions(t *testing.T) {
	c, err := newPretrainCorpus(tinyPretrain(t))
	if err != nil {
		t.Fatal(err)
	}
	b := c.batch(0)
	if b.tokens < 512 || b.tokens > 512+100 {
		t.Errorf("%d tokens, want 512 and at most a document more", b.tokens)
	}
	var sum float32
	for i, s := range b.sequences {
		var completion []int32
		for j, w := range b.weights[i] {
			sum += w
			if w == 1 {
				completion = append(completion, s.Targets[j])
			} else if w != .1 {
				t.Fatalf("weight %v, want 1 or 0.1", w)
			}
		}
		if n := len(completion); n < 2 || completion[n-1] != c.chat.Stop() {
			t.Fatalf("weight 1 on %q, want a completion and its end", c.tokenizer.DecodeSpecial(completion))
		}
		if text := c.tokenizer.DecodeSpecial(s.Tokens); !strings.Contains(text, c.tokenizer.Decode(completion)) {
			t.Fatalf("completion %q is not in %q", c.tokenizer.Decode(completion), text)
		}
	}
	if sum != b.weight {
		t.Errorf("weights sum to %v, batch says %v", sum, b.weight)
	}
	if diff := cmp.Diff(b.sequences, c.batch(0).sequences); diff != "" {
		t.Errorf("batch 0 made twice differs:\n%s", diff)
	}
	if cmp.Equal(b.sequences, c.batch(1).sequences) {
		t.Error("batches 0 and 1 are equal")
	}
}

func TestPretrainStopsWhenCopyingIsNotLearned(t *testing.T) {
	spec := tinyPretrain(t)
	spec.Gate = PretrainGate{Tokens: 2000, Named: .5}
	err := Pretrain(t.Context(), spec, t.TempDir(), &strings.Builder{})
	if err == nil || !strings.Contains(err.Error(), "% of poems name their topic, want 50%") {
		t.Errorf("error %v, want one about copying", err)
	}
}

func TestPretrainRefusesAnotherRecipesCheckpoint(t *testing.T) {
	spec, out := tinyPretrain(t), t.TempDir()
	if err := Pretrain(&countdown{t.Context(), 3}, spec, out, &strings.Builder{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	spec.Training.LearningRate = 1e-3
	err := Pretrain(t.Context(), spec, out, &strings.Builder{})
	if err == nil || !strings.Contains(err.Error(), "made by another recipe") {
		t.Errorf("error %v, want one about another recipe", err)
	}
}

func TestPretrainLearningRate(t *testing.T) {
	r := PretrainTraining{Tokens: 1100, BatchTokens: 10, WarmupTokens: 100, LearningRate: 1, Final: .1}
	for tokens, want := range map[int]float64{0: .1, 40: .5, 90: 1, 100: 1, 600: .55, 1100: .1} {
		if got := r.rate(tokens); math.Abs(got-want) > 1e-12 {
			t.Errorf("after %d tokens %v, want %v", tokens, got, want)
		}
	}
}

func TestReadPretrain(t *testing.T) {
	spec, err := ReadPretrain("../specs/pretrain/mini-1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if spec.Name != "mini-1" || spec.Nouns != filepath.Join("..", "specs", "data", "nouns.txt") {
		t.Errorf("name %q, nouns %q", spec.Name, spec.Nouns)
	}
	recipe := readFile(t, "..", "specs", "pretrain", "mini-1.yaml")
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown key":        {"clip_norm: 1", "clip: 1", "field clip not found"},
		"a share above one":     {"form: 0.92", "form: 92", "corpus.form: 92 is not a share, want 0 to 1"},
		"heads that do not fit": {"kv_heads: 2", "kv_heads: 4", "6 heads cannot share 4 kv_heads"},
		"no learning":           {"learning_rate: 3.0e-3", "learning_rate: 0", "training.learning_rate: 0, want a positive number"},
		"a long warm-up":        {"warmup_tokens: 100_000", "warmup_tokens: 9_000_000", "training.warmup_tokens: 9000000, want 0 to less than tokens"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "spec.yaml")
			if !bytes.Contains(recipe, []byte(c.old)) {
				t.Fatalf("the recipe has no %q", c.old)
			}
			if err := os.WriteFile(path, bytes.Replace(recipe, []byte(c.old), []byte(c.new), 1), 0o666); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadPretrain(path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}
