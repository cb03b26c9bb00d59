package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"idiolect/internal/stats"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// look at a policy while it trained: how far it had come, and what judges gave.
type distance struct {
	step  int64
	d     float64 // sqrt of the nats per completion from where it began; NaN: not measured
	means map[string]*float64
}

// overoptimized tells, of every policy that was watched by a judge that it was trained
// to please and by another, what both gave as it moved away from where it began.
func (r *Report) overoptimized() (section, error) {
	s := section{title: "How far training went", file: "distance"}
	for _, t := range r.trained {
		proxies := r.proxiesOf(t.step)
		if label(t.step, "monitor.every") == "" || len(proxies) == 0 {
			continue
		}
		rows, err := read[tables.Monitor](r.src, t.step, monitorFile)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return section{}, err
		}
		judges := judgesOf(rows)
		proxy := slices.IndexFunc(judges, func(j string) bool { return slices.Contains(proxies, j) })
		other := slices.IndexFunc(judges, func(j string) bool { return !slices.Contains(proxies, j) })
		if proxy < 0 || other < 0 {
			continue
		}
		s.blocks = append(s.blocks, distances(methodOf(t.step), curveOf(rows, t.log), judges, judges[proxy], judges[other])...)
	}
	return s, nil
}

// proxiesOf are the judges that a step's policy was trained to please, as the spec or
// an eval of its method tells them.
func (r *Report) proxiesOf(a *runner.Action) []string {
	method, _, _ := strings.Cut(methodOf(a), "@")
	if judges := r.in.Pleases[method]; len(judges) > 0 {
		return judges
	}
	for _, e := range r.evals {
		if proxies := r.src.hands(e, method); len(proxies) > 0 {
			return proxies
		}
	}
	return nil
}

// curveOf joins what judges gave with how far the policy was from its start: the nats
// of a token, by the estimate without negatives or else the mean log ratio, times the
// tokens of a completion.
func curveOf(rows []tables.Monitor, log []tables.Training) []distance {
	far := map[int64]float64{}
	for _, row := range log {
		var m map[string]float64
		if json.Unmarshal([]byte(row.Metrics), &m) != nil {
			continue
		}
		kl, ok := m["kl/k3"]
		if !ok {
			kl, ok = m["kl/k1"]
		}
		if tokens, told := m["length/mean"]; ok && told {
			far[row.Step] = math.Sqrt(max(kl*tokens, 0))
		}
	}
	var out []distance
	for _, row := range rows {
		i := slices.IndexFunc(out, func(d distance) bool { return d.step == row.Step })
		if i < 0 {
			i = len(out)
			d, ok := far[row.Step]
			if !ok {
				d = math.NaN()
			}
			if row.Step == 0 {
				d = 0
			}
			out = append(out, distance{row.Step, d, map[string]*float64{}})
		}
		out[i].means[row.Judge] = row.Mean
	}
	slices.SortFunc(out, func(a, b distance) int { return int(a.step - b.step) })
	return out
}

// distances tells one curve: the table, the best step by either judge, and Gao's fit.
func distances(name string, curve []distance, judges []string, proxy, other string) []block {
	t := table{columns: []column{{name: "after\nstep"}, {name: "sqrt of nats\nper text"}}}
	for _, j := range judges {
		t.columns = append(t.columns, column{name: j})
	}
	for _, c := range curve {
		row := []string{count(c.step), none}
		if !math.IsNaN(c.d) {
			row[1] = fmt.Sprintf("%.2f", c.d)
		}
		for _, j := range judges {
			row = append(row, percent(c.means[j]))
		}
		t.rows = append(t.rows, row)
	}
	p, h := bestStep(curve, proxy), bestStep(curve, other)
	var list items
	if p != nil && h != nil {
		it := item{text: fmt.Sprintf("%s is best by %s, which it was trained to please, after step %s (%s), and by %s after step %s (%s).", name, proxy, count(p.step), percent(p.means[proxy]), other, count(h.step), percent(h.means[other]))}
		if h.step < p.step {
			it.text += fmt.Sprintf(" From there to step %s %s falls to %s: training went on past what it was for.", count(p.step), other, percent(p.means[other]))
			it.mark = bad
		}
		list = append(list, it)
	}
	if fit := gao(curve, other); fit != "" {
		list = append(list, item{text: fit})
	}
	return []block{heading(name), list, t}
}

// bestStep is where a judge gives most, of equals the earliest; nil without figures.
func bestStep(curve []distance, judge string) *distance {
	var best *distance
	for i, c := range curve {
		if m := c.means[judge]; m != nil && (best == nil || *m > *best.means[judge]) {
			best = &curve[i]
		}
	}
	return best
}

// gao fits the form that rewards which nobody trained on were found to have in
// reinforcement learning, where there are four points beyond the start.
func gao(curve []distance, judge string) string {
	var d, gained []float64
	for _, c := range curve {
		if start, m := curve[0].means[judge], c.means[judge]; start != nil && m != nil && !math.IsNaN(c.d) {
			d, gained = append(d, c.d), append(gained, *m-*start)
		}
	}
	fit, ok := stats.FitRL(d, gained)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("What %s gained fits d (%.3f - %.3f ln d), d the sqrt of nats (Gao et al. 2023)", judge, fit.Alpha, fit.Beta)
	switch last := slices.Max(d); {
	case math.IsInf(fit.Peak, 1):
		return text + "; it does not turn down."
	case fit.Peak > last:
		return text + fmt.Sprintf("; its peak would be at d = %.2f, beyond the %.2f that were reached.", fit.Peak, last)
	}
	return text + fmt.Sprintf("; its peak is at d = %.2f.", fit.Peak)
}
