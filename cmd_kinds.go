package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"idiolect/specs"
	"idiolect/steps"
)

func (a *app) kindsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "kinds [KIND]", Short: "every kind and word a spec can use; of one, its settings and defaults",
		Long: `kinds lists the sources, methods and judges that a spec can name, and the words
of its expressions. With a name, such as sft, it tells the settings of that
kind: what each is for, what it takes, and what it is when a spec says nothing.`,
		RunE: func(_ *cobra.Command, args []string) error {
			language := steps.Language(nil)
			entries, err := language.Entries(), error(nil)
			if len(args) == 1 {
				if entries, err = language.Named(args[0]); err != nil {
					return usage(err)
				}
			}
			switch {
			case asJSON:
				return printIndented(a.stdout, entries)
			case len(args) == 1:
				return tellKinds(a.stdout, entries)
			}
			return listKinds(a.stdout, entries)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "a JSON list")
	return c
}

// printIndented writes a value as JSON for people and programs.
func printIndented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// kindTitles are the headings of the list, by sort.
var kindTitles = []struct{ sort, title string }{
	{"source", "sources, of data"},
	{"method", "kinds of methods"},
	{"judge", "kinds of judges"},
	{"word", "words, of expressions"},
	{"builtin", "functions of the language expr that expressions may use"},
}

// listKinds writes one line per entry. The functions of expr are names alone.
func listKinds(w io.Writer, entries []specs.Entry) error {
	var b strings.Builder
	wide := 0
	for _, e := range entries {
		wide = max(wide, len(e.Name))
	}
	for _, t := range kindTitles {
		fmt.Fprintf(&b, "%s\n", t.title)
		line := " "
		for _, e := range entries {
			switch {
			case e.Sort != t.sort:
			case t.sort != "builtin":
				fmt.Fprintf(&b, "  %-*s  %s\n", wide, e.Name, e.Doc+later(e))
			case len(line)+len(e.Name) > 90:
				fmt.Fprintf(&b, "%s\n", line)
				line = "  " + e.Name
			default:
				line += " " + e.Name
			}
		}
		if t.sort == "builtin" {
			fmt.Fprintln(&b, line)
		} else {
			fmt.Fprintln(&b)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// later marks a kind that this release plans and does not carry out.
func later(e specs.Entry) string {
	if e.Planned {
		return " (planned, not yet carried out)"
	}
	return ""
}

// tellKinds writes what entries are and what can be set of them.
func tellKinds(w io.Writer, entries []specs.Entry) error {
	var b strings.Builder
	for i, e := range entries {
		if i > 0 {
			fmt.Fprintln(&b)
		}
		fmt.Fprintf(&b, "%s %s: %s\n", e.Sort, e.Name, e.Doc+later(e))
		for _, call := range e.Calls {
			fmt.Fprintf(&b, "  %s\n", call)
		}
		wide := max(deepest(e.Settings, 2), deepest(e.Common, 2))
		if len(e.Settings) > 0 {
			fmt.Fprintln(&b)
			tellSettings(&b, e.Settings, 2, wide)
		}
		if len(e.Common) > 0 {
			fmt.Fprintf(&b, "\nof every %s\n", e.Sort)
			tellSettings(&b, e.Common, 2, wide)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// tellSettings writes two lines per setting: what it is for, and beneath what it
// takes. The settings of a mapping stand under it, two columns further in.
func tellSettings(b *strings.Builder, settings []specs.Setting, indent, wide int) {
	for _, s := range settings {
		takes := s.Takes
		if s.Required {
			takes += "; required"
		} else if s.Default != "" {
			takes += "; default " + s.Default
		}
		lines := []string{takes}
		if s.Doc != "" {
			lines = []string{s.Doc, takes}
		}
		name := strings.Repeat(" ", indent) + s.Name
		for _, line := range lines {
			fmt.Fprintf(b, "%-*s  %s\n", wide, name, line)
			name = ""
		}
		tellSettings(b, s.Settings, indent+2, wide)
	}
}

// deepest is how many columns the names of settings take.
func deepest(settings []specs.Setting, indent int) int {
	wide := 0
	for _, s := range settings {
		wide = max(wide, indent+len(s.Name), deepest(s.Settings, indent+2))
	}
	return wide
}
