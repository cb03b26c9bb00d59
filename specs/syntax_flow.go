package specs

import (
	"fmt"
	"strings"
)

// flowScan looks for the mistake in a value that starts with a bracket or a quote,
// in a file that is known to be wrong there. It reads YAML as people do, not as
// the standard has it: what is odd is reported.
type flowScan struct {
	*reader
	line, col int // from 0
	open      []opened
	word      int  // the column at which a plain value starts, -1: none does
	ended     bool // a quote or bracket was just closed
	closed    rune // the last of them
}

// opened is a bracket that is not closed yet.
type opened struct {
	bracket rune
	Pos
	keyed bool // a key with its colon stands since the last comma
}

func (s *flowScan) at(col, width int, hint, format string, args ...any) *flaw {
	return &flaw{Pos{s.file, s.line + 1, col + 1}, width, fmt.Sprintf(format, args...), hint}
}

// run scans until a mistake, nil when there is none.
func (s *flowScan) run() *flaw {
	s.word = -1
	indent := len(s.lines[s.line]) - len(strings.TrimLeft(s.lines[s.line], " "))
	for first := s.line; s.line < len(s.lines); s.line, s.col = s.line+1, 0 {
		text := s.lines[s.line]
		line := []rune(text)
		if shallow := len(text)-len(strings.TrimLeft(text, " ")) <= indent; s.line > first && shallow && keyInside.MatchString(text) && strings.TrimLeft(text, " }]#") != "" {
			break // the next key: what is open stays so
		}
		for s.col < len(line) {
			if f := s.step(line); f != nil {
				return f
			}
			if len(s.open) == 0 && s.ended {
				return s.after(line)
			}
		}
		s.word = -1
	}
	if len(s.open) == 0 {
		return nil
	}
	last := s.open[len(s.open)-1]
	return &flaw{last.Pos, 1, "this bracket is not closed", ""}
}

// step reads one sign.
func (s *flowScan) step(line []rune) *flaw {
	char, here := line[s.col], s.col
	spaced := here == 0 || line[here-1] == ' '
	s.col++
	switch {
	case char == '#' && spaced:
		s.col = len(line)
		if strings.ContainsAny(string(line[here:]), "}]") {
			return s.at(here, 1, quoteIt, "a comment begins at ` #` and hides what closes the brackets")
		}
	case char == ' ':
	case strings.ContainsRune("}],", char):
		return s.close(char, here)
	case char == ':' && (s.col == len(line) || strings.ContainsRune(" ,]}", line[s.col])):
		return s.colon(line, here)
	case s.word >= 0:
		if char == '{' || char == '[' {
			return s.at(here, 1, "inside { } and [ ], quote values that contain brackets, ${...} too", "a bracket inside a value that is not quoted")
		}
	case s.ended:
		return s.follows(line, here)
	case char == '{' || char == '[':
		if char == '{' && s.col < len(line) && line[s.col] == '{' {
			return s.at(here, 2, `write "{{ ... }}", in quotes`, "a template that is not quoted")
		}
		s.open = append(s.open, opened{bracket: char, Pos: Pos{s.file, s.line + 1, here + 1}})
	case char == '"' || char == '\'':
		return s.quote(line, here)
	case strings.ContainsRune("@`%!", char):
		return s.at(here, 1, quoteIt, "a value cannot start with %c", char)
	default:
		s.word = here
	}
	return nil
}

// close reads a closing bracket or a comma.
func (s *flowScan) close(char rune, here int) *flaw {
	s.word, s.ended = -1, false
	if len(s.open) == 0 {
		return nil
	}
	last := &s.open[len(s.open)-1]
	if char == ',' {
		last.keyed = false
		return nil
	}
	if (last.bracket == '{') != (char == '}') {
		return s.at(here, 1, "", "%c closes the %c of line %d, column %d", char, last.bracket, last.Line, last.Col)
	}
	s.open, s.ended, s.closed = s.open[:len(s.open)-1], true, char
	return nil
}

// colon reads the colon behind a key.
func (s *flowScan) colon(line []rune, here int) *flaw {
	if len(s.open) == 0 {
		return nil
	}
	last := &s.open[len(s.open)-1]
	if last.keyed && s.word >= 0 {
		text := line[s.word:here]
		cut := strings.LastIndexByte(string(text), ' ')
		if cut < 0 {
			return s.at(here, 1, quoteIt, "a colon inside a value that is not quoted")
		}
		key := []rune(string(text)[cut+1:])
		return s.at(here-len(key), len(key), "commas stand between the keys of { }; a value with a colon has to be in quotes", "no comma before %q", string(key))
	}
	last.keyed, s.word, s.ended = true, -1, false
	return nil
}

// quote reads up to the closing quote.
func (s *flowScan) quote(line []rune, here int) *flaw {
	mark := line[here]
	for ; s.col < len(line); s.col++ {
		switch {
		case mark == '"' && line[s.col] == '\\':
			s.col++
		case line[s.col] == mark && mark == '\'' && s.col+1 < len(line) && line[s.col+1] == mark:
			s.col++
		case line[s.col] == mark:
			s.col++
			s.ended, s.closed = true, mark
			return nil
		}
	}
	return s.at(here, 1, "", "this quote is not closed")
}

// follows is what stands behind a closed quote or bracket without a comma.
func (s *flowScan) follows(line []rune, here int) *flaw {
	rest := string(line[here:])
	if at := keyInside.FindStringIndex(rest); at != nil && !strings.ContainsAny(rest[:at[0]], " ,}]") {
		return s.at(here, len([]rune(rest[:at[0]])), "", "no comma before %q", rest[:at[0]])
	}
	return s.at(here, 1, quoteIt, "text behind a closing %c", s.closed)
}

// after is what stands behind the value.
func (s *flowScan) after(line []rune) *flaw {
	rest := strings.TrimSpace(string(line[s.col:]))
	if rest == "" || strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, ":") {
		return nil
	}
	here := s.col
	for line[here] == ' ' {
		here++
	}
	if strings.ContainsRune("}]", line[here]) {
		return s.at(here, 1, "", "a closing bracket that no opening one belongs to")
	}
	return s.at(here, len([]rune(rest)), quoteIt, "text behind a closing %c", s.closed)
}
