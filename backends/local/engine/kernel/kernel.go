// Package kernel holds the float32 kernels of the training engine, in three instruction sets chosen at run time: "avx512",
// "avx2" (with FMA) and "portable". It knows matrices and vectors, no layers and no models.
//
// The promise is bit reproducibility. An element of a matrix product depends on its row of A, its column of B and K only: never
// on M, N, the number of threads or the tile it falls into. An elementwise result depends on the element alone, never on its
// offset or the length of the slice. A reduction depends on the slice alone, in the order its method documents. "avx512" and
// "avx2" add in the same order and give the same bits; "portable", which rounds every product, gives others. A result is
// reproduced under the set whose name is recorded beside it, whatever the compiler, GOAMD64 or threads.
//
// Contents: kernel.go chooses a set; matmul.go splits a product over threads and blocks, tile.go packs and sweeps a block,
// packed.go keeps weights packed, factor.go the factors of their gradients; vector.go checks and combines the vector kernels, exp.go holds the mathematics of exp and
// log; portable_*.go is the set in plain Go, set_amd64.go lists the assembly that the generator in gen writes.
package kernel

//go:generate go run -C gen . -part cpu -out ../cpu_amd64.s -stubs ../cpu_amd64.go -pkg kernel
//go:generate go run -C gen . -part matmul -out ../matmul_amd64.s -stubs ../matmul_amd64.go -pkg kernel
//go:generate go run -C gen . -part vector -out ../vector_amd64.s -stubs ../vector_amd64.go -pkg kernel

import (
	"fmt"
	"os"
	"strings"
)

// Env is the environment variable that Best reads: the name of an instruction set.
const Env = "IDIOLECT_ISA"

// Set is the kernels of one instruction set. It is immutable and safe for concurrent use.
type Set struct {
	name    string
	tiles   tiles
	vectors vectors
}

// Name says which instruction set this is: "avx512", "avx2" or "portable".
func (s *Set) Name() string { return s.name }

// Numerics names the bits that the set computes: sets of equal numerics give the
// same bits in every kernel. AVX-512 and AVX2 do (fma): both fuse every
// multiply-add and sum in the same order. portable rounds each product.
func (s *Set) Numerics() string {
	if s.name == "portable" {
		return "portable"
	}
	return "fma"
}

// Best is the fastest set of this CPU, or the one named in the environment variable Env, read on each call. A name that
// Choose refuses is passed over here; a command that wants to report it calls Choose(os.Getenv(Env)) first.
func Best() *Set {
	if s, err := Choose(os.Getenv(Env)); err == nil {
		return s
	}
	return offered[0]
}

// Choose is the set with this name, or the fastest of this CPU for "". The error names the value and what the CPU offers.
func Choose(name string) (*Set, error) {
	if name == "" {
		return offered[0], nil
	}
	for _, s := range offered {
		if s.name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("instruction set %q is not offered by this CPU: want %s", name, strings.Join(Names(), ", "))
}

// Names lists what this CPU offers, fastest first; it always ends with "portable". The caller owns the slice.
func Names() []string {
	names := make([]string, len(offered))
	for i, s := range offered {
		names[i] = s.name
	}
	return names
}

// offered is never modified after start.
var offered = append(assembled(), portable())
