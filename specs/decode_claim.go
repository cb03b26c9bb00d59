package specs

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var claimPattern = regexp.MustCompile(`^\s*(\S+?)\s*(>=|<=|==|>|<)\s*(\S+)\s*$`)

// longClaim is a claim as a mapping.
type longClaim struct {
	Claim string         `yaml:"claim" doc:"held_out.tuned.hidden > held_out.initial.hidden" required:"true"`
	At    map[string]any `yaml:"at" doc:"the cell of a sweep it is about: path: value"`
	Holds bool           `yaml:"holds" doc:"false: it is expected not to hold, in at least one of its cells"`
}

func (c *Claim) decode(d *decoder, n *node, path string, _ field) {
	c.Holds = true
	text := n
	if n.kind == mapping {
		long := longClaim{Holds: true}
		d.mapping(n, path, nil, &long)
		c.At, c.Holds = long.At, long.Holds
		if text = n.get("claim"); text == nil {
			return
		}
	}
	if text.kind != scalar {
		d.mismatch(text, path, "a claim", "text such as \"eval.method.judge > eval.baseline.judge\"")
		return
	}
	c.Text, c.Pos = text.text, text.place.Pos
	d.claims = append(d.claims, claimUse{claim: c, n: text})
}

// claimUse is a claim that is taken apart when the evals are known.
type claimUse struct {
	claim *Claim
	n     *node
}

func (d *decoder) claim(u claimUse) {
	m := claimPattern.FindStringSubmatchIndex(u.n.text)
	if m == nil {
		d.fail(u.n.place, "write \"eval.method.judge > eval.baseline.judge\", or compare with a number", "not a claim: %s - two quantities and one of > >= < <= ==", shown(u.n))
		return
	}
	part := func(i int) (string, place) {
		from, to := m[2*i], m[2*i+1]
		text := u.n.text[from:to]
		return text, u.n.within(utf8.RuneCountInString(u.n.text[:from]), utf8.RuneCountInString(text))
	}
	u.claim.Op, _ = part(2)
	left, at := part(1)
	u.claim.Left = d.quantity(left, at)
	right, at := part(3)
	u.claim.Right = d.quantity(right, at)
}

// quantity reads one side of a claim: a number, eval.method.judge, eval.judge
// for an eval of judges, each with a statistic or without.
func (d *decoder) quantity(text string, at place) Quantity {
	q := Quantity{Pos: at.Pos}
	if x, ok := parseNumber(&node{text: text}); ok {
		q.Number = x
		return q
	}
	if x, ok := parsePercent(&node{text: text}); ok {
		q.Number = x
		return q
	}
	parts := strings.Split(text, ".")
	eval, ok := d.exp.Evals.Get(parts[0])
	if !ok {
		d.fail(at, didYouMean(parts[0], d.exp.Evals.IDs()), "unknown eval: %q - evals has %s", parts[0], among(d.exp.Evals.IDs()))
		return q
	}
	shape, stats := []string{"method", "judge"}, []string{"mean"}
	known := [][]string{idsOf(eval.Methods), idsOf(eval.Judges)}
	if len(eval.Methods) == 0 {
		shape, stats = []string{"judge"}, []string{"accuracy", "kappa"}
		known = known[1:]
	}
	rest := parts[1:]
	if len(rest) < len(shape) || len(rest) > len(shape)+1 {
		d.fail(at, "", "not a quantity: %q - write %s.%s, or add .%s", text, parts[0], strings.Join(shape, "."), strings.Join(stats, " or ."))
		return q
	}
	for i, what := range shape {
		if !slices.Contains(known[i], rest[i]) {
			d.fail(at, didYouMean(rest[i], known[i]), "unknown %s: %q - eval %s has %s", what, rest[i], parts[0], among(known[i]))
			return q
		}
	}
	q.Judge = rest[len(shape)-1]
	if len(shape) == 2 {
		q.Method = rest[0]
	}
	if len(rest) > len(shape) {
		q.Stat = rest[len(shape)]
		if !slices.Contains(stats, q.Stat) {
			d.fail(at, didYouMean(q.Stat, stats), "unknown statistic: %q - one of %s", q.Stat, among(stats))
		}
	}
	q.Eval = parts[0]
	return q
}

// idsOf is the ids of a list of references.
func idsOf[R MethodRef | JudgeRef](refs []R) []string {
	var out []string
	for _, r := range refs {
		switch r := any(r).(type) {
		case MethodRef:
			out = append(out, r.ID)
		case JudgeRef:
			out = append(out, r.ID)
		}
	}
	return out
}
