package steps

import (
	"idiolect/internal/rng"
	"idiolect/specs"
)

// Tournament says which rollouts of a group a pairwise judge compares. Every
// comparison is made in the judge's orders.
type Tournament struct {
	Pattern   string `yaml:"pattern" doc:"chunks: all pairs within chunks of the group; all: all pairs; regular: each meets as many others, drawn; start: each meets the start policy's answer" enum:"chunks,all,regular,start"`
	ChunkSize int    `yaml:"chunk_size" doc:"rollouts of a chunk" min:"2" max:"1000"`
	Opponents int    `yaml:"opponents" doc:"whom each rollout meets under regular" positive:"true" max:"1000"`
}

// Defaults are tinker-cookbook's: chunks of four.
func (t *Tournament) Defaults() { t.Pattern, t.ChunkSize, t.Opponents = "chunks", 4, 3 }

// pairs is how many comparisons a group of so many takes.
func (t Tournament) pairs(group int) int64 {
	all := func(n int) int64 { return int64(n) * int64(n-1) / 2 }
	switch t.Pattern {
	case "all":
		return all(group)
	case "regular":
		return int64(group) * int64(t.Opponents) / 2
	case "start":
		return int64(group)
	}
	return int64(group/t.ChunkSize)*all(t.ChunkSize) + all(group%t.ChunkSize)
}

// check refuses a regular tournament that cannot be: whoever meets k others takes
// part in k games, two players each.
func (t Tournament) check(e *specs.Experiment, path string, group int) []*specs.Error {
	if t.Pattern != "regular" {
		return nil
	}
	switch {
	case t.Opponents >= group:
		return []*specs.Error{e.Errorf(path+".opponents", "", "%d opponents in groups of %d - at most %d", t.Opponents, group, group-1)}
	case t.Opponents*group%2 != 0:
		return []*specs.Error{e.Errorf(path+".opponents", "", "%d opponents in groups of %d - one of both is to be even", t.Opponents, group)}
	}
	return nil
}

// games lists who meets whom in a group of so many, by their places in it; draw
// decides what is drawn.
func (t Tournament) games(group int, draw *rng.Stream) (games [][2]int) {
	all := func(from, to int) {
		for i := from; i < to; i++ {
			for j := i + 1; j < to; j++ {
				games = append(games, [2]int{i, j})
			}
		}
	}
	switch t.Pattern {
	case "all":
		all(0, group)
	case "chunks": // a chunk of one plays no game
		for from := 0; from < group; from += t.ChunkSize {
			all(from, min(group, from+t.ChunkSize))
		}
	case "regular":
		return regular(group, min(t.Opponents, group-1), draw)
	}
	return games
}

// regular lets everybody meet k others: all sit in a circle in an order that is
// drawn, and meet the next k/2 on either side, and of an odd k the one across.
// Where an odd k meets an odd group (answers may fail) it is one less.
func regular(group, k int, draw *rng.Stream) (games [][2]int) {
	seat := draw.Perm(group)
	meet := func(i, j int) {
		a, b := seat[i], seat[j%group]
		games = append(games, [2]int{min(a, b), max(a, b)})
	}
	for i := range group {
		for d := 1; d <= k/2; d++ {
			meet(i, i+d)
		}
	}
	if k%2 == 1 && group%2 == 0 {
		for i := range group / 2 {
			meet(i, i+group/2)
		}
	}
	return games
}
