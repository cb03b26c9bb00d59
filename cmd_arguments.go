package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"idiolect/specs"
)

// argument is a word in the Use of a command that stands for something: SPEC,
// [TABLE], SPEC... What a command takes, what it says when that is missing, and
// what a shell completes there follow from these words.
type argument struct {
	word           string
	optional, many bool
}

func argumentsOf(c *cobra.Command) []argument {
	var out []argument
	for _, word := range strings.Fields(c.Use)[1:] {
		bare := strings.Trim(word, "[]")
		name, many := strings.CutSuffix(bare, "...")
		out = append(out, argument{word: name, optional: bare != word, many: many})
	}
	return out
}

// says is what an argument is called in a sentence: "a spec".
func (x argument) says() string {
	if strings.ContainsRune("AEIOU", rune(x.word[0])) {
		return "an " + strings.ToLower(x.word)
	}
	return "a " + strings.ToLower(x.word)
}

// settle gives every command its check of arguments, and its completion.
func (a *app) settle(c *cobra.Command) {
	for _, sub := range c.Commands() {
		a.settle(sub)
	}
	if c.Name() == "help" || !c.Runnable() {
		return
	}
	c.Args = checkArguments
	a.completes(c)
}

// checkArguments says what is missing or too much, flags too.
func checkArguments(c *cobra.Command, args []string) error {
	wanted := argumentsOf(c)
	var missing []string
	for i, x := range wanted {
		if i >= len(args) && !x.optional {
			missing = append(missing, x.says())
		}
	}
	line := strings.TrimSpace(c.CommandPath() + strings.TrimPrefix(c.Use, c.Name()))
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, required := f.Annotations[cobra.BashCompOneRequiredFlag]; required {
			value, _ := pflag.UnquoteUsage(f)
			line += " --" + f.Name + " " + strings.ToUpper(value)
			if !f.Changed {
				missing = append(missing, "--"+f.Name)
			}
		}
	})
	most := len(wanted)
	switch {
	case len(missing) > 0:
		return usage(fmt.Errorf("%s needs %s: %s", c.Name(), strings.Join(missing, " and "), line))
	case len(args) > most && (most == 0 || !wanted[most-1].many):
		return usage(fmt.Errorf("too many arguments: %q - write %s", args[most], line))
	}
	return nil
}

// checkCommand refuses a command line whose command there is not. cobra would
// print help for a wrong word behind a group of commands, and call it done.
func checkCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 || strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return nil
	}
	c, rest, _ := root.Find(args)
	if c.Runnable() || strings.HasPrefix(strings.Join(rest, " "), "-") {
		return nil
	}
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	if len(rest) == 0 {
		return usage(fmt.Errorf("%s needs a command: one of %s", c.Name(), strings.Join(names, ", ")))
	}
	return usage(unknown("command", rest[0], names, c.CommandPath()+" --help lists the commands"))
}

// unknown is the mistake of naming what is not there.
func unknown(what, name string, known []string, hint string) error {
	if near := specs.Suggest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return fmt.Errorf("unknown %s %q\nhint: %s", what, name, hint)
}
