package main

import "testing"

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
