package specs

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A variable of the environment in a value, or what looks like one; `$${` stands
// for the text `${`.
var variable = regexp.MustCompile(`\$\$\{|\$\{(\}|[^{}\n][^}\n]*\}?)`)

// variableText is a variable as a schema describes it.
const variableText = `\$\{([A-Za-z_][A-Za-z0-9_]*)\}`

var variableName = regexp.MustCompile(`^` + variableText + `$`)

// expand fills ${VAR} into a scalar, and says whether it could. The values never
// reach an error message: messages quote what is written.
func (r *reader) expand(n *node) (text string, ok bool) {
	if !strings.Contains(n.raw, "${") {
		return n.raw, true
	}
	ok = true
	var out strings.Builder
	var spots []spot
	end, counted, runes := 0, 0, 0
	for _, at := range variable.FindAllStringIndex(n.raw, -1) {
		out.WriteString(n.raw[end:at[0]])
		found := n.raw[at[0]:at[1]]
		end = at[1]
		if found == "$${" {
			out.WriteString("${")
			continue
		}
		value, wrong, hint := r.variable(found)
		if wrong != "" {
			ok = false
			if spots == nil {
				spots = n.spots()
			}
			runes += utf8.RuneCountInString(n.raw[counted:at[0]])
			counted = at[0]
			place := n.among(spots, runes, utf8.RuneCountInString(found))
			(&decoder{errs: r.errs}).fail(place, hint, "%s", wrong)
		}
		out.WriteString(value)
	}
	return out.String() + n.raw[end:], ok
}

// variable is the value of one ${VAR}, or what is wrong with it.
func (r *reader) variable(found string) (value, wrong, hint string) {
	m := variableName.FindStringSubmatch(found)
	if m == nil {
		return "", fmt.Sprintf("not a variable: %q - write ${NAME}, letters, digits and _", found), "$${ is a plain ${"
	}
	if value, ok := r.env(m[1]); ok {
		return value, "", ""
	}
	hint = "set it in the environment or in .env beside the spec; $${ is a plain ${"
	if m[1] == strings.ToLower(m[1]) {
		hint = "a column of the rows is written {{ " + m[1] + " }}; " + hint
	}
	return "", fmt.Sprintf("environment variable %s is not set", m[1]), hint
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
	over.before = utf8.RuneCountInString(path) + 1
	v := over.document([]byte(strings.Repeat(" ", utf8.RuneCountInString(path)+1) + value))
	if v == nil {
		return root
	}
	at := place{Pos: Pos{File: file, Line: 1, Col: 1}, source: text}
	return Override{Path: path, Swept: Swept{node: v}, at: at}.onto(root, l.errs)
}
