package specs

import "github.com/nikolalohinski/gonja/v2/nodes"

// Writes tells what a template becomes without rendering it: its own text, and
// how often it writes each variable as it stands. ok is false for a template that
// does anything else, such as a filter, an if or a loop.
func (t *Template) Writes() (text string, times map[string]int64, ok bool) {
	times = map[string]int64{}
	for _, n := range t.parsed.Root().Nodes {
		switch n := n.(type) {
		case *nodes.Comment:
		case *nodes.Data:
			text += n.Data.Val
		case *nodes.Output:
			name, plain := n.Expression.(*nodes.Name)
			if !plain || n.Condition != nil || n.Alternative != nil {
				return "", nil, false
			}
			times[name.Name.Val]++
		default:
			return "", nil, false
		}
	}
	return text, times, true
}
