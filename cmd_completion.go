package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"idiolect/specs"
	"idiolect/steps"
)

// completes gives a command what a shell completes behind it: its arguments by
// their words in Use, the values of its flags by the words in backquotes.
func (a *app) completes(c *cobra.Command) {
	if c.ValidArgsFunction == nil {
		c.ValidArgsFunction = func(c *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
			wanted := argumentsOf(c)
			i := len(args)
			if n := len(wanted); i >= n && n > 0 && wanted[n-1].many {
				i = n - 1
			}
			if i >= len(wanted) {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return a.candidates(c, wanted[i].word, args, begun)
		}
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, own := c.GetFlagCompletionFunc(f.Name); own || f.NoOptDefVal != "" {
			return
		}
		value, _ := pflag.UnquoteUsage(f)
		_ = c.RegisterFlagCompletionFunc(f.Name, func(c *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return a.candidates(c, strings.ToUpper(value), args, begun)
		})
	})
}

// candidates are the values of an argument or a flag that begin as begun does,
// each with what it is, for the arguments before it.
func (a *app) candidates(c *cobra.Command, word string, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var all []cobra.Completion
	switch word {
	case "SPEC":
		return []cobra.Completion{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
	case "DIR", "DIRECTORY":
		return nil, cobra.ShellCompDirectiveFilterDirs
	case "FILE", "PLAN":
		return nil, cobra.ShellCompDirectiveDefault
	case "RUN":
		all = runCandidates()
	case "STEP":
		all = a.stepCandidates(c, args)
	case "TABLE":
		all = tableCandidates(args)
	case "KIND":
		all = kindCandidates()
	case "EXAMPLE":
		examples, _ := specs.ExampleSpecs()
		for _, x := range examples {
			all = append(all, cobra.CompletionWithDesc(x.Name, x.Doc))
		}
	}
	all = slices.DeleteFunc(all, func(x cobra.Completion) bool { return !strings.HasPrefix(x, begun) })
	if word == "RUN" && len(all) == 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs // runs of another directory
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// runCandidates are the runs in the directory of runs, newest first, and before
// each experiment's the name of its newest.
func runCandidates() []cobra.Completion {
	var out []cobra.Completion
	runs, _ := listRuns(defaultRuns)
	for _, r := range runs {
		latest := cobra.CompletionWithDesc(filepath.Join(defaultRuns, r.Name, "latest"), "the newest run of "+r.Name)
		if !slices.Contains(out, latest) {
			out = append(out, latest)
		}
		out = append(out, cobra.CompletionWithDesc(r.Dir, r.State))
	}
	return out
}

// stepCandidates are the steps of the spec before them.
func (a *app) stepCandidates(c *cobra.Command, args []string) []cobra.Completion {
	if len(args) == 0 {
		return nil
	}
	f := specFlags{runs: defaultRuns}
	f.set, _ = c.Flags().GetStringArray("set")
	p, err := a.compile(c.Context(), args[0], f)
	if err != nil {
		return nil // run and validate tell what is wrong with it
	}
	var out []cobra.Completion
	for _, step := range p.plan.Actions {
		out = append(out, cobra.CompletionWithDesc(step.ID, step.Says))
	}
	return out
}

func tableCandidates(args []string) []cobra.Completion {
	if len(args) == 0 {
		return nil
	}
	dir, err := findRun(args[0])
	if err != nil {
		return nil
	}
	names, _ := tableNames(dir)
	return names
}

func kindCandidates() []cobra.Completion {
	var out []cobra.Completion
	for _, e := range steps.Language(nil).Entries() {
		if e.Sort != "builtin" {
			out = append(out, cobra.CompletionWithDesc(e.Name, e.Sort+": "+e.Doc))
		}
	}
	return out
}
