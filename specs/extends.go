package specs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxExtends bounds a chain of specs that extend each other.
const maxExtends = 16

// loader reads a spec and those it extends into one tree.
type loader struct {
	env     func(string) (string, bool)
	errs    *Errors
	parents []Parent
	trail   map[string]Pos // of a parent: where it is extended
	chain   []string       // the files being read, to notice a cycle
	part    bool           // one of them could not be read
}

// load parses one file and lays it over what it extends; nil when there is
// nothing to go on with.
func (l *loader) load(name string, src []byte) *node {
	r := newReader(name, splitLines(src), l.env, l.errs)
	root := r.document(src)
	if root == nil || root.kind != mapping {
		return root
	}
	n := root.get("extends")
	if n != nil && n.kind != scalar {
		l.part = true
		(&decoder{errs: l.errs}).mismatch(n, "extends", "the path of a spec", "one, which may extend another in turn")
		n.kind = broken
	}
	if n == nil || n.kind != scalar || n.isNull() {
		return root
	}
	l.chain = append(l.chain, filepath.Clean(name))
	parent := l.parent(name, n)
	l.chain = l.chain[:len(l.chain)-1]
	if parent == nil {
		l.part = true
		return root
	}
	return l.over(parent, root)
}

// parent reads the spec that a value of `extends` names.
func (l *loader) parent(name string, n *node) *node {
	fail := func(hint, format string, args ...any) *node {
		(&decoder{errs: l.errs}).fail(n.place, hint, format, args...)
		return nil
	}
	path := n.text
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(name), filepath.FromSlash(path))
	}
	if slices.Contains(l.chain, filepath.Clean(path)) {
		return fail("", "a cycle: %s extends itself", shown(n))
	}
	if len(l.chain) > maxExtends {
		return fail("", "more than %d specs that extend each other", maxExtends)
	}
	src, err := readFile(path)
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		hint := ""
		if errors.Is(err, fs.ErrNotExist) {
			hint = nearFile(filepath.Dir(name), n.text)
		}
		return fail(hint, "extends: %s cannot be read: %v", shown(n), err)
	}
	l.trail[path] = n.place.Pos
	l.parents = append(l.parents, Parent{Path: path, Source: src})
	parent := l.load(path, src)
	if parent != nil && parent.kind != mapping {
		return fail("", "%s is no spec: it holds no keys and values", shown(n))
	}
	return parent
}

// over lays a spec over the one it extends: mappings merge, all else replaces,
// and null removes.
func (l *loader) over(below, above *node) *node {
	out := *above
	out.entries = slices.Clone(below.entries)
	for _, e := range above.entries {
		i := slices.IndexFunc(out.entries, func(b entry) bool { return b.name == e.name })
		switch {
		case i < 0 && e.value.isNull():
			known := make([]string, len(below.entries))
			for k, b := range below.entries {
				known[k] = b.name
			}
			(&decoder{errs: l.errs}).fail(e.key, didYouMean(e.name, known), "nothing to remove: %q - here the extended spec has %s", e.name, among(known))
		case i < 0:
			out.entries = append(out.entries, e)
		case e.value.isNull():
			out.entries = slices.Delete(out.entries, i, i+1)
		case e.value.kind == mapping && out.entries[i].value.kind == mapping:
			e.value = l.over(out.entries[i].value, e.value)
			out.entries[i] = e
		default:
			out.entries[i] = e
		}
	}
	return &out
}

// readFile reads a spec. What is no plain file, or too long for a spec, is
// refused before it is read.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case info.IsDir():
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("a directory - want a file")}
	case !info.Mode().IsRegular():
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("neither a file nor a directory - want a file")}
	case info.Size() > maxBytes:
		err = &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("%d bytes: a spec has at most %d - rows belong into a data file", info.Size(), maxBytes)}
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// nearFile is the hint for a file that is not there: one whose name is nearly the
// same.
func nearFile(dir, path string) string {
	var names []string
	if !filepath.IsAbs(path) {
		dir = filepath.Join(dir, filepath.FromSlash(filepath.Dir(path)))
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 1000 {
		entries = nil
	}
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	near := Suggest(filepath.Base(path), names)
	if near == "" {
		return "a path is relative to the file it stands in"
	}
	return fmt.Sprintf("did you mean %q?", strings.TrimSuffix(path, filepath.Base(path))+near)
}

// file is a path of the spec as the system finds it.
func (e *Experiment) file(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(e.Dir, filepath.FromSlash(path))
}

// nearFile is the hint for a value of the spec that names a file which is not
// there; "" for any other error.
func (e *Experiment) nearFile(path string, err error) string {
	n := e.tree
	for _, key := range strings.Split(path, ".") {
		if n = n.get(key); n == nil || !errors.Is(err, fs.ErrNotExist) {
			return ""
		}
	}
	return nearFile(filepath.Dir(n.place.File), n.text)
}

// rebased is a path that a parent wrote, from the spec's own directory.
func (d *decoder) rebased(n *node) string {
	if _, extended := d.exp.trail[n.place.File]; !extended || filepath.IsAbs(n.text) || n.text == "" {
		return n.text
	}
	path := filepath.Join(filepath.Dir(n.place.File), filepath.FromSlash(n.text))
	rel, err := filepath.Rel(d.exp.Dir, path)
	switch {
	case err != nil:
		return path
	case strings.HasPrefix(n.text, ".") && !strings.HasPrefix(rel, "."): // the dot says that it is a path
		rel = "./" + rel
	}
	return filepath.ToSlash(rel)
}

// isFile says whether a text in a field names a file: `file:"true"` always,
// `file:"dot"` when it starts with a dot, as ./folder does.
func isFile(n *node, f field) bool {
	switch f.tag.Get("file") {
	case "true":
		return true
	case "dot":
		r, _ := utf8.DecodeRuneInString(n.text)
		return r == '.'
	}
	return false
}
