package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// checkpointRun executes one step that fails at the end, so that its checkpoints stay, and returns where.
func checkpointRun(t *testing.T, o Options, step stepFunc) (dir string, s *Store, p *Plan) {
	t.Helper()
	b := NewBuilder("checkpoints")
	a := add(b, "methods.tuned", step)
	p, s = plan(t, b), store(t, t.TempDir())
	if _, err := Execute(t.Context(), p, s, o); err == nil {
		t.Fatal("the step was to fail")
	}
	return s.partial(a.Key()), s, p
}

func saving(steps int) stepFunc {
	return func(_ context.Context, r *Run) error {
		for step := 1; step <= steps; step++ {
			if err := r.SaveCheckpoint(step, func(w io.Writer) error { _, err := fmt.Fprint(w, "state ", step); return err }); err != nil {
				return err
			}
		}
		return errors.New("out of memory")
	}
}

func TestDamagedCheckpoint(t *testing.T) {
	cases := map[string]struct {
		damage func(t *testing.T, newest, before string)
		want   string
		logs   int
	}{
		"none":                {func(*testing.T, string, string) {}, "11: state 11", 0},
		"the newest":          {func(t *testing.T, newest, _ string) { flip(t, newest, 3) }, "10: state 10", 1},
		"its checksum":        {func(t *testing.T, newest, _ string) { flip(t, newest, len("state 11")) }, "10: state 10", 1},
		"the newest is empty": {func(t *testing.T, newest, _ string) { check(t, os.Truncate(newest, 0)) }, "10: state 10", 1},
		"both":                {func(t *testing.T, newest, before string) { flip(t, newest, 3); flip(t, before, 3) }, "none", 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir, s, p := checkpointRun(t, Options{}, saving(11))
			files, err := filepath.Glob(filepath.Join(dir, "checkpoint-*"))
			check(t, err)
			if len(files) != keptCheckpoints {
				t.Fatalf("kept %v", files)
			}
			c.damage(t, files[1], files[0])
			got, logs := "none", 0
			p.Actions[0].Step = stepFunc(func(_ context.Context, r *Run) error {
				step, data, ok, err := r.Checkpoint()
				if ok {
					got = fmt.Sprintf("%d: %s", step, data)
				}
				return err
			})
			execute(t, p, s, Options{Events: func(e Event) {
				if e.Kind == Log && strings.Contains(e.Note, "damaged") {
					logs++
				}
			}})
			if got != c.want || logs != c.logs {
				t.Errorf("went on from %q with %d lines logged, want %q with %d", got, logs, c.want, c.logs)
			}
		})
	}
}

// A checkpoint whose writing fails leaves the one before as it was, and no half-written file.
func TestHalfWrittenCheckpoint(t *testing.T) {
	full := errors.New("no space left on device")
	dir, _, _ := checkpointRun(t, Options{}, func(_ context.Context, r *Run) error {
		check(t, r.SaveCheckpoint(1, func(w io.Writer) error { _, err := io.WriteString(w, "sound"); return err }))
		err := r.SaveCheckpoint(2, func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return full })
		if step, data, ok, _ := r.Checkpoint(); !ok || step != 1 || string(data) != "sound" {
			t.Errorf("checkpoint %d: %q", step, data)
		}
		return err
	})
	entries, err := os.ReadDir(dir)
	check(t, err)
	if len(entries) != 1 {
		t.Errorf("left %v, want the sound checkpoint alone", entries)
	}
}

func TestCheckpointDue(t *testing.T) {
	due := func(t *testing.T, o Options) (seconds []int) {
		start := time.Now()
		_, _, _ = checkpointRun(t, o, func(_ context.Context, r *Run) error {
			for range 12 {
				time.Sleep(5 * time.Second)
				if r.CheckpointDue() {
					seconds = append(seconds, int(time.Since(start).Seconds()))
					check(t, r.SaveCheckpoint(len(seconds), func(io.Writer) error { return nil }))
				}
			}
			return errors.New("over")
		})
		return seconds
	}
	cases := map[string]struct {
		every time.Duration
		want  []int
	}{
		"every 20 seconds if nothing is said": {0, []int{20, 40, 60}},
		"every 30 seconds":                    {30 * time.Second, []int{30, 60}},
		"at every chance":                     {-1, []int{5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60}},
	}
	for name, c := range cases {
		synctest.Test(t, func(t *testing.T) {
			if diff := cmp.Diff(c.want, due(t, Options{CheckpointEvery: c.every})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}
