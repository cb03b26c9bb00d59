package specs

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

// whole checks the sections that speak of the experiment as one: persons, claims
// about cells, the report.
func (d *decoder) whole() {
	e := d.exp
	for id, v := range e.Evals.All() {
		if v.Swap != "" && e.Users == nil {
			d.fail(e.place("evals."+id+".swap"), "users: {data: people, id: name}", "swap without users - it exchanges persons")
		}
	}
	for _, u := range d.claims {
		d.claimCells(u)
	}
	for i, id := range e.Report.Tables {
		d.evalNamed(item("report.tables", i), id)
	}
	for i, f := range e.Report.Figures {
		path := item("report.figures", i)
		d.evalNamed(path+".eval", f.Eval)
		if eval, ok := e.Evals.Get(f.Eval); ok && f.Judge != "" && !slices.Contains(idsOf(eval.Judges), f.Judge) {
			judges := idsOf(eval.Judges)
			d.fail(e.place(path+".judge"), didYouMean(f.Judge, judges), "unknown judge: %q - eval %s has %s", f.Judge, f.Eval, among(judges))
		}
	}
	if name := e.Report.Template; name != "" {
		if _, err := readFile(e.file(name)); err != nil {
			var pe *os.PathError
			if errors.As(err, &pe) {
				err = pe.Err
			}
			d.fail(e.place("report.template"), e.nearFile("report.template", err), "%s: %v", name, err)
		}
	}
	for id, m := range e.Methods.All() {
		path := "methods." + id
		if best := m.Checkpoint.Best.ID; best != "" && slices.Contains(e.Judges.IDs(), best) && d.faults.sound(path+".monitor") && (m.Monitor == nil || !slices.Contains(idsOf(m.Monitor.Judges), best)) {
			d.fail(e.place(path+".checkpoint"), "name the judge under monitor.judges too", "checkpoint best by %q - no monitor asks this judge while the method trains", best)
		}
	}
}

func (d *decoder) evalNamed(path, id string) {
	if _, ok := d.exp.Evals.Get(id); !ok && id != "" && !d.faults.at["evals"] {
		d.fail(d.exp.place(path), didYouMean(id, d.exp.Evals.IDs()), "unknown eval: %q - evals has %s", id, among(d.exp.Evals.IDs()))
	}
}

// claimCells finds the cells of the sweep that a claim is about.
func (d *decoder) claimCells(u claimUse) {
	c := u.claim
	c.Where = make([]int, len(d.exp.Sweep))
	for k, axis := range d.exp.Sweep {
		c.Where[k] = AnyValue
		want, asked := c.At[axis.Path]
		if !asked {
			continue
		}
		i := slices.IndexFunc(axis.Values, func(s Swept) bool { return fmt.Sprint(s.Value) == fmt.Sprint(want) })
		if i < 0 {
			var labels []string
			for _, s := range axis.Values {
				labels = append(labels, s.Label)
			}
			d.fail(u.at.get(axis.Path).place, "", "no cell has %s = %v - the sweep goes through %s", axis.Path, want, among(labels))
			continue
		}
		c.Where[k] = i
	}
	var paths []string
	for _, axis := range d.exp.Sweep {
		paths = append(paths, axis.Path)
	}
	for _, e := range u.at.entries {
		if slices.Contains(paths, e.name) || !d.faults.sound("sweep") {
			continue
		}
		hint := didYouMean(e.name, paths)
		for _, axis := range d.exp.Sweep {
			if axis.Name == e.name {
				hint = "write the whole path: " + axis.Path
			}
		}
		d.fail(e.key, hint, "not swept: %q - sweep has %s", e.name, among(paths))
	}
}

// Covers says whether the claim is about a cell.
func (c *Claim) Covers(cell *Cell) bool {
	for k, v := range c.Where {
		if v != AnyValue && v != cell.At[k] {
			return false
		}
	}
	return true
}

// AnyValue is, in [Claim.Where], an axis on which the claim is about every value.
const AnyValue = -1
