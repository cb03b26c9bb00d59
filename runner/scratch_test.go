package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// A scratch file holds what is written to it and leaves nothing behind, neither
// in the artifact nor beside it.
func TestScratchLeavesNothing(t *testing.T) {
	s := OpenStore(t.TempDir())
	b := NewBuilder("scratch")
	var left []string
	a := b.Add(Action{ID: "a", Kind: "scratch", Version: 1, Step: stepFunc(func(_ context.Context, r *Run) error {
		f, err := r.Scratch()
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := f.WriteString("rows"); err != nil {
			return err
		}
		got := make([]byte, 2)
		if _, err := f.ReadAt(got, 1); err != nil || string(got) != "ow" {
			return fmt.Errorf("read %q, %v", got, err)
		}
		if left, err = filepath.Glob(filepath.Join(s.partial(r.Key()), "scratch-*")); err != nil {
			return err
		}
		return write(r, "out.txt", "done")
	})})
	p, err := b.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Execute(t.Context(), p, s, Options{}); err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 && filepath.Separator == '/' {
		t.Errorf("the file has a name: %v", left)
	}
	if _, err := os.Stat(s.partial(a.Key())); err == nil {
		t.Error("partial work is left")
	}
	art, err := s.Open(a.Key())
	if err != nil || len(art.Files()) != 1 {
		t.Errorf("the artifact has %v, %v", art.Files(), err)
	}
}
