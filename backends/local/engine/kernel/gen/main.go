// Gen writes the assembly of package kernel with avo, one file per run: see README.md for the command. It is a module of its
// own so that the product depends on neither avo nor golang.org/x/tools.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	part := flag.String("part", "", "what to write: cpu, matmul or vector")
	flag.Parse()
	ConstraintExpr("amd64,!noasm")
	switch *part {
	case "cpu":
		cpu()
	case "matmul":
		for _, v := range widths {
			matmul(v)
		}
		transpose8()
	case "vector":
		for _, v := range widths {
			vector(v)
		}
	default:
		log.Fatalf("part %q: want cpu, matmul or vector", *part)
	}
	Generate()
}
