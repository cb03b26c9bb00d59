package reports

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"idiolect/internal/stats"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// cellular is an experiment over axes, its tables made from verdicts by the statistics that compare uses.
type cellular struct {
	axes     []Axis
	people   []string                                           // none: no persons
	accepted func(method string, cell []int, person string) int // of 20 topics the first so many
	store    *runner.Store
}

const topicsOfCell = 20

// learning is initial against sft over three amounts of data: 2 of 20 accepted, then 4, 8 and 14.
func learning() *cellular {
	return &cellular{
		axes: []Axis{{Path: "data.demos.limit", Name: "limit", Values: []string{"1", "2", "4"}, Number: []float64{1, 2, 4}}},
		accepted: func(method string, cell []int, _ string) int {
			if method == "initial" {
				return 2
			}
			return []int{4, 8, 14}[cell[len(cell)-1]]
		},
	}
}

func (x *cellular) run(t *testing.T) Input {
	t.Helper()
	var axes []runner.Axis
	for _, a := range x.axes {
		axes = append(axes, runner.Axis{Name: a.Name, Values: a.Values})
	}
	if len(x.people) > 0 {
		axes = append(axes, runner.Axis{Values: x.people})
	}
	b := runner.NewBuilder("swept", axes...)
	about := About{Name: "swept", Sweep: x.axes}
	for _, cell := range about.cells() {
		x.addEval(b, "held_out", cell)
		about.Evals = append(about.Evals, EvalInfo{
			ID: "held_out", Cell: cell, Baseline: "initial", Methods: []string{"initial", "sft"}, Judges: []string{"likes"}, Pairs: "baseline", Samples: 1, Data: "topics.test",
		})
	}
	plan, err := b.Plan()
	if err != nil {
		t.Fatal(err)
	}
	store := runner.OpenStore(t.TempDir())
	x.store = store
	result, err := runner.Execute(t.Context(), plan, store, runner.Options{Workers: 1, Now: func() time.Time { return time.Unix(0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	return Input{About: about, Plan: plan, Artifacts: store, Result: result}
}

// addEval adds the steps of an eval in a cell. What is equal to that of another cell merges with it, as in
// plans of a spec.
func (x *cellular) addEval(b *runner.Builder, eval string, cell []int) {
	people := x.people
	if len(people) == 0 {
		people = []string{""}
	}
	var inputs []runner.Input
	pooled := map[string][]stats.Cluster{}
	var scores []tables.Score
	for p, person := range people {
		for _, m := range []string{"initial", "sft"} {
			at := cell
			if len(x.people) > 0 {
				at = append(at[:len(at):len(at)], p)
			}
			n := x.accepted(m, cell, person)
			verdicts := b.Add(runner.Action{
				ID: fmt.Sprintf("evals.%s.%s.likes", eval, m), Kind: "judge", Version: 1, At: at, Step: judged(n),
				Lines: []runner.Line{{Label: "judge", Value: "accept/1"}, {Label: "same", Value: fmt.Sprint(m, n, person)}},
			})
			name := m + ".likes.1"
			if person != "" {
				name = m + ".likes." + person + ".1"
				scores = append(scores, scoreOfClusters(eval, m, ownRows(n), &person))
			}
			inputs = append(inputs, runner.Input{Name: name, From: verdicts})
			for _, c := range ownRows(n) {
				if person != "" {
					c.Key = "person " + person
				}
				pooled[m] = append(pooled[m], c)
			}
		}
	}
	for _, m := range []string{"initial", "sft"} {
		scores = append(scores, scoreOfClusters(eval, m, pooled[m], nil))
	}
	d := differenceOfClusters(eval, pooled["initial"], pooled["sft"])
	at := cell
	if len(x.people) > 0 {
		at = append(at[:len(at):len(at)], runner.All)
	}
	b.Add(runner.Action{
		ID: "evals." + eval, Kind: "compare", Version: 1, At: at, Inputs: inputs,
		Step: writes(func(r *runner.Run) error {
			return errors.Join(put(r, scoresFile, scores), put(r, differencesFile, []tables.Difference{d}))
		}),
	})
}

// judged writes verdicts on twenty topics, of which the first n are accepted.
func judged(n int) writes {
	return func(r *runner.Run) error {
		rows := make([]tables.Verdict, topicsOfCell)
		for i := range rows {
			yes := i < n
			rows[i] = tables.Verdict{ID: fmt.Sprint(i), RowKey: fmt.Sprintf("row%02d", i), Kind: "accept", Criteria: "{}", Accepted: &yes}
		}
		return put(r, verdictsFile, rows)
	}
}

func ownRows(n int) []stats.Cluster {
	out := make([]stats.Cluster, topicsOfCell)
	for i := range out {
		out[i] = stats.Cluster{Key: fmt.Sprintf("row%02d", i), Values: []float64{0}}
		if i < n {
			out[i].Values[0] = 1
		}
	}
	return out
}

func scoreOfClusters(eval, method string, cs []stats.Cluster, person *string) tables.Score {
	mean, iv := stats.MeanClustered(cs, .95)
	keys := map[string]bool{}
	for _, c := range cs {
		keys[c.Key] = true
	}
	name := "wilson"
	if len(keys) < len(cs) {
		name = "clustered"
	}
	return tables.Score{
		Eval: eval, Method: method, Judge: "likes", N: int64(len(cs)), Clusters: int64(len(keys)), Mean: &mean, Low: &iv.Low, High: &iv.High, MeanSuccesses: &mean,
		Interval: name, User: person,
	}
}

func differenceOfClusters(eval string, a, b []stats.Cluster) tables.Difference {
	p, err := stats.PairedClustered(a, b, .95, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		panic(err)
	}
	return tables.Difference{
		Eval: eval, Judge: "likes", Method: "sft", Against: "initial", Difference: &p.Difference, Low: &p.Interval.Low, High: &p.Interval.High, P: &p.P, PHolm: &p.P,
		Test: p.Test, N: int64(p.N), Clusters: int64(p.Clusters),
	}
}

func likes(method string) Quantity {
	return Quantity{Eval: "held_out", Method: method, Judge: "likes"}
}

func TestASweepIsOneTable(t *testing.T) {
	t.Parallel()
	r := build(t, learning().run(t))
	term, md := terminalOf(t, r, 100, false), markdownOf(t, r)
	golden(t, "sweep100.txt", term)
	if n := strings.Count(term, "initial   10.0%"); n != 1 {
		t.Errorf("the baseline, equal in all cells, has %d rows", n)
	}
	for _, title := range []string{"Eval held_out over limit", "Eval held_out at limit=1", "Eval held_out at limit=4"} {
		if !strings.Contains(md, "## "+title+"\n") {
			t.Errorf("report.md has no section %q", title)
		}
	}
	if strings.Contains(term, "held_out at limit") {
		t.Error("the terminal shows the cells one by one")
	}
	for l := range strings.SplitSeq(terminalOf(t, r, 80, false), "\n") {
		if columns(l) > 80 {
			t.Errorf("a line of %d columns: %q", columns(l), l)
		}
	}
}

// Exact McNemar of 2, 6 and 12 discordant pairs on one side is .5, 2/64 and 2/4096; Holm takes them times 1, 2
// and 3.
func TestHolmIsOverTheWholeSweep(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := build(t, learning().run(t)).differencesCSV(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if !strings.HasPrefix(lines[0], "eval,limit,method,against,") || !strings.HasSuffix(lines[0], ",p_holm_sweep") {
		t.Errorf("differences.csv begins with %s", lines[0])
	}
	for i, want := range []float64{.5, 2 * 2 / 64., 3 * 2 / 4096.} {
		got, err := strconv.ParseFloat(lines[i+1][strings.LastIndexByte(lines[i+1], ',')+1:], 64)
		if err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("line %d of differences.csv: %s - want P %v", i+1, lines[i+1], want)
		}
	}
}

func TestACellThatIsEqualToAnotherIsToldOnce(t *testing.T) {
	t.Parallel()
	x := learning()
	x.accepted = func(method string, _ []int, _ string) int { return map[string]int{"initial": 2, "sft": 9}[method] }
	r := build(t, x.run(t))
	term := terminalOf(t, r, 100, false)
	if !strings.HasPrefix(term, "Eval held_out\n") || strings.Contains(term, "limit") {
		t.Errorf("an eval that no value changes is told as a sweep:\n%s", term)
	}
	var b strings.Builder
	if err := r.scoresCSV(&b); err != nil {
		t.Fatal(err)
	}
	for _, l := range []string{"held_out,1,sft,likes,,0.45", "held_out,2,sft,likes,,0.45", "held_out,4,sft,likes,,0.45"} {
		if !strings.Contains(b.String(), l) {
			t.Errorf("scores.csv has no line %s", l)
		}
	}
}

func TestTwoAxes(t *testing.T) {
	t.Parallel()
	x := learning()
	x.axes = []Axis{{Path: "models.writer.name", Name: "name", Values: []string{"mini-1", "mini-2"}}, x.axes[0]}
	accepted := x.accepted
	x.accepted = func(method string, cell []int, person string) int { return accepted(method, cell, person) + 3*cell[0] }
	term := terminalOf(t, build(t, x.run(t)), 100, false)
	for _, s := range []string{
		"mini-1    all  initial", "mini-2    all  initial", "mini-2      4  sft",
		"- sft, name=mini-1 rises at every step over limit 1, 2 and 4: 20.0%, 40.0%, 70.0%; from 1 to 4 +50.0 points",
		"- The highest is sft at name=mini-2, limit=4 with 85.0%",
	} {
		if !strings.Contains(oneSpaced(term), oneSpaced(s)) {
			t.Errorf("the terminal does not say %q:\n%s", s, term)
		}
	}
}

func oneSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestClaimsAboutCells(t *testing.T) {
	t.Parallel()
	in := learning().run(t)
	better := func(where int, holds bool) Claim {
		return Claim{Text: "better", Left: likes("sft"), Right: likes("initial"), Op: ">", Where: []int{where}, Holds: holds}
	}
	above := Claim{Text: "above", Left: Quantity{Eval: "held_out", Method: "sft", Judge: "likes", Stat: "mean"}, Op: ">", Right: Quantity{Number: .1}, Where: []int{-1}, Holds: true}
	in.Claims = []Claim{better(2, true), better(-1, true), better(-1, false), better(2, false), above}
	want := []struct {
		verdict string
		ok      bool
		why     string
	}{
		{Holds, true, "at limit=4: difference +60.0 points"},
		{Undecided, false, "not in 1 of 3 cells; limit=1: undecided, difference +10.0 points"},
		{Undecided, true, "not in 1 of 3 cells"},
		{Holds, false, "at limit=4: difference +60.0 points"},
		{Holds, true, "in all 3 cells"},
	}
	for i, o := range build(t, in).Claims() {
		if o.Verdict != want[i].verdict || o.OK != want[i].ok || !strings.HasPrefix(o.Why, want[i].why) {
			t.Errorf("claim %d: %s, as expected: %t, %s - want %+v", i, o.Verdict, o.OK, o.Why, want[i])
		}
	}
}

func TestPersons(t *testing.T) {
	t.Parallel()
	x := &cellular{people: []string{"ann", "b.smith", "cleo"}, accepted: func(method string, _ []int, person string) int {
		if method == "initial" {
			return 4
		}
		return map[string]int{"ann": 12, "b.smith": 9, "cleo": 3}[person]
	}}
	in := x.run(t)
	in.Evals[0].Swap, in.Evals[0].Seen = "policy", true
	r := build(t, in)
	golden(t, "persons80.txt", terminalOf(t, r, 80, false))
	var b strings.Builder
	if err := r.scoresCSV(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), ",wilson,,b.smith\n") {
		t.Errorf("scores.csv does not name the persons:\n%s", b.String())
	}
}

func TestAReportIsWrittenAgainFromTheRunsDirectory(t *testing.T) {
	t.Parallel()
	x := learning()
	in := x.run(t)
	dir, err := runner.OpenRun(t.TempDir(), "swept", []byte("name: swept\n"), in.Plan, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir.Path); err == nil || !strings.Contains(err.Error(), "report.json") {
		t.Errorf("a run without report.json: %v", err)
	}
	if err := in.About.Write(dir.Path); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir.Path); err == nil || !strings.Contains(err.Error(), "has not come to an end") {
		t.Errorf("a run that has published nothing: %v", err)
	}
	if err := errors.Join(dir.Publish(in.Plan, x.store), dir.Finish(in.Result, nil, time.Unix(60, 0)), dir.Close()); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir.Path)
	if err != nil {
		t.Fatal(err)
	}
	in.Dir, in.Spec = dir.Path, again.Spec
	if want, got := markdownOf(t, build(t, in)), markdownOf(t, build(t, again)); want != got {
		t.Errorf("from its directory the report is another:\n%s\nwant\n%s", got, want)
	}
}
