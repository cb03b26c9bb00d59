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
// the two commonest causes, a tab and a bracket that is not closed, by name.

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
	if line, col := r.tab(); strings.Contains(message, "cannot start any token") && line > 0 {
		r.fail(Pos{File: r.file, Line: line, Col: col}, 1, "indent by spaces", "not YAML: a tab at the start of a line")
		return
	}
	if line, col, inside := r.bracket(); strings.Contains(message, "did not find expected ',' or") && line > 0 {
		hint, what := "", "this bracket is not closed"
		if inside {
			hint, what = "inside { } and [ ], quote values that contain brackets, ${...} too", "a bracket inside a plain value"
		}
		r.fail(Pos{File: r.file, Line: line, Col: col}, 1, hint, "not YAML: %s", what)
		return
	}
	at.Line = r.firstWrong()
	text := r.line(at.Line)
	at.Col += utf8.RuneCountInString(text) - utf8.RuneCountInString(strings.TrimLeft(text, " "))
	r.fail(at, utf8.RuneCountInString(strings.TrimSpace(text)), "a mistake of indentation, quotes or brackets here or nearby", "not YAML: %s", message)
}

// firstWrong is the line with which a file stops being YAML: the lines before it
// are, and with it nothing that follows mends them. A construct of many lines is
// no YAML while it is cut short, so some cuts are tried before one is believed.
func (r *reader) firstWrong() int {
	const tries = 12
	sound := func(lines int) bool {
		var n yaml.Node
		return yaml.Unmarshal([]byte(strings.Join(r.lines[:lines], "\n")), &n) == nil
	}
	low, high := 0, len(r.lines)
	for high-low > 1 {
		middle := (low + high) / 2
		found := false
		for cut := middle; cut < high && cut < middle+tries && !found; cut++ {
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

// tab finds the first line that is indented by a tab; 0 when there is none.
func (r *reader) tab() (line, col int) {
	for i, text := range r.lines {
		if before, _, found := strings.Cut(text, "\t"); found && strings.TrimSpace(before) == "" {
			return i + 1, utf8.RuneCountInString(before) + 1
		}
	}
	return 0, 0
}

// bracket finds the mistake in a flow mapping or list: a bracket inside a plain
// value, or else the innermost bracket that is open where the next key stands at
// the start of a line, or at the end of the file. line is 0 when there is none.
func (r *reader) bracket() (line, col int, inside bool) {
	var open []Pos
	for i, text := range r.lines {
		if len(open) > 0 && text != "" && !strings.ContainsRune(" #]}", rune(text[0])) {
			break
		}
		quote, before := rune(0), ' '
		for j, char := range []rune(text) {
			starts := strings.ContainsRune(" [{,:", before)
			switch {
			case quote != 0:
				if char == quote {
					quote = 0
				}
			case strings.ContainsRune(`"'`, char) && starts:
				quote = char
			case char == '#' && before == ' ':
				quote = '\n' // a comment, to the end of the line
			case strings.ContainsRune("{[", char) && starts:
				open = append(open, Pos{Line: i + 1, Col: j + 1})
			case strings.ContainsRune("{[", char) && len(open) > 0:
				return i + 1, j + 1, true
			case strings.ContainsRune("}]", char) && len(open) > 0:
				open = open[:len(open)-1]
			}
			before = char
		}
	}
	if len(open) == 0 {
		return 0, 0, false
	}
	last := open[len(open)-1]
	return last.Line, last.Col, false
}
