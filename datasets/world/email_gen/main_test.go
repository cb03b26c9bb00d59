package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The files of the repository are what the program writes.
func TestFilesAreWhatIsWritten(t *testing.T) {
	for name, want := range files() {
		got, err := os.ReadFile(filepath.Join("../../../specs/data", name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what go run ./datasets/world/email_gen writes (%v)", name, err)
		}
	}
}
