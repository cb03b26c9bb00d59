// Package engine trains and samples decoder-only language models of the Qwen3 and Llama
// architectures on the CPU: RMSNorm, rotary positions, grouped-query attention, optional
// query/key norms, SwiGLU, tied or untied embeddings. The backward pass is written by hand,
// operation by operation; there is no graph and no autodiff.
//
//	config.go      the shape of a model
//	weights.go     parameters: one flat slice, named views
//	parallel.go    how work is spread over threads without changing a bit of the result
//	batch.go       sequences laid end to end, without padding
//	chunk.go       consecutive rows of a batch on one thread
//	trainer.go     Trainer: forward, forward and backward, state
//	forward.go     the model forward                  backward.go  the same backward
//	attention.go   causal grouped-query attention, both ways; heads.go one head of it
//	rope.go        rotary positions and query/key norms, both ways
//	norm.go        RMSNorm over rows, both ways       loss.go      log-probabilities, fused with their gradient
//	packed.go      weights packed for products        factors.go   gradients of weights, summed over rows
//	activations.go what a batch leaves in memory
//	optimizer.go   gradient norm, clipping, AdamW
//	sampler.go     Sampler: requests sharded over cores
//	worker.go      continuous batching on one core    decoder.go   rows through the model with a key/value cache
//	choose.go      the next token from its logits
//
// Training moves through a model in few large steps: between two attentions a chunk of 64 rows goes
// through all operations on one thread while it is in its cache, and the gradients of the weights are
// computed beside attention. The threads wait for each other twice a block and direction.
//
// Two promises hold for one instruction set (kernel.Set). Training gives the same bits for any
// number of threads: whatever is summed over rows is summed in fixed blocks, in a fixed order.
// A completion depends on weights, prompt, settings and seed alone: not on the rows beside it,
// its slot, the number of threads or how its prompt was cut into steps.
//
// The package knows no files, no tokenizers and no losses: a caller turns log-probabilities into
// gradients (Grad) and serialises State and Tensors itself.
package engine

import "idiolect/backends/local/engine/kernel"

// Runtime is what the arithmetic runs on. Results depend on Kernels, never on Threads.
type Runtime struct {
	Kernels *kernel.Set // nil means kernel.Best()
	Threads int         // goroutines that compute at once; below 1 means 1
}

func (rt Runtime) withDefaults() Runtime {
	if rt.Kernels == nil {
		rt.Kernels = kernel.Best()
	}
	rt.Threads = max(rt.Threads, 1)
	return rt
}
