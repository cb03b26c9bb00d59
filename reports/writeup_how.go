package reports

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// how is the methods paragraph: models, data, training, decoding, seeds, judges and statistics, as they were used.
func (r *Report) how() string {
	parts := []string{r.howModels(), r.howData(), r.howTrained(), r.howDecoded(), r.howJudged(), r.howCompared()}
	if r.in.Release != "" {
		parts = append(parts, "Everything was run with idiolect "+r.in.Release+".")
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

func (r *Report) howModels() string {
	var names []string
	for _, row := range r.models().rows {
		name := row[0] + " (" + row[1]
		if len(row[2]) > 0 {
			name += ", revision " + firstRunes(strings.TrimPrefix(row[2], "sha256:"), 12)
		}
		if row[3] != "" {
			name += ", numerics " + row[3]
		}
		if name += ")"; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Models: " + enumerate(names, 12) + "."
}

func (r *Report) howData() string {
	var parts, named []string
	for _, b := range r.needs {
		for _, s := range b.seen {
			if !slices.Contains(named, s.name) {
				named = append(named, s.name)
				parts = append(parts, s.String())
			}
		}
	}
	told := ""
	if len(parts) > 0 {
		told = "Methods learned from " + enumerate(parts, 20) + ". "
	}
	for _, group := range r.groups() {
		e := group[0]
		told += fmt.Sprintf("Eval %s asks %s, %s of each row", e.ID, e.Data, of(int64(e.Samples), "completion"))
		if s := e.score(e.told(e.Judges[0]), e.Judges[0], "", 0); s != nil {
			told += fmt.Sprintf(" (%s)", of(s.Clusters, e.thing()))
		}
		if e.repeats > 1 {
			told += fmt.Sprintf(", in each of %d repeats of the whole training", e.repeats)
		}
		told += ". "
	}
	return strings.TrimSpace(told)
}

func (r *Report) howTrained() string {
	var parts []string
	seen := map[string]bool{}
	for _, t := range r.trained {
		m := t.settings()
		var set []string
		for _, name := range slices.Sorted(maps.Keys(m)) {
			set = append(set, name+" "+m[name])
		}
		told := fmt.Sprintf("%s (%s)", inSweep(t.name()), t.Method)
		if t.untrained() {
			told += " was not trained"
		} else {
			told += fmt.Sprintf(" on %s in %s", of(t.Rows, "row"), of(int64(len(t.log)), "step"))
		}
		if len(set) > 0 {
			told += ": " + strings.Join(set, ", ")
		}
		if name := inSweep(t.name()); !seen[name] {
			seen[name] = true
			parts = append(parts, told)
		}
	}
	if len(parts) == 0 {
		return "Nothing was trained."
	}
	return "Training: " + strings.Join(parts, "; ") + "."
}

// howDecoded tells the sampling settings and seeds.
func (r *Report) howDecoded() string {
	var ways, seeds []string
	for _, e := range r.evals {
		for _, m := range e.Methods {
			for _, p := range e.policies[m] {
				var set map[string]any
				if json.Unmarshal([]byte(p.Sampling), &set) != nil || len(set) == 0 {
					continue
				}
				var parts []string
				for _, name := range slices.Sorted(maps.Keys(set)) {
					parts = append(parts, fmt.Sprintf("%s %v", name, set[name]))
				}
				if way := strings.Join(parts, ", "); !slices.Contains(ways, way) {
					ways = append(ways, way)
				}
			}
		}
	}
	for _, a := range r.in.Plan.Actions {
		if seed := label(a, "seed"); seed != "" && !slices.Contains(seeds, seed) {
			seeds = append(seeds, seed)
		}
	}
	told := ""
	if len(ways) > 0 {
		told = "Decoding: " + strings.Join(ways, "; or ") + ". "
	}
	if len(seeds) > 0 {
		told += "Seeds: " + enumerate(seeds, 12) + "."
	}
	return strings.TrimSpace(told)
}

// howJudged tells who judged, and whom methods were trained to please.
func (r *Report) howJudged() string {
	var parts []string
	told := map[string]bool{}
	for _, e := range r.evals {
		for _, judge := range e.Judges {
			at := slices.IndexFunc(e.arms, func(a arm) bool { return a.judge == judge })
			if told[judge] || e.Untold || at < 0 {
				continue
			}
			told[judge] = true
			one := fmt.Sprintf("%s (%s, by %s", judge, e.kinds[judge], judgeOf(e.arms[at].verdicts))
			var pleases []string
			for _, m := range e.Methods {
				if proxies, _ := r.src.proxies(e, m); slices.Contains(proxies, judge) {
					pleases = append(pleases, m)
				}
			}
			if len(pleases) > 0 {
				one += "; " + enumerate(pleases, 8) + " trained to please it"
			} else if len(e.panel) > 0 {
				one += "; held out"
			}
			parts = append(parts, one+")")
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Judges: " + enumerate(parts, 12) + "."
}

// howCompared tells the statistics of the tables.
func (r *Report) howCompared() string {
	var tests []string
	compared, controlled, ranked := false, false, false
	thing := "topic"
	for _, e := range r.evals {
		for _, judge := range e.Judges {
			for _, test := range e.tests(judge) {
				if name, _, _ := strings.Cut(test, ", "); !slices.Contains(tests, name) {
					tests = append(tests, name)
				}
			}
		}
		thing = e.thing()
		compared = compared || len(e.differences) > 0
		controlled = controlled || len(e.rates) > 0
		ranked = ranked || len(e.strengths) > 0
	}
	told := fmt.Sprintf("Intervals are 95%%, with the %s as what was drawn at random", thing)
	if compared {
		told += "; differences between methods are paired on the same rows"
	}
	if len(tests) > 0 {
		told += "; P by " + enumerate(tests, 6) + ", Holm-corrected within an eval and judge"
	}
	if controlled {
		told += "; win rates at equal lengths by logistic regression on the difference in length, intervals by bootstrap over the " + thing + "s"
	}
	if ranked {
		told += "; strengths by Bradley and Terry's model"
	}
	return told + "."
}
