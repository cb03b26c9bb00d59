// Package marks reads where a broken spec says that it is broken: tests hold the
// places that messages name against what the author of the spec marked.
package marks

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	mark   = regexp.MustCompile(`^ *# *(\^+)(?: (\d+:\d+))?$`)
	place  = regexp.MustCompile(`^(\S+):(\d+):(\d+): `)
	carets = regexp.MustCompile(`^ *\| .*?(\^+)$`)
)

// Marked lists the places that a file marks, in the order of the marks: a comment
// with carets below a line marks columns of that line ("a.yaml:3:5 width 4"), and
// "# ^ 3:1" marks a line and column, of any width ("a.yaml:3:1").
func Marked(file, source string) []string {
	var out []string
	at := 0
	for i, line := range strings.Split(source, "\n") {
		line = strings.TrimSuffix(line, "\r")
		m := mark.FindStringSubmatchIndex(line)
		switch {
		case m == nil:
			at = i + 1
		case m[4] >= 0:
			out = append(out, file+":"+line[m[4]:m[5]])
		default:
			out = append(out, fmt.Sprintf("%s:%d:%d width %d", file, at, utf8.RuneCountInString(line[:m[2]])+1, m[3]-m[2]))
		}
	}
	return out
}

// Reported lists the places of the messages of a rendering, with the width of
// their carets where the place is marked with one.
func Reported(rendering string, marked []string) []string {
	wide := map[string]bool{}
	for _, m := range marked {
		at, _, width := strings.Cut(m, " width ")
		wide[at] = wide[at] || width
	}
	var out []string
	for _, line := range strings.Split(rendering, "\n") {
		if m := place.FindStringSubmatch(line); m != nil {
			out = append(out, strings.Join(m[1:], ":"))
		} else if m := carets.FindStringSubmatch(line); m != nil && len(out) > 0 && wide[out[len(out)-1]] {
			out[len(out)-1] += " width " + strconv.Itoa(len(m[1]))
		}
	}
	return out
}
