package reports

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// panelStep is the step that measured what no judge of the eval was asked about; nil
// where nothing was trained.
func (s *source) panelStep(e *evaluation) *runner.Action {
	return s.find("evals."+e.ID+".panel", e.Cell, "", 0)
}

func (s *source) readPanel(e *evaluation) error {
	step := s.panelStep(e)
	if step == nil {
		return nil
	}
	rows, err := read[tables.Panel](s, step, panelFile)
	if errors.Is(err, errAbsent) {
		return nil
	}
	e.panel = rows
	return err
}

// measured is a row of the panel; it may be nil.
func (e *evaluation) measured(method, metric string) *tables.Panel {
	for i, p := range e.panel {
		if p.Method == method && p.Metric == metric {
			return &e.panel[i]
		}
	}
	return nil
}

// Columns that tell how varied a method's texts are, in its eval's main table. Narrow
// terminals leave them out before all others.
func (e *evaluation) varietyColumns() []column {
	n := int64(0)
	for _, p := range e.panel {
		if p.Of != nil {
			n = *p.Of
		}
	}
	note := fmt.Sprintf("Skeletons: of %s the sentences that differ when the row's own words are taken out. Opening: texts with the commonest three first words.", of(n, "text"))
	return []column{{name: "distinct\nskeletons", drop: 5, note: note}, {name: "commonest\nopening", drop: 6}}
}

func (e *evaluation) varietyCells(method string) []string {
	cells := []string{none, none}
	for i, metric := range []string{"variety/skeletons", "variety/opening"} {
		p, start := e.measured(method, metric), false
		for _, m := range e.Methods {
			if p == nil && e.measured(m, metric) != nil && e.measured(m, metric).Against == method {
				p, start = e.measured(m, metric), true
			}
		}
		if p == nil {
			continue
		}
		x := p.Value
		if start {
			x = p.Start
		}
		if cells[i] = percent(x); i == 0 && x != nil && p.Of != nil {
			cells[i] = count(int64(math.Round(*x * float64(*p.Of))))
		}
	}
	return cells
}

// panel tells what of trained methods changed that no judge was asked about: what
// moved, and what is an alarm.
func (r *Report) panel(e *evaluation) section {
	if len(e.panel) == 0 {
		return section{}
	}
	against := e.panel[0].Against
	t := table{columns: []column{{name: "method", left: true}, {name: "measure", left: true}, {name: against}, {name: "method's"}, {name: "", left: true}, {name: "an alarm is", left: true, drop: 1}}}
	var list items
	var quiet []string
	for _, m := range e.Methods {
		if m == against || !e.wasTrained(m) || e.isUntrained(m, 0) {
			continue
		}
		still := int64(0)
		proxies, held := r.src.proxies(e, m)
		for _, p := range slices.Concat(e.panel, e.lengthAlarms(m, proxies, held)) {
			if p.Method != m {
				continue
			}
			if !p.Moved && !p.Alarm && p.Note == nil {
				still++
				continue
			}
			mark := text(p.Note)
			if p.Alarm {
				mark = "ALARM"
				list = append(list, item{text: alarm(p), mark: bad})
			}
			t.rows = append(t.rows, []string{m, p.Says, formed(p.Form, p.Start), formed(p.Form, p.Value), mark, text(p.Rule)})
		}
		quiet = append(quiet, fmt.Sprintf("%s: %s within what two samplings of %s differ by", m, of(still, "measure"), against))
		list = append(list, r.bestBy(e, m)...)
	}
	if len(quiet) == 0 {
		return section{}
	}
	blocks := []block{para(fmt.Sprintf("Measured on the texts themselves, which no judge was asked about; beside them what judges give. Told is what differs from %s by more than three standard deviations of two samplings of it.", against))}
	if len(list) > 0 {
		blocks = append(blocks, list)
	}
	if len(t.rows) > 0 {
		t.notes = []string{"Quiet: " + strings.Join(quiet, "; ") + "."}
		blocks = append(blocks, t)
	} else {
		blocks = append(blocks, para("Quiet: "+strings.Join(quiet, "; ")+"."))
	}
	return section{title: "What else changed in " + e.name(), file: "panel", blocks: blocks}
}

func alarm(p tables.Panel) string {
	if p.Start == nil {
		return fmt.Sprintf("ALARM, %s: %s: %s.", p.Method, p.Says, formed(p.Form, p.Value))
	}
	why := ""
	if p.Rule == nil {
		why = ", while a judge that it was trained to please gives more"
	}
	return fmt.Sprintf("ALARM, %s: %s: %s, of %s %s%s.", p.Method, p.Says, formed(p.Form, p.Value), p.Against, formed(p.Form, p.Start), why)
}

// formed writes a value of the panel.
func formed(form string, x *float64) string {
	switch {
	case x == nil:
		return none
	case form == "share":
		return percent(x)
	case form == "number":
		return fmt.Sprintf("%.1f", *x)
	}
	return fmt.Sprintf("%.3f", *x)
}

// proxies are the judges of an eval that a method was trained or chosen to please, and
// the others.
func (s *source) proxies(e *evaluation, method string) (proxies, held []string) {
	pleased := s.hands(e, method)
	for _, j := range e.Judges {
		if slices.Contains(pleased, j) {
			proxies = append(proxies, j)
		} else {
			held = append(held, j)
		}
	}
	return proxies, held
}

// hands are the judges of an eval that had a hand in a method, those that compare after the others.
func (s *source) hands(e *evaluation, method string) []string {
	return append(strings.Fields(label(s.panelStep(e), "proxies."+method)), strings.Fields(label(e.step, "proxies."+method))...)
}

// bestBy says whether the judge that a method was trained to please and one that was
// held out would choose the same method.
func (r *Report) bestBy(e *evaluation, method string) items {
	proxies, held := r.src.proxies(e, method)
	if len(proxies) == 0 || len(held) == 0 || len(e.Methods) < 3 {
		return nil
	}
	p, h := e.byMean(proxies[0]), e.byMean(held[0])
	if len(p) == 0 || len(h) == 0 || p[0] == h[0] || p[0] != method {
		return nil
	}
	return items{{text: fmt.Sprintf("By %s, which %s was trained to please, %s is best; by %s, which was held out, %s is.", proxies[0], method, p[0], held[0], h[0]), mark: bad}}
}
