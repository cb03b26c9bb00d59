package steps_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idiolect/backends/local/localtest"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
	"idiolect/steps"
)

// prepared compiles the data of a spec that lies in dir, and reads it.
func prepared(t testing.TB, dir, data string) (project, error) {
	t.Helper()
	m := machines(t)
	exp, err := specs.ReadBytes(filepath.Join(dir, "d.yaml"), []byte("name: d\nseed: 3\ndata:\n"+data), steps.Language(m), specs.Options{})
	if err != nil {
		return project{}, err
	}
	plan, err := steps.Compile(t.Context(), exp, m)
	if err != nil {
		return project{}, err
	}
	return execute(t, plan), nil
}

// folder is a directory with these files.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rows are those of an entry, in words: where each was read, and its fields.
func rows(t testing.TB, p project, id string) []string {
	t.Helper()
	var out []string
	for _, r := range table[tables.Row](t, p, "data."+id, "rows.parquet") {
		source := "made"
		if r.Source != nil {
			source = *r.Source
		}
		out = append(out, source+" "+r.Fields)
	}
	slices.Sort(out)
	return out
}

func says(t testing.TB, p project, id string) string {
	t.Helper()
	a, ok := p.plan.Find(id)
	if !ok {
		t.Fatalf("the plan has no step %s", id)
	}
	return a.Says
}

