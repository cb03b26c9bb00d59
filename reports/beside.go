package reports

import (
	"io"
	"strings"
)

// leastBeside is the width below which a column of text is not read but guessed.
const leastBeside = 20

// Beside writes other people's texts next to each other, each under its head, in lines of at most width
// columns; one under the other where the columns would be too narrow to read.
func Beside(w io.Writer, width int, heads, texts []string) error {
	const gap = " │ "
	n := len(heads)
	each := (width - (n-1)*columns(gap)) / n
	blocks := make([][]string, n)
	tallest := 0
	for i := range heads {
		if each < leastBeside {
			blocks[i] = wrapped(heads[i], texts[i], width)
			continue
		}
		blocks[i] = wrapped(heads[i], texts[i], each)
		tallest = max(tallest, len(blocks[i]))
	}
	var b strings.Builder
	if each < leastBeside {
		for _, block := range blocks {
			b.WriteString(strings.Join(block, "\n") + "\n")
		}
		_, err := io.WriteString(w, b.String())
		return err
	}
	for l := range tallest {
		line := ""
		for i, block := range blocks {
			cell := ""
			if l < len(block) {
				cell = block[l]
			}
			if i > 0 {
				line += gap
			}
			line += cell + strings.Repeat(" ", max(each-columns(cell), 0))
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrapped is a head over a text, its lines kept and broken where they are too wide.
func wrapped(head, text string, width int) []string {
	lines := broken(oneLine(head), width)
	for l := range strings.SplitSeq(strings.TrimSuffix(shown(text), "\n"), "\n") {
		lines = append(lines, broken(l, width)...)
	}
	return lines
}
