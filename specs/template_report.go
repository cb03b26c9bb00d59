package specs

import (
	"slices"
	"strings"
)

// ReportTemplate is the text of report.template, "" when the spec has none. It is parsed, and what it reads has
// to be one of known, the report's values; mistakes stand at their places in the file.
func (e *Experiment) ReportTemplate(known []string) (text string, mistakes Errors) {
	name := e.Report.Template
	if name == "" {
		return "", nil
	}
	raw, err := readFile(e.file(name))
	if err != nil { // it was there when the spec was read
		return "", Errors{e.Errorf("report.template", "", "%s: %v", name, err)}
	}
	text = string(raw)
	fail := func(from, width int, hint, message string) {
		pos, line := placeIn(e.file(name), text, from)
		mistakes = append(mistakes, &Error{Pos: pos, Message: message, Hint: hint, Width: max(width, 1), Source: line})
	}
	_, uses, wrong := newJinja().parse(text, nil)
	if wrong != nil {
		fail(wrong.from, min(wrong.width, 1), wrong.hint, wrong.message)
		return text, mistakes
	}
	for _, u := range uses {
		if !u.optional && !slices.Contains(known, u.name) {
			fail(u.from, u.width, didYouMean(u.name, known), "unknown variable: "+u.name+" - a report has "+among(known))
		}
	}
	return text, mistakes.sorted(nil)
}

// FillTemplate fills the text of a report's template with its values.
func FillTemplate(text string, values map[string]any) (string, error) {
	t, _, wrong := newJinja().parse(text, nil)
	if wrong != nil {
		pos, _ := placeIn("", text, wrong.from)
		return "", &Error{Pos: pos, Message: wrong.message, Hint: wrong.hint}
	}
	return t.Render(values)
}

// placeIn is the line and column of a rune of a file, and that line.
func placeIn(file, text string, from int) (Pos, string) {
	before := string([]rune(text)[:from])
	line := strings.Count(before, "\n")
	col := len([]rune(before[strings.LastIndex(before, "\n")+1:]))
	return Pos{File: file, Line: line + 1, Col: col + 1}, strings.TrimSuffix(strings.Split(text, "\n")[line], "\r")
}
