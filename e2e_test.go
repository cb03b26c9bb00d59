package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this binary serve as the command idiolect to the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"idiolect": func() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}
