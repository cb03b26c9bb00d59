package runner

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// publishedRun is a run of two files with its directory.
func publishedRun(t *testing.T) (*Plan, *Dir) {
	t.Helper()
	p, s := twoFiles(t), store(t, t.TempDir())
	execute(t, p, s, Options{})
	d := openRun(t, t.TempDir(), p, 0)
	check(t, d.Publish(p, s))
	return p, d
}

// What a run published is found by key, wherever its directory lies, and every file is verified.
func TestPublished(t *testing.T) {
	p, d := publishedRun(t)
	moved := filepath.Join(t.TempDir(), "moved")
	check(t, os.Rename(d.Path, moved))
	pub, err := ReadPublished(moved)
	check(t, err)
	a := p.Actions[0]
	art, err := pub.Open(a.Key())
	check(t, err)
	if !pub.Has(a.Key()) || art.KeyText() != a.KeyText() || len(art.Files()) == 0 {
		t.Errorf("the artifact of %s has the files %q and the key text\n%s", a.ID, art.Files(), art.KeyText())
	}
	check(t, art.Verify())
	if _, err := pub.Open("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an artifact that there is not: %v", err)
	}
	for _, file := range art.Files() {
		pub, err := ReadPublished(moved)
		check(t, err)
		art, err := pub.Open(a.Key())
		check(t, err)
		path := art.at(file)
		raw, err := os.ReadFile(path)
		check(t, err)
		check(t, os.Chmod(path, 0o666))
		check(t, os.WriteFile(path, append([]byte{raw[0] ^ 1}, raw[1:]...), 0o666))
		var damaged *DamagedError
		if _, err := art.Path(file); !errors.As(err, &damaged) || damaged.Path != path {
			t.Errorf("one bit of %s is another: %v", file, err)
		}
	}
}

func TestPublishedIsNotEdited(t *testing.T) {
	_, d := publishedRun(t)
	path := filepath.Join(d.Path, publishedName)
	raw, err := os.ReadFile(path)
	check(t, err)
	for name, edited := range map[string][]byte{
		"a checksum":     bytes.Replace(raw, []byte(`"sha256": "`), []byte(`"sha256": "0`), 1),
		"a key text":     bytes.Replace(raw, []byte("idiolect-key/1"), []byte("idiolect-key/2"), 1),
		"half a file":    raw[:len(raw)/2],
		"another format": bytes.Replace(raw, []byte(publishedFormat), []byte("idiolect-artifacts/9"), 1),
	} {
		check(t, os.WriteFile(path, edited, 0o666))
		if _, err := ReadPublished(d.Path); err == nil || !strings.Contains(err.Error(), publishedName) {
			t.Errorf("%s: %v", name, err)
		}
	}
	check(t, os.Remove(path))
	if _, err := ReadPublished(d.Path); err == nil || !strings.Contains(err.Error(), "has not come to an end") {
		t.Errorf("a run that published nothing: %v", err)
	}
}

// A recorded plan is the plan again: the same bytes written, the same keys; one that was edited is noticed.
func TestRecordedPlan(t *testing.T) {
	p, d := publishedRun(t)
	recorded, err := ReadPlan(d.Path)
	check(t, err)
	past, err := recorded.Plan()
	check(t, err)
	want, err := p.JSON()
	check(t, err)
	got, err := past.JSON()
	check(t, err)
	if !bytes.Equal(want, got) || past.Key() != p.Key() {
		t.Errorf("read back the plan is\n%s\nwant\n%s", got, want)
	}
	edited := filepath.Join(t.TempDir(), planName)
	check(t, os.WriteFile(edited, bytes.Replace(want, []byte(`"version": 1`), []byte(`"version": 2`), 1), 0o666))
	recorded, err = ReadPlan(edited)
	check(t, err)
	if _, err := recorded.Plan(); err == nil || !strings.Contains(err.Error(), "edited or damaged") {
		t.Errorf("an edited plan: %v", err)
	}
}

// Causes are told apart from what follows from them.
func TestChangesSince(t *testing.T) {
	_, d := publishedRun(t)
	last, err := ReadPrevious(d.Path)
	check(t, err)
	if c := twoFiles(t).Since(last); len(c.Changed)+len(c.Added)+len(c.Removed) != 0 {
		t.Errorf("the same plan differs: %+v", c)
	}
	old := tuning(t, "x.yaml", Line{"prompt", "hello"})
	last, err = ReadPrevious(openRun(t, t.TempDir(), old, 0).Path)
	check(t, err)
	c := tuning(t, "x.yaml", Line{"prompt", "bye"}).Since(last)
	if len(c.Changed) == 0 || len(c.Changed[0].Own) != 1 || c.Changed[0].Own[0].String() != "prompt changed: hello -> bye" {
		t.Fatalf("changes %+v", c)
	}
	for _, follows := range c.Changed[1:] {
		if len(follows.Own) != 0 || len(follows.Through) == 0 {
			t.Errorf("%+v does not follow from the cause", follows)
		}
	}
	if c := twoFiles(t).Since(last); len(c.Added) == 0 || len(c.Removed) == 0 {
		t.Errorf("another experiment: %+v", c)
	}
}
