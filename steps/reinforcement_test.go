package steps

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"idiolect/backends"
	"idiolect/internal/rng"
)

// play holds a tournament among texts, judged by what each is worth, and gives the
// rewards.
func play(t *testing.T, s *RLAIF, worth func(string) (float64, error), texts ...string) []float64 {
	t.Helper()
	o := &reinforcement{RLAIF: s, judge: &referee{kind: "pairwise", program: &program{decide: func(env map[string]any) (Outcome, error) {
		x, err := worth(env["output"].(string))
		return Outcome{Score: &x}, err
	}}}}
	var group []*rollout
	for i, text := range texts {
		group = append(group, &rollout{ask: ask{replicate: int64(i)}, answer: backends.Completion{Text: text, Finish: "stop"}})
	}
	metrics := map[string]float64{}
	if err := o.reward(t.Context(), &tuning{tuneStep: &tuneStep{draw: "1"}}, 0, [][]*rollout{group}, metrics); err != nil {
		t.Fatal(err)
	}
	out := make([]float64, len(group))
	for i, x := range group {
		out[i] = x.reward
	}
	return out
}

// A perfect judge over four gives 1, 1/3, -1/3, -1 a game, or three, one, ... in
// all; one who likes all alike gives nothing (methods of tinker-cookbook).
func TestTournamentRewards(t *testing.T) {
	length := func(s string) (float64, error) { return float64(len(s)) / 10, nil }
	all := &RLAIF{Reward: "mean", Tournament: Tournament{Pattern: "all"}}
	for name, c := range map[string]struct {
		of    *RLAIF
		worth func(string) (float64, error)
		want  []float64
	}{
		"means":                         {all, length, []float64{-1, 1, 1. / 3, -1. / 3}},
		"sums":                          {&RLAIF{Reward: "sum", Tournament: Tournament{Pattern: "all"}}, length, []float64{-3, 3, 1, -1}},
		"ties":                          {all, func(string) (float64, error) { return .5, nil }, []float64{0, 0, 0, 0}},
		"of nothing that can be judged": {all, func(string) (float64, error) { return 0, fmt.Errorf("no") }, []float64{0, 0, 0, 0}},
		"chunks of two":                 {&RLAIF{Reward: "mean", Tournament: Tournament{Pattern: "chunks", ChunkSize: 2}}, length, []float64{-1, 1, 1, -1}},
		"chunks of three: one is left":  {&RLAIF{Reward: "mean", Tournament: Tournament{Pattern: "chunks", ChunkSize: 3}}, length, []float64{-1, 1, 0, 0}},
	} {
		got := play(t, c.of, c.worth, "a", "aaaa", "aaa", "aa")
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 1e-12 {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

// The rewards of tournaments by an oracle rank as the oracle does, whoever meets whom.
func TestTournamentsRecoverTheOrder(t *testing.T) {
	texts := []string{"aaa", "a", "aaaaaa", "aa", "aaaaa", "aaaa"}
	for _, s := range []Tournament{{Pattern: "all"}, {Pattern: "regular", Opponents: 5}} {
		got := play(t, &RLAIF{Reward: "mean", Tournament: s}, func(s string) (float64, error) { return float64(len(s)) / 10, nil }, texts...)
		order := []int{0, 1, 2, 3, 4, 5}
		slices.SortFunc(order, func(i, j int) int { return int(math.Copysign(1, got[i]-got[j])) })
		for k, i := range order {
			if len(texts[i]) != k+1 {
				t.Errorf("%+v: rewards %v of %v", s, got, texts)
				break
			}
		}
	}
}

// In a regular tournament everybody meets as many others, nobody twice.
func TestRegularTournaments(t *testing.T) {
	for group := 2; group <= 9; group++ {
		for k := 1; k < group; k++ {
			if k*group%2 == 1 {
				continue // the spec refuses it
			}
			meets := map[int]map[int]bool{}
			for _, g := range (Tournament{Pattern: "regular", Opponents: k}).games(group, rng.New(1, rng.Judge, "", fmt.Sprint(group, k))) {
				for side := range g {
					a, b := g[side], g[1-side]
					if meets[a] == nil {
						meets[a] = map[int]bool{}
					}
					if meets[a][b] || a == b {
						t.Errorf("%d of %d: %d meets %d twice", k, group, a, b)
					}
					meets[a][b] = true
				}
			}
			for i := range group {
				if len(meets[i]) != k {
					t.Errorf("%d of %d: %d meets %d", k, group, i, len(meets[i]))
				}
			}
		}
	}
	if n := (Tournament{Pattern: "regular", Opponents: 3}).pairs(8); n != int64(len((Tournament{Pattern: "regular", Opponents: 3}).games(8, rng.New(1, rng.Judge, "", "")))) {
		t.Errorf("%d games are planned", n)
	}
}

// Advantages are rewards above their group's mean, exactly zero where all are the
// same; a group that teaches nothing may be dropped, but never all of them.
func TestAdvantages(t *testing.T) {
	groups := func(rewards ...[]float64) (out [][]*rollout) {
		for _, g := range rewards {
			var group []*rollout
			for i, r := range g {
				group = append(group, &rollout{reward: r, logprobs: make([]float32, i+1), utterance: &utterance{Datum: backends.Datum{Tokens: make([]int32, i+1), Weights: make([]float32, i+1)}}})
			}
			out = append(out, group)
		}
		return out
	}
	o := &reinforcement{RLAIF: &RLAIF{ConstantGroups: "drop"}}
	metrics := map[string]float64{}
	gs := groups([]float64{.1, .1, .1}, []float64{1, 0, -1, 2})
	taught := o.advantages(gs, metrics)
	if len(taught) != 1 || taught[0][3].gain != 1.5 || taught[0][2].gain != -1.5 || gs[0][1].gain != 0 {
		t.Errorf("%d groups, gains %v %v %v", len(taught), taught[0][3].gain, taught[0][2].gain, gs[0][1].gain)
	}
	if metrics["groups/constant"] != .5 || math.Abs(metrics["reward/mean"]-2.3/7) > 1e-12 || metrics["length/reward_spearman"] < .19 {
		t.Errorf("metrics %v", metrics)
	}
	if taught := o.advantages(groups([]float64{1, 1}, []float64{0, 0}), map[string]float64{}); len(taught) != 1 {
		t.Errorf("%d groups are left of two that teach nothing, want one", len(taught))
	}
	o.ConstantGroups = "keep"
	if taught := o.advantages(groups([]float64{1, 1}, []float64{0, 0}), map[string]float64{}); len(taught) != 2 {
		t.Errorf("%d groups are kept of two", len(taught))
	}
}

// The rewards of a perfect judge's round robin of four, by hand: their deviation with three degrees of freedom, as TRL's GRPO takes it
// (rewards.std(dim=1) + 1e-4), is sqrt(20/27).
func TestGains(t *testing.T) {
	perfect := []float64{1, 1. / 3, -1. / 3, -1}
	for how, want := range map[string]float64{"center": 1, "leave_one_out": 4. / 3, "scale": 1 / (math.Sqrt(20./27) + 1e-4)} {
		for k, g := range gains(how, perfect) {
			if math.Abs(g-perfect[k]*want) > 1e-12 {
				t.Errorf("%s: gain %d is %v, want %v", how, k, g, perfect[k]*want)
			}
		}
		for _, g := range gains(how, []float64{.3, .3, .3}) {
			if g != 0 {
				t.Errorf("%s: equal rewards gain %v", how, g)
			}
		}
	}
	if g := gains("scale", []float64{.5, .5 + 1e-9}); math.Abs(g[1]) > 1e-4 {
		t.Errorf("rewards that differ by next to nothing gain %v", g)
	}
}

// DITTO's pairs, held against a plain count: of 24 for 8 demonstrations 17 are with
// answers of this round, 5 with earlier ones, 2 of a later answer with an earlier;
// in the first round there are but 17.
func TestSelfPlayPairs(t *testing.T) {
	h := ditto().New().(*DITTO).Hyperparameters
	o := &selfPlay{DITTOHyperparameters: h}
	owner, round := map[*utterance]int{}, map[*utterance]int{}
	for d := range 8 {
		u := &utterance{}
		o.demos = append(o.demos, u)
		owner[u], round[u] = d, -1
	}
	o.epochs = epochs{n: 8, size: 8, stream: rng.New(1, rng.Order, "", "1")}
	tu := &tuning{tuneStep: &tuneStep{seed: 1, draw: "1"}}
	for r := range 4 {
		var all [][]*utterance
		for d := range 8 {
			var own []*utterance
			for range h.SamplesPerDemo {
				u := &utterance{}
				owner[u], round[u] = d, r
				own = append(own, u)
			}
			all = append(all, own)
		}
		o.state.Rounds = append(o.state.Rounds, all)
		pairs, _ := o.pairs(tu, 10*r)
		counts, seen := map[string]int{}, map[string]bool{}
		for _, p := range pairs {
			c, b := p.chosen[0], p.rejected[0]
			if owner[c] != owner[b] {
				t.Fatal("a pair of two demonstrations' answers")
			}
			switch id := fmt.Sprintf("%p %p", c, b); {
			case seen[id]:
				t.Error("a pair was drawn twice")
			default:
				seen[id] = true
			}
			switch {
			case round[c] == -1 && round[b] == r:
				counts["now"]++
			case round[c] == -1 && round[b] >= 0 && round[b] < r:
				counts["before"]++
			case round[b] >= 0 && round[c] > round[b]:
				counts["between"]++
			default:
				t.Errorf("round %d of %d is preferred to round %d", round[c], r, round[b])
			}
		}
		want := map[string]int{"now": 17, "before": 5, "between": 2}
		if r == 0 {
			want = map[string]int{"now": 17}
		}
		if fmt.Sprint(counts) != fmt.Sprint(want) {
			t.Errorf("round %d: %v, want %v", r, counts, want)
		}
	}
}
