package stats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// compared is testdata/comparisons.json, written by testdata/comparisons.py.
type compared struct {
	Duels []struct {
		Length, Other []int
		Won           []float64
		Rate          float64
		Theta, Phi    float64
		PlainTheta    float64 `json:"plain_theta"`
		PlainPhi      float64 `json:"plain_phi"`
		Alike         int
		AlikeRate     float64 `json:"alike_rate"`
	}
	Leagues []struct {
		Games []struct {
			A, B int
			Won  float64
		}
		Theta []float64
	}
	Robins []struct {
		Wins    []int
		Circles int
		Zeta    float64
	}
	Calibration []struct {
		P    []float64
		Y    []bool
		Bins int
		ECE  float64
	}
	Curves []struct {
		Form              string
		D, Gained         []float64
		Alpha, Beta, Peak float64
	}
}

func loadCompared(t *testing.T) compared {
	t.Helper()
	data, err := os.ReadFile("testdata/comparisons.json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var c compared
	if err := decoder.Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

func draw(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func TestGoldenLengthControl(t *testing.T) {
	for _, c := range loadCompared(t).Duels {
		var duels []Duel
		for i := range c.Won {
			duels = append(duels, Duel{fmt.Sprint(i), c.Won[i], c.Length[i], c.Other[i]})
		}
		got := LengthControl(duels, .95, 200, draw(1))
		near(t, "rate", got.Rate, c.Rate, 1e-12)
		near(t, "controlled", got.Controlled, sigmoid(c.Theta), 1e-6)
		near(t, "slope", got.Slope, c.Phi, 1e-6)
		near(t, "rate of alike", got.AlikeRate, c.AlikeRate, 1e-12)
		if got.Alike != c.Alike || !(got.Interval.Low < got.Controlled && got.Controlled < got.Interval.High) {
			t.Errorf("%d alike, want %d; %.3f in %v", got.Alike, c.Alike, got.Controlled, got.Interval)
		}
		theta, phi := fitLength(duels, 0)
		near(t, "theta without ridge", theta, c.PlainTheta, 1e-8)
		near(t, "phi without ridge", phi, c.PlainPhi, 1e-8)
	}
}

// The identities of AlpacaEval: WR(m, b) = 1 - WR(b, m), and WR(m, m) = 50.
func TestLengthControlIdentities(t *testing.T) {
	r := draw(2)
	var there, back, self []Duel
	for i := range 120 {
		d := Duel{fmt.Sprint(i % 40), []float64{0, .5, 1, 1}[r.IntN(4)], 20 + r.IntN(100), 20 + r.IntN(60)}
		there = append(there, d)
		back = append(back, Duel{d.Key, 1 - d.Won, d.Other, d.Length})
		self = append(self, d, back[i])
	}
	a, b := LengthControl(there, .95, 300, draw(3)), LengthControl(back, .95, 300, draw(3))
	near(t, "WR(m,b) + WR(b,m)", a.Controlled+b.Controlled, 1, 1e-9)
	near(t, "the slope of both", a.Slope, b.Slope, 1e-9)
	nearInterval(t, "interval", a.Interval, Interval{1 - b.Interval.High, 1 - b.Interval.Low}, .02)
	near(t, "WR(m,m)", LengthControl(self, .95, 10, draw(3)).Controlled, .5, 1e-9)
	slices.Reverse(there)
	if c := LengthControl(there, .95, 300, draw(3)); c != a {
		t.Errorf("shuffled duels give %v, not %v", c, a)
	}
}

// A judge that likes length alone: the texts win by being longer, and nothing is left
// when that is taken away.
func TestLengthControlTakesAwayWhatLengthWins(t *testing.T) {
	r := draw(4)
	var duels []Duel
	for i := range 400 {
		d := Duel{Key: fmt.Sprint(i), Length: 110 + r.IntN(80), Other: 80 + r.IntN(80)}
		if r.Float64() < sigmoid(float64(d.Length-d.Other)/20) {
			d.Won = 1
		}
		duels = append(duels, d)
	}
	got := LengthControl(duels, .95, 300, draw(5))
	if got.Rate < .65 || got.Interval.Low > .5 || got.Interval.High < .5 || got.Slope <= 0 {
		t.Errorf("%.3f won, %.3f at equal lengths, in %v", got.Rate, got.Controlled, got.Interval)
	}
}

func TestLengthControlWithoutSpread(t *testing.T) {
	all := []Duel{{"a", 1, 9, 5}, {"b", 1, 5, 5}, {"c", 1, 4, 8}}
	got := LengthControl(all, .95, 10, draw(6))
	if got.Controlled != 1 || got.Interval.High != 1 || math.Abs(got.Interval.Low-Wilson(3, 3, ZQuantile(.95)).Low) > 1e-12 {
		t.Errorf("three wins of three: %+v", got)
	}
	if same := LengthControl([]Duel{{"a", 1, 5, 5}, {"b", 0, 5, 5}, {"c", 1, 5, 5}}, .95, 50, draw(6)); math.Abs(same.Controlled-2./3) > 1e-9 {
		t.Errorf("equal lengths: %v, not the bare rate", same.Controlled)
	}
	if none := LengthControl(nil, .95, 10, draw(6)); !math.IsNaN(none.Controlled) || !math.IsInf(none.Interval.High, 1) {
		t.Errorf("of nothing: %+v", none)
	}
}

func TestGoldenBradleyTerry(t *testing.T) {
	for _, c := range loadCompared(t).Leagues {
		var games []Game
		for i, g := range c.Games {
			games = append(games, Game{fmt.Sprint(i / 5), string(rune('a' + g.A)), string(rune('a' + g.B)), g.Won})
		}
		got, err := BradleyTerry(games, .95, 200, draw(7))
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range got {
			near(t, "theta of "+s.Player, s.Theta, c.Theta[s.Player[0]-'a'], 1e-6)
			if !(s.Interval.Low < s.Theta && s.Theta < s.Interval.High) {
				t.Errorf("%s: %.3f in %v", s.Player, s.Theta, s.Interval)
			}
			if i > 0 && got[i-1].Theta < s.Theta {
				t.Error("not ranked")
			}
		}
	}
}

func TestBradleyTerryAtTheEdges(t *testing.T) {
	always := []Game{{"p", "a", "b", 1}, {"q", "a", "b", 1}, {"r", "b", "a", 0}}
	got, err := BradleyTerry(always, .95, 20, draw(8))
	// Three wins and half a win each way: odds of 7 to 1.
	if err != nil || got[0].Player != "a" || math.Abs(got[0].Theta-got[1].Theta-math.Log(7)) > 1e-9 {
		t.Errorf("%v, %v", got, err)
	}
	near(t, "Elo of ten to one", Elo(math.Ln10)-Elo(0), 400, 1e-9)
	if _, err := BradleyTerry([]Game{{"p", "a", "b", 1}, {"p", "c", "d", 1}}, .95, 10, draw(8)); err == nil {
		t.Error("two leagues that never met are ranked together")
	}
	if _, err := BradleyTerry([]Game{{"p", "a", "a", 1}}, .95, 10, draw(8)); err == nil {
		t.Error("a game against oneself counts")
	}
	if got, err := BradleyTerry(nil, .95, 10, draw(8)); got != nil || err != nil {
		t.Errorf("no games: %v, %v", got, err)
	}
}

func TestGoldenTriads(t *testing.T) {
	for _, c := range loadCompared(t).Robins {
		circles, zeta := CyclicTriads(c.Wins)
		near(t, "zeta", zeta, c.Zeta, 1e-12)
		if circles != c.Circles {
			t.Errorf("%v: %d circles, want %d", c.Wins, circles, c.Circles)
		}
	}
}

func TestGoldenCalibration(t *testing.T) {
	for _, c := range loadCompared(t).Calibration {
		near(t, "ECE", ECE(c.P, c.Y, c.Bins), c.ECE, 1e-12)
	}
	near(t, "ECE at the ends", ECE([]float64{0, 1, 1}, []bool{false, true, false}, 10), 1./3, 1e-12)
}

func TestGoldenOveroptimized(t *testing.T) {
	for _, c := range loadCompared(t).Curves {
		fit := FitRL
		if c.Form != "rl" {
			fit = FitBestOfN
		}
		got, ok := fit(append(c.D, 0), append(c.Gained, 0))
		if !ok {
			t.Fatalf("%s: no fit", c.Form)
		}
		near(t, "alpha", got.Alpha, c.Alpha, 1e-9)
		near(t, "beta", got.Beta, c.Beta, 1e-9)
		near(t, "peak", got.Peak, c.Peak, 1e-3)
		if _, ok := fit(c.D[:3], c.Gained[:3]); ok {
			t.Error("three points are fitted")
		}
	}
	if rising, ok := FitRL([]float64{1, 2, 3, 4}, []float64{1, 2, 3, 4}); !ok || !math.IsInf(rising.Peak, 1) {
		t.Errorf("a reward that only rises peaks at %v", rising.Peak)
	}
	near(t, "KL of the best of 4", BestOfNKL(4), .6362943611, 1e-9)
}
