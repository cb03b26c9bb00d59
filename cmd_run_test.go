package main

import (
	"strings"
	"testing"
)

// The command that goes on with a run is one that a shell takes as it stands.
func TestAgain(t *testing.T) {
	for name, c := range map[string]struct {
		flags runFlags
		want  string
	}{
		"no flags": {runFlags{specFlags: specFlags{runs: defaultRuns}}, "idiolect run my.yaml"},
		"flags that decide results are kept, those that ask for work again are not": {
			runFlags{specFlags: specFlags{runs: "other", set: []string{"seed=8"}, threads: 1}, only: []string{"methods.tuned@1"}, fresh: []string{"data.topics"}, workers: 2},
			"idiolect run my.yaml --set seed=8 --only methods.tuned@1 -o other -j 2 --threads 1",
		},
		"what a shell would read otherwise is quoted": {
			runFlags{specFlags: specFlags{runs: defaultRuns, set: []string{`data.a.where=line != 'x' and $HOME`}}},
			`idiolect run my.yaml --set 'data.a.where=line != '\''x'\'' and $HOME'`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.flags.again("my.yaml"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Mistakes of the command line end with 2 and say what is wanted, in words of
// the command and not of its libraries.
func TestCommandLineMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a word for a number":     {[]string{"run", "x.yaml", "-j", "two"}, `invalid argument "two" for "-j, --workers" flag: want a whole number`},
		"fewer than no workers":   {[]string{"run", "x.yaml", "-j", "-1"}, "want 0 or more"},
		"two specs that are not":  {[]string{"validate", "one.yaml", "two.yaml"}, "one.yaml: no such file or directory\ntwo.yaml: no such file or directory"},
		"no directory":            {[]string{"plan", "x.yaml", "-o", ""}, "-o names no directory"},
		"an escape in an unknown": {[]string{"show", "\x1b[2J"}, "no run in ␛[2J"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs strings.Builder
			if code := run(c.args, &out, &errs); code != exitUsage || !strings.Contains(errs.String(), c.want) || out.Len() > 0 {
				t.Errorf("code %d, %q and %q", code, out.String(), errs.String())
			}
		})
	}
}
