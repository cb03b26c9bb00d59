package specs

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A variable of the environment in a value; `$${` stands for the text `${`.
var variable = regexp.MustCompile(`\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

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

// set applies one override, "path=value", to the tree.
func (r *reader) set(root *node, text string) {
	file := "--set " + text
	over := newReader(file, []string{text}, r.env, r.errs)
	path, value, found := strings.Cut(text, "=")
	if !found || path == "" {
		over.fail(Pos{File: file, Line: 1, Col: 1}, utf8.RuneCountInString(text), "", "not an override: %q - write path=value, such as seed=8", text)
		return
	}
	if strings.TrimSpace(value) == "" {
		over.fail(Pos{File: file, Line: 1, Col: utf8.RuneCountInString(path) + 1}, 1, path+`="" is an empty text`, "nothing is written after %s - give it a value", path)
		return
	}
	// Spaces stand for the path, so that columns count from the start of the flag.
	v := over.document([]byte(strings.Repeat(" ", utf8.RuneCountInString(path)+1) + value))
	if v == nil {
		return
	}
	col := 1
	steps := strings.Split(path, ".")
	for i, step := range steps {
		at := place{Pos: Pos{File: file, Line: 1, Col: col}, width: utf8.RuneCountInString(step), source: text}
		col += at.width + 1
		last := i == len(steps)-1
		if root = over.child(root, step, at, last, v); root == nil {
			return
		}
	}
}

// child goes one step down the path of an override; the last step puts v there.
func (r *reader) child(n *node, step string, at place, last bool, v *node) *node {
	switch n.kind {
	case list:
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(n.items) {
			r.fail(at.Pos, at.width, "", "no such item: %q - this list has items 0 to %d", step, len(n.items)-1)
			return nil
		}
		if last {
			n.items[i] = v
		}
		return n.items[i]
	case mapping:
		for i := range n.entries {
			if e := &n.entries[i]; e.name == step {
				if last {
					e.key, e.value = at, v
				}
				return e.value
			}
		}
		fresh := v
		if !last {
			fresh = &node{kind: mapping, place: at}
		}
		n.entries = append(n.entries, entry{name: step, key: at, value: fresh})
		return fresh
	}
	r.fail(at.Pos, at.width, "", "nothing can be set below %q, which is a single value", n.raw)
	return nil
}
