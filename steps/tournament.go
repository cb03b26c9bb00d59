package steps

import "idiolect/specs"

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
