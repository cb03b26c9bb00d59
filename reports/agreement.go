package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"idiolect/runner"
	"idiolect/runner/tables"
)

// agreed is a step that compared judges with people's labels.
type agreed struct {
	step   *runner.Action
	rows   []tables.Agreement
	health []tables.Health // of judges that are models
}

// agreements reads all of them, in plan order. One that is not there is a hole,
// which is told elsewhere.
func (s *source) agreements() ([]agreed, error) {
	var all []agreed
	for _, a := range s.in.Plan.Actions {
		if a.Kind != "agreement" {
			continue
		}
		rows, err := read[tables.Agreement](s, a, agreementsFile)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return nil, err
		}
		health, err := readOptional[tables.Health](s, a, healthFile)
		if err != nil {
			return nil, err
		}
		all = append(all, agreed{a, rows, health})
	}
	return all, nil
}

// judges tells how well judges agree with labels: those of the evals without
// methods, and those that judges name themselves.
func (r *Report) judges() []section {
	var sections []section
	own := section{title: "Judges against their labels", file: "agreement"}
	for _, a := range r.agreements {
		if len(a.rows) == 0 {
			continue
		}
		id, at, swept := strings.Cut(a.step.ID, "@")
		if swept {
			at = " at " + at
		}
		if a.rows[0].Eval != nil {
			title := "Eval " + strings.TrimPrefix(id, "evals.") + at + ": judges against labels"
			sections = append(sections, section{title: title, file: "agreement", blocks: a.blocks()})
			continue
		}
		if swept {
			own.blocks = append(own.blocks, heading(a.rows[0].Judge+at))
		}
		own.blocks = append(own.blocks, a.blocks()...)
	}
	return append(sections, own)
}

func (a agreed) blocks() []block {
	var blocks []block
	for _, label := range []string{"accepted", "preference", "score"} {
		rows := slices.DeleteFunc(slices.Clone(a.rows), func(x tables.Agreement) bool { return x.Label != label })
		if len(rows) > 0 {
			blocks = append(blocks, agreementTable(label, rows))
		}
	}
	var list items
	for _, x := range a.rows {
		list = append(list, agreementItem(x))
	}
	for _, x := range a.rows {
		for _, note := range soundness(x.Judge, a.health) {
			list = append(list, item{text: note, mark: map[bool]tone{true: bad}[strings.HasPrefix(note, "THE JUDGE")]})
		}
	}
	blocks = append(blocks, list)
	for _, x := range a.rows {
		if t := partsTable(x.Judge, a.health); len(t.rows) > 0 {
			blocks = append(blocks, t)
		}
	}
	for _, x := range a.rows {
		if t := confusionTable(x); len(t.rows) > 0 {
			blocks = append(blocks, t)
		}
	}
	return blocks
}

func agreementTable(label string, rows []tables.Agreement) table {
	t := table{
		caption: fmt.Sprintf("Verdicts against the labels in column %s of %s:", label, rows[0].Data),
		columns: []column{{name: "judge", left: true}, {name: "agrees\n[95% interval]"}, {name: "kappa\n[95% interval]"}},
		notes:   []string{map[string]string{"wilson": "Agreement: 95%, Wilson. ", "clustered": "Agreement: 95%, clustered by input or person. "}[rows[0].Interval] + "Kappa: " + map[bool]string{true: "quadratic weights", false: "Cohen's"}[label == "score"] + ", BCa bootstrap over the same clusters."},
	}
	switch label {
	case "preference":
		t.columns = append(t.columns, column{name: "without\nties"})
	case "score":
		t.columns = append(t.columns, column{name: "at most\none level off"}, column{name: "Pearson", drop: 1}, column{name: "Spearman", drop: 1})
	}
	t.columns = append(t.columns, column{name: "always the\ncommonest"}, column{name: "n", drop: 3}, column{name: "clusters", drop: 2}, column{name: "errors", drop: 4})
	for _, x := range rows {
		row := []string{x.Judge, share(x.Accuracy, x.Low, x.High), kappaCell(x)}
		switch label {
		case "preference":
			row = append(row, percent(x.DecidedRight))
		case "score":
			row = append(row, percent(x.Adjacent), hundredths(x.Pearson), hundredths(x.Spearman))
		}
		t.rows = append(t.rows, append(row, percent(x.Base), count(x.N), count(x.Clusters), count(x.Errors)))
	}
	return t
}

// agreementItem puts a judge's agreement into words.
func agreementItem(x tables.Agreement) item {
	i := item{text: fmt.Sprintf("%s %s", x.Judge, agreesWith(x))}
	switch {
	case x.MinAgreement != nil && belowLeast(x):
		i.text, i.mark = i.text+fmt.Sprintf(": BELOW the %s that it has to", percent(x.MinAgreement)), bad
	case x.MinAgreement != nil:
		i.text, i.mark = i.text+fmt.Sprintf(": at least the %s that it has to", percent(x.MinAgreement)), good
	}
	i.text += "."
	if word := commonest(x); word != "" && x.Low != nil && *x.Low <= *x.Base {
		i.text += fmt.Sprintf(" That it is better than always saying %s (%s) is not shown.", word, percent(x.Base))
	}
	if x.Note != nil {
		i.text += " Note: "
		i.data = *x.Note
	}
	return i
}

// agreesWith is the agreement with its interval, within a sentence.
func agreesWith(x tables.Agreement) string {
	if x.Accuracy == nil {
		return fmt.Sprintf("on %s of %s has kappa %s", of(x.N, "label"), x.Data, kappaCell(x))
	}
	return fmt.Sprintf("agrees with %s of %s of %s (kappa %s)", share(x.Accuracy, x.Low, x.High), of(x.N, "label"), x.Data, kappaCell(x))
}

func belowLeast(x tables.Agreement) bool {
	return x.MinAgreement != nil && (x.Accuracy == nil || *x.Accuracy < *x.MinAgreement)
}

// Unmet says of every judge that agrees less with its labels than it has to,
// with the figures.
func (r *Report) Unmet() []string {
	var out []string
	for _, a := range r.agreements {
		for _, x := range a.rows {
			if belowLeast(x) {
				out = append(out, fmt.Sprintf("%s: %s %s - min_agreement wants %s", a.step.ID, x.Judge, agreesWith(x), percent(x.MinAgreement)))
			}
		}
	}
	return out
}

// validity says of a judge how well it agrees with the labels that it names, in a
// cell of the sweep; "" for one that names none.
func (r *Report) validity(judge string, cell []int) string {
	if x := r.agreement(r.src.find("judges."+judge+".agreement", cell, "", 0), judge); x != nil {
		return fmt.Sprintf("The judge %s.", agreesWith(*x))
	}
	return ""
}

// agreement is what a step found of a judge; it may be nil.
func (r *Report) agreement(step *runner.Action, judge string) *tables.Agreement {
	for _, a := range r.agreements {
		for i := range a.rows {
			if a.step == step && a.rows[i].Judge == judge {
				return &a.rows[i]
			}
		}
	}
	return nil
}
