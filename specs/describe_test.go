package specs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// described has one field of every shape that settings have.
type described struct {
	Model    ModelRef      `yaml:"model" doc:"who" required:"true"`
	Rate     Auto          `yaml:"rate" positive:"true"`
	Share    Fraction      `yaml:"share"`
	Epochs   int           `yaml:"epochs" positive:"true" max:"9"`
	Steps    int           `yaml:"steps" positive:"true"`
	Warmup   int           `yaml:"warmup" min:"0"`
	Order    string        `yaml:"order" enum:"both,one"`
	Between  string        `yaml:"between"`
	Stop     []string      `yaml:"stop"`
	Keep     *Expr         `yaml:"keep" result:"bool"`
	Timeout  time.Duration `yaml:"timeout"`
	Examples *Examples     `yaml:"examples"`
	Hidden   int
	common
}

type common struct {
	Shuffle bool `yaml:"shuffle"`
}

func TestDescribe(t *testing.T) {
	got := Describe(&described{Rate: Auto{Auto: true}, Share: .5, Epochs: 3, Order: "both", Between: ", "})
	want := []Setting{
		{Name: "model", Takes: "the id of an entry of models or methods", Doc: "who", Required: true},
		{Name: "rate", Takes: "a number above 0 or auto", Default: "auto"},
		{Name: "share", Takes: "a share such as 0.5 or 50%", Default: "0.5"},
		{Name: "epochs", Takes: "a whole number above 0 and at most 9", Default: "3"},
		{Name: "steps", Takes: "a whole number above 0"},
		{Name: "warmup", Takes: "a whole number of at least 0", Default: "0"},
		{Name: "order", Takes: "one of both, one", Choices: []string{"both", "one"}, Default: "both"},
		{Name: "between", Takes: "text", Default: `", "`},
		{Name: "stop", Takes: "a list, each text"},
		{Name: "keep", Takes: "an expression that answers with true or false"},
		{Name: "timeout", Takes: "a duration such as 90s or 5m"},
		{Name: "examples", Takes: "a mapping", Settings: []Setting{
			{Name: "data", Takes: "the id of an entry of data", Doc: "rows with input and output", Required: true},
			{Name: "count", Takes: "a whole number above 0", Doc: "how many are shown", Default: "3"},
			{Name: "choose", Takes: "one of first, random, nearest", Choices: []string{"first", "random", "nearest"}, Doc: "which ones", Default: "first"},
		}},
		{Name: "shuffle", Takes: "true or false", Default: "false"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What the decoder accepts beside an unknown key is what Describe lists.
func TestDescribeAgreesWithTheDecoder(t *testing.T) {
	for _, e := range testLanguage().Entries() {
		at, ok := map[string][2]string{"source": {"data", "source"}, "method": {"methods", "kind"}, "judge": {"judges", "kind"}}[e.Sort]
		if !ok {
			continue
		}
		_, err := read(t, "name: x\n"+at[0]+": {x: {"+at[1]+": "+e.Name+", zzzzzz: 1}}\n")
		if err == nil {
			t.Fatalf("%s: an unknown key is accepted", e.Name)
		}
		accepted := []string{at[1]}
		for _, s := range slices.Concat(e.Common, e.Settings) {
			accepted = append(accepted, s.Name)
		}
		if want := "accepts " + strings.Join(accepted, ", "); !strings.Contains(err.Error(), want+"\n") && !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %q does not say %q", e.Name, err, want)
		}
	}
}

func TestNamed(t *testing.T) {
	l := testLanguage()
	both, err := l.Named("lines")
	if err != nil || len(both) != 2 || both[0].Sort != "source" || both[1].Sort != "word" {
		t.Errorf("lines: %v, %v", both, err)
	}
	if got, want := both[1].Calls, []string{"lines(text): a list of texts"}; !slices.Equal(got, want) {
		t.Errorf("lines is called as %q, want %q", got, want)
	}
	if _, err := l.Named("sylables"); err == nil || !strings.Contains(err.Error(), `hint: did you mean "syllables"?`) {
		t.Errorf("sylables: %v", err)
	}
}
