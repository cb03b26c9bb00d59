package specs

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// A variable of the environment in a value; `$${` stands for the text `${`.
var variable = regexp.MustCompile(`\$\$\{|` + variableText)

const variableText = `\$\{([A-Za-z_][A-Za-z0-9_]*)\}`

// expand fills ${VAR} into a scalar. The values never reach an error message:
// messages quote what is written.
func (r *reader) expand(n *node) string {
	if !strings.Contains(n.raw, "${") {
		return n.raw
	}
	return variable.ReplaceAllStringFunc(n.raw, func(found string) string {
		if found == "$${" {
			return "${"
		}
		name := found[2 : len(found)-1]
		if value, ok := r.env(name); ok {
			return value
		}
		at := n.place
		if n.inline >= 0 {
			at.Col += n.inline + utf8.RuneCountInString(n.raw[:strings.Index(n.raw, found)])
			at.width = utf8.RuneCountInString(found)
		}
		r.fail(at.Pos, at.width, "set it in the environment or in .env beside the spec; $${ is a plain ${", "environment variable %s is not set", name)
		return ""
	})
}

// set applies one override of the command line, "path=value", to the tree.
func (l *loader) set(root *node, text string) *node {
	file := "--set " + text
	over := newReader(file, []string{text}, l.env, l.errs)
	path, value, found := strings.Cut(text, "=")
	if !found || path == "" {
		over.fail(Pos{File: file, Line: 1, Col: 1}, utf8.RuneCountInString(text), "", "not an override: %q - write path=value, such as seed=8", text)
		return root
	}
	if strings.TrimSpace(value) == "" {
		over.fail(Pos{File: file, Line: 1, Col: utf8.RuneCountInString(path) + 1}, 1, path+`="" is an empty text`, "nothing is written after %s - give it a value", path)
		return root
	}
	// Spaces stand for the path, so that columns count from the start of the flag.
	v := over.document([]byte(strings.Repeat(" ", utf8.RuneCountInString(path)+1) + value))
	if v == nil {
		return root
	}
	at := place{Pos: Pos{File: file, Line: 1, Col: 1}, source: text}
	return Override{Path: path, Swept: Swept{node: v}, at: at}.onto(root, l.errs)
}
