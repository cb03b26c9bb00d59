package steps

import (
	"fmt"
	"strings"

	"idiolect/datasets"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// funnel counts what the stages of making rows leave.
type funnel struct{ stages []tables.Funnel }

// add counts a stage, of calls or of rows.
func (f *funnel) add(stage, counts string, n int) {
	f.stages = append(f.stages, tables.Funnel{Stage: stage, Counts: counts, N: int64(n), Replicate: int64(len(f.stages))})
}

// entry counts what was done to the rows once they were made; what an entry does
// not do is no stage.
func (f *funnel) entry(d *specs.Data, t datasets.Tally, c datasets.Count) {
	f.add("written", "rows", t.Read-c.Skipped.N)
	if d.Where != nil || d.Person != nil {
		f.add("where", "rows", t.Where)
	}
	if d.Dedup.On {
		f.add("unique", "rows", t.Unique)
	}
	if d.Limit > 0 {
		f.add("limit", "rows", c.Rows)
	}
	for _, p := range d.Split {
		f.add("split."+p.Name, "rows", int(c.Sizes[p.Name]))
	}
}

// String is the funnel for a message.
func (f *funnel) String() string {
	var parts []string
	for _, s := range f.stages {
		if !strings.HasPrefix(s.Stage, "split.") {
			parts = append(parts, fmt.Sprintf("%d %s %s", s.N, s.Counts, s.Stage))
		}
	}
	return strings.Join(parts, ", ")
}

func (f *funnel) write(r *runner.Run) error {
	for i := range f.stages {
		f.stages[i].ID = tables.ID(string(r.Key()), "", f.stages[i].Replicate)
	}
	return writeTable(r, "funnel.parquet", f.stages)
}
