package specs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var claimPattern = regexp.MustCompile(`^\s*(\S+?)\s*(>=|<=|==|>|<)\s*(\S+?)(?:\s+within\s+(\S+))?\s*$`)

// longClaim is a claim as a mapping.
type longClaim struct {
	Claim string         `yaml:"claim" doc:"held_out.tuned.hidden > held_out.initial.hidden" required:"true"`
	At    map[string]any `yaml:"at" doc:"the cell of a sweep it is about: path: value"`
	Holds bool           `yaml:"holds" doc:"false: it is expected not to hold, in at least one of its cells"`
}

func (c *Claim) decode(d *decoder, n *node, path string, _ field) {
	c.Holds = true
	text, at := n, &node{}
	if n.kind == mapping {
		long := longClaim{Holds: true}
		d.mapping(n, path, nil, &long)
		c.At, c.Holds = long.At, long.Holds
		if written := n.get("at"); written != nil {
			at = written
		}
		if text = n.get("claim"); text == nil {
			return
		}
	}
	if text.kind != scalar {
		d.mismatch(text, path, "a claim", "text such as \"eval.method.judge > eval.baseline.judge\"")
		return
	}
	c.Text, c.Pos = text.text, text.place.Pos
	d.claims = append(d.claims, claimUse{claim: c, n: text, at: at, path: path})
}

// claimUse is a claim that is taken apart when the evals are known.
type claimUse struct {
	claim *Claim
	n, at *node
	path  string
}

var claimSigns = regexp.MustCompile(`[<>=!]+`)

func (d *decoder) claim(u claimUse) {
	m := claimPattern.FindStringSubmatchIndex(u.n.text)
	if m == nil {
		hint := "write \"eval.method.judge > eval.baseline.judge\", or compare with a number"
		if sign, ok := map[string]string{"=": "==", "=>": ">=", "=<": "<="}[strings.Join(claimSigns.FindAllString(u.n.text, -1), " ")]; ok {
			hint = fmt.Sprintf("did you mean %q?", sign)
		}
		d.fault(u.path, u.n.place, hint, "not a claim: %s - two quantities and one of > >= < <= ==", shown(u.n))
		return
	}
	part := func(i int) quantityUse {
		return quantityUse{u.n.text[m[2*i]:m[2*i+1]], u.n, utf8.RuneCountInString(u.n.text[:m[2*i]])}
	}
	u.claim.Op = part(2).text
	u.claim.Left = d.quantity(part(1))
	u.claim.Right = d.quantity(part(3))
	if m[8] >= 0 {
		d.margin(u, part(4))
	}
	if u.claim.Left.IsNumber() && u.claim.Right.IsNumber() {
		d.fault(u.path, u.n.place, "", "not a claim: %s - two numbers say nothing about the experiment", shown(u.n))
	}
}

// margin reads how far apart two quantities may be that are claimed to be equal.
func (d *decoder) margin(u claimUse, within quantityUse) {
	at := u.n.within(within.from, utf8.RuneCountInString(within.text))
	n := &node{text: within.text}
	x, ok := parseNumber(n)
	if !ok {
		x, ok = parsePercent(n)
	}
	if !ok || !(x > 0) {
		d.fail(at, "", "not a margin: %q - a number above 0, such as 5%%", within.text)
		return
	}
	if u.claim.Op != "==" {
		d.fail(at, "write ==, or leave `within` out", "a margin with %s: %q - only == takes one", u.claim.Op, within.text)
		return
	}
	u.claim.Within = x
}

// quantityUse is one side of a claim, and where it begins.
type quantityUse struct {
	text string
	n    *node
	from int
}

// quantity reads one side of a claim: a number, eval.method.judge, eval.judge
// for an eval of judges, each with a statistic or without.
func (d *decoder) quantity(u quantityUse) Quantity {
	whole := u.n.within(u.from, utf8.RuneCountInString(u.text))
	q := Quantity{Pos: whole.Pos}
	if x, ok := parseNumber(&node{text: u.text}); ok {
		q.Number = x
		return q
	}
	if x, ok := parsePercent(&node{text: u.text}); ok {
		q.Number = x
		return q
	}
	parts := strings.Split(u.text, ".")
	q.Eval = parts[0]
	unknown := func(i int, what string, known []string, format string, args ...any) Quantity {
		before := utf8.RuneCountInString(strings.Join(parts[:i], ".") + "."[:min(i, 1)])
		at := u.n.within(u.from+before, utf8.RuneCountInString(parts[i]))
		d.fail(at, didYouMean(parts[i], known), "unknown "+what+": %q - "+format, append([]any{parts[i]}, append(args, among(known))...)...)
		return q
	}
	eval, ok := d.exp.Evals.Get(parts[0])
	if !ok && !d.faults.at["evals"] {
		return unknown(0, "eval", d.exp.Evals.IDs(), "evals has %s")
	}
	if !ok || !d.faults.sound("evals."+parts[0]+".methods") || !d.faults.sound("evals."+parts[0]+".judges") {
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
		d.fail(whole, "", "not a quantity: %q - write %s.%s, or add .%s", u.text, parts[0], strings.Join(shape, "."), strings.Join(stats, " or ."))
		return q
	}
	for i, what := range shape {
		if !slices.Contains(known[i], rest[i]) {
			return unknown(1+i, what, known[i], "eval %s has %s", parts[0])
		}
	}
	q.Judge = rest[len(shape)-1]
	if len(shape) == 2 {
		q.Method = rest[0]
	}
	if len(rest) > len(shape) {
		q.Stat = rest[len(shape)]
		if !slices.Contains(stats, q.Stat) {
			return unknown(1+len(shape), "statistic", stats, "one of %s")
		}
	}
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
