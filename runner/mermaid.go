package runner

import (
	"fmt"
	"strings"
)

// Mermaid is the plan as a Mermaid flowchart, which Markdown viewers draw: a box per step, an arrow per
// input, those that are cached in a class of that name.
func (p *Plan) Mermaid(states map[*Action]State) string {
	var b strings.Builder
	b.WriteString("graph TD\n")
	number := make(map[*Action]int, len(p.Actions))
	for i, a := range p.Actions {
		number[a] = i
		fmt.Fprintf(&b, "  s%d[\"%s<br/>%s\"]", i, mermaidText(a.ID), mermaidText(a.Says))
		if states[a].Cached {
			b.WriteString(":::cached")
		}
		b.WriteByte('\n')
		seen := map[*Action]bool{}
		for _, in := range a.Inputs {
			if !seen[in.From] {
				seen[in.From] = true
				fmt.Fprintf(&b, "  s%d --> s%d\n", number[in.From], i)
			}
		}
	}
	b.WriteString("  classDef cached opacity:0.5,stroke-dasharray:4\n")
	return b.String()
}

// mermaidText writes whatever could mean something to Mermaid, Markdown or HTML as the number of its
// character.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" .,@-=", r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