// What the plan counts of combined entries is what the steps then write; a row
// keeps the place where it was read, and the key of its content.
func TestCombinedData(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.jsonl": "{\"id\": 1, \"x\": \"p\"}\n{\"id\": 2, \"x\": \"q\"}\n{\"id\": 3, \"x\": \"r\"}\n",
		"b.csv":   "id,y\n3,s\n1,t\n3,u\n",
	})
	p, err := prepared(t, dir, `
  a: {source: jsonl, path: a.jsonl, split: {few: 1, rest: rest}}
  b: {source: csv, path: b.csv, types: {id: int}}
  both: {rows: [a.all, b], set: {n: id * 2}, where: id != 2, split: {train: 3, test: rest}}
  again: {rows: [both.train, both.test]}
  met: {join: [a.all, b], on: id}
  left: {join: [a.all, b], on: id, how: left, shuffle: true, limit: 3}
  plain: {source: jsonl, path: a.jsonl}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"both":  {`line 1 {"id":1,"n":2,"x":"p"}`, `line 2 {"id":3,"n":6,"y":"s"}`, `line 3 {"id":1,"n":2,"y":"t"}`, `line 3 {"id":3,"n":6,"x":"r"}`, `line 4 {"id":3,"n":6,"y":"u"}`},
		"again": {`line 1 {"id":1,"n":2,"x":"p"}`, `line 2 {"id":3,"n":6,"y":"s"}`, `line 3 {"id":1,"n":2,"y":"t"}`, `line 3 {"id":3,"n":6,"x":"r"}`, `line 4 {"id":3,"n":6,"y":"u"}`},
		"met":   {`line 1 {"id":1,"x":"p","y":"t"}`, `line 3 {"id":3,"x":"r","y":"s"}`, `line 3 {"id":3,"x":"r","y":"u"}`},
	}
	for id, want := range want {
		if d := cmp.Diff(want, rows(t, p, id)); d != "" {
			t.Errorf("%s:\n%s", id, d)
		}
	}
	for id, want := range map[string]string{"both": "read 5 rows of rows", "again": "read 5 rows of rows", "met": "read 3 rows of join", "left": "read 3 rows of join"} {
		if got := says(t, p, "data."+id); got != want {
			t.Errorf("the plan says of %s: %s - want %s", id, got, want)
		}
		if n := len(rows(t, p, id)); !strings.HasPrefix(want, fmt.Sprintf("read %d ", n)) {
			t.Errorf("%s has %d rows, the plan says: %s", id, n, want)
		}
	}
	keys := func(id string) (out []string) {
		for _, r := range table[tables.Row](t, p, "data."+id, "rows.parquet") {
			out = append(out, r.RowKey)
		}
		return out
	}
	if !slices.IsSorted(keys("both")) {
		t.Error("rows are not in the order of their keys")
	}
	plain := keys("plain")
	shared := 0
	for _, k := range keys("both") {
		if slices.Contains(plain, k) {
			shared++
		}
	}
	if shared != 2 { // lines 1 and 3 of a
		t.Errorf("%d rows have the key that their content has elsewhere - want 2", shared)
	}
}

// An edit of what is combined makes the combination anew, and only that.
func TestCombinationsDependOnTheirRows(t *testing.T) {
	dir := folder(t, map[string]string{"a.txt": "one\ntwo\n", "b.txt": "three\n"})
	spec := "  a: {source: lines, path: a.txt}\n  b: {source: lines, path: b.txt}\n  c: {rows: [a, b]}\n  d: {rows: [b]}\n"
	before, err := prepared(t, dir, spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("one\ntwo\nfour\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	after, err := prepared(t, dir, spec)
	if err != nil {
		t.Fatal(err)
	}
	for id, same := range map[string]bool{"data.a": false, "data.b": true, "data.c": false, "data.d": true} {
		x, _ := before.plan.Find(id)
		y, _ := after.plan.Find(id)
		if (x.Key() == y.Key()) != same {
			t.Errorf("%s is made anew: %t", id, same)
		}
	}
	if got := says(t, after, "data.c"); got != "read 4 rows of rows" {
		t.Error(got)
	}
}

// Skipped rows are counted in the plan and stand in a table of their own, which
// data without any does not have.
func TestSkippedRows(t *testing.T) {
	dir := folder(t, map[string]string{"a.jsonl": "{\"n\": 1}\n{\n{\"n\": 2}\n{\"m\": 1}\n"})
	p, err := prepared(t, dir, `
  some: {source: jsonl, path: a.jsonl, bad_rows: skip, columns: {k: n}}
  one: {source: jsonl, path: a.jsonl, bad_rows: skip}
  none: {source: inline, rows: [{n: 1}], bad_rows: skip}
`)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"some": "read 2 rows of jsonl (2 bad rows skipped)", "one": "read 3 rows of jsonl (1 bad row skipped)", "none": "read 1 rows of inline"} {
		if got := says(t, p, "data."+id); got != want {
			t.Errorf("%s: %s - want %s", id, got, want)
		}
	}
	var told []string
	for _, s := range table[tables.Skipped](t, p, "data.some", "skipped.parquet") {
		told = append(told, fmt.Sprintf("%d %s: %s", s.Replicate, *s.Source, s.Reason))
	}
	want := []string{"0 line 2: not JSON: unexpected EOF", `1 line 4: columns: the row has no column "n" - it has m`}
	if d := cmp.Diff(want, told); d != "" {
		t.Error(d)
	}
	if p.artifact(t, "data.none").Has("skipped.parquet") {
		t.Error("data without bad rows has a table of them")
	}
	if got := p.artifact(t, "data.some").Table(); got != "rows.parquet" {
		t.Errorf("the step's table is %s", got)
	}
}

// A split that asks for too much is told at the split.
func TestASplitOfTooFewRows(t *testing.T) {
	_, err := prepared(t, folder(t, map[string]string{"a.txt": "one\ntwo\n"}), "  a:\n    source: lines\n    path: a.txt\n    split: {train: 2, test: 1}\n")
	if err == nil || !strings.Contains(err.Error(), "d.yaml:7:5: split test: 3 rows are asked for by then - there are 2") {
		t.Errorf("error %v", err)
	}
}

// The tables of a run are data: rows with their own columns, samples with what
// was answered, others with the columns that hold one value.
func TestTablesOfARun(t *testing.T) {
	p := runSmall(t)
	dir := t.TempDir()
	run, err := runner.OpenRun(filepath.Join(dir, "runs"), "small", []byte("name: small\n"), p.plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	if err := run.Publish(p.plan, p.store); err != nil {
		t.Fatal(err)
	}
	name := "runs/small/" + filepath.Base(run.Path)
	entry := func(table string) string { return fmt.Sprintf("{source: run, run: %s, table: %s}", name, table) }
	data := "  topics: " + entry("data.topics") + "\n  said: " + entry("evals.held.tuned.samples") + "\n  judged: " + entry("evals.held.tuned.yes") + "\n"
	read, err := prepared(t, dir, data)
	if err != nil {
		t.Fatal(err)
	}
	var topics, want []string
	for _, r := range table[tables.Row](t, p, "data.topics", "rows.parquet") {
		want = append(want, strings.TrimSuffix(r.Fields, "}")+",")
	}
	for _, r := range table[tables.Row](t, read, "data.topics", "rows.parquet") {
		split := strings.Index(r.Fields, `"split":`)
		rest := strings.Index(r.Fields[split:], ",") + split + 1
		topics = append(topics, r.Fields[:split]+r.Fields[rest:])
	}
	for i := range want {
		want[i] = strings.TrimSuffix(want[i], ",") + "}"
	}
	slices.Sort(want)
	slices.Sort(topics)
	if d := cmp.Diff(want, topics); d != "" {
		t.Errorf("rows:\n%s", d)
	}
	answers := map[string]int{}
	for _, s := range table[tables.Sample](t, p, "evals.held.tuned.samples", "samples.parquet") {
		answers[*s.Completion]++
	}
	for _, r := range table[tables.Row](t, read, "data.said", "rows.parquet") {
		if r.Output == nil || answers[*r.Output] == 0 || !strings.Contains(r.Fields, `"topic":`) || !strings.HasPrefix(*r.Source, "row ") {
			t.Fatalf("row %+v", r)
		}
		answers[*r.Output]--
	}
	for text, n := range answers {
		if n != 0 {
			t.Errorf("%d completions %q are missing", n, text)
		}
	}
	verdicts := table[tables.Row](t, read, "data.judged", "rows.parquet")
	if len(verdicts) != 6 || !strings.Contains(verdicts[0].Fields, `"accepted":`) || !strings.Contains(verdicts[0].Fields, `"judge":"accept/1"`) {
		t.Errorf("%d verdicts, the first %+v", len(verdicts), verdicts[0])
	}
	// Where the run lies is not in the key; what the table holds is.
	if err := os.Rename(filepath.Join(dir, "runs"), filepath.Join(dir, "moved")); err != nil {
		t.Fatal(err)
	}
	moved, err := prepared(t, dir, strings.ReplaceAll(data, name, "./moved/small"))
	if err != nil {
		t.Fatal(err)
	}
	x, _ := read.plan.Find("data.said")
	y, _ := moved.plan.Find("data.said")
	if x.Key() != y.Key() {
		t.Error("moving a run changed a key")
	}
	for entry, want := range map[string]string{
		"{source: run, run: nowhere, table: data.topics}":           "d.yaml:4:3: no run in nowhere - want the directory of a run",
		"{source: run, run: moved/small, table: data.topic}":        `moved/small has no table "data.topic" - it has data.answers, data.topics,`,
		"{source: run, run: moved/small, table: ../run}":            `has no table "../run"`,
		"{run: moved/small, table: data.topics, where: topick > 1}": `unknown variable: "topick" - the rows have n, split, topic, twice`,
	} {
		if _, err := prepared(t, dir, "  x: "+entry+"\n"); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), dir+"/moved") {
			t.Errorf("%s: %v - want %s", entry, err, want)
		}
	}
}

// runWith is a directory in which the run r has one table t.
func runWith[T any](t *testing.T, rows ...T) string {
	t.Helper()
	dir := t.TempDir()
	artifacts := filepath.Join(dir, "r", "artifacts")
	if err := os.MkdirAll(artifacts, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(artifacts, "t.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := tables.Write(f, rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "r", "run.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Rows that were kept have the completion as output, and their conversation.
func TestKeptRowsOfARun(t *testing.T) {
	kept, turns, ann := "kept", `[{"role":"user","content":"a"},{"role":"assistant","content":"kept"}]`, "ann"
	p, err := prepared(t, runWith(t, tables.Row{ID: "1", Fields: `{"n":1,"output":"given"}`, Output: &kept, Messages: &turns, User: &ann, Parent: &kept}), "  x: {run: r, table: t}\n")
	if err != nil {
		t.Fatal(err)
	}
	row := table[tables.Row](t, p, "data.x", "rows.parquet")[0]
	if row.Fields != `{"n":1,"output":"kept"}` || *row.Output != kept || *row.Messages != turns || *row.User != ann || row.Parent != nil {
		t.Errorf("row %+v", row)
	}
}

// Samples without a completion are left out, and counted.
func TestSamplesWithoutACompletion(t *testing.T) {
	text, failed := "said", "timeout"
	dir := runWith(t, tables.Sample{ID: "1", Fields: `{"n":1}`, Error: &failed}, tables.Sample{ID: "2", Fields: `{"n":2}`, Completion: &text})
	p, err := prepared(t, dir, "  x: {run: r, table: t}\n")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{`row 2 {"n":2,"output":"said"}`}, rows(t, p, "x")); d != "" {
		t.Error(d)
	}
	left := table[tables.Skipped](t, p, "data.x", "skipped.parquet")
	if got := says(t, p, "data.x"); got != "read 1 rows of run (1 left out)" || len(left) != 1 || left[0].Reason != "there is no completion: timeout" {
		t.Errorf("%s, left out %+v", got, left)
	}
}

// A conversation is trained on turn by turn where no prompt says how rows are asked.
func TestConversationsAreTrainedOn(t *testing.T) {
	dir := folder(t, map[string]string{"c.jsonl": `{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}]}` + "\n"})
	tokens := func(method string) (targets int64) {
		plan, err := compile(t, localtest.Tiny(t), small, "{source: inline, rows: [{input: Say a., output: thing}, {input: Say b., output: a thing word}]}", "{source: chat, path: "+dir+"/c.jsonl}",
			"told: {kind: sft, model: writer,", "told: {kind: sft, model: writer,"+method, "prompts: {", "prompts: {ask: {user: '{{ input }}'}, ")
		if err != nil {
			t.Fatal(err)
		}
		store := runner.OpenStore(t.TempDir())
		if _, err := runner.Execute(t.Context(), plan, store, runner.Options{Only: []string{"methods.told"}}); err != nil {
			t.Fatal(err)
		}
		return table[tables.Training](t, project{plan, store}, "methods.told", "training.parquet")[0].Targets
	}
	whole, last := tokens(""), tokens(" prompt: ask,")
	if whole != 2*last {
		t.Errorf("%d tokens were trained on of the conversation, %d of its last answer", whole, last)
	}
}
