//go:build !amd64 || noasm

package kernel

// assembled lists the sets written in assembly that this CPU runs: none on this architecture.
func assembled() []*Set { return nil }
