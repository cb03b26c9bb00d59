package specs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// The schema is tried with another's validator, on what another's reader makes of
// the YAML.
func validator(t *testing.T, text []byte) func(spec string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(spec string) error {
		var v any
		if err := yaml.Unmarshal([]byte(spec), &v); err != nil {
			t.Fatal(err)
		}
		return s.Validate(untimed(v))
	}
}

// untimed makes text of dates, which JSON does not have.
func untimed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = untimed(x)
		}
	case []any:
		for i, x := range v {
			v[i] = untimed(x)
		}
	case time.Time:
		return v.Format(time.DateOnly)
	}
	return v
}

func testSchema(t *testing.T) func(spec string) error {
	t.Helper()
	text, err := Schema(testLanguage())
	if err != nil {
		t.Fatal(err)
	}
	return validator(t, text)
}

func TestExamplesKeepTheSchema(t *testing.T) {
	text, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := validator(t, text)
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d example specs, %v", len(files), err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(string(src)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if first, _, _ := strings.Cut(string(src), "\n"); first != SchemaLine {
			t.Errorf("%s begins with %q, by which no editor finds the schema - want %q", file, first, SchemaLine)
		}
	}
}

// The two experiments of the design are the contract for the language.
func TestDesignBlocksKeepTheSchema(t *testing.T) {
	valid := testSchema(t)
	for _, name := range []string{"haiku", "email"} {
		src, err := os.ReadFile("testdata/design/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(string(src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is broken in shape an editor can mark without the reader.
func TestSchemaRefusesBrokenSpecs(t *testing.T) {
	valid := testSchema(t)
	for _, name := range []string{
		"claim", "empty_list", "ids", "judge", "missing_key", "nested", "out_of_range", "splits", "unknown_key", "unknown_kind", "wrong_type",
	} {
		src, err := os.ReadFile(filepath.Join("testdata", "errors", name+".yaml"))
		if err != nil {
			t.Error(err)
			continue
		}
		if valid(string(src)) == nil {
			t.Errorf("the schema accepts %s.yaml", name)
		}
	}
}

// Piece by piece, the schema accepts what the reader reads, and nothing else.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	valid := testSchema(t)
	const good, wrong = true, false
	for piece, want := range map[string]bool{
		"seed: 1_000":             good,
		"seed: 1e3":               good,
		"seed: ${N}":              good,
		"seed: -1":                wrong,
		"seed: 1.5":               wrong,
		"seed: '7'":               wrong,
		"seed: seven":             wrong,
		"sed: 7":                  wrong,
		"repeats: 0":              wrong,
		"repeats: 1001":           wrong,
		"description: 2024":       good,
		"description: [a]":        wrong,
		"vars: {a: 1, b: [x, y]}": good,
		"vars: [a]":               wrong,

		"models: {m: {backend: local, name: 123}}":                               good,
		"models: {m: {backend: '${B}', name: mini}}":                             good,
		"models: {m: {backend: locl, name: mini}}":                               wrong,
		"models: {m: {backend: local}}":                                          wrong,
		"models: {m: {run: runs/x, method: tuned}}":                              good,
		"models: {m: {run: runs/x}}":                                             wrong,
		"models: {M: {backend: local, name: mini}}":                              wrong,
		"models: {m: {backend: local, name: mini, timeout: 1m30s}}":              good,
		"models: {m: {backend: local, name: mini, timeout: '${N}s'}}":            good,
		"models: {m: {backend: local, name: mini, timeout: 90}}":                 wrong,
		"models: {m: {backend: local, name: mini, retries: 0}}":                  good,
		"models: {m: {backend: local, name: mini, price: {input: .5}}}":          good,
		"models: {m: {backend: local, name: mini, price: {in: .5}}}":             wrong,
		"models: {m: {backend: local, name: mini, sampling: {top_p: 95%}}}":      good,
		"models: {m: {backend: local, name: mini, sampling: {top_p: 1.5}}}":      wrong,
		"models: {m: {backend: local, name: mini, sampling: {temperature: 1%}}}": wrong,
		"models: {m: {backend: local, name: mini, sampling: {stop: [a, 1]}}}":    good,
		"models: {m: {backend: local, name: mini, sampling: {stop: a}}}":         wrong,

		"data: {d: {source: inline, rows: [{a: 1}]}}":                                        good,
		"data: {d: {source: inline, rows: []}}":                                              wrong,
		"data: {d: {source: inline}}":                                                        wrong,
		"data: {d: {source: inline, rows: [1]}}":                                             wrong,
		"data: {d: {source: lines, rows: [{a: 1}]}}":                                         wrong,
		"data: {d: {source: line, path: x}}":                                                 wrong,
		"data: {d: {rows: [{a: 1}]}}":                                                        wrong,
		"data: {d: {source: inline, rows: [{a: 1}], columns: {b: a}}}":                       good,
		"data: {d: {source: inline, rows: [{a: 1}], columns: {words: a}}}":                   wrong,
		"data: {d: {source: inline, rows: [{a: 1}], columns: [a]}}":                          wrong,
		"data: {d: {source: inline, rows: [{a: 1}], set: {b: 2}, where: a > 0}}":             good,
		"data: {d: {source: inline, rows: [{a: 1}], set: {B: 2}}}":                           wrong,
		"data: {d: {source: inline, rows: [{a: 1}], dedup: true}}":                           good,
		"data: {d: {source: inline, rows: [{a: 1}], dedup: {rouge_l: 70%}}}":                 good,
		"data: {d: {source: inline, rows: [{a: 1}], dedup: {rouge: 0.7}}}":                   wrong,
		"data: {d: {source: inline, rows: [{a: 1}], dedup: maybe}}":                          wrong,
		"data: {d: {source: inline, rows: [{a: 1}], shuffle: yes}}":                          wrong,
		"data: {d: {source: inline, rows: [{a: 1}], split: {a: 1, b: 50%, c: rest}}}":        good,
		"data: {d: {source: inline, rows: [{a: 1}], split: {all: 1}}}":                       wrong,
		"data: {d: {source: inline, rows: [{a: 1}], split: {a: most}}}":                      wrong,
		"data: {d: {source: inline, rows: [{a: 1}], split: {a: 0}}}":                         wrong,
		"data: {d: {source: inline, rows: [{a: 1}], limit: 1.5}}":                            wrong,
		"rubrics: {r: {text: be brief}}":                                                     good,
		"rubrics: {r: {}}":                                                                   wrong,
		"rubrics: {r: {criteria: [{name: a, says: x, scale: 5}]}}":                           good,
		"rubrics: {r: {criteria: [{name: a, says: x, scale: [0, .5]}]}}":                     good,
		"rubrics: {r: {criteria: [{name: a, says: x, scale: 1}]}}":                           wrong,
		"rubrics: {r: {criteria: [{name: a, says: x, scale: [0, 1, 2]}]}}":                   wrong,
		"rubrics: {r: {criteria: [{name: a}]}}":                                              wrong,
		"rubrics: {r: {criteria: [{name: a b, says: x}]}}":                                   wrong,
		"rubrics: {r: {criteria: [{name: a, says: x, weight: -1e-4, hard: true}]}}":          good,
		"prompts: {p: {user: 'Write.', examples: {data: topics.train, choose: '${FIRST}'}}}": good,
		"prompts: {p: {user: 'Write.', examples: {data: topics.train, choose: last}}}":       wrong,
		"prompts: {p: {user: 'Write.', examples: {count: 2}}}":                               wrong,

		"judges: {j: {kind: accept, rubric: short}}":                                                                             good,
		"judges: {j: {kind: accept}}":                                                                                            wrong,
		"judges: {j: {kind: pairwise, model: writer, orders: one}}":                                                              good,
		"judges: {j: {kind: accept, model: writer, orders: one}}":                                                                wrong,
		"judges: {j: {kind: pairwise, model: writer, repeats: -1}}":                                                              wrong,
		"methods: {x: {kind: sft, model: writer, data: topics.train}}":                                                           good,
		"methods: {x: {kind: sft, model: writer}}":                                                                               wrong,
		"methods: {x: {kind: sft, model: Writer, data: topics.train}}":                                                           wrong,
		"methods: {x: {kind: sft, model: writer, data: topics.train, hyperparameters: {learning_rate: auto}}}":                   good,
		"methods: {x: {kind: sft, model: writer, data: topics.train, hyperparameters: {learning_rate: 1e-4}}}":                   good,
		"methods: {x: {kind: sft, model: writer, data: topics.train, hyperparameters: {learning_rate: 0}}}":                      wrong,
		"methods: {x: {kind: sft, model: writer, data: topics.train, hyperparameters: {learning_rate: fast}}}":                   wrong,
		"methods: {x: {kind: sft, model: writer, data: topics.train, hyperparameters: {dropout: 150%}}}":                         wrong,
		"methods: {x: {kind: sft, model: writer, data: topics.train, epochs: 3}}":                                                wrong,
		"methods: {x: {kind: expert_iteration, model: writer, data: topics.train, judge: rules, train: {kind: sft}}}":            good,
		"methods: {x: {kind: expert_iteration, model: writer, data: topics.train, judge: rules, train: {kind: sft, epochs: 3}}}": wrong,
		"methods: {x: {kind: expert_iteration, model: writer, data: topics.train, judge: rules, train: {epochs: 3}}}":            wrong,
		"methods: {x: {kind: expert_iteration, model: writer, data: topics.train, judge: rules}}":                                wrong,

		"methods: {x: {kind: sft, model: writer, data: topics.train, monitor: {data: topics.train, judges: [rules]}, checkpoint: {best: rules}}}": good,
		"methods: {x: {kind: sft, model: writer, data: topics.train, checkpoint: first}}":                                                         wrong,
		"methods: {x: {kind: sft, model: writer, data: topics.train, replicate: 0}}":                                                              wrong,

		"sweep: {seed: [1, 2], methods.initial.model: [writer]}": good,
		"sweep: {seed: 1}":                       wrong,
		"sweep: {repeats: [1, 2]}":               wrong,
		"sweep: {}":                              wrong,
		"users: {data: topics.train, id: input}": good,
		"users: {data: topics.train}":            wrong,
		"budget: {usd: 2.5, wall: 2h}":           good,
		"budget: {calls: 0}":                     wrong,
		"report: {formats: [md, csv], figures: [{kind: line, eval: end}]}": good,
		"report: {formats: [pdf]}":          wrong,
		"report: {figures: [{kind: line}]}": wrong,

		"expect: [end.initial.rules > 0.5]":                        good,
		"expect: [{claim: end.initial.rules > 50%, holds: false}]": good,
		"expect: [initial is best]":                                wrong,
		"expect: [{holds: false}]":                                 wrong,
		"expect: end.initial.rules > 0.5":                          wrong,
	} {
		spec := "name: x\n"
		written, rest, _ := strings.Cut(piece, ": {")
		for _, s := range [][2]string{
			{"models", "writer: {backend: local, name: mini}"},
			{"data", "topics: {source: inline, rows: [{input: a, output: b}], split: {train: rest}}"},
			{"rubrics", "short: {criteria: [{name: brief, expr: len(output) < 9}]}"},
			{"judges", "rules: {kind: accept, rubric: short}"},
			{"methods", "initial: {kind: prompt, model: writer}"},
			{"evals", "end: {data: topics.train, methods: [initial], judges: [rules]}"},
		} {
			if s[0] == written {
				spec += s[0] + ": {" + s[1] + ", " + rest + "\n"
				written = ""
			} else {
				spec += s[0] + ": {" + s[1] + "}\n"
			}
		}
		if written != "" {
			spec += piece + "\n"
		}
		env := map[string]string{"N": "3", "FIRST": "first", "B": "local"}
		_, err := ReadBytes("spec.yaml", []byte(spec), testLanguage(), Options{Env: func(name string) (string, bool) { return env[name], true }})
		if (err == nil) != want {
			t.Errorf("%s: the reader does not say %v: %v", piece, want, err)
		}
		if err := valid(spec); (err == nil) != want {
			t.Errorf("%s: the schema does not say %v: %v", piece, want, err)
		}
	}
}

// A spec that extends another need not be whole, and removes by null; what it
// writes is held to the same shapes.
func TestSchemaOfExtendingSpecs(t *testing.T) {
	valid := testSchema(t)
	dir := t.TempDir()
	base := `name: base
seed: 7
models: {writer: {backend: local, name: mini}}
data: {topics: {source: inline, rows: [{input: a, output: b}]}}
rubrics: {short: {criteria: [{name: brief, expr: len(output) < 9}]}}
judges: {rules: {kind: accept, rubric: short}}
methods: {initial: {kind: prompt, model: writer}, tuned: {kind: sft, model: writer, data: topics}}
evals: {end: {data: topics, methods: [initial], judges: [rules], baseline: initial}}
`
	if err := os.WriteFile(filepath.Join(dir, "base.yaml"), []byte(base), 0o666); err != nil {
		t.Fatal(err)
	}
	const good, wrong = true, false
	for piece, want := range map[string]bool{
		"repeats: 2": good,
		"seed: null": good,
		"methods: {tuned: {hyperparameters: {epochs: 2}}}":                     good,
		"methods: {tuned: null}":                                               good,
		"methods: {more: {kind: sft, model: writer, data: topics}}":            good,
		"evals: {end: {samples: 2, baseline: null}}":                           good,
		"models: {writer: {price: {input: 1}}}":                                good,
		"rubrics: {short: {criteria: [{name: brief, expr: 'true'}], text: x}}": good,
		"rubrics: {short: {criteria: [{expr: 'true'}]}}":                       wrong,
		"repeats: 0": wrong,
		"sed: 8":     wrong,
		"methods: {tuned: {kind: sft, hyperparameters: {epochs: 0}}}": wrong,
		"methods: {tuned: {kind: sft, epochs: 2}}":                    wrong,
		"methods: {tuned: {kind: stf}}":                               wrong,
		"evals: {end: {sample: 2}}":                                   wrong,
		"models: {writer: {sampling: {top_p: 2}}}":                    wrong,
	} {
		spec := "extends: base.yaml\n" + piece + "\n"
		_, err := ReadBytes(filepath.Join(dir, "spec.yaml"), []byte(spec), testLanguage(), Options{})
		if (err == nil) != want {
			t.Errorf("%s: the reader does not say %v: %v", piece, want, err)
		}
		if err := valid(spec); (err == nil) != want {
			t.Errorf("%s: the schema does not say %v: %v", piece, want, err)
		}
	}
	if valid("seed: null\n") == nil {
		t.Error("the schema accepts null in a spec that extends none")
	}
}
