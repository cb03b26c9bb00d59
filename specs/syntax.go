package specs

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// The YAML reader knows the line of a syntax error only, and in mappings it
// names the line where the mapping began. So the line is looked for here, and
// on it the commonest mistakes, by name (see syntax_flaw.go).

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntax reports what the YAML reader refused.
func (r *reader) syntax(err error) {
	message := err.Error()
	at := Pos{File: r.file, Line: 1, Col: 1}
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		message = message[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			at.Line = min(max(n, 1), len(r.lines))
		}
	}
	if message == "EOF" {
		r.fail(at, 1, "start with `name: my_experiment`", "the spec is empty")
		return
	}
	find := r.flaw
	if r.before > 0 {
		find = func(number int, message string) *flaw { return r.value(number, r.before, message) }
		at.Col += r.before
	} else if line := r.firstWrong(); line > 0 {
		at.Line = line
	}
	if f := find(at.Line, message); f != nil {
		r.fail(f.Pos, f.width, f.hint, "not YAML: %s", f.what)
		return
	}
	text := r.from(at.Line, at.Col)
	at.Col += utf8.RuneCountInString(text) - utf8.RuneCountInString(strings.TrimLeft(text, " "))
	r.fail(at, utf8.RuneCountInString(strings.TrimSpace(text)), "a mistake of indentation, quotes or brackets here or nearby", "not YAML: %s", message)
}

// firstWrong is the line with which a file stops being YAML: the lines before it
// are, and with it nothing that follows mends them. A construct of many lines is
// no YAML while it is cut short, so some cuts are tried before one is believed.
// In a long file, which takes too many readings, it is 0.
func (r *reader) firstWrong() int {
	const tries, most = 12, 2 << 20
	read := 0
	sound := func(lines int) bool {
		text := strings.Join(r.lines[:lines], "\n")
		read += len(text)
		var n yaml.Node
		return yaml.Unmarshal([]byte(text), &n) == nil
	}
	low, high := 0, len(r.lines)
	for high-low > 1 {
		middle := (low + high) / 2
		found := false
		for cut := middle; cut < high && cut < middle+tries && !found; cut++ {
			if read > most {
				return 0
			}
			if found = sound(cut); found {
				low = cut
			}
		}
		if !found {
			high = middle
		}
	}
	for low+1 < len(r.lines) && strings.TrimSpace(r.lines[low]) == "" {
		low++
	}
	return low + 1
}
