package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"idiolect/runner"
)

// budget is what a method's policies need: all steps that lead to them, those that only watched left out. Of a
// method with persons, repeats or cells it is all its trainings together.
type budget struct {
	method  string
	steps   []*runner.Action // in plan order
	seen    []seen
	trained []float64 // rows, of each of its own trainings
	drawn   int64     // completions
	judged  map[string]int64
	usage   usage
}

// seen is rows that a method learned from or was shown, as they came into the run.
type seen struct {
	name string // of the data, with its split
	what string // demonstration, labelled pair, input; of what models made: made row, made answer
	n    int64
}

// budgets are those of every method that an eval tells of, in the spec's order.
func (r *Report) budgets() ([]*budget, error) {
	var all []*budget
	for _, group := range r.groups() {
		for _, m := range group[0].Methods {
			if slices.ContainsFunc(all, func(b *budget) bool { return b.method == m }) {
				continue
			}
			b, err := r.budget(group, m)
			if err != nil {
				return nil, err
			}
			all = append(all, b)
		}
	}
	return all, nil
}

func (r *Report) budget(cells []*evaluation, method string) (*budget, error) {
	b := &budget{method: method, judged: map[string]int64{}}
	in := map[*runner.Action]bool{}
	for _, e := range cells {
		for _, p := range e.policies[method] {
			if !in[p.step] && (p.Rows > 0 || p.untrained()) {
				b.trained = append(b.trained, float64(p.Rows))
			}
			leading(p.step, in)
		}
	}
	told := map[string]bool{}
	for _, a := range r.in.Plan.Actions {
		if !in[a] {
			continue
		}
		b.steps = append(b.steps, a)
		if err := r.src.spends(b, a); err != nil {
			return nil, err
		}
		for _, i := range a.Inputs {
			if watches(i.Name) || a.Kind == "answer" || a.Kind == "synthesize" { // which only join what others read
				continue
			}
			s, err := r.src.rowsSeen(a, i)
			if err != nil {
				return nil, err
			}
			if s.n > 0 && !told[s.name] {
				told[s.name] = true
				b.seen = append(b.seen, s)
			}
		}
	}
	slices.SortFunc(b.seen, func(x, y seen) int { return strings.Compare(x.name, y.name) })
	return b, nil
}

// leading collects a step and all that lead to it.
func leading(a *runner.Action, in map[*runner.Action]bool) {
	if in[a] {
		return
	}
	in[a] = true
	for _, i := range a.Inputs {
		if !watches(i.Name) {
			leading(i.From, in)
		}
	}
}

// watches says whether an input is of what only looks on: rows that must not be learned from, and those on which
// a policy was watched.
func watches(input string) bool {
	return strings.HasPrefix(input, "asked.") || input == "monitor" || strings.HasPrefix(input, "monitor.")
}

// spends adds what a step drew, had judged and used.
func (s *source) spends(b *budget, a *runner.Action) error {
	used, err := s.used(a)
	if err != nil {
		return err
	}
	if tuned := used.Steps > 0 && input(a, "judge.policy") == nil && label(a, "judge.kind") == ""; tuned { // its calls are its own answers
		b.drawn += used.Calls - used.Failed
	}
	b.usage.planned, b.usage.used = b.usage.planned.Add(a.Estimate), b.usage.used.Add(used)
	for _, part := range []struct {
		file          string
		drawn, judged bool
	}{{samplesFile, a.Kind == "sample" || a.Kind == "write", false}, {rolloutsFile, true, true}, {verdictsFile, false, true}, {picksFile, false, true}} {
		if !part.drawn && !part.judged {
			continue
		}
		n, err := s.count(a, part.file)
		if err != nil {
			return err
		}
		if part.drawn {
			b.drawn += n
		}
		if part.judged && n > 0 {
			b.judged[judgeOf(a)] += n
		}
	}
	return nil
}

// judgeOf names who judged in a step: a method or model of the spec, or its own name in the backend.
func judgeOf(a *runner.Action) string {
	if by := input(a, "judge.policy"); by != nil {
		_, name, _ := strings.Cut(by.ID, ".")
		name, _, _ = strings.Cut(name, "@")
		return name
	}
	return cmp.Or(label(a, "judge.model"), "a program")
}

type anyRow struct {
	ID string `parquet:"id"`
}

