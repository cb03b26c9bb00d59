// Package backends holds the machines that sample and train, behind one
// contract whose verbs are Tinker's: sample, forward, forward_backward,
// optim_step, save and load state. An algorithm in steps is written once
// against it and runs on every machine that trains by token.
//
// A backend opens models; an opened model is a Sampler or a Trainer. What a
// model can do is asked before a plan is made (Info), never found out an hour
// into a run. All losses are sums over tokens: whoever wants a mean divides the
// weights (see Datum). The package knows no methods, no judges and no specs.
//
//	backends.go  the contract
//	loss.go      the per-token losses, as arithmetic that every backend shares
//	limits.go    requests in flight, requests and tokens a minute
//	planned.go   the machines that come with a later release
//	custom.go    any other loss, through client-side gradients
//	backendtest  the conformance suite that every backend passes
//	local        the embedded engine
package backends

import (
	"context"
	"io"
)

// Backend opens the models of one machine or service. It is safe for
// concurrent use.
type Backend interface {
	// Name is the word that a spec uses: local, tinker, openai, ...
	Name() string
	// Models lists what the backend offers, most recommended first.
	Models(ctx context.Context) ([]Info, error)
	// Resolve says what a name stands for and what that model can do. An
	// unknown name is an error that lists the known ones.
	Resolve(ctx context.Context, name string) (Info, error)
	// Sampler opens a model for sampling; the caller closes it.
	Sampler(ctx context.Context, m Model) (Sampler, error)
	// Trainer opens a model for training; the caller closes it. A backend that
	// does not train by token returns an error saying what it does instead.
	Trainer(ctx context.Context, m Model, t Tuning) (Trainer, error)
}

// Info says what a model is and can do.
type Info struct {
	Name     string // resolved: mini-1, never the alias mini
	Revision string // what its weights are, for keys: a hash, or the service's revision
	Numerics string // what else decides its bits: "local/1 avx512"; "" for a remote service
	Params   int64  // trainable parameters; 0: not known
	Context  int    // tokens of prompt and completion together; 0: not known
	Samples  bool
	Trains   bool // token by token
	Adapters bool // and low-rank adapters, not only all weights
	Jobs     []string
	Logprobs bool // it gives the log probability of tokens that it is shown: Sampler.Logprobs
	Doc      string

	// What a plan estimates with; nothing of it decides a result.
	Free          bool    // it runs on this machine, and a token costs nothing
	BytesPerToken float64 // of plain English, measured with the model's own tokenizer; 0: not known
	Rates         Rates
}

// Rates are how many tokens a second a model takes with all that the machine
// has; 0: not known. They say about how long a step will take before one like it
// was ever run.
type Rates struct{ Read, Sample, Train float64 }

// Model names weights: a model of the backend, or a checkpoint descended from it.
type Model struct {
	Name       string
	Checkpoint string // path of a saved policy (see Trainer.SavePolicy); "" is the model itself
}

// Tuning says which parameters are trained.
type Tuning struct {
	Rank int // LoRA rank; 0 trains all weights
	Seed uint64
}

// Message is one turn of a conversation. Role is system, user or assistant.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Request asks for one completion. Equal requests to equal weights give equal
// completions where Info.Numerics says so: a completion depends on nothing else,
// in particular not on its neighbours in a call.
type Request struct {
	Messages    []Message
	Tokens      []int32 // the prompt as token ids, instead of Messages
	MaxTokens   int     // 0: as many as the context holds
	Temperature float64 // 0 is greedy
	TopP        float64 // 0 and 1 mean all of the distribution
	TopK        int     // 0 means all tokens
	Stop        []string
	Seed        uint64
}

// Completion is an answer.
type Completion struct {
	Text         string
	Tokens       []int32   // without the stop token; nil when the backend gives none
	Logprobs     []float32 // natural log of each token, at temperature 1; nil when the backend gives none
	PromptTokens int
	Finish       string // stop, length
	End          *End   `json:",omitempty"` // nil: no token ended it, or the backend tells none
}

// End is the token that ended a completion. Who trains on what was sampled trains
// on it too: where to end is part of what is learned.
type End struct {
	Token   int32
	Logprob float32
}

// Sampler samples from fixed weights. It is safe for concurrent use.
type Sampler interface {
	// Sample answers all requests and calls done for each, as it finishes, from
	// one goroutine at a time; a request that failed for good has err set. It
	// returns when all are done or ctx ends; what done was called for stays valid.
	Sample(ctx context.Context, reqs []Request, done func(i int, c Completion, err error)) error
	// Logprobs gives the log probability of every target of every datum.
	Logprobs(ctx context.Context, data []Datum) ([][]float32, error)
	Renderer() Renderer
	io.Closer
}

// Datum is one sequence to train on. All slices are equally long: Targets[i] is
// what the model should say after Tokens[:i+1].
type Datum struct {
	Tokens  []int32
	Targets []int32
	// Weights of the targets under cross_entropy: the loss is the sum of
	// -Weights[i]*logprob[i]. They may be fractional or negative.
	Weights []float32
	// Logprobs under the sampling policy and Advantages, for the policy losses.
	Logprobs   []float32
	Advantages []float32
}

// Output is what a forward pass found.
type Output struct {
	Loss     float64     // the sum that Loss defines
	Logprobs [][]float32 // of each datum's targets
}

// Adam holds the optimizer's settings for one step (Loshchilov and Hutter,
// 2019; decoupled weight decay). Zero betas mean .9 and .95, zero Eps 1e-8, as
// tinker-cookbook has them.
type Adam struct {
	LearningRate float64
	Beta1, Beta2 float64
	Eps          float64
	WeightDecay  float64
	ClipNorm     float64 // global gradient norm; 0: no clipping
}

// Trainer trains one model's weights. It is not safe for concurrent use.
type Trainer interface {
	// Forward computes logprobs and the loss without gradients.
	Forward(ctx context.Context, data []Datum, l Loss) (Output, error)
	// ForwardBackward also adds the loss's gradient to what is accumulated.
	ForwardBackward(ctx context.Context, data []Datum, l Loss) (Output, error)
	// OptimStep applies the accumulated gradient and clears it. Metrics are
	// named by path: train/grad_norm.
	OptimStep(ctx context.Context, a Adam) (metrics map[string]float64, err error)
	// SaveState writes weights and optimizer; LoadState continues from them as
	// if nothing had happened.
	SaveState(w io.Writer) error
	LoadState(r io.Reader) error
	// SavePolicy writes the weights alone, as Model.Checkpoint reads them.
	SavePolicy(w io.Writer) error
	// Sampler samples from the current weights; later steps do not change it.
	Sampler(ctx context.Context) (Sampler, error)
	Renderer() Renderer
	io.Closer
}

// Renderer turns messages into tokens and back, in the model's own chat format.
type Renderer interface {
	// Prompt renders messages up to where the assistant begins to speak.
	Prompt(messages []Message) ([]int32, error)
	// Example renders a conversation to train on. The assistant's tokens, its
	// stop token included, weigh 1, all others weigh promptWeight.
	Example(messages []Message, promptWeight float32) (Datum, error)
	Decode(tokens []int32) string
}

// FineTuner runs hosted jobs, for services that train by file.
type FineTuner interface {
	// Launch uploads JSONL rows and starts a job of the given method (sft, dpo).
	Launch(ctx context.Context, model, method string, rows io.Reader, settings map[string]any) (job string, err error)
	// Poll says how a job stands: the tuned model's name once done.
	Poll(ctx context.Context, job string) (status, model string, err error)
}
