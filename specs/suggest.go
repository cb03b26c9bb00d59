package specs

import (
	"fmt"
	"slices"
	"strings"
)

// Suggest is the known word nearest to a wrong one, "" when none is near: at
// most one edit for every three letters, as people mistype, or three letters and
// more that one of them begins with.
func Suggest(wrong string, known []string) string {
	best, nearest := "", max(1, len([]rune(wrong))/3)+1
	for _, k := range known {
		if d := distance(wrong, k); d < nearest {
			best, nearest = k, d
		}
	}
	for _, k := range known {
		if short := min(len(wrong), len(k)); best == "" && short >= 3 && wrong[:short] == k[:short] {
			best = k
		}
	}
	return best
}

// didYouMean is Suggest as a hint, "" when nothing is near.
func didYouMean(wrong string, known []string) string {
	if s := Suggest(wrong, known); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return ""
}

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours (Damerau 1964).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, above := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range above {
		above[j] = j
	}
	for i := range s {
		row := make([]int, len(t)+1)
		row[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(t)]
}

// among lists what is accepted, for a message: "a, b, c", shortened when long.
func among(known []string) string {
	const most = 24
	if len(known) > most {
		return strings.Join(known[:most], ", ") + fmt.Sprintf(" and %d more", len(known)-most)
	}
	if len(known) == 0 {
		return "none"
	}
	return strings.Join(known, ", ")
}

// sortedCopy is words in alphabetical order, without repetitions.
func sortedCopy(words []string) []string {
	out := slices.Clone(words)
	slices.Sort(out)
	return slices.Compact(out)
}