// count is how many rows a file of a step's artifact has; none when there is no such file.
func (s *source) count(a *runner.Action, file string) (n int64, err error) {
	for _, err := range eachOptional[anyRow](s, a, file) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// rowsSeen are the rows that a step takes from data; none from steps that pass on what others made.
func (s *source) rowsSeen(a *runner.Action, in runner.Input) (seen, error) {
	kind := in.From.Kind
	if kind != "read" && kind != "synthesize" && kind != "answer" {
		return seen{}, nil
	}
	split := label(a, in.Name+".split")
	if in.Name == "rows" {
		split = cmp.Or(split, label(a, "split"))
	}
	out := seen{name: strings.TrimPrefix(in.From.ID, "data."), what: map[string]string{"synthesize": "made row", "answer": "made answer"}[kind]}
	if split != "" {
		out.name += "." + split
	}
	for row, err := range eachOptional[struct {
		Split  *string `parquet:"split,optional"`
		Output *string `parquet:"output,optional"`
		Fields string  `parquet:"fields"`
	}](s, in.From, rowsFile) {
		switch {
		case err != nil:
			return seen{}, err
		case split != "" && text(row.Split) != split:
			continue
		case kind != "read" || out.n > 0:
		case row.Output != nil:
			out.what = "demonstration"
		case strings.Contains(row.Fields, `"preference":`) || strings.Contains(row.Fields, `"chosen":`):
			out.what = "labelled pair"
		default:
			out.what = "input"
		}
		out.n++
	}
	return out, nil
}

func (s seen) String() string { return of(s.n, s.what) + " (" + s.name + ")" }

// information is what a method saw and who judged for it, in words; two methods with the same had equal
// information.
func (b *budget) information() string {
	var parts []string
	for _, s := range b.seen {
		parts = append(parts, s.String())
	}
	for _, judge := range slices.Sorted(maps.Keys(b.judged)) {
		parts = append(parts, fmt.Sprintf("%s of %s", of(b.judged[judge], "verdict"), judge))
	}
	if len(parts) == 0 {
		return "its prompt alone"
	}
	return strings.Join(parts, ", ")
}

// sharing are the methods that need a step which took tokens, and which this one needs too.
func (b *budget) sharing(all []*budget) string {
	var with []string
	for _, o := range all {
		if o != b && slices.ContainsFunc(b.steps, func(a *runner.Action) bool { return a.Estimate.Tokens()[1] > 0 && slices.Contains(o.steps, a) }) {
			with = append(with, o.method)
		}
	}
	return cmp.Or(enumerate(with, 4), none)
}

// costs tells what each method needed: what it saw, and what that took.
func (r *Report) costs() section {
	if len(r.needs) == 0 || !slices.ContainsFunc(r.needs, func(b *budget) bool { return len(b.seen) > 0 }) {
		return section{}
	}
	saw := table{caption: "What each method saw:", columns: []column{{name: "method", left: true}, {name: "trained\non", note: "Trained on: rows. Verdicts of answers that training drew and had judged count each answer once."}, {name: "information", left: true}}}
	took := table{caption: "What each method took, with every step that leads to it:", columns: []column{
		{name: "method", left: true}, {name: "completions\ndrawn"}, {name: "calls\nmade", drop: 3}, {name: "tokens\nused"}, {name: "predicted\n[expected, at most]", drop: 2, note: "And more: rows that nobody could count before they were made."},
		{name: "read", drop: 4}, {name: "written", drop: 4}, {name: "trained\non", drop: 4}, {name: "dollars"}, {name: "steps shared\nwith", left: true, drop: 1},
	}}
	priced := false
	for _, b := range r.needs {
		u := b.usage
		saw.rows = append(saw.rows, []string{b.method, cmp.Or(span(b.trained, func(x float64) string { return count(int64(x)) }), none), b.information()})
		tokens := u.planned.Tokens()
		predicted := "[" + count(tokens[0]) + ", " + count(tokens[1]) + "]"
		if u.planned.Open {
			predicted += " and more"
		}
		took.rows = append(took.rows, []string{
			b.method, count(b.drawn), count(u.used.Calls), count(b.tokens()), predicted,
			count(u.used.Prompt), count(u.used.Output), count(u.used.Trained), u.paid(), b.sharing(r.needs),
		})
		priced = priced || u.used.Priced || u.planned.USD[1] > 0
	}
	if !priced {
		took = took.without(8)
	}
	blocks := []block{saw}
	if lines := comparable(r.needs); len(lines) > 0 {
		blocks = append(blocks, lines)
	}
	return section{title: "What each method needed", file: "costs", blocks: append(blocks, took)}
}

// comparable says which trained methods had equal information, and that the others had not.
func comparable(all []*budget) items {
	by := map[string][]string{}
	var order []string
	for _, b := range all {
		if len(b.trained) == 0 {
			continue
		}
		what := b.information()
		if by[what] == nil {
			order = append(order, what)
		}
		by[what] = append(by[what], b.method)
	}
	var list items
	var others []string
	for _, what := range order {
		if len(by[what]) > 1 {
			list = append(list, item{text: fmt.Sprintf("Equal information: %s (%s). What differs between them is the method.", enumerate(by[what], 8), what)})
		}
		others = append(others, enumerate(by[what], 8))
	}
	if len(others) > 1 {
		list = append(list, item{text: fmt.Sprintf("Not equal information: %s. Ranking these says which recipe did better with what it was given, not which method makes more of the same.", strings.Join(others, "; "))})
	}
	return list
}

// byMethod tells how long the steps that lead to each method took in this run.
func (r *Report) byMethod() table {
	t := table{caption: "Time of this run, by method, with every step that leads to it (methods share steps):", columns: []column{{name: "method", left: true}, {name: "steps run"}, {name: "time in all"}}}
	spans := runner.ReadSpans(r.in.Dir)
	for _, b := range r.needs {
		var took spent
		for _, s := range spans {
			if a, ok := r.in.Plan.Find(s.Step); ok && slices.Contains(b.steps, a) {
				took = spent{took.steps + 1, took.time + s.To.Sub(s.From)}
			}
		}
		if took.steps > 0 {
			t.rows = append(t.rows, []string{b.method, count(took.steps), seconds(took.time.Seconds())})
		}
	}
	return t
}

// tokens are all that were used: read, written and trained on.
func (b *budget) tokens() int64 {
	return b.usage.used.Prompt + b.usage.used.Output + b.usage.used.Trained
}
